//! Values of variables, secret by type.

use zeroize::Zeroizing;

/// A text that must never be shown: the value of a variable, a token, a client secret.
///
/// It has no `Debug`, `Display` or `Serialize`, so it cannot reach a log, a message or a report by accident, and its
/// memory is wiped when it is dropped. The one way to the text is [`Secret::expose`], which a reviewer can search for.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself. Callers compare it, hash it or send it; they never print it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}
