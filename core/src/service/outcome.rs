//! How a registration ended.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How the registration of one Data Action's variables ended. Reports, the audit log and exit codes share these words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The service stored the variables that were sent.
    Applied,
    /// The service already held these variables; nothing was sent.
    Unchanged,
    /// The document is not valid; nothing was sent.
    Invalid,
    /// The service refused the credentials or the request; nothing changed.
    Refused,
    /// The service or a value source stayed unavailable; known not to have been applied.
    Unavailable,
    /// The remote state changed meanwhile, is busy, or cannot be replaced without loss; not applied.
    Conflict,
    /// A PUT was sent and whether it took effect could not be decided.
    Unknown,
    /// The service accepted the PUT, and what it stored differs from what was sent.
    Mismatch,
}

impl Outcome {
    /// The word of reports and records, for example `applied`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Unchanged => "unchanged",
            Self::Invalid => "invalid",
            Self::Refused => "refused",
            Self::Unavailable => "unavailable",
            Self::Conflict => "conflict",
            Self::Unknown => "unknown",
            Self::Mismatch => "mismatch",
        }
    }

    /// Whether the service holds the wanted variables: applied or unchanged.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Applied | Self::Unchanged)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_shown_is_the_word_serialized() {
        use Outcome::*;
        for outcome in [Applied, Unchanged, Invalid, Refused, Unavailable, Conflict, Unknown, Mismatch] {
            let json = serde_json::to_string(&outcome).unwrap();
            assert_eq!(json, format!("\"{outcome}\""));
            assert_eq!(outcome.is_success(), matches!(outcome.as_str(), "applied" | "unchanged"));
        }
    }
}
