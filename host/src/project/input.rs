//! Reading documents from files and standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

pub(crate) use cxvars_project::paths::shown;
use zeroize::Zeroizing;

use super::{ProjectError, revision};
use crate::system::files;

/// A document as it was read. No `Debug`: it holds values.
pub(crate) struct Input {
    /// Its path as reports show it.
    pub(crate) name: String,
    /// The folder that relative paths in it start from.
    pub(crate) folder: PathBuf,
    /// Its bytes.
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    /// The id of the commit that it was read at, if it was not read as it is now.
    pub(crate) commit: Option<String>,
}

/// Whether the path is `-`, which stands for standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads a document, as it was at a git revision if there is one. `stdin_name` is the file name that standard input is
/// treated as.
///
/// Reading stops one byte after `max_bytes`, which is enough for the check to report that the document is too large.
pub(crate) fn read(
    path: &Path,
    stdin_name: Option<&Path>,
    at: Option<&str>,
    max_bytes: usize,
) -> Result<Input, ProjectError> {
    let (bytes, commit) = match at {
        Some(_) if is_stdin(path) => {
            return Err(ProjectError::usage("standard input has no revisions; name the document with -f"));
        }
        Some(at) => {
            let (bytes, commit) = revision::read(path, at, max_bytes.saturating_add(1))?;
            (bytes, Some(commit))
        }
        None => {
            let mut buffer = Buffer::default();
            let length = read_into(&mut buffer, path, max_bytes, files::open_named)?.len();
            (buffer.into_bytes(length), None)
        }
    };
    let folder = path.parent().filter(|_| !is_stdin(path)).unwrap_or(Path::new(""));
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder }.to_owned();
    let name = match &commit {
        Some(commit) => format!("{}:{}", revision::short(commit), name(path, None)),
        None => name(path, stdin_name),
    };
    Ok(Input { name, folder, bytes, commit })
}

/// Reads a document as [`read`] does, into a buffer that is reused for many documents. `open` opens the file.
pub(crate) fn read_into<'b>(
    buffer: &'b mut Buffer,
    path: &Path,
    max_bytes: usize,
    open: impl FnOnce(&Path) -> io::Result<File>,
) -> Result<&'b [u8], ProjectError> {
    let most = max_bytes.saturating_add(1);
    let read = match is_stdin(path) {
        true => buffer.fill(io::stdin().lock(), most),
        false => open(path).and_then(|file| {
            if buffer.0.is_empty() {
                buffer.make_room(&file)?;
            }
            buffer.fill(file, most)
        }),
    };
    read.map_err(|error| match error.kind() {
        io::ErrorKind::IsADirectory => {
            ProjectError::usage(format!("`{}` is a folder; name the documents in it", shown(path)))
        }
        _ => cannot_read(path, &error),
    })
}

/// A buffer that holds one document after another. Its memory is wiped when it grows and when it is dropped. No
/// `Debug`: it holds values.
#[derive(Default)]
pub(crate) struct Buffer(Zeroizing<Vec<u8>>);

impl Buffer {
    /// Initial size, enough for most documents. It is not larger because all of it is wiped at the end.
    const INITIAL_BYTES: usize = 16 * 1024;

    /// Reads `source` to its end, but at most `most` bytes.
    pub(super) fn fill(&mut self, mut source: impl Read, most: usize) -> io::Result<&[u8]> {
        let mut filled = 0;
        while filled < most {
            if filled == self.0.len() {
                self.grow();
            }
            let end = self.0.len().min(most);
            match source.read(&mut self.0[filled..end]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(&self.0[..filled])
    }

    /// Its first bytes.
    pub(super) fn into_bytes(self, length: usize) -> Zeroizing<Vec<u8>> {
        let mut bytes = self.0;
        bytes.truncate(length);
        bytes
    }

    /// Makes room for a short file and one more byte, so that reading to its end needs no larger buffer.
    fn make_room(&mut self, file: &File) -> io::Result<()> {
        let length = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        self.0 = Zeroizing::new(vec![0; length.saturating_add(1).min(Self::INITIAL_BYTES)]);
        Ok(())
    }

    /// Doubles the size. A `Vec` that grows by itself would leave its old bytes in memory.
    fn grow(&mut self) {
        let mut larger = Zeroizing::new(vec![0; (self.0.len() * 2).max(Self::INITIAL_BYTES)]);
        larger[..self.0.len()].copy_from_slice(&self.0);
        self.0 = larger;
    }
}

/// The file that a path names: the path itself, or `stdin_name` for standard input.
pub(crate) fn file_of<'p>(path: &'p Path, stdin_name: Option<&'p Path>) -> Option<&'p Path> {
    if is_stdin(path) { stdin_name } else { Some(path) }
}

/// A document's path as reports show it.
pub(crate) fn name(path: &Path, stdin_name: Option<&Path>) -> String {
    file_of(path, stdin_name).map_or_else(|| "<stdin>".to_owned(), shown)
}

/// The error for a file or folder that cannot be read.
pub(crate) fn cannot_read(path: &Path, error: &io::Error) -> ProjectError {
    ProjectError::io(format!("cannot read `{}`: {}", shown(path), files::describe(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_holds_the_last_document_and_no_more_than_was_asked() {
        let mut buffer = Buffer::default();
        let long = vec![b'x'; Buffer::INITIAL_BYTES * 3 + 1];
        assert_eq!(buffer.fill(&long[..], usize::MAX).unwrap(), long);
        assert_eq!(buffer.fill(&b"short"[..], 100).unwrap(), b"short");
        assert_eq!(buffer.fill(&b"short"[..], 3).unwrap(), b"sho");
        assert_eq!(buffer.fill(&b""[..], 100).unwrap(), b"");
    }
}
