//! The keys of an object, of which the first of each counts.

use std::collections::HashMap;

use crate::reader::{Entry, Value};
use crate::span::Span;

/// The entries of an object, each key once: the first counts.
pub(crate) fn first_of_each<'t>(object: Value<'t>) -> impl Iterator<Item = Entry<'t>> {
    let mut keys = Keys::new(object);
    let entries = object.entries().enumerate();
    entries.filter(move |(position, entry)| keys.earlier(*position, *entry).is_none()).map(|(_, entry)| entry)
}

/// The keys of an object: compared with each other while there are few, looked up in a map where there are many.
pub(super) struct Keys<'t> {
    object: Value<'t>,
    /// The first place of each key, made when it is first needed.
    firsts: Option<HashMap<&'t str, (usize, Span)>>,
}

impl<'t> Keys<'t> {
    /// Up to so many keys, comparing with each one before is quicker than hashing.
    const FEW: usize = 16;

    pub(super) fn new(object: Value<'t>) -> Self {
        Self { object, firsts: None }
    }

    /// The place of the same key earlier in the object.
    pub(super) fn earlier(&mut self, position: usize, entry: Entry<'t>) -> Option<Span> {
        if position < Self::FEW {
            let mut before = self.object.entries().take(position);
            return before.find(|earlier| earlier.key() == entry.key()).map(Entry::key_span);
        }
        let firsts = self.firsts.get_or_insert_with(|| {
            let mut firsts = HashMap::new();
            for (position, entry) in self.object.entries().enumerate() {
                firsts.entry(entry.key()).or_insert((position, entry.key_span()));
            }
            firsts
        });
        firsts.get(entry.key()).filter(|(first, _)| *first < position).map(|(_, span)| *span)
    }
}
