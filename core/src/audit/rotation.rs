//! Reports which encrypted variables are due for a new value, as far as the audit log proves their age.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::audit::record::{Entry, Event};
use crate::service::change::Change;
use crate::service::outcome::Outcome;

const SECONDS_A_DAY: f64 = 86_400.0;

/// The subject of a report, and the age from which a value is due.
#[derive(Debug, Clone, Copy)]
pub struct Policy<'a> {
    /// The service's origin, or `sandbox`, as records name it.
    pub target: &'a str,
    /// The Data Action's id.
    pub action: &'a str,
    /// The current time, in seconds since 1970-01-01T00:00:00Z.
    pub now: f64,
    /// The age, in days, from which a value is due.
    pub max_age_days: u64,
    /// Overrides of `max_age_days`, in days, by variable name.
    pub variables: Option<&'a BTreeMap<String, u64>>,
}

impl Policy<'_> {
    fn max_age_days(&self, name: &str) -> u64 {
        self.variables.and_then(|variables| variables.get(name)).copied().unwrap_or(self.max_age_days)
    }
}

/// The ages of the encrypted variables. Serialized, it is the JSON report of `rotation`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The version of the report.
    pub version: u32,
    /// The Data Action's id.
    pub action: String,
    /// Whether any variable is due or has an unknown age.
    pub recommended: bool,
    /// The encrypted variables, in the order of the caller.
    pub variables: Vec<Variable>,
}

/// The age of one encrypted variable's value.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Variable {
    /// The variable's name.
    pub name: String,
    /// Time of the last proven new value, in seconds since 1970-01-01T00:00:00Z; `None` if the log proves none.
    pub last_changed: Option<f64>,
    /// Whole days since then. The value may be younger than this, but not older.
    pub age_days: Option<u64>,
    /// Whether the age has reached the limit; false if the age is unknown.
    pub due: bool,
    /// The age, in days, from which this variable is due.
    pub max_age_days: u64,
    /// Whole days since the variable became due; `None` if it is not due or its age is unknown.
    pub overdue_days: Option<u64>,
}

/// Computes the ages of the variables that are encrypted at the service now. `entries` are in the order of the log.
///
/// A record counts if it is about the policy's action and target and shows that the variables were stored: an `outcome`
/// of `applied`, or a `reconcile` that decided an open intent as `applied`. Its changes mean:
/// - `create` and `update` of an encrypted variable: a new value. If the service masks values, an `update` is detected
///   by a raised `secret_version`, by a different fingerprint, or by different metadata. Records do not say which, so
///   different metadata counts as a new value too.
/// - `unknown`: the variable was sent again, perhaps with the same value. Its age does not change, because reporting a
///   secret as younger than it is would hide that it is due.
/// - `delete`, and any change that left the variable unencrypted: the age becomes unknown. If the variable is encrypted
///   now, somebody else set it.
///
/// The last change counts, in the order of the records: their times come from clocks of several machines. An update that
/// a `reconcile` decided counts from the place and time of its intent, because it was sent then.
pub fn report<N, T>(
    policy: &Policy<'_>,
    encrypted: impl IntoIterator<Item = N>,
    entries: impl IntoIterator<Item = T>,
) -> Report
where
    N: Into<String>,
    T: Borrow<Entry>,
{
    let mut variables: Vec<Tracked> = encrypted
        .into_iter()
        .map(Into::into)
        .map(|name: String| Tracked { name, last: None, last_changed: None })
        .collect();
    let mut intents: BTreeMap<String, Moment> = BTreeMap::new();
    for (place, entry) in entries.into_iter().enumerate() {
        let entry = entry.borrow();
        let here = Moment { place, time: entry.timestamp };
        if !concerns(policy, entry) {
            continue;
        }
        if entry.event == Event::Intent {
            intents.insert(entry.run_id.clone(), here);
        } else if stores(entry) {
            let sent = intents.get(&entry.run_id).filter(|_| entry.event == Event::Reconcile);
            note(entry, sent.copied().unwrap_or(here), &mut variables);
        }
    }
    let variables: Vec<Variable> = variables.into_iter().map(|tracked| tracked.aged(policy)).collect();
    Report {
        version: 1,
        action: policy.action.to_owned(),
        recommended: variables.iter().any(|variable| variable.due || variable.last_changed.is_none()),
        variables,
    }
}

/// Where a record is in the log, and its time.
#[derive(Clone, Copy)]
struct Moment {
    place: usize,
    time: f64,
}

/// What the records so far say of a variable.
struct Tracked {
    name: String,
    /// The place of the last change.
    last: Option<usize>,
    last_changed: Option<f64>,
}

impl Tracked {
    fn aged(self, policy: &Policy<'_>) -> Variable {
        // If the clock was ahead when the record was written, the age would be negative. It counts as zero.
        let age_days = self.last_changed.map(|changed| ((policy.now - changed) / SECONDS_A_DAY).max(0.0) as u64);
        let max_age_days = policy.max_age_days(&self.name);
        let overdue_days = age_days.and_then(|age| age.checked_sub(max_age_days));
        Variable {
            name: self.name,
            last_changed: self.last_changed,
            age_days,
            due: overdue_days.is_some(),
            max_age_days,
            overdue_days,
        }
    }
}

fn concerns(policy: &Policy<'_>, entry: &Entry) -> bool {
    entry.target.as_deref() == Some(policy.target) && entry.data_action_id.as_deref() == Some(policy.action)
}

fn stores(entry: &Entry) -> bool {
    matches!(entry.event, Event::Outcome | Event::Reconcile) && entry.outcome == Some(Outcome::Applied)
}

fn note(entry: &Entry, stored: Moment, variables: &mut [Tracked]) {
    for changed in entry.changed.iter().flatten() {
        let Some(variable) = variables.iter_mut().find(|variable| variable.name == changed.name) else {
            continue;
        };
        let changed = match (changed.change, changed.encrypted) {
            (Change::Create | Change::Update, true) => Some(stored.time),
            (Change::Delete, _) | (_, false) => None,
            (Change::Unknown | Change::Same | Change::CarriedOver, true) => continue,
        };
        // An older update may be reconciled after a newer one.
        if variable.last.is_none_or(|last| last <= stored.place) {
            (variable.last, variable.last_changed) = (Some(stored.place), changed);
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
    fn the_order_of_the_records_decides_and_not_their_clocks() {
        // The clock of the first machine was ahead.
        assert_eq!(age(&[applied(99.0, &[CREATED]), applied(60.0, &[("token", Change::Update, true)])]), Some(40));
        // What was sent before the variable was deleted does not bring it back.
        let run = |event, day, change| Entry { event, run_id: "a".to_owned(), ..applied(day, &[change]) };
        let intent = Entry { outcome: None, ..run(Event::Intent, 50.0, CREATED) };
        let deleted = applied(10.0, &[("token", Change::Delete, true)]);
        assert_eq!(age(&[intent, deleted, run(Event::Reconcile, 60.0, CREATED)]), None);
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
        // It does not make the value older than a newer update in between.
        let newer = run(Event::Outcome, 50.0, "b");
        assert_eq!(age(&[run(Event::Intent, 10.0, "a"), newer, decided]), Some(50));
    }
}
