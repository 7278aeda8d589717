//! The hash chain: seals a record that is appended, and checks that a record follows the one before.
//!
//! A record's `hash` is SHA-256 over its canonical form (RFC 8785) without `hash`. Its `prev` is the hash of the record
//! before. A change to any byte of a log is therefore detected at its line. Two changes can be detected only with a
//! checkpoint that was kept elsewhere: cutting records off the end of the log, and rewriting the log from the changed
//! record on.

use serde::{Deserialize, Serialize};

use super::line::{self, Fault};
use super::record::{Entry, Event, Fields, Record};
use crate::base::canonical::CanonicalError;
use crate::base::hex;
use crate::base::number::round2;

/// The `prev` of the first record of a log: 64 zeros.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The last record of a log. The next record follows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The record's number, from 1. Zero if only the hash is known; the next record is then number 1.
    pub seq: u64,
    /// The record's hash, 64 lower-case hexadecimal digits.
    pub hash: String,
}

impl From<Record> for Head {
    fn from(record: Record) -> Self {
        Self { seq: record.seq(), hash: record.hash }
    }
}

/// A record ready to be appended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sealed {
    /// The record's canonical bytes and a line feed.
    pub line: Vec<u8>,
    /// The new last record of the log.
    pub head: Head,
}

/// Why an entry cannot become a record.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SealError {
    /// A time is NaN or infinite, which JSON cannot hold.
    #[error("cannot record `{field}`: it is not a finite number")]
    NotFinite {
        /// The field's name.
        field: &'static str,
    },
    /// The head's hash is malformed.
    #[error("cannot continue the audit log: the hash to follow is not 64 lower-case hexadecimal digits")]
    MalformedHead,
    /// The record would be number 2^53. JSON numbers are exact only up to 2^53 − 1.
    #[error("cannot continue the audit log: it has run out of record numbers; start a new log")]
    Full,
    /// The fence is 2^53 or more.
    #[error("the number of the lease is too high for a record")]
    FenceTooHigh,
    /// The record has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

/// Makes the line that records `entry` after `head`, or as the first record of a log if `head` is `None`.
///
/// `latency_ms` and `wait_ms` are rounded to two decimals. `success` is derived from the outcome.
pub fn seal(entry: &Entry, head: Option<&Head>) -> Result<Sealed, SealError> {
    let (seq, prev) = match head {
        Some(head) if !hex::is_digest(&head.hash) => return Err(SealError::MalformedHead),
        Some(head) if head.seq >= line::MAX_SEQ => return Err(SealError::Full),
        Some(head) => (head.seq + 1, head.hash.as_str()),
        None => (1, GENESIS),
    };
    if entry.fence.is_some_and(|fence| fence > line::MAX_SEQ) {
        return Err(SealError::FenceTooHigh);
    }
    let mut fields = Fields::new(entry, seq, prev);
    fields.latency_ms = entry.latency_ms.map(round2);
    fields.wait_ms = entry.wait_ms.map(round2);
    let times = [("timestamp", Some(entry.timestamp)), ("latency_ms", fields.latency_ms), ("wait_ms", fields.wait_ms)];
    for (field, time) in times {
        if time.is_some_and(|time| !time.is_finite()) {
            return Err(SealError::NotFinite { field });
        }
    }
    let hash = line::hash(&fields)?;
    fields.hash = Some(&hash);
    Ok(Sealed { line: line::write(&fields)?, head: Head { seq, hash } })
}

/// Returns `record` if it follows `head`, the record before.
///
/// `before` is the line of `head`, from 1; zero if `head` is the last record of the file before.
pub(super) fn linked(record: Record, head: Option<&Head>, before: usize) -> Result<Record, Fault> {
    match head {
        None if record.seq() != 1 && !(record.entry().event == Event::Rotated && record.prev() != GENESIS) => {
            Err(Fault::FirstSeq)
        }
        Some(head) if record.prev() != head.hash => Err(Fault::Prev { before }),
        Some(head) if record.seq() != head.seq + 1 => Err(Fault::Seq { before }),
        _ => Ok(record),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::fixture::entry;
    use crate::audit::scan::tail;
    use crate::audit::verify::verify;

    #[test]
    fn a_record_has_every_field_of_the_format() {
        let sealed = seal(&Entry::new(Event::Intent, 1.0, "01J9"), None).unwrap();
        let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&sealed.line).unwrap();
        let names: Vec<&str> = fields.keys().map(String::as_str).collect();
        let expected = [
            "actor",
            "actor_source",
            "attempts",
            "changed",
            "ci_run_url",
            "commit",
            "data_action_id",
            "encrypted_confirmed",
            "encrypted_count",
            "encrypted_submitted",
            "error",
            "event",
            "hash",
            "host",
            "latency_ms",
            "outcome",
            "plan_digest",
            "prev",
            "retries",
            "run_id",
            "seq",
            "success",
            "target",
            "timestamp",
            "tool_version",
            "v",
            "variable_count",
            "wait_ms",
        ];
        assert_eq!(names, expected);
        assert!(fields["success"].is_null() && fields["outcome"].is_null() && fields["retries"].is_null());
    }

    #[test]
    fn a_line_is_the_canonical_form_whatever_its_texts_hold() {
        let tricky = r#"a","host":"b"#;
        let entry = Entry {
            actor: Some(tricky.to_owned()),
            error: Some(tricky.to_owned()),
            retries: Some([("host".to_owned(), 1), (tricky.to_owned(), 2)].into()),
            ..entry(Event::Outcome, 1)
        };
        let sealed = seal(&entry, None).unwrap();
        let record = line::read(&sealed.line).unwrap();
        assert_eq!(line::write(&record.fields()).unwrap(), sealed.line);
        assert_eq!(crate::audit::verify(&sealed.line).first_bad, None);
    }

    #[test]
    fn times_are_rounded_and_must_be_finite() {
        let line = |entry: Entry| seal(&entry, None).map(|sealed| String::from_utf8(sealed.line).unwrap());
        let text = line(Entry { latency_ms: Some(12.346), wait_ms: Some(-0.0), ..entry(Event::Outcome, 1) }).unwrap();
        assert!(text.contains("\"latency_ms\":12.35,") && text.contains("\"wait_ms\":0}"), "{text}");
        for timestamp in [f64::NAN, f64::INFINITY] {
            let error = line(Entry::new(Event::Intent, timestamp, "01J9")).unwrap_err();
            assert_eq!(error.to_string(), "cannot record `timestamp`: it is not a finite number");
        }
        assert!(line(Entry { latency_ms: Some(f64::MAX), ..entry(Event::Outcome, 1) }).is_err());
    }

    #[test]
    fn a_head_that_cannot_be_followed_is_refused() {
        let after = |seq, hash: &str| seal(&entry(Event::Intent, 1), Some(&Head { seq, hash: hash.to_owned() }));
        assert!(matches!(after(1, "abc"), Err(SealError::MalformedHead)));
        assert!(matches!(after((1 << 53) - 1, GENESIS), Err(SealError::Full)));
        let fenced = |fence| seal(&Entry { fence: Some(fence), ..entry(Event::Intent, 1) }, None);
        assert!(matches!(fenced(1 << 53), Err(SealError::FenceTooHigh)));
        let highest = fenced((1 << 53) - 1).unwrap();
        assert!(verify(&highest.line).first_bad.is_none());
        let last = after((1 << 53) - 2, &"a".repeat(64)).unwrap();
        assert_eq!(tail(&last.line).head, Some(last.head));
    }
}
