//! Metrics of registrations, computed from audit records.
//!
//! Each record with the event `outcome` is one registration. Other events do not count, so no registration counts
//! twice. A ratio or mean without data is `None`, written as `null`, because no data is neither 0 nor 100 percent.

use std::borrow::Borrow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::audit::record::{Entry, Event};
use crate::base::number::round2;
use crate::service::outcome::Outcome;

/// The four metrics of the reference system, for a whole log or for one apply.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Metrics {
    /// Number of registrations that ended as `applied` or `unchanged`.
    pub success_count: u64,
    /// Number of all other registrations, including those that ended as `unknown`.
    pub failure_count: u64,
    /// Percentage of encrypted variables that the service was seen to store encrypted, with two decimals.
    ///
    /// The denominator is the number submitted in PUTs that ended as `applied` or `mismatch`. The percentage is never
    /// above 100, and is 100 only if all are confirmed.
    pub encryption_success_rate: Option<f64>,
    /// Mean of `latency_ms` − `wait_ms` over applied registrations, in milliseconds with two decimals.
    pub avg_latency_ms: Option<f64>,
}

impl Metrics {
    /// The metrics of these entries, for example those of one run.
    pub fn of<T: Borrow<Entry>>(entries: impl IntoIterator<Item = T>) -> Self {
        let mut tally = Tally::default();
        for entry in entries {
            tally.add(entry.borrow());
        }
        tally.metrics()
    }
}

/// Percentiles by the nearest-rank method, in milliseconds with two decimals.
///
/// The p-th percentile is the smallest measured latency such that at least p percent of all are less than or equal to
/// it. So each is a latency that was measured; for a single measurement, all three are equal.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Percentiles {
    /// The median.
    pub p50: Option<f64>,
    /// The 95th percentile.
    pub p95: Option<f64>,
    /// The 99th percentile.
    pub p99: Option<f64>,
}

/// The metrics of a set of registrations.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Group {
    /// The four metrics of the reference system.
    #[serde(flatten)]
    pub metrics: Metrics,
    /// Percentiles of the latencies whose mean is `avg_latency_ms`.
    pub latency_ms: Percentiles,
    /// Number of PUTs sent.
    pub attempts: u64,
    /// Number of repeated requests, by cause.
    pub retries: BTreeMap<String, u64>,
    /// Number of registrations with a latency.
    #[serde(skip)]
    pub(crate) measured: usize,
    /// Sum of those latencies, in milliseconds.
    #[serde(skip)]
    pub(crate) latency_sum_ms: f64,
}

/// The metrics of a whole log. Serialized, it is the JSON report of `metrics`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// The version of the report.
    pub version: u32,
    /// Metrics of all registrations.
    #[serde(flatten)]
    pub overall: Group,
    /// Metrics by target: a service's origin, or `sandbox`.
    pub targets: BTreeMap<String, Group>,
}

impl Summary {
    /// The metrics of these records, for example those of [`scan`](crate::audit::scan()).
    pub fn of<T: Borrow<Entry>>(entries: impl IntoIterator<Item = T>) -> Self {
        let mut overall = Tally::default();
        let mut targets: BTreeMap<String, Tally> = BTreeMap::new();
        for entry in entries {
            let entry = entry.borrow();
            overall.add(entry);
            if let Some(target) = entry.target.as_ref().filter(|_| counts(entry).is_some()) {
                targets.entry(target.clone()).or_default().add(entry);
            }
        }
        let targets = targets.into_iter().map(|(name, tally)| (name, tally.group())).collect();
        Self { version: 1, overall: overall.group(), targets }
    }
}

/// The outcome of an entry, if the entry counts as a registration.
fn counts(entry: &Entry) -> Option<Outcome> {
    entry.outcome.filter(|_| entry.event == Event::Outcome)
}

