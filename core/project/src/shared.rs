//! Follows `extends`: what several projects share, below what the file says that names it.

use std::path::{Path, PathBuf};

use cxvars_core::base::hex;
use cxvars_core::options::section::Section as _;
use cxvars_core::options::toml;
use cxvars_core::options::written::{Owner, Source};
use sha2::{Digest as _, Sha256};

use crate::error::{FileError, wording};
use crate::files::{self, Files, Unreadable};
use crate::section::{ConfigFile, SharedFile, parse_shared};

/// Largest file that is read, in bytes. No real configuration is nearly as large; the limit keeps a wrong path from
/// filling the memory.
pub(crate) const CAP_BYTES: usize = 1024 * 1024;

/// The file at `path` with all that it extends. `text` is the text of the file, and `named` gets the path of each shared
/// file.
pub(crate) fn extend(
    file: ConfigFile,
    path: &Path,
    text: &str,
    owner: Owner,
    named: &mut Vec<PathBuf>,
    files: &dyn Files,
) -> Result<ConfigFile, FileError> {
    let mut merged = own_part(&file);
    if owner == Owner::User {
        enforce(&mut merged, path);
    } else if file.enforced == Some(true) && file.extends.is_none() {
        let position = toml::position(text, &["enforced"]);
        return Err(FileError::EnforcedWithoutFile { by: path.to_owned(), position });
    }
    let (mut by, mut text_of_by) = (path.to_owned(), text.to_owned());
    let mut seen = vec![files.resolved(path)];
    while let Some(path) = merged.extends.take() {
        let refused = |problem: String| {
            let position = toml::position(&text_of_by, &["extends"]);
            FileError::Shared { by: by.clone(), position, path: path.clone(), problem }
        };
        let real = files.resolved(&path);
        if seen.contains(&real) {
            return Err(refused("is extended already; end the circle".to_owned()));
        }
        let text = match files.read(&path, CAP_BYTES).and_then(files::text) {
            Ok(text) => text,
            Err(problem @ Unreadable::Pending) => return Err(FileError::Unreadable { path, named_by: "", problem }),
            Err(problem) => return Err(refused(wording(problem))),
        };
        let mut shared = match parse_shared(&text, Source::File { path: &path, owner }) {
            Ok(shared) => shared,
            Err(problems) => return Err(FileError::Mistakes { path, problems }),
        };
        // After it was read: the digest of any other file, such as one with a password, would tell what it holds.
        check_digest(&text, merged.extends_sha256.take().as_deref()).map_err(refused)?;
        // Who enforces a file enforces all that it extends.
        if merged.enforced == Some(true) || shared.enforced == Some(true) || owner == Owner::User {
            shared.enforced = Some(true);
            merged.enforced = Some(true);
            enforce(&mut shared, &path);
        }
        merged = merged.over(shared);
        seen.push(real);
        named.push(path.clone());
        (by, text_of_by) = (path, text);
    }
    if merged.extends_sha256.is_some() {
        let position = toml::position(&text_of_by, &["extends_sha256"]);
        return Err(FileError::PinWithoutFile { by, position });
    }
    Ok(ConfigFile { validate: merged.validate, ignore: merged.ignore, rule: merged.rule, ..file })
}

/// What a file says that may be shared.
fn own_part(file: &ConfigFile) -> SharedFile {
    let ConfigFile { extends, extends_sha256, validate, ignore, rule, enforced, .. } = file;
    SharedFile {
        extends: extends.clone(),
        extends_sha256: extends_sha256.clone(),
        validate: validate.clone(),
        ignore: ignore.clone(),
        rule: rule.clone(),
        enforced: *enforced,
    }
}

/// Enforces the rules of the file at `path`.
fn enforce(file: &mut SharedFile, path: &Path) {
    for rule in file.rule.iter_mut().flatten() {
        rule.enforced_by = Some(path.to_string_lossy().replace('\\', "/"));
    }
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
