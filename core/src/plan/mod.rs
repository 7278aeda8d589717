//! Compares the wanted with the stored variables and decides what an update would change.
//!
//! The update replaces the whole list, so the plan also decides about variables that only the service has. They are
//! carried over, unless they are to be removed. One that cannot be carried over blocks the update.

pub mod compare;
mod digest;
pub mod fingerprint;
mod planner;
mod remembered;
mod wanted;

use std::collections::BTreeSet;

use serde::Serialize;

use crate::service::change::Change;
use crate::service::stored::{EncryptedRoundtrip, StoredVariable};
use digest::digest;
use planner::Planner;
pub use remembered::{Remembered, RememberedVariable};
pub use wanted::Wanted;

/// Which variables are removed if only the service has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Prune {
    /// None of them. They are carried over.
    #[default]
    Nothing,
    /// Those with these names.
    Names(BTreeSet<String>),
    /// All of them.
    Everything,
}

impl Prune {
    fn covers(&self, name: &str) -> bool {
        match self {
            Self::Nothing => false,
            Self::Names(names) => names.contains(name),
            Self::Everything => true,
        }
    }
}

/// Options of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanOptions {
    /// Which variables are removed if only the service has them.
    pub prune: Prune,
    /// Whether to send the whole list even if nothing seems to change.
    pub force: bool,
    /// How the service returns encrypted values.
    pub roundtrip: EncryptedRoundtrip,
    /// Maximum number of variables that may be removed. More of them block the update.
    pub max_deletes: Option<usize>,
}

/// One line of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanEntry {
    /// Name of the variable.
    pub name: String,
    /// What happens to it.
    pub change: Change,
    /// Whether it is encrypted after the update; if it is removed, whether it was encrypted before.
    pub encrypted: bool,
    /// The reason, for people: "value changed", "secret_version 6 → 7".
    pub reason: String,
    /// Whether the wanted value was not fetched, so that it is not known whether it changes.
    pub not_fetched: bool,
    type_word: String,
    scope_word: String,
}

/// A variable that blocks the update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Blocked {
    /// Its name.
    pub name: String,
    /// Why it blocks the update, and what to do.
    pub reason: String,
}

/// The names of a plan's variables, grouped by change, as reports list them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Changes {
    /// See [`Change::Create`].
    pub create: Vec<String>,
    /// See [`Change::Update`].
    pub update: Vec<String>,
    /// See [`Change::Delete`].
    pub delete: Vec<String>,
    /// See [`Change::Same`].
    pub same: Vec<String>,
    /// See [`Change::Unknown`].
    pub unknown: Vec<String>,
    /// See [`Change::CarriedOver`].
    pub carried_over: Vec<String>,
}

/// What an update would do. It has no `Debug`, because it holds the values to send.
pub struct Plan {
    entries: Vec<PlanEntry>,
    blocked: Vec<Blocked>,
    outgoing: Vec<StoredVariable>,
    digest: String,
    force: bool,
}

impl Plan {
    /// Compares the wanted with the stored variables.
    ///
    /// `stored_etag` is the entity tag of the answer that `stored` came from; none if the service sends none.
    pub fn new(
        action: &str,
        wanted: &[Wanted],
        stored: &[StoredVariable],
        stored_etag: Option<&str>,
        remembered: &Remembered,
        options: &PlanOptions,
    ) -> Self {
        let planner = Planner { stored, stored_etag, remembered, options };
        let mut plan = Self {
            entries: Vec::new(),
            blocked: Vec::new(),
            outgoing: Vec::new(),
            digest: String::new(),
            force: options.force,
        };
        wanted.iter().for_each(|variable| planner.wanted(variable, &mut plan));
        let named: BTreeSet<&str> = wanted.iter().map(|variable| variable.name.as_str()).collect();
        let only_stored = stored.iter().filter(|variable| !named.contains(variable.name.as_str()));
        only_stored.for_each(|variable| planner.only_stored(variable, &mut plan));
        plan.block_deletes(options.max_deletes);
        if !plan.changes_pending() {
            // Nothing is sent, so nothing can be lost.
            plan.blocked.clear();
        }
        plan.digest = digest(action, &plan.entries);
        plan
    }

