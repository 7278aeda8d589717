//! The keys of an object, of which the first of each counts.

use crate::base::span::Span;
use crate::reader::{Entry, Value};

/// The entries of an object, each key once: the first counts.
pub(crate) fn first_of_each<'t>(object: Value<'t>) -> impl Iterator<Item = Entry<'t>> {
    let mut keys = Keys::new(object);
    let entries = object.entries().enumerate();
    entries.filter(move |(position, entry)| keys.earlier(*position, *entry).is_none()).map(|(_, entry)| entry)
}

/// The keys of an object: compared with each other while there are few, searched in a sorted list where there are many.
pub(super) struct Keys<'t> {
    object: Value<'t>,
    /// Every key with its position and place, in order, made when it is first needed.
    sorted: Option<Vec<(&'t str, usize, Span)>>,
}

impl<'t> Keys<'t> {
    /// Up to so many keys, comparing with each one before is quicker than sorting.
    const FEW: usize = 16;

    pub(super) fn new(object: Value<'t>) -> Self {
        Self { object, sorted: None }
    }

    /// The place of the same key earlier in the object.
    pub(super) fn earlier(&mut self, position: usize, entry: Entry<'t>) -> Option<Span> {
        if position < Self::FEW {
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