/// The sums that the metrics are computed from, for entries that come one after another.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    successes: u64,
    failures: u64,
    submitted: u64,
    confirmed: u64,
    latencies: Vec<f64>,
    attempts: u64,
    retries: BTreeMap<String, u64>,
}

impl Tally {
    /// Adds an entry. Those that are no registration do not count.
    pub fn add(&mut self, entry: &Entry) {
        let Some(outcome) = counts(entry) else { return };
        if outcome.is_success() {
            self.successes += 1;
        } else {
            self.failures += 1;
        }
        if matches!(outcome, Outcome::Applied | Outcome::Mismatch) {
            let submitted = entry.encrypted_submitted.unwrap_or(0);
            self.submitted += u64::from(submitted);
            self.confirmed += u64::from(entry.encrypted_confirmed.unwrap_or(0).min(submitted));
        }
        if let (Outcome::Applied, Some(latency)) = (outcome, entry.latency_ms) {
            self.latencies.push((latency - entry.wait_ms.unwrap_or(0.0)).max(0.0));
        }
        self.attempts += u64::from(entry.attempts.unwrap_or(0));
        for (cause, count) in entry.retries.iter().flatten() {
            *self.retries.entry(cause.clone()).or_default() += u64::from(*count);
        }
    }

    /// The metrics of what was added.
    pub fn metrics(&self) -> Metrics {
        let count = self.latencies.len() as f64;
        Metrics {
            success_count: self.successes,
            failure_count: self.failures,
            encryption_success_rate: (self.submitted > 0).then(|| percent(self.confirmed, self.submitted)),
            avg_latency_ms: (count > 0.0).then(|| round2(self.latencies.iter().sum::<f64>() / count)),
        }
    }

    fn group(mut self) -> Group {
        self.latencies.sort_by(f64::total_cmp);
        Group {
            metrics: self.metrics(),
            latency_ms: Percentiles {
                p50: nearest_rank(&self.latencies, 50),
                p95: nearest_rank(&self.latencies, 95),
                p99: nearest_rank(&self.latencies, 99),
            },
            attempts: self.attempts,
            retries: self.retries,
            measured: self.latencies.len(),
            latency_sum_ms: self.latencies.iter().sum(),
        }
    }
}

/// `part` of `whole` in percent, with two decimals. It is 100 only if `part` equals `whole`, never by rounding up.
fn percent(part: u64, whole: u64) -> f64 {
    let percent = round2(part as f64 / whole as f64 * 100.0);
    if part < whole { percent.min(99.99) } else { percent }
}

