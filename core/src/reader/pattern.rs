//! The layout that the objects of a list have in common.
//!
//! Programs and people write all objects of a list alike: the same keys in the same order with the same punctuation and
//! white space between the values. The reader learns what stands between the values of one object, and where the same
//! bytes follow in the next one, it knows without reading them again which keys they hold and that a value comes next.
//! Only scalars are learnt. A gap begins behind a value and ends before the next one, so the same bytes always mean the
//! same tokens.

use super::key_word::KeyWord;
use super::tree::{Condition, Node, NodeKind};
use crate::base::span::Span;

/// What stands before each value of an object, and behind the last one.
#[derive(Default)]
pub(super) struct Pattern {
    gaps: Vec<Gap>,
    /// From the last value's end to the end of the object.
    tail: Bytes,
    #[cfg(test)]
    never: bool,
}

/// What stands before a value, and the key in it.
pub(super) struct Gap {
    bytes: Bytes,
    /// The key's span, counted from the start of the gap.
    pub(super) key: Span,
    pub(super) word: KeyWord,
    /// The kind of the value behind it.
    pub(super) kind: NodeKind,
}

impl Gap {
    /// Where the value begins, if this gap begins at an offset of the source.
    pub(super) fn end_at(&self, source: &[u8], at: usize) -> Option<usize> {
        self.bytes.end_at(source, at)
    }
}

impl Pattern {
    /// Learns the layout of an object from its nodes, the object's own first. Objects with containers, escaped keys or
    /// mistakes in them have none.
    pub(super) fn learn(&mut self, source: &[u8], nodes: &[Node]) {
        self.gaps.clear();
        #[cfg(test)]
        if self.never {
            return;
        }
        let Some((object, members)) = nodes.split_first() else { return };
        let (pairs, rest) = members.as_chunks::<2>();
        let is_simple = |[key, value]: &[Node; 2]| {
            let is_scalar = !matches!(value.kind, NodeKind::Array | NodeKind::Object | NodeKind::Unreadable);
            key.kind == NodeKind::Key && key.is_verbatim() && is_scalar
        };
        if object.condition == Condition::Damaged || !rest.is_empty() || !pairs.iter().all(is_simple) {
            return;
        }
        let mut at = object.span.start();
        for [key, value] in pairs {
            self.gaps.push(Gap {
                bytes: Bytes::between(source, at, value.span.start()),
                key: Span::new(key.span.start() - at, key.span.end() - at),
                word: key.word,
                kind: value.kind,
            });
            at = value.span.end();
        }
        self.tail = Bytes::between(source, at, object.span.end());
    }

    pub(super) fn is_known(&self) -> bool {
        !self.gaps.is_empty()
    }

    /// What stands before each value.
    pub(super) fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Where the object ends, if what stands behind its last value begins at an offset of the source.
    pub(super) fn end_at(&self, source: &[u8], at: usize) -> Option<usize> {
        self.tail.end_at(source, at)
    }

    /// One that learns nothing, to compare with.
    #[cfg(test)]
    pub(super) fn never() -> Self {
        Self { never: true, ..Self::default() }
    }
}

/// A piece of the source, made ready to be looked for at other places: most are at most 16 bytes long, and those are
/// compared in one step.
#[derive(Default)]
struct Bytes {
    head: u128,
    /// Ones for the bytes that count.
    mask: u128,
    start: usize,
    length: usize,
}

impl Bytes {
    const HEAD: usize = size_of::<u128>();

    fn between(source: &[u8], start: usize, end: usize) -> Self {
        let length = end - start;
        let piece = source.get(start..end).unwrap_or_default();
        let head = piece.iter().take(Self::HEAD).rev().fold(0, |head, byte| head << u8::BITS | u128::from(*byte));
        let mask = match length {
            0 => 0,
            short if short < Self::HEAD => (1 << (short as u32 * u8::BITS)) - 1,
            _ => u128::MAX,
        };
        Self { head, mask, start, length }
    }

    fn end_at(&self, source: &[u8], at: usize) -> Option<usize> {
        let end = at + self.length;
        let is_same = match source.get(at..).and_then(<[u8]>::first_chunk) {
            Some(here) if (u128::from_le_bytes(*here) ^ self.head) & self.mask != 0 => false,
            Some(_) if self.length <= Self::HEAD => true,
            // Long, or right before the end of the source.
            _ => source.get(at..end)? == source.get(self.start..self.start + self.length)?,
        };
        is_same.then_some(end)
    }
}