    fn block_deletes(&mut self, most: Option<usize>) {
        let deleted = self.entries.iter().filter(|entry| entry.change == Change::Delete);
        let names: Vec<String> = deleted.map(|entry| entry.name.clone()).collect();
        let Some(most) = most.filter(|most| names.len() > *most) else { return };
        let reason = format!("one of {} variables that would be deleted; --max-deletes allows {most}", names.len());
        self.blocked.extend(names.into_iter().map(|name| Blocked { name, reason: reason.clone() }));
    }

    /// What happens to each variable: first those of the manifest, in its order, then those that only the service has.
    pub fn entries(&self) -> &[PlanEntry] {
        &self.entries
    }

    /// The variables that block the update.
    pub fn blocked(&self) -> &[Blocked] {
        &self.blocked
    }

    /// Whether there is anything to send.
    pub fn changes_pending(&self) -> bool {
        self.force || self.entries.iter().any(|entry| entry.change.needs_update())
    }

    /// The names of the variables, grouped by change.
    pub fn changes(&self) -> Changes {
        let names = |change: Change| -> Vec<String> {
            self.entries.iter().filter(|entry| entry.change == change).map(|entry| entry.name.clone()).collect()
        };
        Changes {
            create: names(Change::Create),
            update: names(Change::Update),
            delete: names(Change::Delete),
            same: names(Change::Same),
            unknown: names(Change::Unknown),
            carried_over: names(Change::CarriedOver),
        }
    }

    /// Whether it sends values that cannot be read back. Carried-over variables do not count: sending their masks back
    /// changes nothing.
    pub fn sends_unreadable(&self, roundtrip: EncryptedRoundtrip) -> bool {
        let carried_over =
            |name: &str| self.entries.iter().any(|entry| entry.name == name && entry.change == Change::CarriedOver);
        let mut sent = self.outgoing().iter().filter(|variable| !carried_over(&variable.name));
        sent.any(|variable| variable.readable_value(roundtrip).is_none())
    }

    /// The whole list to send. It is complete only if every wanted value was fetched.
    pub fn outgoing(&self) -> &[StoredVariable] {
        &self.outgoing
    }

    /// SHA-256, in lower-case hex, of the RFC 8785 form of the action and the name, type, scope, encryption flag and
    /// change of every variable. No value enters it.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::secret::Secret;
    use crate::base::vocabulary::{Scope, VariableType};

    fn wanted(name: &str, value: &str, encrypted: bool) -> Wanted {
        Wanted {
            name: name.into(),
            variable_type: VariableType::String,
            scope: Scope::Action,
            encrypted,
            value: Some(Secret::new(value)),
            fingerprint: encrypted.then(|| format!("k1:fp-{value}")),
            secret_version: None,
            absent: false,
        }
    }

    fn stored(name: &str, value: &str, encrypted: bool) -> StoredVariable {
        StoredVariable {
            name: name.into(),
            type_word: "string".into(),
            scope_word: "action".into(),
            encrypted,
            value: Some(Secret::new(value)),
            received: None,
        }
    }

    fn remembered(fingerprint: Option<&str>, version: Option<&str>) -> Remembered {
        let variable = RememberedVariable {
            type_word: "string".into(),
            scope: "action".into(),
            fingerprint: fingerprint.map(Into::into),
            secret_version: version.map(Into::into),
        };
        Remembered { etag: Some("e1".into()), variables: [("s".to_owned(), variable)].into() }
    }

    fn change_of(wanted: Wanted, stored: StoredVariable, remembered: &Remembered, etag: Option<&str>) -> Change {
        Plan::new("a", &[wanted], &[stored], etag, remembered, &PlanOptions::default()).entries()[0].change
    }

    #[test]
    fn readable_values_are_compared() {
        let none = Remembered::default();
        assert_eq!(change_of(wanted("a", "1", false), stored("a", "1", false), &none, None), Change::Same);
        assert_eq!(change_of(wanted("a", "1", false), stored("a", "2", false), &none, None), Change::Update);
        assert_eq!(change_of(wanted("a", "1", true), stored("a", "1", false), &none, None), Change::Update);
    }

