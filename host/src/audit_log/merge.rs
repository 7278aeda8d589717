//! Puts the records of segments in one order.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};

use cxvars_core::audit::Record;

/// Merges the records of segments. A segment keeps its order and comes after the record that it follows. Only where that
/// leaves a choice, because runs were under way at the same time, does the clock decide: clocks of machines differ.
pub(super) fn merged(segments: Vec<Vec<Record>>) -> Vec<Record> {
    let known: HashSet<String> = segments.iter().flatten().map(|record| record.hash().to_owned()).collect();
    let mut segments: Vec<VecDeque<Record>> = segments.into_iter().map(VecDeque::from).collect();
    let mut order = Order { ready: BTreeSet::new(), waiting: HashMap::new() };
    for (at, segment) in segments.iter().enumerate() {
        match segment.front() {
            Some(first) if known.contains(first.prev()) => order.wait(first.prev(), at),
            Some(first) => order.ready(first, at),
            None => {}
        }
    }
    let mut all = Vec::new();
    while let Some(at) = order.next() {
        let Some(record) = segments.get_mut(at).and_then(VecDeque::pop_front) else { continue };
        for after in order.waiting.remove(record.hash()).into_iter().flatten() {
            if let Some(first) = segments.get(after).and_then(VecDeque::front) {
                order.ready(first, after);
            }
        }
        if let Some(next) = segments.get(at).and_then(VecDeque::front) {
            order.ready(next, at);
        }
        all.push(record);
    }
    all
}

/// Which segments' next records may come next.
struct Order {
    /// By time, then by segment.
    ready: BTreeSet<(u64, usize)>,
    /// Segments whose first record follows the record with this hash.
    waiting: HashMap<String, Vec<usize>>,
}

impl Order {
    fn ready(&mut self, next: &Record, segment: usize) {
        // The bits of numbers that are not negative are in the order of the numbers.
        self.ready.insert((next.entry().timestamp.max(0.0).to_bits(), segment));
    }

    fn wait(&mut self, hash: &str, segment: usize) {
        self.waiting.entry(hash.to_owned()).or_default().push(segment);
    }

    fn next(&mut self) -> Option<usize> {
        if let Some((_, segment)) = self.ready.pop_first() {
            return Some(segment);
        }
        // Segments that follow each other in a circle were tampered with. None of their records is left out.
        let hash = self.waiting.keys().next()?.clone();
        let segments = self.waiting.get_mut(&hash)?;
        let segment = segments.pop();
        if segments.is_empty() {
            self.waiting.remove(&hash);
        }
        segment
    }
}

#[cfg(test)]
mod tests {
    use cxvars_core::audit::{Entry, Event, Head, scan, seal};

    use super::*;

    /// A segment whose records have these times, after a record of this hash.
    fn segment(follows: Option<&str>, times: &[f64]) -> Vec<Record> {
        let mut head = follows.map(|hash| Head { seq: 0, hash: hash.to_owned() });
        let mut bytes = Vec::new();
        for time in times {
            let sealed = seal(&Entry::new(Event::Outcome, *time, "run"), head.as_ref()).unwrap();
            bytes.extend(sealed.line);
            head = Some(sealed.head);
        }
        scan(&bytes).collect()
    }

    fn times(merged: &[Record]) -> Vec<f64> {
        merged.iter().map(|record| record.entry().timestamp).collect()
    }

    #[test]
    fn links_decide_before_clocks_do() {
        let first = segment(None, &[10.0, 11.0]);
        // Its machine's clock is far behind.
        let second = segment(Some(first[1].hash()), &[1.0, 2.0]);
        let beside = segment(Some(first[0].hash()), &[10.5, 10.8]);
        let away = segment(Some(&"ab".repeat(32)), &[5.0]);
        let merged = merged(vec![second, beside, first, away]);
        assert_eq!(times(&merged), [5.0, 10.0, 10.5, 10.8, 11.0, 1.0, 2.0]);
    }

    #[test]
    fn an_empty_log_has_no_records() {
        assert!(merged(vec![Vec::new(), Vec::new()]).is_empty());
    }
}