/// The value at rank ⌈percent ÷ 100 × n⌉, counted from 1, rounded to two decimals.
fn nearest_rank(sorted: &[f64], percent: usize) -> Option<f64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.checked_sub(1)?).copied().map(round2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(outcome: Outcome) -> Entry {
        Entry { outcome: Some(outcome), target: Some("sandbox".to_owned()), ..Entry::new(Event::Outcome, 1.0, "01J9") }
    }

    fn applied(latency_ms: f64, wait_ms: f64) -> Entry {
        Entry { latency_ms: Some(latency_ms), wait_ms: Some(wait_ms), attempts: Some(1), ..entry(Outcome::Applied) }
    }

    fn encrypted(outcome: Outcome, submitted: u32, confirmed: u32) -> Entry {
        Entry { encrypted_submitted: Some(submitted), encrypted_confirmed: Some(confirmed), ..entry(outcome) }
    }

    #[test]
    fn the_report_of_an_empty_log_is_zeros_and_nulls() {
        let json = serde_json::to_value(Summary::of(Vec::<Entry>::new())).unwrap();
        let expected = serde_json::json!({
            "version": 1, "success_count": 0, "failure_count": 0, "encryption_success_rate": null,
            "avg_latency_ms": null, "latency_ms": {"p50": null, "p95": null, "p99": null}, "attempts": 0,
            "retries": {}, "targets": {},
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn the_report_has_the_same_keys_for_each_target() {
        let other = Entry {
            target: Some("https://api.example".to_owned()),
            retries: Some([("429".to_owned(), 2)].into()),
            attempts: Some(3),
            ..entry(Outcome::Refused)
        };
        let json = serde_json::to_value(Summary::of([applied(12.0, 2.0), other])).unwrap();
        let expected = serde_json::json!({
            "version": 1, "success_count": 1, "failure_count": 1, "encryption_success_rate": null,
            "avg_latency_ms": 10.0, "latency_ms": {"p50": 10.0, "p95": 10.0, "p99": 10.0}, "attempts": 4,
            "retries": {"429": 2},
            "targets": {
                "sandbox": {
                    "success_count": 1, "failure_count": 0, "encryption_success_rate": null, "avg_latency_ms": 10.0,
                    "latency_ms": {"p50": 10.0, "p95": 10.0, "p99": 10.0}, "attempts": 1, "retries": {},
                },
                "https://api.example": {
                    "success_count": 0, "failure_count": 1, "encryption_success_rate": null, "avg_latency_ms": null,
                    "latency_ms": {"p50": null, "p95": null, "p99": null}, "attempts": 3, "retries": {"429": 2},
                },
            },
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn only_outcomes_count_and_only_applied_and_unchanged_succeed() {
        use Outcome::*;
        let outcomes = [Applied, Unchanged, Invalid, Refused, Unavailable, Conflict, Unknown, Mismatch].map(entry);
        let others = [Event::Intent, Event::Reconcile, Event::Recovered, Event::Rotated].map(|event| Entry {
            event,
            attempts: Some(9),
            ..applied(1.0, 0.0)
        });
        let summary = Summary::of(outcomes.iter().chain(&others));
        assert_eq!((summary.overall.metrics.success_count, summary.overall.metrics.failure_count), (2, 6));
        assert_eq!((summary.overall.attempts, summary.overall.metrics.avg_latency_ms), (0, None));
        assert_eq!(Metrics::of(outcomes), summary.overall.metrics);
    }

    #[test]
    fn the_encryption_rate_is_over_puts_that_reached_the_service_and_never_above_100() {
        let rate = |entries: &[Entry]| Metrics::of(entries).encryption_success_rate;
        assert_eq!(rate(&[encrypted(Outcome::Applied, 2, 2), encrypted(Outcome::Mismatch, 1, 0)]), Some(66.67));
        assert_eq!(rate(&[encrypted(Outcome::Applied, 1, 5)]), Some(100.0));
        assert_eq!(rate(&[encrypted(Outcome::Applied, 1_000_000, 999_999)]), Some(99.99));
        assert_eq!(rate(&[encrypted(Outcome::Mismatch, 3, 0)]), Some(0.0));
        for outcome in [Outcome::Unchanged, Outcome::Unknown, Outcome::Refused] {
            assert_eq!(rate(&[encrypted(outcome, 2, 2)]), None);
        }
        assert_eq!(rate(&[encrypted(Outcome::Applied, 0, 0)]), None);
    }

    #[test]
    fn latency_leaves_out_waits_and_what_was_not_applied() {
        let unchanged = Entry { latency_ms: Some(900.0), ..entry(Outcome::Unchanged) };
        let metrics = Metrics::of([applied(100.0, 90.0), applied(20.005, 0.0), applied(1.0, 2.0), unchanged]);
        assert_eq!(metrics.avg_latency_ms, Some(10.0));
    }

    #[test]
    fn percentiles_are_latencies_that_occurred() {
        let sorted: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!([50, 95, 99].map(|p| nearest_rank(&sorted, p)), [Some(100.0), Some(190.0), Some(198.0)]);
        assert_eq!([50, 95, 99].map(|p| nearest_rank(&[3.0, 5.0], p)), [Some(3.0), Some(5.0), Some(5.0)]);
        assert_eq!(nearest_rank(&[], 50), None);
    }
}