    #[test]
    fn a_masked_value_is_the_same_only_when_recognised() {
        let masked = || stored("s", "****", true);
        let with_version = |version: &str| Wanted { secret_version: Some(version.into()), ..wanted("s", "v", true) };
        let unread = |version: &str| Wanted { value: None, fingerprint: None, ..with_version(version) };
        for (case, want, memory, etag, change) in [
            ("nothing remembered", wanted("s", "v", true), Remembered::default(), None, Change::Unknown),
            (
                "a mask that looks like the value",
                wanted("s", "****", true),
                Remembered::default(),
                None,
                Change::Unknown,
            ),
            ("fingerprint", wanted("s", "v", true), remembered(Some("k1:fp-v"), None), Some("e1"), Change::Same),
            ("service sends no tag now", wanted("s", "v", true), remembered(Some("k1:fp-v"), None), None, Change::Same),
            ("another tag", wanted("s", "v", true), remembered(Some("k1:fp-v"), None), Some("e2"), Change::Unknown),
            ("another value", wanted("s", "w", true), remembered(Some("k1:fp-v"), None), Some("e1"), Change::Update),
            ("another key", wanted("s", "v", true), remembered(Some("k2:fp-v"), None), Some("e1"), Change::Unknown),
            ("no key named", wanted("s", "v", true), remembered(Some("fp-w"), None), Some("e1"), Change::Unknown),
            ("version", unread("7"), remembered(None, Some("7")), Some("e1"), Change::Same),
            ("version raised", with_version("8"), remembered(Some("k1:fp-v"), Some("7")), Some("e1"), Change::Update),
            (
                "same version, another value",
                with_version("7"),
                remembered(Some("k1:fp-x"), Some("7")),
                Some("e1"),
                Change::Update,
            ),
        ] {
            assert_eq!(change_of(want, masked(), &memory, etag), change, "{case}");
        }
    }

    #[test]
    fn what_is_not_fetched_says_what_is_known_of_it() {
        let unread = |secret: bool| Wanted { value: None, fingerprint: None, ..wanted("s", "v", secret) };
        let plan = |want: Wanted, tag: &str| {
            let held = stored("s", "v", want.encrypted);
            let memory = remembered(Some("k1:fp-v"), None);
            Plan::new("a", &[want], &[held], Some(tag), &memory, &PlanOptions::default()).entries()[0].clone()
        };
        for secret in [true, false] {
            let entry = plan(unread(secret), "e1");
            assert_eq!((entry.change, entry.not_fetched), (Change::Unknown, true));
            assert_eq!(entry.reason, "value not fetched; not written since the last apply");
        }
        assert_eq!(plan(unread(true), "e2").reason, "value not fetched; changed at the service since the last update");
        assert!(!plan(wanted("s", "w", true), "e1").not_fetched);
    }

    #[test]
    fn what_only_the_service_has_is_carried_over_pruned_or_in_the_way() {
        let stored = [stored("plain", "1", false), stored("masked", "****", true)];
        let plan = |prune: Prune, roundtrip, wanted: &[Wanted]| {
            let options = PlanOptions { prune, roundtrip, ..PlanOptions::default() };
            Plan::new("a", wanted, &stored, None, &Remembered::default(), &options)
        };
        let new = [wanted("new", "1", false)];
        let blocked = plan(Prune::Nothing, EncryptedRoundtrip::Refuse, &new);
        assert_eq!(blocked.blocked().iter().map(|each| each.name.as_str()).collect::<Vec<_>>(), ["masked"]);
        assert!(plan(Prune::Nothing, EncryptedRoundtrip::Refuse, &[]).blocked().is_empty(), "nothing is sent");
        let kept = plan(Prune::Nothing, EncryptedRoundtrip::MaskKeeps, &new);
        assert!(kept.blocked().is_empty());
        assert_eq!(kept.outgoing().len(), 3);
        let pruned = plan(Prune::Names(["masked".to_owned()].into()), EncryptedRoundtrip::Refuse, &new);
        assert_eq!((pruned.changes().delete, pruned.outgoing().len()), (vec!["masked".to_owned()], 2));
    }

    #[test]
    fn the_digest_changes_with_metadata_and_never_with_a_value() {
        let digest = |wanted: Wanted| {
            Plan::new("a", &[wanted], &[], None, &Remembered::default(), &PlanOptions::default()).digest().to_owned()
        };
        let base = digest(wanted("a", "1", false));
        assert_eq!(base, digest(wanted("a", "2", false)));
        assert_ne!(base, digest(wanted("a", "1", true)));
        assert_eq!(base.len(), 64);
    }
}
