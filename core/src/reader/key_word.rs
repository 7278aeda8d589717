//! The keys that documents use.

/// A key of a document as an enum, so that its text is compared only once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyWord {
    Variables,
    ParentScope,
    DataAction,
    Description,
    Name,
    Type,
    Value,
    Encrypted,
    Scope,
    ValueFrom,
    SecretVersion,
    State,
    /// Any other key.
    Other,
}

impl KeyWord {
    pub(super) fn of(key: &str) -> Self {
        match key {
            "variables" => Self::Variables,
            "parent_scope" => Self::ParentScope,
            "data_action" => Self::DataAction,
            "description" => Self::Description,
            "name" => Self::Name,
            "type" => Self::Type,
            "value" => Self::Value,
            "encrypted" => Self::Encrypted,
            "scope" => Self::Scope,
            "value_from" => Self::ValueFrom,
            "secret_version" => Self::SecretVersion,
            "state" => Self::State,
            _ => Self::Other,
        }
    }
}
