//! Finds duplicate keys of an object. The first entry of a key counts.

use crate::base::span::Span;
use crate::reader::{Entry, Value};

/// The entries of an object without duplicates: the first entry of each key.
pub(crate) fn first_of_each<'t>(object: Value<'t>) -> impl Iterator<Item = Entry<'t>> {
    let mut keys = Keys::new(object);
    let entries = object.entries().enumerate();
    entries.filter(move |(position, entry)| keys.earlier(*position, *entry).is_none()).map(|(_, entry)| entry)
}

/// The entries of an object whose key occurred earlier, each with the span of the first one.
pub(crate) fn repeated<'t>(object: Value<'t>) -> impl Iterator<Item = (Entry<'t>, Span)> {
    let mut keys = Keys::new(object);
    let entries = object.entries().enumerate();
    entries.filter_map(move |(position, entry)| Some((entry, keys.earlier(position, entry)?)))
}

/// The keys of an object. A few keys are compared with each other; more keys are looked up in a sorted list.
pub(super) struct Keys<'t> {
    object: Value<'t>,
    /// Every key with its position and span, sorted. It is built when it is first needed.
    sorted: Option<Vec<(&'t str, usize, Span)>>,
}

impl<'t> Keys<'t> {
    /// Number of keys up to which comparing each key with all earlier ones is faster than sorting.
    const MAX_KEYS_TO_COMPARE: usize = 16;

    pub(super) fn new(object: Value<'t>) -> Self {
        Self { object, sorted: None }
    }

    /// The span of the first entry with the same key; none if this entry is the first. `position` is the position of
    /// `entry` in the object.
    pub(super) fn earlier(&mut self, position: usize, entry: Entry<'t>) -> Option<Span> {
        if position < Self::MAX_KEYS_TO_COMPARE {
            let mut before = self.object.entries().take(position);
            return before.find(|earlier| earlier.key() == entry.key()).map(Entry::key_span);
        }
        let sorted = self.sorted.get_or_insert_with(|| {
            let entries = self.object.entries().enumerate();
            let mut keys: Vec<_> = entries.map(|(at, entry)| (entry.key(), at, entry.key_span())).collect();
            keys.sort_unstable();
            keys
        });
        let first = sorted.partition_point(|(key, ..)| *key < entry.key());
        sorted.get(first).filter(|(_, at, _)| *at < position).map(|(.., span)| *span)
    }
}
