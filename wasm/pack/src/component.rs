//! Builds components: core modules wrapped with a description of their exports, for hosts such as wasmtime.

use std::fs;
use std::path::Path;

use wit_component::ComponentEncoder;

use super::toolchain::{Build, COMPONENT_FLAGS, Level, Toolchain};
use super::tools::{at, install, optimize};
use super::{c_policy, metadata};

/// The name of the validator's file.
const VALIDATOR: &str = "cxvars_validator";

/// Builds the validator into target/component.
pub(crate) fn validator(root: &Path, toolchain: &Toolchain) -> Result<(), String> {
    let output = root.join("target/component");
    install(root)?;
    println!("building {VALIDATOR}");
    let build = Build { package: "cxvars-component", features: "", level: Level::Speed, flags: COMPONENT_FLAGS };
    let module = toolchain.build(root, &build)?;
    optimize(root, &module)?;
    let file = output.join(VALIDATOR).with_extension("wasm");
    let size = encode(&module, &file)?;
    println!("packed target/component/{VALIDATOR}.wasm, {size} bytes");
    Ok(())
}

/// Builds a policy into a file. `project` is the folder of its cargo project, or of its sources in C.
pub(crate) fn policy(
    root: &Path,
    toolchain: &dyn Fn() -> Result<Toolchain, String>,
    project: &Path,
    file: &Path,
) -> Result<(), String> {
    let module = match c_policy::is_one(project) {
        true => c_policy::build(project)?,
        false => toolchain()?.build_project(root, project)?,
    };
    encode(&module, file)?;
    if !c_policy::is_one(project) {
        metadata::add(&project.join("Cargo.toml"), file)?;
    }
    let size = fs::metadata(file).map_err(|error| at(file, &error))?.len();
    println!("packed {}, {size} bytes", file.display());
    Ok(())
}

/// Turns a core module into a component, writes it to `file`, and returns its size in bytes.
fn encode(module: &Path, file: &Path) -> Result<usize, String> {
    let bytes = fs::read(module).map_err(|error| at(module, &error))?;
    let component = ComponentEncoder::default()
        .validate(true)
        .module(&bytes)
        .and_then(|mut encoder| encoder.encode())
        .map_err(|error| format!("`{}` cannot become a component: {error:#}", module.display()))?;
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(|error| at(folder, &error))?;
    }
    fs::write(file, &component).map_err(|error| at(file, &error))?;
    Ok(component.len())
}
