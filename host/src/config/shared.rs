//! Follows `extends`: what several projects share, below what the file says that names it.

use std::path::{Path, PathBuf};

use cxvars_core::base::hex;
use cxvars_core::options::section::Section as _;
use cxvars_core::options::written::{Owner, Source};
use sha2::{Digest as _, Sha256};

use super::discover;
use super::error::ConfigError;
use super::section::{ConfigFile, SharedFile, parse_shared};

/// The file at `path` with all that it extends. `named` gets the path of each shared file.
pub(super) fn extend(
    file: ConfigFile,
    path: &Path,
    owner: Owner,
    named: &mut Vec<PathBuf>,
) -> Result<ConfigFile, ConfigError> {
    let ConfigFile { extends, extends_sha256, validate, ignore, .. } = &file;
    let (extends, extends_sha256) = (extends.clone(), extends_sha256.clone());
    let mut merged = SharedFile { extends, extends_sha256, validate: validate.clone(), ignore: ignore.clone() };
    let mut by = path.to_owned();
    let mut seen = vec![real(path)];
    while let Some(path) = merged.extends.take() {
        let refused = |problem: String| ConfigError::Shared { by: by.clone(), path: path.clone(), problem };
        if seen.contains(&real(&path)) {
            return Err(refused("is extended already; end the circle".to_owned()));
        }
        let text = discover::read(&path).map_err(|problem| refused(problem.to_owned()))?;
        let shared = match parse_shared(&text, Source::File { path: &path, owner }) {
            Ok(shared) => shared,
            Err(problems) => return Err(ConfigError::File { path, problems }),
        };
        // After it was read: the digest of any other file, such as one with a password, would tell what it holds.
        check_digest(&text, merged.extends_sha256.take().as_deref()).map_err(refused)?;
        merged = merged.over(shared);
        seen.push(real(&path));
        named.push(path.clone());
        by = path;
    }
    if merged.extends_sha256.is_some() {
        return Err(ConfigError::PinWithoutFile { by });
    }
    Ok(ConfigFile { validate: merged.validate, ignore: merged.ignore, ..file })
}

/// Checks the digest that pins a file. The error is the end of a sentence that begins with the file's path.
fn check_digest(text: &str, sha256: Option<&str>) -> Result<(), String> {
    let digest = hex::encode(&Sha256::digest(text));
    match sha256.filter(|wanted| *wanted != digest) {
        Some(_) => Err(format!(
            "is not the one that `extends_sha256` pins: its SHA-256 is {digest}; look at what changed before you pin it"
        )),
        None => Ok(()),
    }
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}
