//! Verifies a log: every line, the links between its files, and the records that are known from elsewhere: from a signed
//! checkpoint, or from a database that noted them.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::chain::{GENESIS, Head, linked};
use super::line::{self, Fault};

/// One file of a log.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// The file's name, as it appears in the result.
    pub name: &'a str,
    /// The file's content.
    pub bytes: &'a [u8],
}

/// How the files of a log are linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// One chain over all files, oldest file first. Each file continues the one before.
    Chain,
    /// One chain per file. The first record of each file follows some record of the other files. The oldest file is excepted,
    /// and with it all that follow the same record of an older log.
    Segments,
}

/// The last record of a log, or of one of its segments.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tip {
    /// The segment's file name; `None` for a log that is one chain.
    pub file: Option<String>,
    /// The record's number.
    pub seq: u64,
    /// The record's hash, 64 lower-case hexadecimal digits.
    pub hash: String,
}

/// The result of verifying a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Status {
    /// A line was changed, or a line is missing.
    Broken,
    /// Every line is valid. Lines may still be missing at the end.
    Intact,
    /// Every line is valid, and the log contains the records that are known from elsewhere.
    Anchored,
    /// There is no log.
    Absent,
}

/// The first invalid line. Nothing is proven about the lines after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct FirstBad {
    /// The file, if the log has several or is a folder of segments.
    pub file: Option<String>,
    /// The line, from 1. If records are missing at the end of the file, the line after the last one.
    pub line: usize,
    /// Reason, for people; contains no part of the line.
    pub reason: String,
    /// Number of lines in the file, valid or not.
    #[serde(skip)]
    pub lines: usize,
}

/// The result of [`verify`]. Serialized, it is the JSON report of `audit verify`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Verification {
    /// The version of the report.
    pub version: u32,
    /// Broken, intact, anchored or absent.
    pub status: Status,
    /// Number of valid records before the first invalid line.
    pub records: usize,
    /// The first invalid line.
    pub first_bad: Option<FirstBad>,
    /// The records that the next one may follow. A checkpoint signs them. Empty if a line is invalid.
    pub heads: Vec<Tip>,
    /// The `prev` of the first record: [`GENESIS`], or the last hash of the log that this one continues.
    #[serde(skip)]
    pub follows: Option<String>,
    /// Whether every record that is known from elsewhere was found. May be true although the log is broken after them.
    #[serde(skip)]
    pub anchors_found: bool,
}

impl Verification {
    /// The last record of a log that is one chain.
    pub fn head(&self) -> Option<Head> {
        self.heads.last().map(|tip| Head { seq: tip.seq, hash: tip.hash.clone() })
    }
}

/// Verifies every line of a log in one file. An empty log is intact.
///
/// Bytes are compared, not meanings: a line must be exactly the canonical form of its record. The first record is
/// number 1 and follows [`GENESIS`] or the last hash of another log ([`Verification::follows`]). A first record with
/// another number is valid only if it is a `rotated` record that follows another log; otherwise, lines are missing at
/// the start.
pub fn verify(bytes: &[u8]) -> Verification {
    verify_parts(Layout::Chain, &[Part { name: "", bytes }], &[])
}

/// Verifies every file of a log (`absent` if there is none), the links between them, and that the log has the records
/// `known` from elsewhere.
///
/// If every line is valid but a known record is absent, the log was cut off or rewritten. For a rewritten log,
/// [`Verification::first_bad`] is the line with the known record's number: that record, or one before it, was changed.
/// A log that begins after a known record, because older files were moved away, is intact but not anchored.
pub fn verify_parts(layout: Layout, parts: &[Part<'_>], known: &[Tip]) -> Verification {
    let mut walk = Walk { files: Vec::new(), hashes: HashSet::new(), records: 0, missing: known.iter().collect() };
    let mut first_bad = walk.read(layout, parts);
    if first_bad.is_none() && layout == Layout::Segments {
        first_bad = walk.unlinked();
    }
    let anchors_found = walk.missing.is_empty();
    if let (None, Some(known)) = (&first_bad, walk.missing.first()) {
        first_bad = walk.cut_off(layout, known);
    }
    if let (Some(bad), 1) = (&mut first_bad, parts.len()) {
        bad.file = bad.file.take().filter(|_| layout == Layout::Segments);
    }
    let status = match &first_bad {
        Some(_) => Status::Broken,
        None if parts.is_empty() => Status::Absent,
        None if anchors_found && !known.is_empty() => Status::Anchored,
        None => Status::Intact,
    };
    Verification {
        version: 1,
        status,
        records: walk.records,
        heads: if first_bad.is_none() { walk.heads(layout) } else { Vec::new() },
        first_bad,
        follows: walk.files.iter().find_map(|file| Some(file.first.as_ref()?.prev.clone())),
        anchors_found,
    }
}

/// State of reading the files of a log.
struct Walk<'a> {
    files: Vec<File<'a>>,
    hashes: HashSet<String>,
    records: usize,
    /// Known records that were not seen yet.
    missing: Vec<&'a Tip>,
}

