//! The heads of an audit log, noted where those who can change the log cannot change them.

use std::collections::BTreeSet;

/// The last record of a segment of an audit log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The log: the name that all of its writers use for it.
    pub log: String,
    /// The segment: the name of its file.
    pub segment: String,
    /// The record's number.
    pub seq: u64,
    /// The record's hash, 64 lower-case hexadecimal digits.
    pub hash: String,
}

/// How a noted head differs from the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The log has no such segment.
    NoSegment(Head),
    /// The segment ends before the record.
    Shorter(Head),
    /// The segment has another record in its place.
    Other(Head),
}

/// Compares noted heads with a log. `hash_of` returns the hash of a record of the log by segment and number; `segments`
/// are the names of all of its segments. A segment that was continued after its head was noted is no difference.
pub fn compare<'l>(
    noted: &[Head],
    segments: impl IntoIterator<Item = &'l str>,
    hash_of: impl Fn(&str, u64) -> Option<String>,
) -> Vec<Difference> {
    let known: BTreeSet<&str> = segments.into_iter().collect();
    let difference = |head: &Head| match hash_of(&head.segment, head.seq) {
        _ if !known.contains(head.segment.as_str()) => Some(Difference::NoSegment(head.clone())),
        None => Some(Difference::Shorter(head.clone())),
        Some(hash) if hash != head.hash => Some(Difference::Other(head.clone())),
        Some(_) => None,
    };
    noted.iter().filter_map(difference).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(segment: &str, seq: u64, hash: &str) -> Head {
        Head { log: "l".to_owned(), segment: segment.to_owned(), seq, hash: hash.to_owned() }
    }

    #[test]
    fn a_log_that_lost_or_changed_a_noted_record_is_told_from_one_that_was_continued() {
        let records = |segment: &str, seq: u64| (segment == "a" && seq <= 3).then(|| format!("h{seq}"));
        let compare = |noted: &[Head]| compare(noted, ["a", "b"], records);
        assert_eq!(compare(&[head("a", 2, "h2"), head("a", 3, "h3")]), []);
        assert_eq!(compare(&[head("a", 4, "h4")]), [Difference::Shorter(head("a", 4, "h4"))]);
        assert_eq!(compare(&[head("a", 2, "other")]), [Difference::Other(head("a", 2, "other"))]);
        assert_eq!(compare(&[head("b", 1, "h1")]), [Difference::Shorter(head("b", 1, "h1"))]);
        assert_eq!(compare(&[head("c", 1, "h1")]), [Difference::NoSegment(head("c", 1, "h1"))]);
    }
}
