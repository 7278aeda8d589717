//! Builds the language server for VS Code in a browser. It is part of the extension, not of the npm package.

use std::fs;
use std::path::Path;

use super::npm::bind;
use super::toolchain::{Build, Level, Toolchain, WEB_FLAGS};
use super::tools::{at, install, optimize, remove};

/// The name of the module's files.
const NAME: &str = "language_server";

/// Builds the module and its JavaScript into target/language-server.
pub(crate) fn pack(root: &Path, toolchain: &Toolchain) -> Result<(), String> {
    let output = root.join("target/language-server");
    install(root)?;
    println!("building {NAME}");
    let build = Build { package: "cxvars-language-server-wasm", features: "", level: Level::Size, flags: WEB_FLAGS };
    let module = toolchain.build(root, &build)?;
    remove(&output)?;
    fs::create_dir_all(&output).map_err(|error| at(&output, &error))?;
    bind(&module, NAME, &output)?;
    let file = output.join(format!("{NAME}_bg.wasm"));
    optimize(root, &file)?;
    let size = fs::metadata(&file).map_err(|error| at(&file, &error))?.len();
    println!("packed target/language-server/{NAME}_bg.wasm, {size} bytes");
    Ok(())
}
