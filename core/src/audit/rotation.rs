//! Which encrypted variables are due for a new value, from what the audit log proves.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::audit::record::{Entry, Event};
use crate::service::change::Change;
use crate::service::outcome::Outcome;

const SECONDS_A_DAY: f64 = 86_400.0;

/// What a report is about, and what counts as old.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'a> {
    /// The service's origin, or `sandbox`, as records name it.
    pub target: &'a str,
    /// The Data Action's id.
    pub action: &'a str,
    /// The present time, in seconds since 1970-01-01T00:00:00Z.
    pub now: f64,
    /// A value this many days old is due.
    pub max_age_days: u64,
    /// The same for single variables, by name.
    pub variables: Option<&'a BTreeMap<String, u64>>,
}

impl Policy<'_> {
    fn max_age_days(&self, name: &str) -> u64 {
        self.variables.and_then(|variables| variables.get(name)).copied().unwrap_or(self.max_age_days)
    }
}

/// Which encrypted variables are due: the JSON report of `rotation`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The version of the report.
    pub version: u32,
    /// The Data Action's id.
    pub action: String,
    /// Whether any variable is due or of unknown age.
    pub recommended: bool,
    /// The encrypted variables, in the order they were given.
    pub variables: Vec<Variable>,
}

/// The age of one encrypted variable's value.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Variable {
    /// The variable's name.
    pub name: String,
    /// When the log last proves that a new value was stored, in seconds since 1970-01-01T00:00:00Z; `None` if it never
    /// does.
    pub last_changed: Option<f64>,
    /// Whole days since then. The value may be younger, never older than the last proven change.
    pub age_days: Option<u64>,
    /// Whether the age has reached the limit; false where the age is not known.
    pub due: bool,
    /// The age in days from which this one is due.
    pub max_age_days: u64,
    /// Whole days since it became due; `None` where it is not, or its age is not known.
    pub overdue_days: Option<u64>,
}

/// The ages of the variables that are encrypted at the service now, from the records of a log in their order.
///
/// A record counts if it is of this action on this target and says that the variables were stored: an `outcome`, or a
/// `reconcile` that decided an open intent, of `applied`. In it
/// - `create` and `update` of an encrypted variable stand for a new value. Where the service masks values, an `update`
///   is known by a raised `secret_version`, by another fingerprint, or by other metadata; as records do not say which,
///   the last counts as well;
/// - `unknown` does not: the variable was sent again, perhaps with the value it had. Its age stays what it was, as
///   reporting a secret younger than it is would hide that it is due;
/// - what a `reconcile` decided was sent when its intent was recorded, so that time counts;
/// - `delete`, and any change that left it unencrypted, end what was known: what is encrypted there now was set by
///   somebody else.
pub fn report<N, T>(
    policy: &Policy<'_>,
    encrypted: impl IntoIterator<Item = N>,
    entries: impl IntoIterator<Item = T>,
) -> Report
where
    N: Into<String>,
    T: Borrow<Entry>,
{
    let mut variables: Vec<Variable> = encrypted
        .into_iter()
        .map(Into::into)
        .map(|name: String| Variable {
            max_age_days: policy.max_age_days(&name),
            name,
            last_changed: None,
            age_days: None,
            due: false,
            overdue_days: None,
        })
        .collect();
    let mut intents: BTreeMap<String, f64> = BTreeMap::new();
    for entry in entries {
        let entry = entry.borrow();
        if !concerns(policy, entry) {
            continue;
        }
        if entry.event == Event::Intent {
            intents.insert(entry.run_id.clone(), entry.timestamp);
        } else if stores(entry) {
            let sent = intents.get(&entry.run_id).filter(|_| entry.event == Event::Reconcile);
            note(entry, sent.copied().unwrap_or(entry.timestamp), &mut variables);
        }
    }
    for variable in &mut variables {
        if let Some(changed) = variable.last_changed {
            // A clock that was ahead when the record was written makes the value new, not of negative age.
            let age = ((policy.now - changed) / SECONDS_A_DAY).max(0.0);
            variable.age_days = Some(age as u64);
            variable.overdue_days = (age as u64).checked_sub(variable.max_age_days);
            variable.due = variable.overdue_days.is_some();
        }
    }
    Report {
        version: 1,
        action: policy.action.to_owned(),
        recommended: variables.iter().any(|variable| variable.due || variable.last_changed.is_none()),
        variables,
    }
}

fn concerns(policy: &Policy<'_>, entry: &Entry) -> bool {
    entry.target.as_deref() == Some(policy.target) && entry.data_action_id.as_deref() == Some(policy.action)
}

fn stores(entry: &Entry) -> bool {
    matches!(entry.event, Event::Outcome | Event::Reconcile) && entry.outcome == Some(Outcome::Applied)
}

