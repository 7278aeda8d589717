//! Reads and writes one line of the log, and names every reason why a line is not valid.

use std::fmt;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::record::{FORMAT_VERSION, Fields, Record};
use crate::base::canonical::{self, CanonicalError};
use crate::base::hex;

/// The largest integer that canonical JSON represents exactly: 2^53 − 1 (RFC 8785, section 3.2.2.3; RFC 7493,
/// section 2.2).
pub(super) const MAX_SEQ: u64 = (1 << 53) - 1;

/// Why a line is invalid or missing. The text is for people and contains no part of the line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    Torn,
    NotUtf8,
    NotJson,
    UnknownVersion,
    NotARecord,
    OtherFields,
    NotCanonical,
    HashForm,
    PrevForm,
    SeqRange,
    WrongHash,
    FirstSeq,
    Seq { before: usize },
    Prev { before: usize },
    SecondRoot,
    SegmentMissing,
    Ends { seq: u64 },
    NotSigned { seq: u64 },
    SignedSegmentMissing { seq: u64 },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Torn => f.write_str("not a complete line (torn write)"),
            Self::NotUtf8 => f.write_str("not UTF-8 text"),
            Self::NotJson => f.write_str("not JSON"),
            Self::UnknownVersion => write!(f, "not a record of version {FORMAT_VERSION}"),
            Self::NotARecord => f.write_str("not a record: a field is missing, repeated or of the wrong type"),
            Self::OtherFields => f.write_str("does not have exactly the fields of a record"),
            Self::NotCanonical => f.write_str("not in canonical form (RFC 8785)"),
            Self::HashForm => f.write_str("`hash` is not 64 lower-case hexadecimal digits"),
            Self::PrevForm => f.write_str("`prev` is not 64 lower-case hexadecimal digits"),
            Self::SeqRange => f.write_str("`seq` is out of range"),
            Self::WrongHash => f.write_str("content does not match its hash"),
            Self::FirstSeq => f.write_str("not record 1, and not one that continues another log"),
            Self::Prev { before: 0 } => f.write_str("does not follow the file before: prev differs"),
            Self::Seq { before: 0 } => f.write_str("does not follow the file before: seq is not the next number"),
            Self::Seq { before } => write!(f, "does not follow line {before}: seq is not the next number"),
            Self::Prev { before } => write!(f, "does not follow line {before}: prev differs"),
            Self::SecondRoot => f.write_str("begins a chain of its own, though the log has older segments"),
            Self::SegmentMissing => f.write_str("follows a record that no segment has: one is missing"),
            Self::Ends { seq } => write!(f, "ends before record {seq}, which it had earlier"),
            Self::NotSigned { seq } => {
                write!(f, "not the record {seq} that it had earlier: it, or one before it, was changed")
            }
            Self::SignedSegmentMissing { seq } => {
                write!(f, "the segment is missing; it had a record {seq}")
            }
        }
    }
}

/// Splits a log into lines, each with its line feed. Bytes after the last line feed are a line too.
pub(super) fn split(bytes: &[u8]) -> std::slice::SplitInclusive<'_, u8, fn(&u8) -> bool> {
    bytes.split_inclusive(|byte| *byte == b'\n')
}

/// Reads a line as a record that another one could follow. Neither its hash nor its canonical form is checked.
pub(super) fn read(line: &[u8]) -> Result<Record, Fault> {
    let text = line.strip_suffix(b"\n").ok_or(Fault::Torn)?;
    let text = std::str::from_utf8(text).map_err(|_| Fault::NotUtf8)?;
    let record: Record = serde_json::from_str(text).map_err(|error| match version(text) {
        Some(FORMAT_VERSION) => Fault::NotARecord,
        Some(_) => Fault::UnknownVersion,
        None if error.is_data() => Fault::NotARecord,
        None => Fault::NotJson,
    })?;
    if record.content.v != FORMAT_VERSION {
        return Err(Fault::UnknownVersion);
    }
    if !hex::is_digest(&record.hash) {
        return Err(Fault::HashForm);
    }
    if !hex::is_digest(&record.content.prev) {
        return Err(Fault::PrevForm);
    }
    if !(1..=MAX_SEQ).contains(&record.content.seq) {
        return Err(Fault::SeqRange);
    }
    if record.entry().fence.is_some_and(|fence| fence > MAX_SEQ) {
        return Err(Fault::NotARecord);
    }
    Ok(record)
}

/// Like [`read`], and also checks that the line is the record's canonical form and that its hash matches.
pub(super) fn read_strict(line: &[u8]) -> Result<Record, Fault> {
    let record = read(line)?;
    if write(&record.fields()).ok().as_deref() != Some(line) {
        return Err(unlike_canonical(line));
    }
    if hash(&record.content.fields()).ok().as_deref() != Some(record.hash.as_str()) {
        return Err(Fault::WrongHash);
    }
    Ok(record)
}

/// The canonical bytes of a record and a line feed.
pub(super) fn write(record: &Fields<'_>) -> Result<Vec<u8>, CanonicalError> {
    let mut line = canonical::to_vec(record)?;
    line.push(b'\n');
    Ok(line)
}

/// SHA-256 over the canonical form of a record without its hash, as 64 lower-case hexadecimal digits.
pub(super) fn hash(content: &Fields<'_>) -> Result<String, CanonicalError> {
    Ok(hex::encode(&Sha256::digest(canonical::to_vec(content)?)))
}

fn version(text: &str) -> Option<u32> {
    #[derive(Deserialize)]
    struct Version {
        v: u32,
    }
    serde_json::from_str::<Version>(text).ok().map(|version| version.v)
}

/// Tells why a line that reads as a record is not its canonical form: its fields or its spelling.
fn unlike_canonical(line: &[u8]) -> Fault {
    let respelled =
        serde_json::from_slice::<serde_json::Value>(line).ok().and_then(|value| canonical::to_vec(&value).ok());
    match respelled {
        Some(respelled) if line.strip_suffix(b"\n") == Some(&respelled) => Fault::OtherFields,
        _ => Fault::NotCanonical,
    }
}
