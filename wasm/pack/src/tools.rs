//! Runs other programs, and works with files.

use std::path::Path;
use std::process::{Command, Stdio};
use std::{fs, io};

/// Arguments of wasm-opt. They optimise for download size. Two options are left out. Inlining makes the module smaller,
/// but its compressed size 3 % larger. `--converge` saves one byte in a thousand and takes as long again.
const OPTIMIZE: [&str; 13] = [
    "-Os",
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

/// Optimises a module in place with wasm-opt.
pub(crate) fn optimize(root: &Path, module: &Path) -> Result<(), String> {
    let tool = root.join("wasm/npm/node_modules/.bin/wasm-opt");
    run(Command::new(tool).args(OPTIMIZE).arg(module).arg("-o").arg(module))
}

/// Installs the tools that package-lock.json names, unless they were already installed from the same file.
pub(crate) fn install(root: &Path) -> Result<(), String> {
    let npm = root.join("wasm/npm");
    let lock = npm.join("package-lock.json");
    let stamp = npm.join("node_modules/.installed");
    let wanted = fs::read(&lock).map_err(|error| at(&lock, &error))?;
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("installing wasm-opt and the tools of the package");
    run(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(npm).stdout(Stdio::null()))?;
    fs::write(&stamp, wanted).map_err(|error| at(&stamp, &error))
}

pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().map_err(|error| format!("{program}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{program} failed ({status})")) }
}

pub(crate) fn remove(folder: &Path) -> Result<(), String> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(folder, &error)),
        _ => Ok(()),
    }
}

pub(crate) fn at(path: &Path, error: &io::Error) -> String {
    format!("`{}`: {error}", path.display())
}
