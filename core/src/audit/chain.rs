//! The chain of hashes: adding a record, and checking that none was changed.
//!
//! Each record's `hash` is SHA-256 over its RFC 8785 form without `hash`, and its `prev` is the hash of the record
//! before. A change to any byte of a log therefore shows at the line it is in. Two things do not show without a
//! checkpoint kept elsewhere: records cut off at the end of the log, and a log written anew from the first changed
//! record on.

use serde::{Deserialize, Serialize};

use super::line::{self, Fault};
use super::record::{Content, Entry, Event, FORMAT_VERSION, Record};
use crate::canonical::CanonicalError;
use crate::hex;
use crate::number::round2;

/// The `prev` of a record that follows none: 64 zeros.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The last record of a log, which the next one follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The record's number, from 1. Zero where only the hash is known: the next record is then number 1.
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
    /// The new end of the log.
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
    /// The head to follow is none.
    #[error("cannot continue the audit log: the hash to follow is not 64 lower-case hexadecimal digits")]
    MalformedHead,
    /// The record would be number 2^53, which a JSON number does not hold exactly.
    #[error("cannot continue the audit log: it has run out of record numbers; start a new log")]
    Full,
    /// The record has no canonical form.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
}

/// The line that records `entry` after `head`, or as the first of a log.
///
/// `latency_ms` and `wait_ms` are rounded to two decimals; `success` follows from the outcome.
pub fn seal(mut entry: Entry, head: Option<&Head>) -> Result<Sealed, SealError> {
    let (seq, prev) = match head {
        Some(head) if !hex::is_digest(&head.hash) => return Err(SealError::MalformedHead),
        Some(head) if head.seq >= line::MAX_SEQ => return Err(SealError::Full),
        Some(head) => (head.seq + 1, head.hash.clone()),
        None => (1, GENESIS.to_owned()),
    };
    entry.latency_ms = entry.latency_ms.map(round2);
    entry.wait_ms = entry.wait_ms.map(round2);
    let times = [("timestamp", Some(entry.timestamp)), ("latency_ms", entry.latency_ms), ("wait_ms", entry.wait_ms)];
    for (field, time) in times {
        if time.is_some_and(|time| !time.is_finite()) {
            return Err(SealError::NotFinite { field });
        }
    }
    let content = Content { v: FORMAT_VERSION, seq, prev, success: entry.success(), entry };
    let hash = line::hash(&content)?;
    let record = Record { content, hash: hash.clone() };
    Ok(Sealed { line: line::write(&record)?, head: Head { seq, hash } })
}

/// What a check of a log found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Status {
    /// A line is not what was written.
    Broken,
    /// Every line holds; whether lines are missing at the end is not known.
    Intact,
    /// Every line holds, and the log contains the record that a checkpoint signed.
    Anchored,
}

/// The first line that does not hold. What follows it is not proven either way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FirstBad {
    /// The line, from 1.
    pub line: usize,
    /// Why, for people; holds nothing from the line.
    pub reason: String,
}

/// The result of [`verify`]; serialized, the JSON report of `audit verify`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Verification {
    /// The version of the report.
    pub version: u32,
    /// Broken or intact.
    pub status: Status,
    /// How many records hold, counted up to the first that does not.
    pub records: usize,
    /// How many lines the log has, whether they hold or not.
    #[serde(skip)]
    pub lines: usize,
    /// The first line that does not hold.
    pub first_bad: Option<FirstBad>,
    /// The `prev` of the first record: [`GENESIS`], or the last hash of the log that this one continues.
    #[serde(skip)]
    pub follows: Option<String>,
    /// The last record that holds.
    #[serde(skip)]
    pub head: Option<Head>,
}

/// Checks every line of a log; an empty log is intact.
///
/// Bytes are compared, not meanings: a line must be exactly the canonical form of its record. The first record is
/// number 1; it follows [`GENESIS`], or the last hash of another log ([`Verification::follows`]). Only a `rotated`
/// record that follows another log may continue its numbers, so that lines missing at the start show as well.
pub fn verify(bytes: &[u8]) -> Verification {
    let mut seen = Verification {
        version: 1,
        status: Status::Intact,
        records: 0,
        first_bad: None,
        lines: 0,
        follows: None,
        head: None,
    };
    for line in line::split(bytes) {
        seen.lines += 1;
        if seen.status == Status::Broken {
            continue;
        }
        match line::read_strict(line).and_then(|record| linked(record, seen.head.as_ref(), seen.records)) {
            Ok(record) => {
                seen.records += 1;
                seen.follows.get_or_insert_with(|| record.prev().to_owned());
                seen.head = Some(record.into());
            }
            Err(fault) => {
                seen.status = Status::Broken;
                seen.first_bad = Some(FirstBad { line: seen.lines, reason: fault.to_string() });
            }
        }
    }
    seen
}

