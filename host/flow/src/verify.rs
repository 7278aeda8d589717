//! Comparing what the service stored with what was sent.

use std::collections::BTreeMap;

use cxvars_core::base::secret::Secret;
use cxvars_core::plan::Plan;
use cxvars_core::service::stored::{EncryptedRoundtrip, StoredVariable};
use serde::Serialize;

/// How far each stored variable was verified.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// Metadata and value were read back and match.
    pub full: Vec<String>,
    /// Metadata matches; the value cannot be read, so nothing is said about it.
    pub metadata: Vec<String>,
}

/// A difference between what was sent and what is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Name of the variable.
    pub name: String,
    /// What differs.
    pub what: Differs,
}

/// How a stored variable differs from the one that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Differs {
    /// It is not stored.
    Missing,
    /// It is stored more than once.
    StoredTwice,
    /// It was not sent.
    NotSent,
    /// Its type differs.
    Type,
    /// Its scope differs.
    Scope,
    /// It was sent as encrypted, but is stored unencrypted.
    NotEncrypted,
    /// It was sent as unencrypted, but is stored encrypted.
    Encrypted,
    /// Its value differs.
    Value,
}

impl Differs {
    /// The difference in words, for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::StoredTwice => "stored twice",
            Self::NotSent => "stored, but not sent",
            Self::Type => "type differs",
            Self::Scope => "scope differs",
            Self::NotEncrypted => "not encrypted",
            Self::Encrypted => "encrypted",
            Self::Value => "value differs",
        }
    }
}

/// Compares variable by variable.
///
/// # Errors
/// All differences: variables that are stored twice, then those that differ, in the order in which they were sent, then
/// those that were not sent.
pub fn verify(
    sent: &[StoredVariable],
    stored: &[StoredVariable],
    roundtrip: EncryptedRoundtrip,
) -> Result<Verified, Vec<Difference>> {
    let mut verified = Verified::default();
    let mut differences = Vec::new();
    let mut rest: BTreeMap<&str, &StoredVariable> = BTreeMap::new();
    for variable in stored {
        if rest.insert(&variable.name, variable).is_some() {
            differences.push(Difference { name: variable.name.clone(), what: Differs::StoredTwice });
        }
    }
    for variable in sent {
        let outcome = match rest.remove(variable.name.as_str()) {
            None => Err(Differs::Missing),
            Some(stored) => compare(variable, stored, roundtrip),
        };
        match outcome {
            Ok(true) => verified.full.push(variable.name.clone()),
            Ok(false) => verified.metadata.push(variable.name.clone()),
            Err(what) => differences.push(Difference { name: variable.name.clone(), what }),
        }
    }
    differences.extend(rest.into_keys().map(|name| Difference { name: name.to_owned(), what: Differs::NotSent }));
    if differences.is_empty() { Ok(verified) } else { Err(differences) }
}

/// How far an unchanged action is verified: fully for values that were read, only the metadata for masked values that
/// were recognised.
pub(super) fn verify_same(plan: &Plan, stored: &[StoredVariable], roundtrip: EncryptedRoundtrip) -> Verified {
    let readable = |name: &str| {
        let found = stored.iter().find(|variable| variable.name == name);
        found.is_some_and(|variable| variable.readable_value(roundtrip).is_some())
    };
    let names = plan.changes().same;
    let (full, metadata) = names.into_iter().partition(|name| readable(name));
    Verified { full, metadata }
}

/// `true` if the value was read and matches, `false` if it cannot be read.
fn compare(sent: &StoredVariable, stored: &StoredVariable, roundtrip: EncryptedRoundtrip) -> Result<bool, Differs> {
    let checks = [
        (sent.type_word == stored.type_word, Differs::Type),
        (sent.scope_word == stored.scope_word, Differs::Scope),
        (sent.encrypted == stored.encrypted, if sent.encrypted { Differs::NotEncrypted } else { Differs::Encrypted }),
    ];
    if let Some((_, what)) = checks.into_iter().find(|(same, _)| !same) {
        return Err(what);
    }
    match (stored.readable_value(roundtrip), sent.canonical_value()) {
        (None, _) => Ok(false),
        (Some(stored), Some(sent)) if stored == sent => Ok(true),
        _ => Err(Differs::Value),
    }
}

