//! The layout that the objects of a list have in common.
//!
//! Programs and people write all objects of a list alike: the same keys in the same order with the same punctuation and
//! white space between the values. The reader learns what stands between the values of one object, and where the same
//! bytes follow in the next one, it knows without reading them again which keys they hold and that a value comes next.
//! Only scalars are learnt. A gap begins behind a value and ends before the next one, so the same bytes always mean the
//! same tokens.

use super::tree::{Condition, KeyWord, Node, NodeKind};

/// What stands before each value of an object, and behind the last one.
#[derive(Default)]
pub(super) struct Pattern {
    gaps: Vec<Gap>,
    /// From the last value's end to the end of the object, as offsets in the source.
    tail: (usize, usize),
    #[cfg(test)]
    never: bool,
}

/// What stands before a value: its bytes in the source, and the key among them.
#[derive(Clone, Copy)]
pub(super) struct Gap {
    start: usize,
    end: usize,
    /// Where the key's span begins and ends, counted from the start of the gap.
    pub(super) key: (usize, usize),
    pub(super) word: KeyWord,
    /// The kind of the value behind it.
    pub(super) kind: NodeKind,
}

impl Gap {
    pub(super) fn of<'s>(&self, source: &'s [u8]) -> &'s [u8] {
        source.get(self.start..self.end).unwrap_or_default()
    }
}

impl Pattern {
    /// Learns the layout of an object from its nodes, the object's own first. Objects with containers, escaped keys or
    /// mistakes in them have none.
    pub(super) fn learn(&mut self, nodes: &[Node]) {
        self.gaps.clear();
        #[cfg(test)]
        if self.never {
            return;
        }
        let Some((object, members)) = nodes.split_first() else { return };
        let mut at = object.span.start();
        let (pairs, rest) = members.as_chunks::<2>();
        for [key, value] in pairs {
            let is_scalar = !matches!(value.kind, NodeKind::Array | NodeKind::Object | NodeKind::Unreadable);
            if object.condition == Condition::Damaged || key.kind != NodeKind::Key || !key.is_verbatim() || !is_scalar {
                self.gaps.clear();
                return;
            }
            self.gaps.push(Gap {
                start: at,
                end: value.span.start(),
                key: (key.span.start() - at, key.span.end() - at),
                word: key.word,
                kind: value.kind,
            });
            at = value.span.end();
        }
        if !rest.is_empty() {
            self.gaps.clear();
        }
        self.tail = (at, object.span.end());
    }

    pub(super) fn is_known(&self) -> bool {
        !self.gaps.is_empty()
    }

    /// One that learns nothing, to compare with.
    #[cfg(test)]
    pub(super) fn never() -> Self {
        Self { never: true, ..Self::default() }
    }

    /// What stands before the value at a place.
    pub(super) fn gap(&self, index: usize) -> Option<Gap> {
        self.gaps.get(index).copied()
    }

    /// What stands behind the last value.
    pub(super) fn tail<'s>(&self, source: &'s [u8]) -> &'s [u8] {
        source.get(self.tail.0..self.tail.1).unwrap_or_default()
    }
}
