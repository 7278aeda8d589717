//! Edits of a text: whether they fit together, the text after them, and where its places have moved.

use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::base::secret::Secret;
use crate::diagnostic::Edit;

/// Adds the spans of a fix to `taken`, a map from start to end, and returns true. Adds none and returns false if one of
/// them is taken already.
pub(super) fn take(taken: &mut BTreeMap<usize, usize>, edits: &[Edit]) -> bool {
    for (count, Edit { span, .. }) in edits.iter().enumerate() {
        let before = taken.range(..=span.start()).next_back();
        let after = taken.range(span.start()..).next();
        let is_free = before.is_none_or(|(start, end)| *start < span.start() && *end <= span.start())
            && after.is_none_or(|(start, _)| span.end() <= *start);
        if !is_free {
            for edit in edits.iter().take(count) {
                taken.remove(&edit.span.start());
            }
            return false;
        }
        taken.insert(span.start(), span.end());
    }
    true
}

/// The edits in the order of the text.
pub(super) fn sorted<'e>(edits: impl Iterator<Item = &'e Edit>) -> Vec<&'e Edit> {
    let mut edits: Vec<&Edit> = edits.collect();
    edits.sort_by_key(|edit| edit.span);
    edits
}

/// Applies sorted edits to the text; none if two of them overlap or one does not fit the text.
pub(super) fn replace(text: &str, edits: &[&Edit]) -> Option<Secret> {
    if edits.windows(2).any(|pair| matches!(pair, [a, b] if a.span.start() == b.span.start())) {
        return None;
    }
    // Large enough for the whole result: a buffer that grows would leave an unwiped copy of values in memory.
    let longest = text.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>();
    let mut result = Zeroizing::new(String::with_capacity(longest));
    let mut at = 0;
    for edit in edits {
        result.push_str(text.get(at..edit.span.start())?);
        text.get(edit.span.start()..edit.span.end())?;
        result.push_str(&edit.text);
        at = edit.span.end();
    }
    result.push_str(text.get(at..)?);
    Some(Secret::new(std::mem::take(&mut *result)))
}

/// Maps offsets of a text to offsets after its edits.
pub(super) struct Shift {
    /// Start and end of each edit, and the number of bytes by which the text after it moves.
    moves: Vec<(usize, usize, isize)>,
}

impl Shift {
    pub(super) fn new(edits: &[&Edit]) -> Self {
        let mut by = 0;
        let moves = edits.iter().map(|edit| {
            let (start, end) = (edit.span.start(), edit.span.end());
            by += edit.text.len() as isize - (end - start) as isize;
            (start, end, by)
        });
        Self { moves: moves.collect() }
    }

    /// The new offset. An insertion at this offset does not move it, and an offset within an edit becomes the start of
    /// the edit.
    pub(super) fn offset(&self, offset: usize) -> usize {
        let passed = self.moves.partition_point(|(start, end, _)| *end <= offset && *start < offset);
        let by = passed.checked_sub(1).and_then(|last| self.moves.get(last)).map_or(0, |(_, _, by)| *by);
        let from = self.moves.get(passed).map_or(offset, |(start, _, _)| offset.min(*start));
        from.saturating_add_signed(by)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::span::Span;

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit { span: Span::new(start, end), text: text.to_owned() }
    }

    #[test]
    fn of_two_fixes_that_overlap_the_first_is_taken() {
        let mut taken = BTreeMap::new();
        assert!(take(&mut taken, &[edit(4, 6, ""), edit(20, 22, "")]));
        assert!(!take(&mut taken, &[edit(0, 1, ""), edit(5, 7, "")]));
        assert!(!take(&mut taken, &[edit(0, 5, "")]) && !take(&mut taken, &[edit(4, 4, "x")]));
        // The refused fix has added no spans, and adjacent spans do not overlap.
        assert!(take(&mut taken, &[edit(0, 1, ""), edit(6, 20, "")]));
    }

    #[test]
    fn places_move_with_the_edits_before_them() {
        let edits = [edit(2, 2, "xx"), edit(5, 8, ""), edit(9, 10, "yyy")];
        let shift = Shift::new(&edits.iter().collect::<Vec<_>>());
        let moved: Vec<_> = [0, 2, 3, 5, 6, 8, 9, 10, 20].map(|offset| shift.offset(offset)).to_vec();
        assert_eq!(moved, [0, 2, 5, 7, 7, 7, 8, 11, 21]);
    }
}
