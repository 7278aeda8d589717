//! Results that come in any order, and are wanted in theirs.

use std::collections::BTreeMap;

/// Keeps what came too early.
pub(crate) struct InOrder<T> {
    next: usize,
    early: BTreeMap<usize, T>,
}

impl<T> Default for InOrder<T> {
    fn default() -> Self {
        Self { next: 0, early: BTreeMap::new() }
    }
}

impl<T> InOrder<T> {
    /// Adds the result with this number, from 0. Returns those that are next now.
    pub(crate) fn add(&mut self, number: usize, result: T) -> Vec<(usize, T)> {
        self.early.insert(number, result);
        let mut ready = Vec::new();
        while let Some(result) = self.early.remove(&self.next) {
            ready.push((self.next, result));
            self.next += 1;
        }
        ready
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_early_waits_for_those_before_it() {
        let mut order = InOrder::default();
        assert!(order.add(1, 'b').is_empty() && order.add(3, 'd').is_empty());
        assert_eq!(order.add(0, 'a'), [(0, 'a'), (1, 'b')]);
        assert_eq!(order.add(2, 'c'), [(2, 'c'), (3, 'd')]);
    }
}
