//! The edits that turn one text into another.

use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::base::span::Span;
use crate::diagnostic::Edit;

/// The most characters of a changed part that are compared one by one, on either side.
const MAX_CHARACTERS: usize = 4000;

/// The edits that turn `before` into `after`. Unchanged text is in none of them, as far as that can be found out in
/// little time.
pub(super) fn edits(before: &str, after: &str) -> Vec<Edit> {
    let (old, new) = (lines(before), lines(after));
    changes(&old, &new).into_iter().flat_map(|(old, new)| within(before, after, old, new)).collect()
}

/// The edits of a changed part, character by character.
fn within(before: &str, after: &str, old: Span, new: Span) -> Vec<Edit> {
    let whole = || vec![Edit { span: old, text: new.of(after).to_owned() }];
    let (old_text, new_text) = (old.of(before), new.of(after));
    if old_text.len().max(new_text.len()) > MAX_CHARACTERS {
        return whole();
    }
    let parts = changes(&characters(old_text), &characters(new_text));
    let at = |span: Span, origin: usize| Span::new(span.start() + origin, span.end() + origin);
    parts.into_iter().map(|(from, to)| Edit { span: at(from, old.start()), text: to.of(new_text).to_owned() }).collect()
}

/// The spans of the changed parts of two texts.
fn changes(old: &[&str], new: &[&str]) -> Vec<(Span, Span)> {
    let (old_starts, new_starts) = (offsets(old), offsets(new));
    let span = |starts: &[usize], from: usize, length: usize| {
        let at = |index: usize| starts.get(index).copied().unwrap_or_default();
        Span::new(at(from), at(from + length))
    };
    let ops = capture_diff_slices(Algorithm::Myers, old, new);
    let mut found: Vec<(Span, Span)> = Vec::new();
    for op in ops.iter().filter(|op| !matches!(op, DiffOp::Equal { .. })) {
        let (old, new) = (op.old_range(), op.new_range());
        let part = (span(&old_starts, old.start, old.len()), span(&new_starts, new.start, new.len()));
        match found.last_mut().filter(|(last, _)| last.end() == part.0.start()) {
            Some((from, to)) => {
                *from = Span::new(from.start(), part.0.end());
                *to = Span::new(to.start().min(part.1.start()), part.1.end().max(to.end()));
            }
            None => found.push(part),
        }
    }
    found
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn characters(text: &str) -> Vec<&str> {
    text.char_indices().filter_map(|(at, letter)| text.get(at..at + letter.len_utf8())).collect()
}

/// The offset of each part, and of the end.
fn offsets(parts: &[&str]) -> Vec<usize> {
    let ends = parts.iter().scan(0, |at, part| {
        *at += part.len();
        Some(*at)
    });
    std::iter::once(0).chain(ends).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(text: &str, edits: &[Edit]) -> String {
        let mut result = text.to_owned();
        edits.iter().rev().for_each(|edit| result.replace_range(edit.span.start()..edit.span.end(), &edit.text));
        result
    }

    #[test]
    fn the_edits_lead_to_the_other_text_and_leave_what_is_equal() {
        for (before, after) in [
            ("", ""),
            ("", "a\n"),
            ("a\nb\nc\n", "a\nc\n"),
            ("{\"a\": secret,\n \"b\": 2,}\n", "{\"a\": \"secret\",\n \"b\": 2}\n"),
            ("é\nü", "ü\né"),
        ] {
            let edits = edits(before, after);
            assert_eq!(applied(before, &edits), after, "{edits:?}");
            assert!(edits.iter().all(|edit| !edit.text.contains("secret")), "{edits:?}");
        }
    }
}
