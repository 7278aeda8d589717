//! A compiler for wasm32-unknown-unknown.
//!
//! The usual way is a toolchain with the target (`rustup target add wasm32-unknown-unknown`). Without it, Debian's
//! rustc-web with the sources of its standard library (rust-web-src) does: the library is built along, which is why
//! unstable options are allowed for that one compiler.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::tools::run;

const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN_COMPILER: &str = "/usr/bin/rustc";
const DEBIAN_SOURCES: &str = "/usr/lib/rustlib/src/rust/library/Cargo.toml";

/// SHA-256 in its short form, which is fast enough for a log. Vectors of 128 bits, which every browser has had since 2023.
/// The most memory that an instance takes is 256 MiB; beyond, it traps and is replaced.
pub(crate) const WEB_FLAGS: &str = "-Clink-arg=--max-memory=268435456 --cfg=sha2_backend=\"soft\" \
                                    --cfg=sha2_backend_soft=\"compact\" -Ctarget-feature=+simd128";
/// The same for a component.
pub(crate) const COMPONENT_FLAGS: &str = WEB_FLAGS;
/// A policy is built as anybody would build it.
pub(crate) const POLICY_FLAGS: &str = "";

/// What a standard library that is built along can do without: a trap says no more in a browser than that it is one.
const SMALL: &str = "-Zunstable-options -Cpanic=immediate-abort -Zlocation-detail=none -Zfmt-debug=none";

pub(crate) enum Toolchain {
    /// The compiler in use has the target.
    Installed { version: String },
    /// Debian's, with this linker.
    Debian { version: String, linker: PathBuf },
}

impl Toolchain {
    /// The compiler to use.
    ///
    /// # Errors
    /// How to get one.
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

    /// Builds a package of the workspace, and says where the module is.
    pub(crate) fn build(&self, root: &Path, build: &Build<'_>) -> Result<PathBuf, String> {
        let target_dir = root.join("target/web");
        let mut cargo = self.cargo(build.flags);
        cargo.current_dir(root).args(["-p", build.package, "--lib", "--profile", build.profile]);
        cargo.args(["--no-default-features", "--features", build.features]).arg("--target-dir").arg(&target_dir);
        run(&mut cargo)?;
        let name = build.package.replace('-', "_");
        Ok(target_dir.join(TARGET).join(build.profile).join(name).with_extension("wasm"))
    }

    /// Builds a project of its own, and says where the module is.
    pub(crate) fn build_project(&self, root: &Path, project: &Path, flags: &str) -> Result<PathBuf, String> {
        let target_dir = root.join("target/policy");
        let manifest = project.join("Cargo.toml");
        let mut cargo = self.cargo(flags);
        cargo.args(["--release", "--lib", "--manifest-path"]).arg(&manifest).arg("--target-dir").arg(&target_dir);
        run(&mut cargo)?;
        let id = ask("cargo", &["pkgid", "--manifest-path", &manifest.to_string_lossy()])?;
        // `path+file:///…/folder#name@version`, without `name@` where the folder has the same name.
        let (path, fragment) =
            id.rsplit_once('#').ok_or_else(|| format!("`{}` is no cargo project", project.display()))?;
        let name = fragment.split_once('@').map_or(path.rsplit('/').next().unwrap_or_default(), |(name, _)| name);
        Ok(target_dir.join(TARGET).join("release").join(name.replace('-', "_")).with_extension("wasm"))
    }

    fn cargo(&self, flags: &str) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--quiet", "--locked", "--target", TARGET]).env("RUSTFLAGS", flags);
        if let Self::Debian { linker, .. } = self {
            cargo.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"]);
            cargo
                .env("RUSTC_BOOTSTRAP", "1")
                .env("RUSTC", DEBIAN_COMPILER)
                .env("RUSTFLAGS", format!("{flags} {SMALL}"))
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
        cargo
    }
}

/// A build of a package: the features that are in it, the profile of the workspace, and the flags of the compiler.
pub(crate) struct Build<'b> {
    pub(crate) package: &'b str,
    pub(crate) features: &'b str,
    pub(crate) profile: &'b str,
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

/// What a program prints.
fn ask(program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).output().map_err(|error| format!("{program}: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
