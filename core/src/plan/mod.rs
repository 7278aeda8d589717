//! Compares the wanted with the stored variables and decides what an update would change.
//!
//! The update replaces the whole list, so the plan also decides about variables that only the service has. They are
//! carried over, unless they are to be removed. One that cannot be carried over blocks the update.

pub mod compare;
pub mod fingerprint;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::base::canonical;
use crate::base::display;
use crate::base::hex;
use crate::base::secret::Secret;
use crate::base::vocabulary::{Scope, VariableType};
use crate::manifest::{ManifestVariable, ValueSource};
use crate::service::change::Change;
use crate::service::stored::{EncryptedRoundtrip, StoredVariable};

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
    /// Fingerprint of the value of an encrypted variable, to recognise it later.
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
    /// Keyed fingerprint of the value that was sent.
    pub fingerprint: Option<String>,
    /// The `secret_version` of the manifest.
    pub secret_version: Option<String>,
}

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

struct Planner<'p> {
    stored: &'p [StoredVariable],
    stored_etag: Option<&'p str>,
    remembered: &'p Remembered,
    options: &'p PlanOptions,
}

impl Planner<'_> {
    fn wanted(&self, wanted: &Wanted, plan: &mut Plan) {
        let stored = self.stored.iter().find(|stored| stored.name == wanted.name);
        if wanted.absent {
            if let Some(stored) = stored {
                plan.entries.push(entry(stored, Change::Delete, "state: absent"));
            }
            return;
        }
        let target = StoredVariable {
            name: wanted.name.clone(),
            type_word: wanted.variable_type.as_str().to_owned(),
            scope_word: wanted.scope.as_str().to_owned(),
            encrypted: wanted.encrypted,
            value: wanted.value.clone(),
        };
        let (change, reason) = match stored {
            None => (Change::Create, "new".to_owned()),
            Some(stored) => self.compare(wanted, &target, stored),
        };
        plan.entries.push(entry(&target, change, &reason));
        plan.outgoing.push(target);
    }

    fn compare(&self, wanted: &Wanted, target: &StoredVariable, stored: &StoredVariable) -> (Change, String) {
        let differing = differing_metadata(target, stored);
        if !differing.is_empty() {
            return (Change::Update, format!("{} changed", differing.join(", ")));
        }
        match (stored.readable_value(self.options.roundtrip), &wanted.value) {
            (Some(stored), Some(wanted)) if stored == wanted => (Change::Same, "same".to_owned()),
            (Some(_), Some(_)) => (Change::Update, "value changed".to_owned()),
            (Some(_), None) => self.recognise(wanted, stored, "value not fetched"),
            (None, _) => self.recognise(wanted, stored, "not comparable (masked)"),
        }
    }

    /// Decides whether a value that cannot be compared is the one that the last verified update sent. `why` says why it
    /// cannot be compared.
    fn recognise(&self, wanted: &Wanted, stored: &StoredVariable, why: &str) -> (Change, String) {
        let unknown = |detail: &str| {
            let detail = if detail.is_empty() { why.to_owned() } else { format!("{why}; {detail}") };
            (Change::Unknown, detail)
        };
        let Some(remembered) = self.remembered.variables.get(&wanted.name) else { return unknown("") };
        let etag_differs = self.remembered.etag.is_some()
            && self.stored_etag.is_some()
            && self.remembered.etag.as_deref() != self.stored_etag;
        if etag_differs || (&remembered.type_word, &remembered.scope) != (&stored.type_word, &stored.scope_word) {
            return unknown("changed at the service since the last update");
        }
        if let (Some(before), Some(now)) = (&remembered.secret_version, &wanted.secret_version)
            && before != now
        {
            let versions = format!("secret_version {} → {}", display::escape(before), display::escape(now));
            return (Change::Update, format!("{why}; {versions}"));
        }
        match (&remembered.fingerprint, &wanted.fingerprint) {
            (Some(before), Some(now)) if before == now => (Change::Same, "same as last sent".to_owned()),
            (Some(_), Some(_)) => (Change::Update, "differs from the value last sent".to_owned()),
            _ if wanted.secret_version.is_some() && remembered.secret_version == wanted.secret_version => {
                (Change::Same, "same secret_version".to_owned())
            }
            _ => unknown(""),
        }
    }

    fn only_stored(&self, stored: &StoredVariable, plan: &mut Plan) {
        if self.options.prune.covers(&stored.name) {
            plan.entries.push(entry(stored, Change::Delete, "not in the manifest, pruned"));
            return;
        }
        let is_masked = stored.readable_value(self.options.roundtrip).is_none();
        if is_masked && (self.options.roundtrip != EncryptedRoundtrip::MaskKeeps || stored.value.is_none()) {
            plan.blocked.push(Blocked {
                name: stored.name.clone(),
                reason: "not in the manifest, and its masked value cannot be sent back: add it to the manifest \
                         with its value, or remove it with --prune"
                    .to_owned(),
            });
        }
        plan.entries.push(entry(stored, Change::CarriedOver, "not in the manifest, carried over"));
        plan.outgoing.push(stored.clone());
    }
}

