//! What an update does to one variable.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an update does to one variable. The plan, the report of an apply and the audit log share these words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// It did not exist before.
    Create,
    /// It existed and is known to differ: type, scope, flag or value.
    Update,
    /// It existed and is removed.
    Delete,
    /// It is stored as wanted: its value was read, or recognised from the last verified update.
    Same,
    /// It is sent again, as its stored value can be neither read nor recognised.
    Unknown,
    /// It is not in the manifest and is sent back as it was.
    CarriedOver,
}

impl Change {
    /// Every kind, in the order of reports.
    pub const ALL: [Self; 6] = [Self::Create, Self::Update, Self::Delete, Self::Same, Self::Unknown, Self::CarriedOver];

    /// The word of reports and records, for example `carried_over`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Same => "same",
            Self::Unknown => "unknown",
            Self::CarriedOver => "carried_over",
        }
    }

    /// Whether it takes an update to bring it about.
    pub const fn needs_update(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Delete | Self::Unknown)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_shown_is_the_word_serialized() {
        for change in Change::ALL {
            let json = serde_json::to_string(&change).unwrap();
            assert_eq!(json, format!("\"{change}\""));
        }
    }
}
