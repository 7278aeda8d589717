//! Builds a policy that is written in C: wit-bindgen makes the bindings, clang the core module.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wit_bindgen_core::Files;
use wit_parser::Resolve;

use super::tools::{at, remove, run};

/// The world that a policy in C implements.
const WORLD: &str = "policy-with-setup";
/// Its interfaces, and what their names begin with in C.
const INTERFACES: [(&str, &str); 2] =
    [("cxvars:validator/rules@1.1.0", "rules"), ("cxvars:validator/setup@1.1.0", "setup")];
/// The compiler's arguments, in the policy's folder. They are in a file so that editors and authors use the same ones.
const FLAGS: &str = "compile_flags.txt";

/// Whether the folder has a policy in C.
pub(crate) fn is_one(project: &Path) -> bool {
    project.join(FLAGS).exists()
}

/// Builds the core module and returns its path. `project` has `wit`, `src` and the compiler's arguments.
pub(crate) fn build(project: &Path) -> Result<PathBuf, String> {
    let build = project.join("build");
    remove(&build)?;
    fs::create_dir_all(&build).map_err(|error| at(&build, &error))?;
    let bindings = bind(&project.join("wit"), &build)?;
    let sources =
        files(&project.join("src"))?.into_iter().filter(|file| file.extension().is_some_and(|ext| ext == "c"));
    let mut clang = Command::new("clang");
    clang.current_dir(project).arg(format!("@{FLAGS}"));
    for file in sources.chain(bindings) {
        clang.arg(file.strip_prefix(project).unwrap_or(&file));
    }
    run(clang.args(["-o", "build/core.wasm"]))?;
    Ok(build.join("core.wasm"))
}

/// Writes the bindings into `folder`, and returns the files to compile and to link.
fn bind(wit: &Path, folder: &Path) -> Result<Vec<PathBuf>, String> {
    let problem = |error: &dyn std::fmt::Display| format!("`{}`: {error:#}", wit.display());
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(wit).map_err(|error| problem(&error))?;
    let world = resolve.select_world(&[package], Some(WORLD)).map_err(|error| problem(&error))?;
    let mut bindings = Files::default();
    let options = wit_bindgen_c::Opts {
        rename: INTERFACES.map(|(interface, name)| (interface.to_owned(), name.to_owned())).into(),
        rename_world: Some("policy".to_owned()),
        ..wit_bindgen_c::Opts::default()
    };
    options.build().generate(&mut resolve, world, &mut bindings).map_err(|error| problem(&error))?;
    let mut linked = Vec::new();
    for (name, content) in bindings.iter() {
        let file = folder.join(name);
        fs::write(&file, content).map_err(|error| at(&file, &error))?;
        if file.extension().is_some_and(|ext| ext != "h") {
            linked.push(file);
        }
    }
    linked.sort();
    Ok(linked)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| at(folder, &error))?;
    let mut files = Vec::new();
    for entry in entries {
        files.push(entry.map_err(|error| at(folder, &error))?.path());
    }
    files.sort();
    Ok(files)
}
