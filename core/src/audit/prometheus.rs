//! Renders metrics in the text exposition format 0.0.4 of Prometheus.
//!
//! Names follow the conventions of Prometheus: base units, and `_total` for counters. A metric without data has no
//! samples, because the format has no null. There are no totals over all targets: Prometheus sums targets itself, and
//! would count totals twice.

use std::fmt::Write as _;

use crate::audit::metrics::{Group, Summary};

/// The samples of a target: suffix of the metric's name, labels other than `target`, and value.
type Samples = Vec<(&'static str, String, f64)>;

/// A metric: name, type, help text, and the function that computes its samples for a target.
type Metric = (&'static str, &'static str, &'static str, fn(&Group) -> Samples);

const METRICS: [Metric; 5] = [
    ("cxvars_registrations_total", "counter", "Registrations, by how they ended.", |group| {
        let metrics = &group.metrics;
        [("success", metrics.success_count), ("failure", metrics.failure_count)]
            .map(|(result, count)| ("", format!("result=\"{result}\""), count as f64))
            .into()
    }),
    ("cxvars_put_attempts_total", "counter", "PUT requests that were sent.", |group| {
        vec![("", String::new(), group.attempts as f64)]
    }),
    ("cxvars_retries_total", "counter", "Requests that were repeated, by cause.", |group| {
        let retries = group.retries.iter();
        retries.map(|(cause, count)| ("", format!("cause=\"{}\"", escape(cause)), *count as f64)).collect()
    }),
    (
        "cxvars_encryption_success_ratio",
        "gauge",
        "Encrypted variables that the service was seen to store encrypted, of those submitted.",
        |group| {
            let rate = group.metrics.encryption_success_rate;
            rate.map(|percent| ("", String::new(), percent / 100.0)).into_iter().collect()
        },
    ),
    (
        "cxvars_registration_duration_seconds",
        "summary",
        "How long applied registrations took, waits left out.",
        |group| {
            if group.measured == 0 {
                return Samples::new();
            }
            let latency = &group.latency_ms;
            let quantiles = [("0.5", latency.p50), ("0.95", latency.p95), ("0.99", latency.p99)];
            let quantiles = quantiles
                .into_iter()
                .filter_map(|(quantile, ms)| Some(("", format!("quantile=\"{quantile}\""), ms? / 1000.0)));
            let rest = [("_sum", group.latency_sum_ms / 1000.0), ("_count", group.measured as f64)];
            quantiles.chain(rest.map(|(suffix, value)| (suffix, String::new(), value))).collect()
        },
    ),
];

/// Renders the metrics of each target.
pub fn render(summary: &Summary) -> String {
    let mut text = String::new();
    for (name, kind, help, samples) in METRICS {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
        for (target, group) in &summary.targets {
            for (suffix, labels, value) in samples(group) {
                let comma = if labels.is_empty() { "" } else { "," };
                let target = escape(target);
                let _ = writeln!(text, "{name}{suffix}{{target=\"{target}\"{comma}{labels}}} {value}");
            }
        }
    }
    text
}

/// Escapes a label value: backslashes, quotes and line feeds.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::record::{Entry, Event};
    use crate::service::outcome::Outcome;

    fn entry(outcome: Outcome, target: &str) -> Entry {
        Entry { outcome: Some(outcome), target: Some(target.to_owned()), ..Entry::new(Event::Outcome, 1.0, "01J9") }
    }

    #[test]
    fn every_target_has_its_samples_in_base_units() {
        let applied = Entry {
            latency_ms: Some(1500.0),
            wait_ms: Some(500.0),
            attempts: Some(2),
            encrypted_submitted: Some(4),
            encrypted_confirmed: Some(3),
            retries: Some([("429".to_owned(), 1)].into()),
            ..entry(Outcome::Applied, "sandbox")
        };
        let text = render(&Summary::of([applied, entry(Outcome::Refused, "a\"b\\c\nd")]));
        for line in [
            "# TYPE cxvars_registrations_total counter",
            "cxvars_registrations_total{target=\"sandbox\",result=\"success\"} 1",
            "cxvars_registrations_total{target=\"sandbox\",result=\"failure\"} 0",
            "cxvars_registrations_total{target=\"a\\\"b\\\\c\\nd\",result=\"failure\"} 1",
            "cxvars_put_attempts_total{target=\"sandbox\"} 2",
            "cxvars_retries_total{target=\"sandbox\",cause=\"429\"} 1",
            "cxvars_encryption_success_ratio{target=\"sandbox\"} 0.75",
            "cxvars_registration_duration_seconds{target=\"sandbox\",quantile=\"0.99\"} 1",
            "cxvars_registration_duration_seconds_sum{target=\"sandbox\"} 1",
            "cxvars_registration_duration_seconds_count{target=\"sandbox\"} 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
        assert!(!text.contains("NaN"));
    }

    #[test]
    fn what_has_no_data_is_left_out() {
        let text = render(&Summary::of([entry(Outcome::Refused, "sandbox")]));
        assert!(!text.contains("ratio{") && !text.contains("seconds{"), "{text}");
        assert!(render(&Summary::of(Vec::<Entry>::new())).lines().all(|line| line.starts_with('#')));
    }
}
