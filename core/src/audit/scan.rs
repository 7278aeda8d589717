//! Reads a log without verifying it: its records for reports, and its end for the next append.

use super::chain::Head;
use super::line;
use super::record::Record;

/// Returns the readable records of a log in order, valid or not. Reports use it; [`Scan::skipped`] counts the
/// unreadable lines.
pub fn scan(bytes: &[u8]) -> Scan<'_> {
    Scan { lines: line::split(bytes), skipped: 0 }
}

/// The iterator of [`scan`].
#[derive(Debug, Clone)]
pub struct Scan<'a> {
    lines: std::slice::SplitInclusive<'a, u8, fn(&u8) -> bool>,
    skipped: usize,
}

impl Scan<'_> {
    /// Number of lines, so far, that could not be read as records.
    pub fn skipped(&self) -> usize {
        self.skipped
    }
}

impl Iterator for Scan<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        for line in self.lines.by_ref() {
            match line::read(line) {
                Ok(record) => return Some(record),
                Err(_) => self.skipped += 1,
            }
        }
        None
    }
}

/// The end of a log, as the next append needs it; see [`tail`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tail {
    /// The last record. The next record follows it.
    pub head: Option<Head>,
    /// The bytes of the last line, if it is cut off or not a record. Move them away before appending.
    pub torn: Option<std::ops::Range<usize>>,
}

/// Reads the end of a log for the next append. `bytes` is the whole log or its last part.
///
/// Only the very last line can be the remains of an interrupted append, so only that line is reported as `torn`. Other
/// faults are left for [`verify`](super::verify::verify) to find. That includes a last line that reads as a record but
/// does not match its hash: an interrupted append cannot have written it.
///
/// If `bytes` is only the last part of a log and `head` is `None`, call again with a larger part.
pub fn tail(bytes: &[u8]) -> Tail {
    let mut tail = Tail { head: None, torn: None };
    let mut end = bytes.len();
    for line in line::split(bytes).rev() {
        let start = end - line.len();
        if let Ok(record) = line::read(line) {
            tail.head = Some(record.into());
            break;
        }
        if end == bytes.len() {
            tail.torn = Some(start..end);
        }
        end = start;
    }
    tail
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::fixture::{lines, log};
    use crate::audit::verify::verify;

    #[test]
    fn a_torn_last_line_is_set_aside_and_only_that() {
        let whole = log(2);
        let head = verify(&whole).head();
        for rest in [&b"{\"actor\":nul"[..], b"\0\0\0", b"garbage\n", b"\n", b"\xff"] {
            let bytes = [&whole, rest].concat();
            assert_eq!(tail(&bytes), Tail { head: head.clone(), torn: Some(whole.len()..bytes.len()) });
        }
        let bytes = [&whole[..], b"garbage\n", b"more"].concat();
        assert_eq!(tail(&bytes).torn, Some(bytes.len() - 4..bytes.len()));
        assert_eq!(tail(&bytes).head, head);

        let mut changed = whole.clone();
        let place = changed.len() - 20;
        changed[place] ^= 1;
        assert_eq!(tail(&changed).torn.is_some(), line::read(line::split(&changed).next_back().unwrap()).is_err());
        assert_eq!(tail(b""), Tail { head: None, torn: None });
    }

    #[test]
    fn a_last_line_whose_content_was_changed_stays_in_place() {
        let text = String::from_utf8(log(2)).unwrap();
        let at = text.rfind("sandbox").unwrap();
        let bytes = [&text[..at], "sandbux", &text[at + 7..]].concat().into_bytes();
        assert_eq!(tail(&bytes).torn, None);
        assert_eq!(verify(&bytes).first_bad.unwrap().line, 2);
    }

    #[test]
    fn the_last_part_of_a_log_is_enough_once_a_record_is_whole() {
        let bytes = log(3);
        let last = lines(&bytes)[2].len();
        for length in 0..=bytes.len() {
            let part = &bytes[bytes.len() - length..];
            assert_eq!(tail(part).head.is_some(), length >= last, "{length}");
        }
    }

    #[test]
    fn a_scan_reads_what_it_can_and_counts_the_rest() {
        let bytes = [&log(2)[..], b"garbage\n", &log(1), b"{\"torn"].concat();
        let mut scan = scan(&bytes);
        let seqs: Vec<u64> = scan.by_ref().map(|record| record.seq()).collect();
        assert_eq!((seqs, scan.skipped()), (vec![1, 2, 1], 2));
    }
}
