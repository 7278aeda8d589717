//! Ignore comments, and the codes of rules in them.

use super::{Completion, CompletionKind};
use crate::base::span::Span;
use crate::diagnostic::rule::Rule;
use crate::editor::Facts;
use crate::editor::actions::REASON;
use crate::options::ignore::UNREADABLE;
use crate::rules::ALL;
use crate::rules::directive::MARK;

/// How an ignore begins.
const OPENING: &str = "ignore[";

/// What fits at an offset of a comment for this program: the word `ignore`, and codes within its brackets. None if it is
/// not there.
pub(super) fn completion(text: &str, offset: usize, facts: &Facts<'_>) -> Option<Vec<Completion>> {
    let line = text.get(..offset)?.rsplit('\n').next()?;
    let (before, after) = line.rsplit_once(MARK)?;
    if !before.trim_end_matches([' ', '\t']).ends_with(['#', '/', '*']) {
        return None;
    }
    let Some(list) = after.trim_start().strip_prefix(OPENING) else { return word(text, after, offset) };
    (!list.contains(']')).then(|| codes(text, list, offset, facts)).flatten()
}

/// The word that begins an ignore, with its brackets and reason.
fn word(text: &str, after: &str, offset: usize) -> Option<Vec<Completion>> {
    let typed = after.trim_start();
    let is_blank_after = text.get(offset..)?.split(['\n', '\r']).next()?.trim().is_empty();
    if !OPENING.starts_with(typed) || !is_blank_after {
        return None;
    }
    let blank = if after.is_empty() { " " } else { "" };
    let insert = format!("{blank}{OPENING}] {REASON}");
    let codes = blank.len() + OPENING.len();
    let stops = vec![Span::point(codes), Span::new(insert.len() - REASON.len(), insert.len())];
    let detail = "silences a finding of the line, for a reason".to_owned();
    let word = Completion::new("ignore", CompletionKind::Key, detail, Span::new(offset - typed.len(), offset));
    Some(vec![Completion { insert, stops, ..word }])
}

fn codes(text: &str, list: &str, offset: usize, facts: &Facts<'_>) -> Option<Vec<Completion>> {
    let typed = list.rsplit(',').next()?.trim_start();
    let rest = text.get(offset..)?;
    let more = rest.len() - rest.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric()).len();
    let span = Span::new(offset - typed.len(), offset + more);
    let fitting = ALL.iter().filter(|rule| !UNREADABLE.contains(&rule.code));
    let detail = |rule: &Rule| format!("{}: {}", rule.name, rule.summary());
    let built_in = fitting.map(|rule| (rule.code, detail(rule)));
    let all = built_in.chain(facts.codes_of_team());
    Some(all.map(|(code, detail)| Completion::new(code, CompletionKind::Word, detail, span)).collect())
}
