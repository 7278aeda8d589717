//! What an update does to one variable.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an update does to one variable. The plan, the report of an apply and the audit log use these words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// The variable is new.
    Create,
    /// The stored variable is known to differ in type, scope, encryption flag or value.
    Update,
    /// The stored variable is removed.
    Delete,
    /// The stored variable is as wanted. Its value was read, or recognised from the last verified update.
    Same,
    /// The variable is sent again, because its stored value can be neither read nor recognised.
    Unknown,
    /// The variable is not in the manifest and is sent back unchanged.
    CarriedOver,
}

impl Change {
    /// Every kind, in the order that reports use.
    pub const ALL: [Self; 6] = [Self::Create, Self::Update, Self::Delete, Self::Same, Self::Unknown, Self::CarriedOver];

    /// The word in reports and records, for example `carried_over`.
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

    /// Whether the change requires an update. Variables that stay the same or are carried over do not.
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
