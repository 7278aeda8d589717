//! Output formats.

use clap::ValueEnum;

/// Output formats of results.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs; grows only by new keys
    Json,
}

/// Output formats of plans and of their outcomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReviewFormat {
    /// For people
    #[default]
    Text,
    /// For programs; grows only by new keys
    Json,
    /// For a comment on a pull request; its first line stays the same, so that it can be found again
    Markdown,
}