fn note(entry: &Entry, stored: f64, variables: &mut [Variable]) {
    for changed in entry.changed.iter().flatten() {
        let Some(variable) = variables.iter_mut().find(|variable| variable.name == changed.name) else {
            continue;
        };
        match (changed.change, changed.encrypted) {
            // An older update may be decided after a newer one.
            (Change::Create | Change::Update, true) => {
                variable.last_changed = Some(variable.last_changed.map_or(stored, |known| known.max(stored)));
            }
            (Change::Delete, _) | (_, false) => variable.last_changed = None,
            (Change::Unknown | Change::Same | Change::CarriedOver, true) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::record::Changed;

    const DAY: f64 = SECONDS_A_DAY;

    fn applied(day: f64, changes: &[(&str, Change, bool)]) -> Entry {
        let changed = changes
            .iter()
            .map(|(name, change, encrypted)| Changed {
                name: (*name).to_owned(),
                change: *change,
                encrypted: *encrypted,
            })
            .collect();
        Entry {
            outcome: Some(Outcome::Applied),
            target: Some("sandbox".to_owned()),
            data_action_id: Some("a-1".to_owned()),
            changed: Some(changed),
            ..Entry::new(Event::Outcome, day * DAY, "01J9")
        }
    }

    fn at(now: f64) -> Policy<'static> {
        Policy { target: "sandbox", action: "a-1", now: now * DAY, max_age_days: 90, variables: None }
    }

    fn age(entries: &[Entry]) -> Option<u64> {
        report(&at(100.0), ["token"], entries).variables.remove(0).age_days
    }

    const CREATED: (&str, Change, bool) = ("token", Change::Create, true);

    #[test]
    fn a_value_is_due_once_it_has_reached_the_limit() {
        let entries = [applied(10.0, &[CREATED])];
        let due = |now: f64| report(&at(now), ["token"], &entries).variables.remove(0).due;
        assert!(!due(99.999));
        assert!(due(100.0));
    }

    #[test]
    fn the_report_is_the_json_contract() {
        let entries = [applied(40.5, &[CREATED])];
        let json = serde_json::to_value(report(&at(100.0), ["token", "other"], &entries)).unwrap();
        let expected = serde_json::json!({
            "version": 1, "action": "a-1", "recommended": true, "variables": [
                {"name": "token", "last_changed": 40.5 * DAY, "age_days": 59, "due": false, "max_age_days": 90,
                 "overdue_days": null},
                {"name": "other", "last_changed": null, "age_days": null, "due": false, "max_age_days": 90,
                 "overdue_days": null},
            ],
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn rotation_is_recommended_for_a_due_or_unknown_age_only() {
        let recommended = |day: f64| report(&at(100.0), ["token"], [applied(day, &[CREATED])]).recommended;
        assert!(recommended(1.0));
        assert!(!recommended(99.0));
        assert!(report(&at(100.0), ["token"], Vec::<Entry>::new()).recommended);
        assert!(!report(&at(100.0), Vec::<String>::new(), Vec::<Entry>::new()).recommended);
    }

    #[test]
    fn only_a_proven_new_value_makes_a_secret_younger() {
        for (change, expected) in [
            (Change::Create, 10),
            (Change::Update, 10),
            (Change::Unknown, 80),
            (Change::Same, 80),
            (Change::CarriedOver, 80),
        ] {
            assert_eq!(age(&[applied(20.0, &[CREATED]), applied(90.0, &[("token", change, true)])]), Some(expected));
        }
        assert_eq!(age(&[applied(90.0, &[("token", Change::Unknown, true)])]), None);
    }

    #[test]
    fn what_was_deleted_or_left_unencrypted_has_no_known_age() {
        for ended in [("token", Change::Delete, true), ("token", Change::Update, false)] {
            assert_eq!(age(&[applied(20.0, &[CREATED]), applied(30.0, &[ended])]), None);
        }
        let again = applied(60.0, &[CREATED]);
        assert_eq!(age(&[applied(30.0, &[("token", Change::Delete, true)]), again]), Some(40));
    }

    #[test]
    fn records_of_other_actions_targets_and_outcomes_do_not_count() {
        let record = || applied(20.0, &[CREATED]);
        let others = [
            Entry { target: Some("https://api.example".to_owned()), ..record() },
            Entry { target: None, ..record() },
            Entry { data_action_id: Some("a-2".to_owned()), ..record() },
            Entry { outcome: Some(Outcome::Mismatch), ..record() },
            Entry { outcome: Some(Outcome::Unknown), ..record() },
            Entry { event: Event::Intent, outcome: None, ..record() },
            applied(20.0, &[("another", Change::Create, true)]),
        ];
        assert_eq!(age(&others), None);
        assert_eq!(age(&[Entry { event: Event::Reconcile, ..record() }]), Some(80));
    }

    #[test]
    fn a_record_from_the_future_is_new() {
        assert_eq!(age(&[applied(200.0, &[CREATED])]), Some(0));
    }

    #[test]
    fn a_variable_may_have_an_age_of_its_own() {
        let entries = [applied(60.0, &[CREATED, ("other", Change::Create, true)])];
        let own = BTreeMap::from([("token".to_owned(), 30)]);
        let report = report(&Policy { variables: Some(&own), ..at(100.0) }, ["token", "other"], &entries);
        let seen: Vec<_> = report.variables.iter().map(|one| (one.due, one.max_age_days, one.overdue_days)).collect();
        assert_eq!(seen, [(true, 30, Some(10)), (false, 90, None)]);
    }

    #[test]
    fn what_was_decided_later_is_as_old_as_its_intent() {
        let run = |event, day, run: &str| {
            let outcome = (event != Event::Intent).then_some(Outcome::Applied);
            Entry { event, outcome, run_id: run.to_owned(), ..applied(day, &[CREATED]) }
        };
        let decided = run(Event::Reconcile, 90.0, "a");
        assert_eq!(age(&[run(Event::Intent, 10.0, "a"), decided.clone()]), Some(90));
        // Behind a newer update it makes nothing older.
        let newer = run(Event::Outcome, 50.0, "b");
        assert_eq!(age(&[run(Event::Intent, 10.0, "a"), newer, decided]), Some(50));
    }
}