/// The part of a list of variables that an answer can show: all metadata, and the values that can be read. The order
/// does not matter.
#[derive(PartialEq, Eq)]
pub struct Readable<'v>(BTreeMap<&'v str, ReadableVariable<'v>>);

#[derive(PartialEq, Eq)]
struct ReadableVariable<'v> {
    metadata: (&'v str, &'v str, bool),
    value: Option<Secret>,
    copies: usize,
}

impl<'v> Readable<'v> {
    /// The readable part of a list of variables.
    pub fn of(variables: &'v [StoredVariable], roundtrip: EncryptedRoundtrip) -> Self {
        let mut readable: BTreeMap<&str, ReadableVariable<'_>> = BTreeMap::new();
        for variable in variables {
            let entry = ReadableVariable {
                metadata: (&variable.type_word, &variable.scope_word, variable.encrypted),
                value: variable.readable_value(roundtrip),
                copies: 1,
            };
            readable.entry(&variable.name).and_modify(|known| known.copies += 1).or_insert(entry);
        }
        Self(readable)
    }

    /// The part that the service could show, as `shown` does: without the encrypted values that are masked there. A
    /// service that is said to return encrypted values may mask some of them.
    #[must_use]
    pub fn as_far_as(mut self, shown: &Self) -> Self {
        for (name, variable) in &mut self.0 {
            let (_, _, encrypted) = variable.metadata;
            if encrypted && shown.0.get(name).is_some_and(|shown| shown.value.is_none()) {
                variable.value = None;
            }
        }
        self
    }

    /// Whether the value of any variable cannot be read.
    pub fn hides_values(&self) -> bool {
        self.0.values().any(|variable| variable.value.is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(name: &str, value: &str, encrypted: bool) -> StoredVariable {
        StoredVariable {
            name: name.into(),
            type_word: "string".into(),
            scope_word: "action".into(),
            encrypted,
            value: Some(Secret::new(value)),
            received: None,
        }
    }

    #[test]
    fn a_masked_value_is_never_called_a_match() {
        let sent = [variable("a", "1", false), variable("s", "secret", true)];
        let masked = [variable("s", "****", true), variable("a", "1", false)];
        let verified = verify(&sent, &masked, EncryptedRoundtrip::Refuse).unwrap();
        assert_eq!((verified.full, verified.metadata), (vec!["a".to_owned()], vec!["s".to_owned()]));
        let verified = verify(&sent, &masked, EncryptedRoundtrip::Echo).unwrap();
        assert_eq!(verified.metadata, ["s".to_owned()], "it masks all the same");
        assert_eq!(verify(&sent, &sent, EncryptedRoundtrip::Echo).unwrap().full.len(), 2);
    }

    #[test]
    fn every_difference_is_named() {
        let sent = [variable("a", "1", false), variable("b", "2", false), variable("s", "x", true)];
        let stored = [variable("a", "9", false), variable("s", "x", false), variable("new", "", false)];
        let differences = verify(&sent, &stored, EncryptedRoundtrip::Refuse).unwrap_err();
        let found: Vec<_> = differences.iter().map(|each| (each.name.as_str(), each.what.as_str())).collect();
        assert_eq!(
            found,
            [("a", "value differs"), ("b", "missing"), ("s", "not encrypted"), ("new", "stored, but not sent")]
        );
    }

    #[test]
    fn the_readable_part_ignores_order_and_masks() {
        let ours = [variable("a", "1", false), variable("s", "secret", true)];
        let theirs = [variable("s", "****", true), variable("a", "1", false)];
        let readable = |list| Readable::of(list, EncryptedRoundtrip::Refuse);
        assert!(readable(&ours) == readable(&theirs));
        assert!(Readable::of(&ours, EncryptedRoundtrip::Echo) != Readable::of(&theirs, EncryptedRoundtrip::Echo));
    }
}
