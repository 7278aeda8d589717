//! The key of the fingerprints. Fingerprints let a run recognise an unchanged secret that cannot be read back.

use cxvars_core::base::hex;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use thiserror::Error;
use zeroize::Zeroizing;

use crate::system::environment::{self, Lookup};
use crate::system::files::{self, Draft, Readers};
use crate::system::random::Randomness;

/// The environment variable that holds the key: 64 hex digits, or the base64 of 32 bytes.
pub const VARIABLE: &str = "CXVARS_FINGERPRINT_KEY";

/// The key's file in the user's state folder.
const FILE_NAME: &str = "fingerprint.key";

/// A key of 32 bytes, the output length of SHA-256. RFC 2104 section 3 discourages shorter keys.
pub type Key = Zeroizing<[u8; 32]>;

/// Why there is no key. Exit code 2.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum KeyError {
    /// The environment variable does not hold a key.
    #[error("`{VARIABLE}` must be 64 hex digits or the base64 of 32 bytes; make one with `openssl rand -hex 32`")]
    Variable,
    /// The folder for the file is not known.
    #[error("no folder for the fingerprint key: set `HOME` or `XDG_STATE_HOME`, or give the key in `{VARIABLE}`")]
    NoFolder,
    /// The file or its folder cannot be used.
    #[error("the fingerprint key `{}` {problem}", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What is wrong and what to do.
        problem: &'static str,
    },
    /// The system has no randomness.
    #[error("no random bytes for a fingerprint key; give one in `{VARIABLE}`")]
    NoRandomness,
}

/// Returns the key from the environment, else from the file in the user's state folder. Creates that file on first use.
///
/// # Errors
/// A malformed key, or a file that others could have read or replaced. Messages never contain the key.
pub fn fingerprint_key(
    env: Lookup<'_>,
    user_state: Option<&Path>,
    random: &(impl Randomness + ?Sized),
) -> Result<Key, KeyError> {
    if let Some(text) = environment::read(env, VARIABLE).map(Zeroizing::new) {
        return decode(&text).ok_or(KeyError::Variable);
    }
    let folder = user_state.ok_or(KeyError::NoFolder)?;
    let path = folder.join(FILE_NAME);
    if path.symlink_metadata().is_err() {
        create(folder, &path, random)?;
    }
    read(&path)
}

/// Where the key is, or would be.
#[derive(Debug, PartialEq, Eq)]
pub enum KeyPlace {
    /// In the environment variable [`VARIABLE`].
    Variable,
    /// In this file.
    File(PathBuf),
    /// Nowhere yet; [`fingerprint_key`] would create this file.
    ToBeCreated(PathBuf),
}

/// Looks at the key as [`fingerprint_key`] does, and creates nothing. Returns the key, too, if there is one.
///
/// # Errors
/// Those of [`fingerprint_key`], except for what only writing can show.
pub fn look(env: Lookup<'_>, user_state: Option<&Path>) -> Result<(KeyPlace, Option<Key>), KeyError> {
    if let Some(text) = environment::read(env, VARIABLE).map(Zeroizing::new) {
        return decode(&text).map(|key| (KeyPlace::Variable, Some(key))).ok_or(KeyError::Variable);
    }
    let folder = user_state.ok_or(KeyError::NoFolder)?;
    let path = folder.join(FILE_NAME);
    if path.symlink_metadata().is_ok() {
        return read(&path).map(|key| (KeyPlace::File(path), Some(key)));
    }
    match files::could_be_folder(folder) {
        Ok(()) => Ok((KeyPlace::ToBeCreated(path), None)),
        Err(path) => Err(KeyError::File { path, problem: "is not a folder that can be written to" }),
    }
}

fn decode(text: &str) -> Option<Key> {
    let text = text.trim();
    let mut key = Key::default();
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        for (byte, digits) in key.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        return Some(key);
    }
    let bytes = STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text)).ok();
    let bytes = Zeroizing::new(bytes?);
    (bytes.len() == key.len()).then(|| {
        key.copy_from_slice(&bytes);
        key
    })
}

fn read(path: &Path) -> Result<Key, KeyError> {
    let problem = |problem| KeyError::File { path: path.to_owned(), problem };
    let (file, metadata) = files::open_foreign(path).map_err(problem)?;
    if files::mode(&metadata) & 0o077 != 0 {
        return Err(problem(
            "can be read by others; delete it to have a new one made, or run `chmod 600` on it if nobody read it",
        ));
    }
    let bytes = files::read_capped(file, 256).map_err(|error| problem(files::problem(&error)))?;
    bytes
        .and_then(|bytes| decode(std::str::from_utf8(&bytes).ok()?))
        .ok_or_else(|| problem("does not hold a key of 64 hex digits; delete it to have a new one made"))
}

