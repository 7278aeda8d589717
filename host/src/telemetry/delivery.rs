//! What became of the telemetry: exporters that note what they could not send.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::metrics::Temporality;
use opentelemetry_sdk::metrics::data::ResourceMetrics;
use opentelemetry_sdk::metrics::exporter::PushMetricExporter;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};

/// Why something of a run was not delivered, if that is so.
#[derive(Default)]
pub(super) struct Delivery(Mutex<Causes>);

#[derive(Default)]
struct Causes {
    /// Why the last attempt failed. It may still succeed when it is repeated.
    attempt: Option<String>,
    /// Why something was given up first.
    given_up: Option<String>,
}

impl Delivery {
    /// Notes that an attempt failed.
    pub(super) fn failed(&self, cause: String) {
        self.with(|causes| causes.attempt = Some(cause));
    }

    /// Notes that what an attempt was for was given up.
    fn given_up(&self) {
        self.with(|causes| {
            let cause = causes.attempt.take().unwrap_or_else(|| "it could not be sent".to_owned());
            causes.given_up.get_or_insert(cause);
        });
    }

    /// Why something was given up.
    pub(super) fn problem(&self) -> Option<String> {
        self.with(|causes| causes.given_up.clone())
    }

    fn with<T>(&self, change: impl FnOnce(&mut Causes) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// An exporter whose failures are noted.
pub(super) struct Noted<E> {
    pub(super) exporter: E,
    pub(super) delivery: Arc<Delivery>,
}

impl<E> Noted<E> {
    fn note(&self, result: OTelSdkResult) -> OTelSdkResult {
        if result.is_err() {
            self.delivery.given_up();
        }
        result
    }
}

impl<E> fmt::Debug for Noted<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Noted")
    }
}

impl<E: SpanExporter> SpanExporter for Noted<E> {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        self.note(self.exporter.export(batch).await)
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

impl<E: PushMetricExporter> PushMetricExporter for Noted<E> {
    async fn export(&self, metrics: &ResourceMetrics) -> OTelSdkResult {
        self.note(self.exporter.export(metrics).await)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn temporality(&self) -> Temporality {
        self.exporter.temporality()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_that_is_repeated_with_success_is_no_problem() {
        let delivery = Delivery::default();
        delivery.failed("no answer in time".to_owned());
        assert_eq!(delivery.problem(), None);
        delivery.given_up();
        delivery.failed("it answered 503".to_owned());
        delivery.given_up();
        assert_eq!(delivery.problem().as_deref(), Some("no answer in time"), "the first one says why");
    }
}
