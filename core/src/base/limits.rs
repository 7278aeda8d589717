//! Limits on the size of a document.

/// Maximum number of variables of one Data Action (the limit that the reference names).
pub const MAX_VARIABLES: usize = 50;
/// Default maximum length of a text, in bytes.
pub const MAX_BYTES: usize = 1 << 20;
/// Default maximum nesting depth.
pub const MAX_DEPTH: usize = 64;

/// The largest nesting depth that options may allow. Walks over the tree recurse, so the depth bounds the call stack.
pub(crate) const DEPTH_LIMIT: usize = 1024;

/// Limits on a text that is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Maximum length, in bytes.
    pub(crate) bytes: usize,
    /// Maximum nesting depth of arrays and objects.
    pub(crate) depth: usize,
}
