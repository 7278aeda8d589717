//! Builds the WebAssembly parts of cxvars: `cargo run -p cxvars-pack`.
//!
//! Requires Node with npm, and a compiler with a standard library for wasm32-unknown-unknown. It finds the compiler by
//! itself.

mod c_policy;
mod component;
mod language_server;
mod metadata;
mod npm;
mod toolchain;
mod tools;

use std::env;
use std::path::Path;
use std::process::ExitCode;

use toolchain::Toolchain;

const HELP: &str = "\
Builds the npm package @cxvars/validator into target/npm, the component of the validator into target/component, and
the language server for VS Code in a browser into target/language-server.

  cargo run -p cxvars-pack                            builds all of them
  cargo run -p cxvars-pack -- npm                     only the package
  cargo run -p cxvars-pack -- component               only the component
  cargo run -p cxvars-pack -- language-server         only the language server
  cargo run -p cxvars-pack -- policy FOLDER FILE      the policy in FOLDER, a cargo project or sources in C, as a component
  cargo run -p cxvars-pack -- --probe                 only prints the compiler that would be used; exit 1 without one
";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let find = || {
        let toolchain = Toolchain::find()?;
        println!("wasm: {toolchain}");
        Ok(toolchain)
    };
    let with_toolchain = |work: &dyn Fn(&Toolchain) -> Result<(), String>| work(&find()?);
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => with_toolchain(&|toolchain| {
            npm::pack(&root, toolchain)?;
            component::validator(&root, toolchain)?;
            language_server::pack(&root, toolchain)
        }),
        ["npm"] => with_toolchain(&|toolchain| npm::pack(&root, toolchain)),
        ["component"] => with_toolchain(&|toolchain| component::validator(&root, toolchain)),
        ["language-server"] => with_toolchain(&|toolchain| language_server::pack(&root, toolchain)),
        ["policy", project, file] => component::policy(&root, &find, Path::new(project), Path::new(file)),
        ["--probe"] => with_toolchain(&|_| Ok(())),
        ["--help"] => {
            print!("{HELP}");
            Ok(())
        }
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}
