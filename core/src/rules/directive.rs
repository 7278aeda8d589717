//! Comments that speak to us: `cxvars: ignore[CX501] reason`.

use crate::base::span::Span;
use crate::options::ignore::{IgnoreError, check_code};
use crate::rules::ALL;

/// How such a comment begins.
pub(crate) const MARK: &str = "cxvars:";

/// A comment that is meant to silence something, and does not.
pub(crate) struct Idle {
    pub(crate) comment: Span,
    pub(crate) why: Why,
}

/// What keeps a comment from silencing anything.
pub(crate) enum Why {
    Refused(DirectiveError),
    /// There is no finding of these codes where it looks.
    Unused(Vec<String>),
}

/// Why a comment that speaks to us is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DirectiveError {
    /// It does not have the form of an ignore.
    NotUnderstood,
    /// It has the form of an ignore that cannot be.
    Ignore(IgnoreError),
}

impl From<IgnoreError> for DirectiveError {
    fn from(error: IgnoreError) -> Self {
        Self::Ignore(error)
    }
}

/// The codes and the reason of an ignore comment, `cxvars: ignore[CX501] reason`; none for any other comment. `comment`
/// is what follows the comment's mark.
///
/// # Errors
/// A comment that is meant for us and is not understood, names a wrong code, or gives no reason.
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