fn differing_metadata(target: &StoredVariable, stored: &StoredVariable) -> Vec<&'static str> {
    let fields = [
        ("type", target.type_word != stored.type_word),
        ("scope", target.scope_word != stored.scope_word),
        ("encrypted", target.encrypted != stored.encrypted),
    ];
    fields.into_iter().filter(|(_, differs)| *differs).map(|(field, _)| field).collect()
}

fn entry(variable: &StoredVariable, change: Change, reason: &str) -> PlanEntry {
    PlanEntry {
        name: variable.name.clone(),
        change,
        encrypted: variable.encrypted,
        reason: reason.to_owned(),
        type_word: variable.type_word.clone(),
        scope_word: variable.scope_word.clone(),
    }
}

fn digest(action: &str, entries: &[PlanEntry]) -> String {
    #[derive(Serialize)]
    struct Line<'e> {
        change: Change,
        encrypted: bool,
        name: &'e str,
        scope: &'e str,
        #[serde(rename = "type")]
        type_word: &'e str,
    }
    #[derive(Serialize)]
    struct Form<'e> {
        action: &'e str,
        variables: Vec<Line<'e>>,
    }
    let mut variables: Vec<_> = entries
        .iter()
        .map(|entry| Line {
            change: entry.change,
            encrypted: entry.encrypted,
            name: &entry.name,
            scope: &entry.scope_word,
            type_word: &entry.type_word,
        })
        .collect();
    variables.sort_by_key(|line| line.name);
    let bytes = canonical::to_vec(&Form { action, variables }).unwrap_or_default();
    hex::encode(&Sha256::digest(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(name: &str, value: &str, encrypted: bool) -> Wanted {
        Wanted {
            name: name.into(),
            variable_type: VariableType::String,
            scope: Scope::Action,
            encrypted,
            value: Some(Secret::new(value)),
            fingerprint: encrypted.then(|| format!("fp-{value}")),
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
            ("fingerprint", wanted("s", "v", true), remembered(Some("fp-v"), None), Some("e1"), Change::Same),
            ("service sends no tag now", wanted("s", "v", true), remembered(Some("fp-v"), None), None, Change::Same),
            ("another tag", wanted("s", "v", true), remembered(Some("fp-v"), None), Some("e2"), Change::Unknown),
            ("another value", wanted("s", "w", true), remembered(Some("fp-v"), None), Some("e1"), Change::Update),
            ("version", unread("7"), remembered(None, Some("7")), Some("e1"), Change::Same),
            ("version raised", with_version("8"), remembered(Some("fp-v"), Some("7")), Some("e1"), Change::Update),
            (
                "same version, another value",
                with_version("7"),
                remembered(Some("fp-x"), Some("7")),
                Some("e1"),
                Change::Update,
            ),
        ] {
            assert_eq!(change_of(want, masked(), &memory, etag), change, "{case}");
        }
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
