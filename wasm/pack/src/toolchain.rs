//! Finds and runs a compiler for wasm32-unknown-unknown.
//!
//! The usual choice is a toolchain with the target (`rustup target add wasm32-unknown-unknown`). Without it, Debian's
//! rustc-web is used, with the sources of its standard library (rust-web-src). The standard library is built together
//! with the module, so unstable options are allowed for that compiler.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::tools::run;

const TARGET: &str = "wasm32-unknown-unknown";
const TARGET_DIR: &str = "target/wasm";
const DEBIAN_COMPILER: &str = "/usr/bin/rustc";
const DEBIAN_SOURCES: &str = "/usr/lib/rustlib/src/rust/library/Cargo.toml";

/// Compiler flags of the npm package.
///
/// SHA-256 uses its compact implementation, which is fast enough for a log. Vectors of 128 bits are enabled: every
/// browser has supported them since 2023. An instance takes at most 256 MiB of memory; beyond that it traps and is
/// replaced.
pub(crate) const WEB_FLAGS: &str = "-Clink-arg=--max-memory=268435456 --cfg=sha2_backend=\"soft\" \
                                    --cfg=sha2_backend_soft=\"compact\" -Ctarget-feature=+simd128";
/// Compiler flags of a component.
pub(crate) const COMPONENT_FLAGS: &str = WEB_FLAGS;
/// Compiler flags of a policy: none, as in anybody else's build.
const POLICY_FLAGS: &str = "";

/// Flags that make a standard library built from source smaller. They drop panic messages, which a browser never shows:
/// it only reports that there was a trap.
const SMALL_STD_FLAGS: &str = "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none";

pub(crate) enum Toolchain {
    /// The current toolchain has the target.
    Installed { version: String },
    /// Debian's compiler, with the linker of the current toolchain.
    Debian { version: String, linker: PathBuf },
}

impl Toolchain {
    /// Finds the compiler to use.
    ///
    /// # Errors
    /// There is none; the message says how to install one.
    pub(crate) fn find() -> Result<Self, String> {
        let sysroot = PathBuf::from(ask("rustc", &["--print", "sysroot"])?);
        if sysroot.join("lib/rustlib").join(TARGET).join("lib").is_dir() {
            return Ok(Self::Installed { version: ask("rustc", &["--version"])? });
        }
        if Path::new(DEBIAN_COMPILER).exists() && Path::new(DEBIAN_SOURCES).exists() {
            let host = ask("rustc", &["-vV"])?;
            let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default();
            let linker = sysroot.join("lib/rustlib").join(host).join("bin/rust-lld");
            return Ok(Self::Debian { version: ask(DEBIAN_COMPILER, &["--version"])?, linker });
        }
        Err(format!(
            "no compiler for {TARGET}; run: rustup target add {TARGET}\n       (on Debian also: apt-get install \
             rustc-web rust-web-src)"
        ))
    }

    /// Builds a package of the workspace and returns the path of the module.
    pub(crate) fn build(&self, root: &Path, build: &Build<'_>) -> Result<PathBuf, String> {
        let Build { package, features, level, flags } = *build;
        let mut cargo = self.cargo(root, flags);
        cargo.current_dir(root).args(["-p", package, "--no-default-features", "--features", features]);
        for setting in level.settings() {
            cargo.args(["--config", setting]);
        }
        run(&mut cargo)?;
        Ok(module(root, package))
    }

    /// Builds a cargo project outside the workspace and returns the path of the module.
    pub(crate) fn build_project(&self, root: &Path, project: &Path) -> Result<PathBuf, String> {
        let flags = match self {
            Self::Installed { .. } => POLICY_FLAGS,
            // Those of the validator, so that the standard library is not built again.
            Self::Debian { .. } => COMPONENT_FLAGS,
        };
        let manifest = project.join("Cargo.toml");
        let mut cargo = self.cargo(root, flags);
        run(cargo.arg("--manifest-path").arg(&manifest))?;
        let id = ask("cargo", &["pkgid", "--manifest-path", &manifest.to_string_lossy()])?;
        // `path+file:///…/folder#name@version`, without `name@` if the folder has the same name.
        let (path, fragment) =
            id.rsplit_once('#').ok_or_else(|| format!("`{}` is not a cargo project", project.display()))?;
        let name = fragment.split_once('@').map_or(path.rsplit('/').next().unwrap_or_default(), |(name, _)| name);
        Ok(module(root, name))
    }

    /// A build in the folder that all modules share, because they have many dependencies in common.
    fn cargo(&self, root: &Path, flags: &str) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--quiet", "--locked", "--release", "--lib", "--target", TARGET]).env("RUSTFLAGS", flags);
        cargo.arg("--target-dir").arg(root.join(TARGET_DIR));
        if let Self::Debian { linker, .. } = self {
            cargo.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
            // Always for size, so that the largest parts of the library are compiled once for both levels.
            for part in ["core", "alloc"] {
                cargo.args(["--config", &format!("profile.release.package.{part}.opt-level='z'")]);
            }
            cargo
                .env("RUSTC_BOOTSTRAP", "1")
                .env("RUSTC", DEBIAN_COMPILER)
                .env("RUSTFLAGS", format!("{flags} {SMALL_STD_FLAGS}"))
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
        cargo
    }
}

/// The path of the module that a build of a package has made.
fn module(root: &Path, package: &str) -> PathBuf {
    root.join(TARGET_DIR).join(TARGET).join("release").join(package.replace('-', "_")).with_extension("wasm")
}

/// What the compiler optimises for.
#[derive(Clone, Copy)]
pub(crate) enum Level {
    Size,
    Speed,
}

impl Level {
    /// Cargo's settings. Levels are not profiles, because each profile compiles the macros again. Only the packages that
    /// do the work of a check differ, so that the others are compiled once for both levels.
    fn settings(self) -> &'static [&'static str] {
        const SIZE: &str = "profile.release.opt-level='z'";
        match self {
            Self::Size => &[SIZE],
            Self::Speed => &[
                SIZE,
                "profile.release.package.cxvars-component.opt-level=2",
                "profile.release.package.cxvars-core.opt-level=2",
                "profile.release.package.cxvars-wasm.opt-level=2",
                "profile.release.package.granit-parser.opt-level=2",
            ],
        }
    }
}

/// A build of a package of the workspace: package name, cargo features, level of optimisation, and compiler flags.
pub(crate) struct Build<'b> {
    pub(crate) package: &'b str,
    pub(crate) features: &'b str,
    pub(crate) level: Level,
    pub(crate) flags: &'b str,
}

impl fmt::Display for Toolchain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Installed { version } => f.write_str(version),
            Self::Debian { version, .. } => write!(f, "{version}, standard library from source"),
        }
    }
}

/// Runs a program and returns its output, trimmed.
pub(crate) fn ask(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).output().map_err(|error| format!("{program}: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