struct File<'a> {
    name: &'a str,
    lines: usize,
    first: Option<First>,
    head: Option<Head>,
}

/// Fields of the first record of a file.
struct First {
    seq: u64,
    prev: String,
}

impl<'a> Walk<'a> {
    /// Reads the files up to the first invalid line.
    fn read(&mut self, layout: Layout, parts: &[Part<'a>]) -> Option<FirstBad> {
        let mut head: Option<Head> = None;
        for part in parts {
            if layout == Layout::Segments {
                head = None;
            }
            let mut file = File { name: part.name, lines: 0, first: None, head: None };
            for line in line::split(part.bytes) {
                match line::read_strict(line).and_then(|record| linked(record, head.as_ref(), file.lines)) {
                    Ok(record) => {
                        file.lines += 1;
                        self.records += 1;
                        self.missing.retain(|tip| tip.hash != record.hash());
                        self.hashes.insert(record.hash().to_owned());
                        file.first.get_or_insert_with(|| First { seq: record.seq(), prev: record.prev().to_owned() });
                        head = Some(record.into());
                        file.head.clone_from(&head);
                    }
                    Err(fault) => {
                        let lines = line::split(part.bytes).count();
                        let bad = bad(part.name, file.lines + 1, lines, fault.to_string());
                        self.files.push(file);
                        return Some(bad);
                    }
                }
            }
            self.files.push(file);
        }
        None
    }

    /// Finds a segment whose first record follows no record in the log. The oldest may, and so may all that follow the same
    /// record of an older log. Only one may begin a chain of its own.
    fn unlinked(&self) -> Option<FirstBad> {
        let root = |file: &'_ File<'a>| {
            let prev = &file.first.as_ref()?.prev;
            (!self.hashes.contains(prev)).then(|| (prev.clone(), file.name, file.lines))
        };
        let mut roots = self.files.iter().filter_map(root);
        let (oldest, ..) = roots.next()?;
        let (prev, name, lines) = roots.find(|(prev, ..)| *prev == GENESIS || *prev != oldest)?;
        let fault = if prev == GENESIS { Fault::SecondRoot } else { Fault::SegmentMissing };
        Some(bad(name, 1, lines, fault.to_string()))
    }

    /// Locates the fault of a log whose lines are all valid but which lacks the record `known`.
    ///
    /// Returns `None` if the log begins after that record.
    fn cut_off(&self, layout: Layout, known: &Tip) -> Option<FirstBad> {
        let seq = known.seq;
        let changed = |file: &File<'_>, first: &First| {
            let line = usize::try_from(seq - first.seq).unwrap_or(usize::MAX).saturating_add(1);
            bad(file.name, line, file.lines, Fault::NotSigned { seq }.to_string())
        };
        let ends = |file: &File<'_>| bad(file.name, file.lines + 1, file.lines, Fault::Ends { seq }.to_string());
        let holds =
            |file: &File<'_>, first: &First| first.seq <= seq && file.head.as_ref().is_some_and(|head| seq <= head.seq);
        let found =
            |file: &File<'_>| file.first.as_ref().filter(|first| holds(file, first)).map(|first| changed(file, first));
        match (layout, &known.file) {
            (Layout::Chain, _) => {
                let first = self.files.iter().find_map(|file| file.first.as_ref());
                if first.is_some_and(|first| seq < first.seq) {
                    return None;
                }
                self.files.iter().find_map(found).or_else(|| match self.files.last() {
                    Some(last) => Some(ends(last)),
                    None => Some(bad("", 1, 0, Fault::Ends { seq }.to_string())),
                })
            }
            (Layout::Segments, Some(name)) => match self.files.iter().find(|file| file.name == name) {
                Some(file) => Some(found(file).unwrap_or_else(|| ends(file))),
                None => Some(bad(name, 1, 0, Fault::SignedSegmentMissing { seq }.to_string())),
            },
            (Layout::Segments, None) => Some(bad("", 1, 0, Fault::Ends { seq }.to_string())),
        }
    }

    fn heads(&self, layout: Layout) -> Vec<Tip> {
        let tip = |head: &Head, file: Option<&str>| Tip {
            file: file.map(str::to_owned),
            seq: head.seq,
            hash: head.hash.clone(),
        };
        if layout == Layout::Chain {
            let head = self.files.iter().rev().find_map(|file| file.head.as_ref());
            return head.map(|head| tip(head, None)).into_iter().collect();
        }
        let followed: HashSet<&str> =
            self.files.iter().filter_map(|file| Some(file.first.as_ref()?.prev.as_str())).collect();
        let ends = self.files.iter().filter_map(|file| Some((file, file.head.as_ref()?)));
        ends.filter(|(_, head)| !followed.contains(head.hash.as_str()))
            .map(|(file, head)| tip(head, Some(file.name)))
            .collect()
    }
}

fn bad(file: &str, line: usize, lines: usize, reason: String) -> FirstBad {
    FirstBad { file: (!file.is_empty()).then(|| file.to_owned()), line, reason, lines }
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
