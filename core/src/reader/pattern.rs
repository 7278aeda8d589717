//! The layout that the objects of a list share.
//!
//! Programs and people write all objects of a list alike: the same keys in the same order, with the same punctuation
//! and white space between the values. The reader learns the bytes between the values of one object. If the next object
//! has the same bytes, the reader knows their keys, and where each value begins, without reading them token by token.
//! Only objects whose values are all scalars are learnt. A gap runs from the end of one value to the start of the next,
//! so the same bytes always mean the same tokens.

use super::key_word::KeyWord;
use super::tree::{Condition, Node, NodeKind};
use crate::base::span::Span;

/// The bytes before each value of an object, and those after the last value.
#[derive(Default)]
pub(super) struct Pattern {
    gaps: Vec<Gap>,
    /// From the end of the last value to the end of the object.
    tail: Bytes,
    #[cfg(test)]
    never: bool,
}

/// The bytes before a value, and the key among them.
pub(super) struct Gap {
    bytes: Bytes,
    /// Span of the key, relative to the start of the gap.
    pub(super) key: Span,
    pub(super) word: KeyWord,
    /// Kind of the value that follows the gap in the last object with this pattern.
    pub(super) kind: NodeKind,
}

impl Gap {
    /// Where the next value begins; none if the source differs from this gap at `at`.
    #[inline(always)]
    pub(super) fn end_at(&self, source: &[u8], at: usize) -> Option<usize> {
        self.bytes.end_at(source, at)
    }
}

impl Pattern {
    /// Learns the layout of an object from its nodes; the first is the object itself. Learns nothing from an object
    /// with nested containers, escaped keys or mistakes.
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

    /// The gap before each value.
    pub(super) fn gaps_mut(&mut self) -> &mut [Gap] {
        &mut self.gaps
    }

    /// Where the object ends; none if the source differs from the tail at `at`.
    pub(super) fn end_at(&self, source: &[u8], at: usize) -> Option<usize> {
        self.tail.end_at(source, at)
    }

    /// A pattern that never learns. Tests compare its results with those of the usual one.
    #[cfg(test)]
    pub(super) fn never() -> Self {
        Self { never: true, ..Self::default() }
    }
}

/// A piece of the source, prepared for comparison at other offsets. Most pieces have at most 32 bytes and are compared
/// in one or two steps.
#[derive(Default)]
struct Bytes {
    head: u128,
    /// All bits set in the bytes of `head` that are part of the piece.
    mask: u128,
    /// The last 16 bytes of a longer piece. They overlap with `head` if there are fewer than 32.
    end: u128,
    start: usize,
    length: usize,
}

impl Bytes {
    const HEAD: usize = size_of::<u128>();

    fn between(source: &[u8], start: usize, end: usize) -> Self {
        let length = end - start;
        let piece = source.get(start..end).unwrap_or_default();
        let packed = |bytes: &[u8]| bytes.iter().rev().fold(0, |all, byte| all << u8::BITS | u128::from(*byte));
        let head = packed(piece.get(..Self::HEAD).unwrap_or(piece));
        let last = piece.last_chunk::<{ Self::HEAD }>().map_or(0, |bytes| packed(bytes));
        let mask = match length {
            0 => 0,
            short if short < Self::HEAD => (1 << (short as u32 * u8::BITS)) - 1,
            _ => u128::MAX,
        };
        Self { head, mask, end: last, start, length }
    }

    #[inline(always)]
    fn end_at(&self, source: &[u8], at: usize) -> Option<usize> {
        let end = at + self.length;
        let is_same = match source.get(at..).and_then(<[u8]>::first_chunk) {
            Some(here) if (u128::from_le_bytes(*here) ^ self.head) & self.mask != 0 => false,
            Some(_) if self.length <= Self::HEAD => true,
            Some(_) if self.length <= 2 * Self::HEAD => {
                source.get(end - Self::HEAD..)?.first_chunk().is_some_and(|last| u128::from_le_bytes(*last) == self.end)
            }
            // The piece is long, or too close to the end of the source for a chunk.
            _ => source.get(at..end)? == source.get(self.start..self.start + self.length)?,
        };
        is_same.then_some(end)
    }
}
