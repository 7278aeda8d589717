//! The metrics: their names, units and what they count.

use std::collections::BTreeMap;

use cxvars_flow::reason::Reason;
use opentelemetry::metrics::{Counter, Histogram, MeterProvider as _};
use opentelemetry::trace::TraceContextExt as _;
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::metrics::SdkMeterProvider;

use super::recorder;

/// Upper bounds that the semantic conventions for HTTP metrics advise, in seconds.
const REQUEST_SECONDS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// Upper bounds for waits, which the limit of requests in a minute makes, in seconds.
const WAIT_SECONDS: [f64; 9] = [0.1, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0];

/// What is measured.
pub(super) struct Instruments {
    request_duration: Histogram<f64>,
    actions: Counter<u64>,
    retries: Counter<u64>,
    budget_wait_duration: Histogram<f64>,
}

impl Instruments {
    pub(super) fn new(provider: &SdkMeterProvider) -> Self {
        let meter = provider.meter("cxvars");
        Self {
            request_duration: meter
                .f64_histogram("http.client.request.duration")
                .with_unit("s")
                .with_description("Duration of HTTP client requests.")
                .with_boundaries(REQUEST_SECONDS.to_vec())
                .build(),
            actions: meter
                .u64_counter("cxvars.actions")
                .with_unit("{action}")
                .with_description("Actions that were applied or read, by outcome.")
                .build(),
            retries: meter
                .u64_counter("cxvars.retries")
                .with_unit("{request}")
                .with_description("Requests that were sent again, by cause.")
                .build(),
            budget_wait_duration: meter
                .f64_histogram("cxvars.budget.wait.duration")
                .with_unit("s")
                .with_description("Waits for room in a tenant's request budget.")
                .with_boundaries(WAIT_SECONDS.to_vec())
                .build(),
        }
    }

    /// A request ended after `ms` milliseconds.
    pub(super) fn request(&self, ms: u64, attributes: &[KeyValue]) {
        self.request_duration.record(seconds(ms), attributes);
    }

    /// An action ended, after these retries.
    pub(super) fn action(&self, attributes: &[KeyValue], retries: &BTreeMap<Reason, u32>) {
        self.actions.add(1, attributes);
        for (cause, count) in retries {
            self.retries.add(u64::from(*count), &[KeyValue::new("cxvars.retry.cause", cause.code())]);
        }
    }
}

/// Something waits `ms` milliseconds for the request budget. The span that it belongs to says so too, which explains the
/// gap between its requests.
pub(crate) fn waits_for_budget(ms: u64) {
    let Some(recorder) = recorder::get() else { return };
    if let Some(instruments) = &recorder.instruments {
        instruments.budget_wait_duration.record(seconds(ms), &[]);
    }
    let wait = KeyValue::new("cxvars.wait.duration", seconds(ms));
    Context::current().span().add_event("cxvars.budget.wait", vec![wait]);
}

fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}
