//! Builds the npm package: the wasm-bindgen builds of the engine, and the modules around them.

use std::fs;
use std::path::Path;
use std::process::Command;

use wasm_bindgen_cli_support::Bindgen;

use super::toolchain::{Build, Level, Toolchain, WEB_FLAGS};
use super::tools::{at, install, optimize, remove, run};

/// A build of the engine: file name, cargo features, and level of optimisation.
struct Variant {
    name: &'static str,
    features: &'static str,
    level: Level,
}

/// The first file checks JSON and nothing else, so that a page loads little, and is built for speed. Everything else is a part
/// that is loaded when it is first needed, built for size. Node reads its file from disk, so that file has all of that.
const VARIANTS: [Variant; 5] = [
    Variant { name: "json_glue", features: "check", level: Level::Speed },
    Variant { name: "editor_glue", features: "editor", level: Level::Size },
    Variant { name: "audit_glue", features: "audit", level: Level::Size },
    Variant { name: "project_glue", features: "project", level: Level::Size },
    Variant { name: "node_glue", features: "editor", level: Level::Speed },
];

/// Builds the engine, and leaves the modules around it and the packing to the package's own script.
pub(crate) fn pack(root: &Path, toolchain: &Toolchain) -> Result<(), String> {
    let glue = root.join("target/npm/glue");
    remove(&glue)?;
    fs::create_dir_all(&glue).map_err(|error| at(&glue, &error))?;
    install(root)?;
    for Variant { name, features, level } in &VARIANTS {
        println!("building {name}");
        let build = Build { package: "cxvars-wasm", features, level: *level, flags: WEB_FLAGS };
        let module = toolchain.build(root, &build)?;
        bind(&module, name, &glue)?;
        optimize(root, &glue.join(format!("{name}_bg.wasm")))?;
    }
    run(Command::new("node").arg(root.join("wasm/npm/build.mjs")))
}

/// Runs wasm-bindgen: writes the processed module, its JavaScript and its types into the folder `into`.
pub(crate) fn bind(module: &Path, name: &str, into: &Path) -> Result<(), String> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name(name).typescript(true).omit_default_module_path(true);
    bindgen
        .reset_state_function(true)
        .web(true)
        .and_then(|bindgen| bindgen.generate(into))
        .map_err(|error| format!("wasm-bindgen: {error:#}"))
}
