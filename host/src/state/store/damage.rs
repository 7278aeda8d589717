//! A damaged state file: what of it can still be used, and keeping it beside the new one.

use std::io;
use std::path::{Path, PathBuf};

use super::{Header, KnownAction, KnownFile, ReadLine, VERSION};
use crate::system::files::{Draft, Readers};

/// What can be used of a damaged file: every whole line, but what is remembered only where no damage follows, because a
/// later line of the same action may be lost. An update that is open there stays open. Nothing of another version.
pub(super) fn salvage(bytes: &[u8]) -> KnownFile {
    let mut known = KnownFile { damaged: true, ..KnownFile::default() };
    let mut has_header = false;
    for (number, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let header = (number == 0).then(|| serde_json::from_slice::<Header>(line).ok()).flatten();
        if let Some(header) = header {
            if header.version != VERSION {
                return known;
            }
            has_header = true;
        } else if let Ok(ReadLine { target, action, remembered, open }) = serde_json::from_slice(line) {
            known.actions.insert((target, action), KnownAction { remembered, open });
        } else if !line.is_empty() {
            forget(&mut known);
        }
    }
    if !has_header {
        forget(&mut known);
    }
    known.actions.retain(|_, left| !left.is_nothing());
    known
}

fn forget(known: &mut KnownFile) {
    known.actions.values_mut().for_each(|left| left.remembered = None);
}

/// Copies a damaged file to the first free name of `<file>.damaged-1`, `-2` and so on, readable by its owner only.
/// Returns that path.
pub(super) fn keep_aside(path: &Path, bytes: &[u8]) -> io::Result<PathBuf> {
    for copy in copies(path) {
        let mut draft = Draft::beside(&copy, Readers::Owner)?;
        draft.write(bytes)?;
        if draft.place_new()? {
            return Ok(copy);
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// The last copy that [`keep_aside`] has made.
pub(super) fn last_copy(path: &Path) -> Option<PathBuf> {
    copies(path).take_while(|copy| copy.symlink_metadata().is_ok()).last()
}

fn copies(path: &Path) -> impl Iterator<Item = PathBuf> {
    (1_u32..).map(|number| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".damaged-{number}"));
        name.into()
    })
}
