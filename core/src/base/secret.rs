//! Secret texts, protected by their type.

use zeroize::Zeroizing;

/// A text that must never be shown: the value of a variable, a token, a client secret.
///
/// It has no `Debug`, `Display` or `Serialize`, so it cannot reach a log, a message or a report by accident. Its memory
/// is wiped when it is dropped. Only [`Secret::expose`] returns the text, and a reviewer can search for its calls.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text. Callers compare, hash or send it; they never print it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}
