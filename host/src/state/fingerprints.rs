//! The readable part of a list of variables in a form that may be stored: keyed fingerprints replace the values.

use cxvars_core::plan::fingerprint::{Key, fingerprint};
use cxvars_core::service::stored::{EncryptedRoundtrip, StoredVariable};
use serde::{Deserialize, Serialize};

/// The readable part of one variable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VariableFingerprint {
    /// Its name.
    pub name: String,
    /// Its type, in the service's word.
    #[serde(rename = "type")]
    pub type_word: String,
    /// Its scope, in the service's word.
    pub scope: String,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// Keyed fingerprint of the value, or `None` if the value cannot be read.
    pub value: Option<String>,
}

/// The part of a list that the service could show, as `shown` does: without the encrypted values that are masked there.
pub fn as_far_as(list: &[VariableFingerprint], shown: &[VariableFingerprint]) -> Vec<VariableFingerprint> {
    let is_masked =
        |name: &str| shown.iter().any(|shown| shown.name == name && shown.encrypted && shown.value.is_none());
    let part = list.iter().map(|found| match found.encrypted && is_masked(&found.name) {
        true => VariableFingerprint { value: None, ..found.clone() },
        false => found.clone(),
    });
    part.collect()
}

/// Names the key of a list of fingerprints: the fingerprint of an empty text. It differs if the key differs.
pub fn key_mark(key: &Key) -> String {
    fingerprint(key, "", "", "").to_hex()
}

/// Makes fingerprints of the variables of one action.
pub struct Fingerprinter<'e> {
    /// The key of the fingerprints.
    pub key: &'e Key,
    /// Id of the action.
    pub action: &'e str,
    /// What the service does with encrypted values; this decides which values can be read. For variables that are about
    /// to be sent, use `Echo`, because all their values are known.
    pub roundtrip: EncryptedRoundtrip,
}

impl Fingerprinter<'_> {
    /// Returns the fingerprints of a list, sorted, so that the order of the list does not matter.
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

    /// Fingerprint of a text that cxvars writes, so that a change to the text is noticed.
    pub fn seal(&self, text: &str) -> String {
        // Variables have names, so the empty name keeps this apart from every fingerprint of a value.
        fingerprint(self.key, self.action, "", text).to_hex()
    }
}
