//! The program in a build that runs no plugins. `tests/plugins` builds it, and says in the environment where it is.

use std::env;

use cxvars_tests::process::Workspace;

#[test]
fn a_build_without_plugins_refuses_to_go_on_without_them() {
    let program = env::var_os("CXVARS_WITHOUT_PLUGINS").expect("CXVARS_WITHOUT_PLUGINS, which tests/plugins sets");
    let workspace = Workspace::for_program(program.into());
    workspace.write("vars.json", "[]");
    let why = "this build of cxvars runs no plugins";
    workspace.run(&["validate", "vars.json", "--plugin", "policy.wasm"]).exits(2).says(&[why, "--features plugins"]);
    workspace.run(&["plugin", "inspect", "policy.wasm"]).exits(2).says(&[why]);
    let sha256 = "0".repeat(64);
    workspace.write("cxvars.toml", format!("[[plugin]]\npath = \"policy.wasm\"\nsha256 = \"{sha256}\"\n"));
    workspace.run(&["validate", "vars.json"]).exits(2).says(&[why]);
    workspace.run(&["apply", "demo", "-f", "vars.json", "--sandbox"]).exits(2).says(&[why]);
    // What judges no document goes on.
    workspace.run(&["metrics"]).exits(0);
}
