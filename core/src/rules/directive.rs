//! Comments that address cxvars: `cxvars: ignore[CX501] reason`.

use crate::base::span::Span;
use crate::options::ignore::{IgnoreError, check_code};
use crate::rules::ALL;

/// The text with which such a comment begins.
pub(crate) const MARK: &str = "cxvars:";

/// An ignore comment that silences nothing.
pub(crate) struct Idle {
    pub(crate) comment: Span,
    pub(crate) why: Why,
}

/// Why a comment silences nothing.
pub(crate) enum Why {
    Refused(DirectiveError),
    /// No finding has one of these codes in the part of the text that the comment applies to.
    Unused(Vec<String>),
    /// Findings with these codes say why the document cannot be sent.
    Binding(Vec<String>),
}

/// Why a comment that addresses cxvars is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DirectiveError {
    /// It does not have the form of an ignore.
    NotUnderstood,
    /// It has the form of an ignore, but its code or its reason is not valid.
    Ignore(IgnoreError),
}

impl From<IgnoreError> for DirectiveError {
    fn from(error: IgnoreError) -> Self {
        Self::Ignore(error)
    }
}

/// Reads the codes and the reason of an ignore comment, `cxvars: ignore[CX501] reason`. `comment` is the text after the
/// characters that open the comment. Returns `None` if it does not begin with [`MARK`].
///
/// # Errors
/// The comment begins with [`MARK`], but is not understood, names a code that cannot be ignored, or gives no reason.
pub(crate) fn parse(comment: &str) -> Option<Result<(Vec<String>, String), DirectiveError>> {
    let directive = comment.trim().strip_prefix(MARK)?;
    Some(directive_of(directive.trim_start()))
}

fn directive_of(directive: &str) -> Result<(Vec<String>, String), DirectiveError> {
    let list = directive.strip_prefix("ignore[").and_then(|rest| rest.split_once(']'));
    let (codes, reason) = list.ok_or(DirectiveError::NotUnderstood)?;
    let codes: Vec<String> = codes.split(',').map(|code| code.trim().to_owned()).collect();
    codes.iter().try_for_each(|code| check_code(ALL, code))?;
    match reason.trim() {
        "" => Err(IgnoreError::NoReason.into()),
        reason => Ok((codes, reason.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_read() {
        let codes = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
        let read = |comment| parse(comment).unwrap();
        assert_eq!(read(" cxvars: ignore[CX102] public half "), Ok((codes(&["CX102"]), "public half".to_owned())));
        assert_eq!(read("cxvars:ignore[CX102, CX101]: a [b]"), Ok((codes(&["CX102", "CX101"]), ": a [b]".to_owned())));
        assert_eq!(read("cxvars: ignore[CX102]"), Err(IgnoreError::NoReason.into()));
        assert_eq!(read("cxvars: ignore[CX001] x"), Err(IgnoreError::Unreadable { code: "CX001" }.into()));
        for comment in ["cxvars: ignore CX102 x", "cxvars: ignore[CX102 x", "cxvars:", "cxvars: ingore[CX102] x"] {
            assert_eq!(read(comment), Err(DirectiveError::NotUnderstood), "{comment}");
        }
        assert!(matches!(read("cxvars: ignore[] x"), Err(DirectiveError::Ignore(IgnoreError::UnknownCode { .. }))));
        assert!(matches!(
            read("cxvars: ignore[CX102,] x"),
            Err(DirectiveError::Ignore(IgnoreError::UnknownCode { .. }))
        ));
        for comment in ["", "ignore[CX102] x", "about cxvars: ignore[CX102] x"] {
            assert_eq!(parse(comment), None, "{comment}");
        }
    }
}
