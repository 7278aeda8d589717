//! Decides for each variable what the update does to it.

use super::fingerprint;
use super::{Blocked, Plan, PlanEntry, PlanOptions, Remembered, Wanted};
use crate::base::display;
use crate::service::change::Change;
use crate::service::etag;
use crate::service::stored::StoredVariable;

pub(super) struct Planner<'p> {
    pub(super) stored: &'p [StoredVariable],
    pub(super) stored_etag: Option<&'p str>,
    pub(super) remembered: &'p Remembered,
    pub(super) options: &'p PlanOptions,
}

impl Planner<'_> {
    pub(super) fn wanted(&self, wanted: &Wanted, plan: &mut Plan) {
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
            received: None,
        };
        let (change, reason) = match stored {
            None => (Change::Create, "new".to_owned()),
            Some(stored) => self.compare(wanted, &target, stored),
        };
        let not_fetched = wanted.value.is_none() && change == Change::Unknown;
        plan.entries.push(PlanEntry { not_fetched, ..entry(&target, change, &reason) });
        plan.outgoing.push(target);
    }

    fn compare(&self, wanted: &Wanted, target: &StoredVariable, stored: &StoredVariable) -> (Change, String) {
        let differing = differing_metadata(target, stored);
        if !differing.is_empty() {
            let was_readable = target.encrypted && !stored.encrypted;
            let rotate = if was_readable { "; what is stored can be read, so rotate it" } else { "" };
            return (Change::Update, format!("{} changed{rotate}", differing.join(", ")));
        }
        match (stored.readable_value(self.options.roundtrip), target.canonical_value()) {
            (Some(stored), Some(wanted)) if stored == wanted => (Change::Same, "same".to_owned()),
            (Some(_), Some(_)) => (Change::Update, "value changed".to_owned()),
            (_, None) => self.recognise(wanted, stored, "value not fetched"),
            (None, Some(_)) => self.recognise(wanted, stored, "not comparable (masked)"),
        }
    }

    /// Decides whether a value that cannot be compared is the one that the last verified update sent. `why` says why it
    /// cannot be compared.
    fn recognise(&self, wanted: &Wanted, stored: &StoredVariable, why: &str) -> (Change, String) {
        let unknown = |detail: &str| {
            let detail = if detail.is_empty() { why.to_owned() } else { format!("{why}; {detail}") };
            (Change::Unknown, detail)
        };
        // What is not fetched now may differ from what was sent then, but what is stored is the same.
        let tags = self.remembered.etag.as_deref().zip(self.stored_etag);
        let is_kept = wanted.value.is_none() && tags.is_some_and(|(then, now)| etag::same_state(then, now));
        let kept = if is_kept { "not written since the last apply" } else { "" };
        let Some(remembered) = self.remembered.variables.get(&wanted.name) else { return unknown(kept) };
        let etag_differs = tags.is_some_and(|(then, now)| !etag::same_state(then, now));
        if etag_differs || (&remembered.type_word, &remembered.scope) != (&stored.type_word, &stored.scope_word) {
            return unknown("changed at the service since the last update");
        }
        if let (Some(before), Some(now)) = (&remembered.secret_version, &wanted.secret_version)
            && before != now
        {
            let versions = format!("secret_version {} → {}", display::escape(before), display::escape(now));
            return (Change::Update, format!("{why}; {versions}"));
        }
        let fingerprints = remembered.fingerprint.as_deref().zip(wanted.fingerprint.as_deref());
        match fingerprints.map(|(before, now)| fingerprint::are_same(before, now)) {
            Some(Some(true)) => (Change::Same, "same as last sent".to_owned()),
            Some(Some(false)) => (Change::Update, "differs from the value last sent".to_owned()),
            _ if wanted.secret_version.is_some() && remembered.secret_version == wanted.secret_version => {
                (Change::Same, "same secret_version".to_owned())
            }
            Some(None) => unknown("the fingerprint key is not the one of the last apply"),
            None => unknown(kept),
        }
    }

    pub(super) fn only_stored(&self, stored: &StoredVariable, plan: &mut Plan) {
        if self.options.prune.covers(&stored.name) {
            plan.entries.push(entry(stored, Change::Delete, "not in the manifest, pruned"));
            return;
        }
        if !stored.can_be_sent_back(self.options.roundtrip) {
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
        not_fetched: false,
        type_word: variable.type_word.clone(),
        scope_word: variable.scope_word.clone(),
    }
}