/// The record, if it follows the one before, which is on line `before`.
fn linked(record: Record, head: Option<&Head>, before: usize) -> Result<Record, Fault> {
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
    use crate::audit::fixture::{append, entry, lines, log, log_after};
    use crate::audit::scan::tail;

    fn bad(bytes: &[u8]) -> (usize, String) {
        let seen = verify(bytes);
        assert_eq!(seen.status, Status::Broken);
        let first = seen.first_bad.unwrap();
        assert_eq!(seen.records, first.line - 1);
        (first.line, first.reason)
    }

    #[test]
    fn what_was_sealed_is_intact() {
        let bytes = log(5);
        let seen = verify(&bytes);
        assert_eq!((seen.status, seen.records, seen.lines, &seen.first_bad), (Status::Intact, 5, 5, &None));
        assert_eq!(seen.follows.as_deref(), Some(GENESIS));
        assert_eq!(seen.head, tail(&bytes).head);
    }

    #[test]
    fn the_report_is_the_json_contract() {
        let json = |bytes: &[u8]| serde_json::to_value(verify(bytes)).unwrap();
        let intact = serde_json::json!({"version": 1, "status": "intact", "records": 2, "first_bad": null});
        assert_eq!(json(&log(2)), intact);
        let broken = serde_json::json!({
            "version": 1, "status": "broken", "records": 1, "first_bad": {"line": 2, "reason": "not JSON"},
        });
        assert_eq!(json(&[&log(1)[..], b"garbage\n"].concat()), broken);
    }

    #[test]
    fn an_empty_log_is_intact_with_no_records() {
        let seen = verify(b"");
        assert_eq!((seen.status, seen.records, seen.head), (Status::Intact, 0, None));
    }

    #[test]
    fn every_changed_byte_is_found_at_its_line() {
        let bytes = log(3);
        let mut line = 1;
        for position in 0..bytes.len() {
            let byte = bytes[position];
            for other in [byte ^ 1, byte ^ 0x20, b'\n', 0xff, b'0', b'"'] {
                if other == byte {
                    continue;
                }
                let mut changed = bytes.clone();
                changed[position] = other;
                let (found, reason) = bad(&changed);
                assert_eq!(found, line, "byte {position} from {byte:#x} to {other:#x}: {reason}");
            }
            line += usize::from(byte == b'\n');
        }
        assert_eq!(line, 4);
    }

    #[test]
    fn every_cut_inside_a_line_is_found_and_none_between_lines() {
        let bytes = log(3);
        for length in 0..bytes.len() {
            let (kept, _) = bytes.split_at(length);
            let whole = kept.iter().filter(|byte| **byte == b'\n').count();
            if kept.is_empty() || kept.ends_with(b"\n") {
                assert_eq!(verify(kept).status, Status::Intact);
            } else {
                assert_eq!(bad(kept), (whole + 1, "not a complete line (torn write)".to_owned()));
            }
        }
    }

    /// The log with one line replaced by a text that is sealed again, with a right hash.
    fn resealed(edit: impl Fn(&mut Content)) -> Vec<u8> {
        let mut lines = lines(&log(4));
        let mut content = line::read(&lines[1]).unwrap().content;
        edit(&mut content);
        let hash = line::hash(&content).unwrap();
        lines[1] = line::write(&Record { content, hash }).unwrap();
        lines.concat()
    }

    #[test]
    fn removed_swapped_and_repeated_lines_are_found() {
        let all = lines(&log(4));
        let pick = |order: &[usize]| order.iter().map(|i| all[*i].clone()).collect::<Vec<_>>().concat();
        assert_eq!(bad(&pick(&[1, 2, 3])), (1, "not record 1, and not one that continues another log".to_owned()));
        assert_eq!(bad(&pick(&[0, 2, 3])), (2, "does not follow line 1: prev differs".to_owned()));
        assert_eq!(bad(&pick(&[0, 2, 1, 3])).0, 2);
        assert_eq!(bad(&pick(&[0, 1, 1, 2])), (3, "does not follow line 2: prev differs".to_owned()));
    }

    #[test]
    fn a_record_written_anew_breaks_the_line_after_it() {
        let bytes = resealed(|content| content.entry.actor = Some("somebody else".to_owned()));
        assert_eq!(bad(&bytes), (3, "does not follow line 2: prev differs".to_owned()));
        let bytes = resealed(|content| content.seq += 1);
        assert_eq!(bad(&bytes), (2, "does not follow line 1: seq is not the next number".to_owned()));
        let bytes = resealed(|content| content.seq = 0);
        assert_eq!(bad(&bytes), (2, "`seq` is out of range".to_owned()));
        let bytes = resealed(|content| content.v = 2);
        assert_eq!(bad(&bytes), (2, "not a record of version 1".to_owned()));
    }

    #[test]
    fn reasons_name_what_is_wrong_with_a_line() {
        let first = String::from_utf8(log(1)).unwrap();
        let with = |from: &str, to: &str| first.replacen(from, to, 1).into_bytes();
        let upper = tail(first.as_bytes()).head.unwrap().hash;
        for (bytes, reason) in [
            (with("sandbox", "sandbux"), "content does not match its hash"),
            (with("{", "{ "), "not in canonical form (RFC 8785)"),
            (with("\n", "\r\n"), "not in canonical form (RFC 8785)"),
            (with("{", "{\"_x\":1,"), "does not have exactly the fields of a record"),
            (with("\"commit\":null,", ""), "does not have exactly the fields of a record"),
            (with("\"v\":1", "\"v\":7"), "not a record of version 1"),
            (with("\"seq\":1", "\"seq\":\"1\""), "not a record: a field is missing, repeated or of the wrong type"),
            (with(&upper, &upper.to_ascii_uppercase()), "`hash` is not 64 lower-case hexadecimal digits"),
            (with(GENESIS, "0"), "`prev` is not 64 lower-case hexadecimal digits"),
            (b"[1]\n".to_vec(), "not a record: a field is missing, repeated or of the wrong type"),
            (b"\n".to_vec(), "not JSON"),
            (b"\xff\n".to_vec(), "not UTF-8 text"),
        ] {
            assert_eq!(bad(&bytes), (1, reason.to_owned()));
        }
    }

    #[test]
    fn a_rotated_log_follows_the_last_hash_of_the_one_before() {
        let head = verify(&log(2)).head.unwrap();
        let mut last = Some(head.clone());
        let mut rotated = Vec::new();
        append(&mut rotated, &mut last, Entry::new(Event::Rotated, 1.0, "01J9"));
        append(&mut rotated, &mut last, entry(Event::Intent, 1));
        let seen = verify(&rotated);
        assert_eq!((seen.status, seen.follows.as_ref()), (Status::Intact, Some(&head.hash)));
        assert_eq!(seen.head.unwrap().seq, 4);

        let segment = log_after(Some(Head { seq: 0, ..head }), 1);
        let seen = verify(&segment);
        assert_eq!((seen.status, seen.head.unwrap().seq), (Status::Intact, 1));

        let mut orphan = Vec::new();
        let nowhere = Head { seq: 4, hash: GENESIS.to_owned() };
        append(&mut orphan, &mut Some(nowhere), Entry::new(Event::Rotated, 1.0, "01J9"));
        assert_eq!(bad(&orphan).0, 1);
    }

    #[test]
    fn a_record_has_every_field_of_the_format() {
        let sealed = seal(Entry::new(Event::Intent, 1.0, "01J9"), None).unwrap();
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
    fn times_are_rounded_and_must_be_finite() {
        let line = |entry| seal(entry, None).map(|sealed| String::from_utf8(sealed.line).unwrap());
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
        let after = |seq, hash: &str| seal(entry(Event::Intent, 1), Some(&Head { seq, hash: hash.to_owned() }));
        assert!(matches!(after(1, "abc"), Err(SealError::MalformedHead)));
        assert!(matches!(after((1 << 53) - 1, GENESIS), Err(SealError::Full)));
        let last = after((1 << 53) - 2, &"a".repeat(64)).unwrap();
        assert_eq!(tail(&last.line).head, Some(last.head));
    }
}
