//! What is remembered of the last verified update of an action.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What is stored after the last verified update of an action, to recognise masked values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// The entity tag after that update; none if the service sent none.
    pub etag: Option<String>,
    /// The encrypted variables, by name.
    pub variables: BTreeMap<String, RememberedVariable>,
}

/// What is remembered of one encrypted variable. Without the key, its value cannot be derived from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RememberedVariable {
    /// The word of its type.
    #[serde(rename = "type")]
    pub type_word: String,
    /// The word of its scope.
    pub scope: String,
    /// Keyed fingerprint of the value that was sent, with the id of its key.
    pub fingerprint: Option<String>,
    /// The `secret_version` of the manifest.
    pub secret_version: Option<String>,
}
