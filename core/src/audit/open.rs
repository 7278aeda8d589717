//! Finds the intents whose outcome the log does not contain.

use std::borrow::Borrow;

use crate::audit::record::{Changed, Entry, Event};
use crate::service::outcome::Outcome;

/// An update of which it is not known whether the service stored it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct OpenIntent {
    /// The run that was going to send it.
    pub run_id: String,
    /// When the intent was recorded, in seconds since 1970-01-01T00:00:00Z.
    pub timestamp: f64,
    /// The last record of the run itself, in the same unit. The run may have sent its last request just before; one that
    /// was killed may have sent more after it.
    pub last_seen: f64,
    /// The service's origin, or `sandbox`.
    pub target: String,
    /// The Data Action's id.
    pub action: String,
    /// The variables that the update changes.
    pub changed: Vec<Changed>,
    /// Whether the run recorded the outcome `unknown`. If it recorded no outcome, it was killed or is still running.
    pub ended: bool,
    /// Whether the log has a `reconcile` of this run that could not decide the intent.
    pub tried: bool,
    /// A later run that stored an update of the same action. What this run did can no longer be found out, and no
    /// longer matters.
    pub superseded_by: Option<String>,
}

/// Returns the intents without a known outcome, in the order of the log.
pub fn open_intents<T: Borrow<Entry>>(entries: impl IntoIterator<Item = T>) -> Vec<OpenIntent> {
    let mut open: Vec<OpenIntent> = Vec::new();
    for entry in entries {
        let entry = entry.borrow();
        let (Some(target), Some(action)) = (&entry.target, &entry.data_action_id) else { continue };
        match entry.event {
            Event::Intent => open.push(OpenIntent {
                run_id: entry.run_id.clone(),
                timestamp: entry.timestamp,
                last_seen: entry.timestamp,
                target: target.clone(),
                action: action.clone(),
                changed: entry.changed.clone().unwrap_or_default(),
                ended: false,
                tried: false,
                superseded_by: None,
            }),
            Event::Outcome | Event::Reconcile => {
                let is_known = entry.outcome.is_some_and(|outcome| outcome != Outcome::Unknown);
                // Only a run that stored something supersedes an open intent. A run that sent nothing may have planned
                // from the very state that the open intent left.
                let stored = matches!(entry.outcome, Some(Outcome::Applied | Outcome::Mismatch));
                let same = |intent: &OpenIntent| intent.target == *target && intent.action == *action;
                if is_known {
                    open.retain(|intent| !(same(intent) && intent.run_id == entry.run_id));
                }
                for intent in open.iter_mut().filter(|intent| same(intent)) {
                    if intent.run_id == entry.run_id {
                        if entry.event == Event::Outcome {
                            intent.ended = true;
                            intent.last_seen = intent.last_seen.max(entry.timestamp);
                        }
                        intent.tried |= entry.event == Event::Reconcile;
                    } else if is_known && stored {
                        intent.superseded_by = Some(entry.run_id.clone());
                    }
                }
            }
            Event::Recovered | Event::Rotated => {}
        }
    }
    open
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(event: Event, run: &str, outcome: Option<Outcome>) -> Entry {
        Entry {
            target: Some("sandbox".to_owned()),
            data_action_id: Some("crm".to_owned()),
            outcome,
            ..Entry::new(event, 1.0, run)
        }
    }

    fn runs(entries: &[Entry]) -> Vec<String> {
        open_intents(entries).into_iter().map(|intent| intent.run_id).collect()
    }

    #[test]
    fn an_intent_is_open_until_an_outcome_of_its_run_is_known() {
        let mut log = vec![entry(Event::Intent, "a", None)];
        assert_eq!(runs(&log), ["a"]);
        log.push(Entry { timestamp: 9.0, ..entry(Event::Outcome, "a", Some(Outcome::Unknown)) });
        assert!(open_intents(&log)[0].ended);
        log.push(Entry { timestamp: 20.0, ..entry(Event::Reconcile, "a", Some(Outcome::Unknown)) });
        let intent = open_intents(&log).remove(0);
        assert_eq!((intent.tried, intent.timestamp, intent.last_seen), (true, 1.0, 9.0));
        log.push(entry(Event::Reconcile, "a", Some(Outcome::Unavailable)));
        assert!(runs(&log).is_empty());
    }

    #[test]
    fn a_later_update_supersedes_it_and_a_run_that_sent_nothing_does_not() {
        let mut log = vec![entry(Event::Intent, "a", None), entry(Event::Outcome, "b", Some(Outcome::Unchanged))];
        assert_eq!(open_intents(&log)[0].superseded_by, None);
        log.push(entry(Event::Intent, "c", None));
        log.push(entry(Event::Outcome, "c", Some(Outcome::Applied)));
        assert_eq!(runs(&log), ["a"]);
        assert_eq!(open_intents(&log)[0].superseded_by.as_deref(), Some("c"));
    }

    #[test]
    fn another_action_decides_nothing() {
        let other =
            Entry { data_action_id: Some("ivr".to_owned()), ..entry(Event::Outcome, "b", Some(Outcome::Applied)) };
        let log = [entry(Event::Intent, "a", None), other];
        assert_eq!(open_intents(&log)[0].superseded_by, None);
    }
}
