//! What can be seen of a list of variables, in a form that can be kept: keyed fingerprints in place of values.

use cxvars_core::plan::fingerprint::{Key, fingerprint};
use cxvars_core::service::stored::{EncryptedRoundtrip, StoredVariable};
use serde::{Deserialize, Serialize};

/// What can be seen of one variable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariableFingerprint {
    /// Its name.
    pub name: String,
    /// The word of its type.
    #[serde(rename = "type")]
    pub type_word: String,
    /// The word of its scope.
    pub scope: String,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// Keyed fingerprint of the value, where it can be seen.
    pub value: Option<String>,
}

/// Who looks: the key that fingerprints are made with, and which values can be seen.
pub struct Fingerprinter<'e> {
    /// The key.
    pub key: &'e Key,
    /// Id of the action.
    pub action: &'e str,
    /// What the service does with encrypted values. What is about to be sent is seen as with `echo`: whole.
    pub roundtrip: EncryptedRoundtrip,
}

impl Fingerprinter<'_> {
    /// A list as it can be seen, whatever its order.
    pub fn fingerprints(&self, variables: &[StoredVariable]) -> Vec<VariableFingerprint> {
        let fingerprinted = |variable: &StoredVariable| VariableFingerprint {
            name: variable.name.clone(),
            type_word: variable.type_word.clone(),
            scope: variable.scope_word.clone(),
            encrypted: variable.encrypted,
            value: variable
                .readable_value(self.roundtrip)
                .map(|value| fingerprint(self.key, self.action, &variable.name, value.expose()).to_hex()),
        };
        let mut fingerprints: Vec<VariableFingerprint> = variables.iter().map(fingerprinted).collect();
        fingerprints.sort();
        fingerprints
    }

    /// Fingerprint of nothing: tells whether the key is still the same.
    pub fn key_mark(&self) -> String {
        fingerprint(self.key, "", "", "").to_hex()
    }

    /// Fingerprint of a text of ours, by which a change to it is seen.
    pub fn seal(&self, text: &str) -> String {
        // A variable has a name, so no value of one has this fingerprint.
        fingerprint(self.key, self.action, "", text).to_hex()
    }
}
