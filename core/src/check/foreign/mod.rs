//! Recognises texts that are not documents: a folder and an editor also show files of other programs in the same
//! formats.
//!
//! A text is a document if it shows signs of one. Two modules look for them, and both allow for one mistake: a document
//! with a mistake must be found, because the mistake has to be reported. `structure` looks at a text that can be read.
//! `words` looks at the keys of a text that cannot: comments in JSON, templates, several documents, or a document with
//! a syntax mistake.

mod field;
mod structure;
mod words;

use std::borrow::Cow;

use crate::reader::{Tree, readable_text};

/// Keys that only a document has, at its top.
const MANIFEST_KEYS: [&str; 2] = ["data_action", "parent_scope"];

/// What a file begins with that is encrypted as a whole.
const ENCRYPTED: [&[u8]; 5] = [
    b"\0GITCRYPT",
    b"$ANSIBLE_VAULT",
    b"-----BEGIN PGP MESSAGE",
    b"-----BEGIN AGE ENCRYPTED FILE",
    b"age-encryption.org",
];

/// Number of bytes from the start of a text that [`words`] looks at.
const BEGINNING: usize = 64 * 1024;

/// Whether a text is clearly not a document.
pub(super) fn is_foreign(input: &[u8], tree: &Tree<'_>) -> bool {
    if tree.format.is_env() {
        // Every line may be meant as a variable.
        return is_blank(&beginning(input)) || ENCRYPTED.iter().any(|start| input.starts_with(start));
    }
    match tree.root().filter(|_| is_well_formed(tree)) {
        Some(root) => !structure::is_ours(root, tree.format),
        None => !words::are_ours(&beginning(input)),
    }
}

fn is_well_formed(tree: &Tree<'_>) -> bool {
    tree.syntax.is_empty() && tree.cap.is_none()
}

/// The beginning of a text, readable even if its encoding is wrong: most letters of a text in UTF-16 are ASCII letters
/// with a NUL beside them.
fn beginning(input: &[u8]) -> Cow<'_, str> {
    let (start, rest) = input.split_at_checked(BEGINNING).unwrap_or((input, &[]));
    let readable = readable_text(start);
    let is_cut = !rest.is_empty() && start.len() - readable.len() < 4;
    if is_cut || readable.len() == start.len() {
        return Cow::Borrowed(readable);
    }
    let bytes: Vec<u8> = start.iter().copied().filter(|byte| *byte != 0).collect();
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether a text has nothing but comments and white space.
fn is_blank(text: &str) -> bool {
    let is_comment = |line: &str| {
        let line = line.trim_matches(|letter: char| letter.is_whitespace() || letter == '\u{feff}');
        line.is_empty() || line.starts_with('#')
    };
    text.lines().all(is_comment)
}
