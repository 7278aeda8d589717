//! Reports in files, in addition to the one on standard output: `--output FORMAT=PATH`.
//!
//! A file appears whole or not at all: the report goes to a temporary file in the same folder, which is renamed at
//! the end. A report holds no secret, so it gets the permissions that any new file gets.

use std::fs;
use std::path::{Path, PathBuf};

use cxvars_core::base::display::quote;
use cxvars_core::render::Format;

use super::arguments::ReportTarget;
use crate::cli::exit::CommandError;
use crate::system::files::{Draft, Readers, are_same, describe, parent};

/// A report that is not yet at its path.
pub(super) struct ReportFile {
    format: Format,
    /// The path as it was given, for messages.
    shown: String,
    /// The canonical path of the folder, with the name of the file.
    path: PathBuf,
    draft: Draft,
}

impl ReportFile {
    /// Creates the temporary file before anything is checked, so that a report that cannot be written is noticed early.
    ///
    /// # Errors
    /// If the folder is missing or cannot be written to, or if the path exists and is not a regular file.
    pub(super) fn create(target: &ReportTarget) -> Result<Self, CommandError> {
        let shown = target.path.to_string_lossy().into_owned();
        let failed = |reason: &str| CommandError::io(format!("cannot write {}: {reason}", quote(&shown)));
        let folder = parent(&target.path);
        if !folder.is_dir() {
            let folder = quote(&folder.to_string_lossy());
            return Err(failed(&format!("there is no folder {folder}; create it first")));
        }
        let name = target.path.file_name().filter(|_| !shown.ends_with(['/', '\\']));
        let name = name.ok_or_else(|| failed("it names a folder"))?;
        let path = fs::canonicalize(folder).map_err(|error| failed(&describe(&error)))?.join(name);
        // A link is not followed, and a device such as /dev/null must not be replaced.
        if fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file()) {
            return Err(failed("it is not a regular file"));
        }
        let draft = Draft::beside(&path, Readers::ByUmask).map_err(|error| failed(&describe(&error)))?;
        Ok(Self { format: target.format, shown, path, draft })
    }

    /// The format of the report.
    pub(super) fn format(&self) -> Format {
        self.format
    }

    /// The canonical path of the folder, with the name of the file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether this is the file at `path`, which has to exist.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        are_same(&self.path, path)
    }

    /// Whether this is, or will be, the file at `path`, which need not be there yet.
    pub(super) fn goes_to(&self, path: &Path) -> bool {
        let place = || Some(fs::canonicalize(parent(path)).ok()?.join(path.file_name()?));
        self.is_at(path) || place().is_some_and(|place| place == self.path)
    }

    /// Whether both go to the same file.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        self.path == other.path
    }

    /// The path as it was given, for messages.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// Writes the report and moves it to its path.
    ///
    /// # Errors
    /// If it cannot be written. A file that was at the path before is left as it was.
    pub(super) fn write(mut self, report: &str) -> Result<(), CommandError> {
        let written = self.draft.write(report.as_bytes()).and_then(|()| self.draft.place());
        written.map_err(|error| CommandError::io(format!("cannot write {}: {}", quote(&self.shown), describe(&error))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn create(path: &Path) -> Result<ReportFile, CommandError> {
        ReportFile::create(&ReportTarget { format: "json".parse().unwrap(), path: path.to_owned() })
    }

    #[test]
    fn a_report_replaces_the_one_before_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        fs::write(&path, "before").unwrap();
        drop(create(&path).unwrap());
        assert_eq!(fs::read_to_string(&path).unwrap(), "before");
        create(&path).unwrap().write("after").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "after");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn what_cannot_be_written_is_known_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let refused = |path: &str| create(&folder.path().join(path)).err().unwrap().to_string();
        assert!(refused("none/report.json").ends_with("none`; create it first"), "{}", refused("none/report.json"));
        fs::create_dir(folder.path().join("folder")).unwrap();
        assert!(refused("folder").ends_with("it is not a regular file"));
        assert!(refused("new/").ends_with("it names a folder"));
    }

    #[test]
    fn the_same_file_is_known_by_any_path() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("a")).unwrap();
        let plain = create(&folder.path().join("x.json")).unwrap();
        assert!(plain.is_same(&create(&folder.path().join("a/../x.json")).unwrap()));
        assert!(!plain.is_same(&create(&folder.path().join("a/x.json")).unwrap()));
        assert!(!plain.is_at(&folder.path().join("x.json")), "there is no such file yet");
        assert!(plain.goes_to(&folder.path().join("a/../x.json")) && !plain.goes_to(&folder.path().join("a/x.json")));
        fs::write(folder.path().join("x.json"), "").unwrap();
        assert!(plain.is_at(&folder.path().join("a/../x.json")));
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_it_and_links_are_not_followed() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (plain, report, link) =
            (folder.path().join("plain"), folder.path().join("report"), folder.path().join("link"));
        fs::write(&plain, "").unwrap();
        create(&report).unwrap().write("").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&report), mode(&plain));
        symlink(&plain, &link).unwrap();
        assert!(create(&link).is_err());
        assert!(create(Path::new("/dev/null")).is_err());
    }
}
