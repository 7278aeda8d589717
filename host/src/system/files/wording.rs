//! The wording of I/O errors. The system's own text differs between systems and starts with a capital letter.

use std::io::{self, ErrorKind};

use crate::system::locks::NoLock;

/// A reason as the end of a sentence that names the file: "`vars.json` cannot be used: permission denied".
pub(crate) type Problem = &'static str;

macro_rules! words {
    ($($kind:ident => $words:literal,)*) => {
        pub(super) fn known(kind: ErrorKind) -> Option<&'static str> {
            match kind {
                $(ErrorKind::$kind => Some($words),)*
                _ => None,
            }
        }

        /// The error as the end of a sentence that names the file.
        pub(crate) fn problem(error: &io::Error) -> Problem {
            match error.kind() {
                $(ErrorKind::$kind => concat!("cannot be used: ", $words),)*
                ErrorKind::InvalidInput => "is not a regular file",
                _ => "cannot be read or written",
            }
        }
    };
}

words! {
    AlreadyExists => "it exists already",
    InvalidData => "not UTF-8 text",
    IsADirectory => "it is a folder",
    NotADirectory => "it is not a folder, or lies below a file",
    NotFound => "no such file or folder",
    PermissionDenied => "permission denied",
    ReadOnlyFilesystem => "the file system is read-only",
    StorageFull => "no space left",
}

/// Describes the error in lower case and without the system's error number: `permission denied`.
pub fn describe(error: &io::Error) -> String {
    // `InvalidData` means bytes that are not UTF-8 only if no other error is wrapped in it.
    let is_wrapped = error.kind() == ErrorKind::InvalidData && error.get_ref().is_some();
    if let Some(words) = known(error.kind()).filter(|_| !is_wrapped) {
        return words.to_owned();
    }
    match error.kind() {
        // The texts of these are ours.
        ErrorKind::InvalidInput => error.to_string(),
        _ if is_no_lock(error) => error.to_string(),
        kind => match kind.to_string() {
            text if text.contains("uncategorized") => error.to_string().to_lowercase(),
            text => text,
        },
    }
}

fn is_no_lock(error: &io::Error) -> bool {
    let Some(inner) = error.get_ref() else { return false };
    inner.is::<NoLock>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_has_one_wording() {
        let missing = io::Error::from(ErrorKind::NotFound);
        assert_eq!(describe(&missing), "no such file or folder");
        assert_eq!(problem(&missing), "cannot be used: no such file or folder");
        let wrapped = io::Error::new(ErrorKind::NotFound, "with a path, as temporary files say it");
        assert_eq!(describe(&wrapped), "no such file or folder");
        assert_eq!(describe(&io::Error::new(ErrorKind::InvalidData, "no JSON")), "invalid data");
        assert_eq!(problem(&io::Error::other("x")), "cannot be read or written");
    }
}
