//! Builds the npm package `@cxvars/validator`: `cargo run -p cxvars-pack`.
//!
//! Needs Node with npm, and a compiler with a standard library for wasm32-unknown-unknown, which it finds by itself.

mod toolchain;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs, io};

use toolchain::Toolchain;
use wasm_bindgen_cli_support::Bindgen;

const HELP: &str = "\
Builds the npm package @cxvars/validator into target/npm.

  cargo run -p cxvars-pack              builds and packs it
  cargo run -p cxvars-pack -- --probe   only says which compiler would be used; exit 1 where there is none
";

/// A build of the engine: the name of its files, the features that are in it, and the profile of the workspace.
struct Build {
    name: &'static str,
    features: &'static str,
    profile: &'static str,
}

const BUILDS: [Build; 5] = [
    Build { name: "validator_glue", features: "check", profile: "web" },
    Build { name: "plan_glue", features: "check,outline,plan", profile: "web" },
    Build { name: "audit_glue", features: "audit", profile: "web" },
    Build { name: "contracts_glue", features: "contracts", profile: "web" },
    Build { name: "node_glue", features: "check", profile: "node" },
];

/// Made small for the way over the network. Inlining is left out: it saves bytes and costs compressed ones, 3 % of them.
const OPTIMIZE: [&str; 14] = [
    "-Os",
    "--converge",
    "--skip-pass=inlining",
    "--skip-pass=inlining-optimizing",
    "--strip-debug",
    "--strip-producers",
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
    "--enable-simd",
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => pack(),
        ["--probe"] => Toolchain::find().map(|toolchain| println!("wasm: {toolchain}")),
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

fn pack() -> Result<(), String> {
    let toolchain = Toolchain::find()?;
    println!("wasm: {toolchain}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let npm = root.join("wasm/npm");
    let output = root.join("target/npm");
    let (glue, package) = (output.join("glue"), output.join("package"));
    for folder in [&glue, &package] {
        remove(folder)?;
        fs::create_dir_all(folder).map_err(|error| at(folder, &error))?;
    }
    install(&npm)?;
    for build in &BUILDS {
        println!("building {}", build.name);
        let module = toolchain.build(&root, build)?;
        bind(&module, build.name, &glue)?;
        let wasm = glue.join(format!("{}_bg.wasm", build.name));
        let tool = npm.join("node_modules/.bin/wasm-opt");
        run(Command::new(tool).args(OPTIMIZE).arg(&wasm).arg("-o").arg(&wasm))?;
    }
    println!("compiling the modules");
    run(Command::new(npm.join("node_modules/.bin/tsc")).current_dir(&npm))?;
    for entry in fs::read_dir(&glue).map_err(|error| at(&glue, &error))? {
        let path = entry.map_err(|error| at(&glue, &error))?.path();
        // The types of the instances' own exports describe memory, not the package.
        if !path.to_string_lossy().ends_with(".wasm.d.ts") {
            copy(&path, &package)?;
        }
    }
    for file in [npm.join("package.json"), npm.join("README.md"), root.join("LICENSE-APACHE"), root.join("LICENSE-MIT")]
    {
        copy(&file, &package)?;
    }
    let npm = Command::new("npm")
        .args(["pack", "--silent", "--pack-destination"])
        .arg(&output)
        .current_dir(&package)
        .output();
    let npm = npm.map_err(|error| format!("npm: {error}"))?;
    if !npm.status.success() {
        return Err(format!("npm pack: {}", String::from_utf8_lossy(&npm.stderr)));
    }
    println!("packed target/npm/{}", String::from_utf8_lossy(&npm.stdout).trim());
    Ok(())
}

/// Installs the tools that package-lock.json names, unless the same ones are there.
fn install(npm: &Path) -> Result<(), String> {
    let lock = npm.join("package-lock.json");
    let stamp = npm.join("node_modules/.installed");
    let wanted = fs::read(&lock).map_err(|error| at(&lock, &error))?;
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("installing the tools of the package");
    run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(npm).stdout(Stdio::null()))?;
    fs::write(&stamp, wanted).map_err(|error| at(&stamp, &error))
}

/// Writes the module as wasm-bindgen wants it, and the JavaScript and types that go with it.
fn bind(module: &Path, name: &str, into: &Path) -> Result<(), String> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name(name).typescript(true).omit_default_module_path(true);
    bindgen
        .reset_state_function(true)
        .web(true)
        .and_then(|bindgen| bindgen.generate(into))
        .map_err(|error| format!("wasm-bindgen: {error:#}"))
}

fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| format!("{program}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{program} failed ({status})")) }
}

fn copy(file: &Path, into: &Path) -> Result<(), String> {
    let target: PathBuf = into.join(file.file_name().unwrap_or_default());
    fs::copy(file, target).map(drop).map_err(|error| at(file, &error))
}

fn remove(folder: &Path) -> Result<(), String> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(folder, &error)),
        _ => Ok(()),
    }
}

fn at(path: &Path, error: &io::Error) -> String {
    format!("`{}`: {error}", path.display())
}
