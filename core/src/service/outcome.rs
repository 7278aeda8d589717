//! How a registration ended.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How the registration of one Data Action's variables ended. Reports, the audit log and exit codes use these outcomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The service stored the variables that were sent.
    Applied,
    /// The service already stored these variables. Nothing was sent.
    Unchanged,
    /// The document is not valid. Nothing was sent.
    Invalid,
    /// The service refused the credentials or the request. Nothing changed.
    Refused,
    /// The service or a value source stayed unavailable. The variables were certainly not applied.
    Unavailable,
    /// The stored state changed in the meantime, is busy, or cannot be replaced without loss. Nothing was applied.
    Conflict,
    /// A PUT was sent, and it could not be determined whether it took effect.
    Unknown,
    /// The service accepted the PUT, but the variables that it stored differ from those that were sent.
    Mismatch,
}

impl Outcome {
    /// The word in reports and records, for example `applied`.
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

    /// Whether the service stores the wanted variables: applied or unchanged.
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
