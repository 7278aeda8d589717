//! The codes of rules in an ignore comment.

use super::{Completion, CompletionKind};
use crate::base::span::Span;
use crate::options::ignore::UNREADABLE;
use crate::rules::ALL;
use crate::rules::directive::MARK;

/// The codes that fit at an offset within the brackets of an ignore comment; none if it is not there.
pub(super) fn completion(text: &str, offset: usize) -> Option<Vec<Completion>> {
    let line = text.get(..offset)?.rsplit('\n').next()?;
    let (before, after) = line.rsplit_once(MARK)?;
    let list = after.trim_start().strip_prefix("ignore[")?;
    let is_comment = before.trim_end_matches([' ', '\t']).ends_with(['#', '/', '*']);
    if !is_comment || list.contains(']') {
        return None;
    }
    let typed = list.rsplit(',').next()?.trim_start();
    let rest = text.get(offset..)?;
    let more = rest.len() - rest.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric()).len();
    let span = Span::new(offset - typed.len(), offset + more);
    let fitting = ALL.iter().filter(|rule| !UNREADABLE.contains(&rule.code));
    let code = fitting.map(|rule| Completion {
        label: rule.code.to_owned(),
        kind: CompletionKind::Word,
        detail: format!("{}: {}", rule.name, rule.summary()),
        span,
        insert: rule.code.to_owned(),
        filter: rule.code.to_owned(),
    });
    Some(code.collect())
}
