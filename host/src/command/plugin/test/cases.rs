//! The documents in a folder of tests.

use std::fs;
use std::path::{Path, PathBuf};

use cxvars_core::reader::format::DocumentFormat;

use crate::cli::exit::CommandError;
use crate::project::input::cannot_read;

/// What the name of a file with expected findings ends in.
const EXPECTED: &str = ".expected.json";
/// The name of a file with settings.
const SETTINGS: &str = "settings.toml";
/// The most folders within each other.
const MAX_DEPTH: usize = 32;

/// A document to test a policy on.
pub(super) struct Case {
    /// The document.
    pub(super) document: PathBuf,
    /// Its path from the folder of the tests, with `/` between its parts.
    pub(super) path: String,
    /// The file with the expected findings, which may not exist.
    pub(super) expected: PathBuf,
    /// The nearest file with settings, in its folder or above.
    pub(super) settings: Option<PathBuf>,
}

/// The documents in the folder and in those below it, by path.
pub(super) fn find(folder: &Path) -> Result<Vec<Case>, CommandError> {
    let mut cases = Vec::new();
    search(folder, "", None, MAX_DEPTH, &mut cases)?;
    cases.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(cases)
}

fn search(
    folder: &Path,
    above: &str,
    settings: Option<&Path>,
    depth: usize,
    cases: &mut Vec<Case>,
) -> Result<(), CommandError> {
    let own = folder.join(SETTINGS);
    let settings = if own.is_file() { Some(own.as_path()) } else { settings };
    for entry in fs::read_dir(folder).map_err(|error| cannot_read(folder, &error))? {
        let entry = entry.map_err(|error| cannot_read(folder, &error))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let (file, path) = (entry.path(), format!("{above}{name}"));
        // A link to a folder is not followed, so that the search ends.
        if entry.file_type().is_ok_and(|file_type| file_type.is_dir()) {
            if depth > 0 {
                search(&file, &format!("{path}/"), settings, depth - 1, cases)?;
            }
        } else if !name.ends_with(EXPECTED) && DocumentFormat::of_file_name(&name).is_some() {
            let expected = folder.join(format!("{name}{EXPECTED}"));
            cases.push(Case { document: file, path, expected, settings: settings.map(Path::to_owned) });
        }
    }
    Ok(())
}
