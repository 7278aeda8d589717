//! A variable as the manifest wants it.

use crate::base::secret::Secret;
use crate::base::vocabulary::{Scope, VariableType};
use crate::manifest::{ManifestVariable, ValueSource};

/// A variable as the manifest wants it, with its value if it is known.
#[derive(Clone)]
pub struct Wanted {
    /// Name.
    pub name: String,
    /// Type.
    pub variable_type: VariableType,
    /// Scope.
    pub scope: Scope,
    /// Whether the service is to encrypt it.
    pub encrypted: bool,
    /// The value; none if it was not fetched.
    pub value: Option<Secret>,
    /// Fingerprint of the value of an encrypted variable, with the id of its key, to recognise it later.
    pub fingerprint: Option<String>,
    /// The `secret_version` of the manifest.
    pub secret_version: Option<String>,
    /// Whether it is to be removed.
    pub absent: bool,
}

impl Wanted {
    /// Converts a variable of a manifest. `fetched` is its value if the manifest has a reference. `fingerprint` is
    /// called only with the value of an encrypted variable.
    pub fn new(
        variable: &ManifestVariable,
        fetched: Option<&Secret>,
        fingerprint: impl FnOnce(&Secret) -> Option<String>,
    ) -> Self {
        let value = match &variable.source {
            ValueSource::Literal(value) => Some(value),
            ValueSource::Reference(_) => fetched,
            ValueSource::Absent => None,
        };
        Self {
            name: variable.name.clone(),
            variable_type: variable.variable_type,
            scope: variable.scope,
            encrypted: variable.encrypted,
            value: value.cloned(),
            fingerprint: value.filter(|_| variable.encrypted).and_then(fingerprint),
            secret_version: variable.secret_version.clone(),
            absent: variable.source == ValueSource::Absent,
        }
    }
}
