//! How large a document may be.

/// The most variables that one Data Action takes (documented limit of the service).
pub const MAX_VARIABLES: usize = 50;
/// The longest text that is read, in bytes.
pub const MAX_BYTES: usize = 1 << 20;
/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 64;

/// The deepest nesting that may be asked for: walks over the tree recurse.
pub(crate) const DEPTH_LIMIT: usize = 1024;

/// What a text may cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Longest text in bytes.
    pub(crate) bytes: usize,
    /// Deepest nesting of arrays and objects.
    pub(crate) depth: usize,
}
