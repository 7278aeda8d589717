//! Reading documents from files and standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use cxvars_core::options::DocumentFormat;
use zeroize::Zeroizing;

use crate::exit::CommandError;

/// A document as it was read. No `Debug`: it holds values.
pub(super) struct Input {
    /// Its path as reports show it.
    pub(super) name: String,
    /// The folder that relative paths in it start from.
    pub(super) folder: PathBuf,
    /// What its name says about how it is to be read; JSON where that says nothing.
    pub(super) format: DocumentFormat,
    /// Its bytes.
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

/// The path that stands for standard input.
pub(super) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Reads a document. `stdin_name` says what kind of file standard input stands for.
///
/// Reading stops a byte behind `max_bytes`, which is enough for the check to say that it is too large.
pub(super) fn read(path: &Path, stdin_name: Option<&Path>, max_bytes: usize) -> Result<Input, CommandError> {
    let stdin = is_stdin(path);
    let named = if stdin { stdin_name } else { Some(path) };
    let file_name = named.and_then(Path::file_name).unwrap_or_default();
    let format = DocumentFormat::of_file_name(&file_name.to_string_lossy()).unwrap_or(DocumentFormat::Json);
    let failed = |error: io::Error| CommandError::io(format!("cannot read `{}`: {}", shown(path), reason(&error)));
    let folder = path.parent().filter(|_| !stdin).unwrap_or(Path::new(""));
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder }.to_owned();
    let name = if stdin { stdin_name.map_or_else(|| "<stdin>".to_owned(), shown) } else { shown(path) };
    let bytes = if stdin {
        read_capped(io::stdin().lock(), max_bytes).map_err(failed)?
    } else if path.is_dir() {
        return Err(CommandError::usage(format!("`{name}` is a folder; name the documents in it")));
    } else {
        read_capped(File::open(path).map_err(failed)?, max_bytes).map_err(failed)?
    };
    Ok(Input { name, folder, format, bytes })
}

fn read_capped(source: impl Read, max_bytes: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    source.take((max_bytes as u64).saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// A path for messages and reports.
pub(super) fn shown(path: &Path) -> String {
    cxvars_core::display::escape(&path.to_string_lossy().replace('\\', "/"))
}

fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string().to_lowercase(),
    }
}