/// Creates the key file unless another process created it first. The file is placed atomically, so no process can read
/// a partly written key.
fn create(folder: &Path, path: &Path, random: &(impl Randomness + ?Sized)) -> Result<(), KeyError> {
    let problem = |path: &Path| {
        let path = path.to_owned();
        move |error: std::io::Error| KeyError::File { path, problem: files::problem(&error) }
    };
    files::create_dir_all(folder).map_err(problem(folder))?;

    let mut key = Key::default();
    random.fill(key.as_mut_slice()).map_err(|_| KeyError::NoRandomness)?;
    let text = Zeroizing::new(hex::encode(key.as_slice()));

    let write = || {
        let mut draft = Draft::beside(path, Readers::Owner)?;
        draft.write(text.as_bytes())?;
        draft.write(b"\n")?;
        draft.place_new()
    };
    write().map(drop).map_err(problem(path))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;
    use crate::system::fake::Fake;

    const NO_ENV: Lookup<'static> = &|_| None;

    fn from_variable(text: &str) -> Result<Key, KeyError> {
        fingerprint_key(&|name| (name == VARIABLE).then(|| text.to_owned()), None, &Fake::new())
    }

    #[test]
    fn the_variable_takes_hex_or_base64() {
        let hex = "00ff".repeat(16);
        let key = from_variable(&hex).unwrap();
        assert_eq!((key[0], key[1], key[31]), (0, 255, 255));
        assert!(from_variable(&hex.to_uppercase()) == Ok(key.clone()));
        assert!(from_variable(&STANDARD.encode(key.as_slice())) == Ok(key.clone()));
        assert!(from_variable(&STANDARD_NO_PAD.encode(key.as_slice())) == Ok(key));
    }

    #[test]
    fn a_malformed_variable_is_refused_and_not_shown() {
        for text in [
            "hunter2",
            "00",
            &"0".repeat(63),
            &"0".repeat(65),
            &"g".repeat(64),
            &STANDARD.encode([0; 31]),
            &STANDARD.encode([0; 33]),
            "\u{e9}",
        ] {
            let error = from_variable(text).unwrap_err();
            assert_eq!(error, KeyError::Variable, "{text}");
            assert!(!error.to_string().contains(text));
        }
    }

    #[test]
    fn without_home_the_message_names_the_ways_out() {
        let message = fingerprint_key(NO_ENV, None, &Fake::new()).unwrap_err().to_string();
        assert!(message.contains("HOME") && message.contains(VARIABLE));
    }

    #[test]
    fn the_file_is_made_once_and_read_again() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("a/cxvars");
        let first = fingerprint_key(NO_ENV, Some(&folder), &Fake::new()).unwrap();
        let second = fingerprint_key(NO_ENV, Some(&folder), &Fake::new()).unwrap();
        assert!(first == second && *first != [0; 32]);
        let names: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [FILE_NAME]);
    }

    #[test]
    fn a_look_finds_what_a_run_would_find_and_creates_nothing() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("a/cxvars");
        let path = folder.join(FILE_NAME);
        let look =
            |env: Lookup<'_>, folder: Option<&Path>| look(env, folder).map(|(place, key)| (place, key.is_some()));
        assert_eq!(look(NO_ENV, Some(&folder)), Ok((KeyPlace::ToBeCreated(path.clone()), false)));
        assert!(!home.path().join("a").exists());
        fingerprint_key(NO_ENV, Some(&folder), &Fake::new()).unwrap();
        assert_eq!(look(NO_ENV, Some(&folder)), Ok((KeyPlace::File(path.clone()), true)));
        assert_eq!(look(&|_| Some("hunter2".to_owned()), Some(&folder)), Err(KeyError::Variable));
        assert_eq!(look(&|_| Some("0f".repeat(32)), None), Ok((KeyPlace::Variable, true)));
        assert_eq!(look(NO_ENV, None), Err(KeyError::NoFolder));
        assert!(look(NO_ENV, Some(&path.join("below-a-file"))).is_err());
        std::fs::write(&path, "damaged").unwrap();
        assert!(look(NO_ENV, Some(&folder)).is_err());
    }

    #[test]
    fn racing_processes_agree_on_one_key() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("cxvars");
        let system = &Fake::new();
        let keys: Vec<Key> = std::thread::scope(|scope| {
            let threads: Vec<_> =
                (0..8).map(|_| scope.spawn(|| fingerprint_key(NO_ENV, Some(&folder), system).unwrap())).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }

    #[cfg(unix)]
    #[test]
    fn the_file_and_its_folder_are_private() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("cxvars");
        fingerprint_key(NO_ENV, Some(&folder), &Fake::new()).unwrap();
        let mode = |path: &Path| files::mode(&path.metadata().unwrap());
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&folder.join(FILE_NAME)), 0o600);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_or_a_link_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(FILE_NAME);
        std::fs::write(&path, "00".repeat(32)).unwrap();
        for mode in [0o644, 0o640, 0o604] {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            let error = fingerprint_key(NO_ENV, Some(home.path()), &Fake::new()).unwrap_err();
            assert!(error.to_string().contains("read by others"), "{mode:o}");
        }
        let other = home.path().join("other");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        std::fs::rename(&path, &other).unwrap();
        std::os::unix::fs::symlink(&other, &path).unwrap();
        let error = fingerprint_key(NO_ENV, Some(home.path()), &Fake::new()).unwrap_err();
        assert!(error.to_string().contains("symbolic link"));
        // A dangling link is refused as well: its target is not created.
        std::fs::remove_file(&other).unwrap();
        assert!(fingerprint_key(NO_ENV, Some(home.path()), &Fake::new()).is_err());
        assert!(!other.exists());
    }

    #[test]
    fn a_damaged_file_is_refused_without_showing_it() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(FILE_NAME);
        for text in ["", "hunter2", &"0".repeat(300)] {
            let _ = std::fs::remove_file(&path);
            files::create_new(&path).unwrap().write_all(text.as_bytes()).unwrap();
            let message = fingerprint_key(NO_ENV, Some(home.path()), &Fake::new()).unwrap_err().to_string();
            assert!(message.contains("64 hex digits") && !message.contains("hunter2"));
        }
    }
}
