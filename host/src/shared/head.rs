//! The heads of an audit log, noted where those who can change the log cannot change them.

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
