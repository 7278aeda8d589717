//! The exporters: set up at the start of a run, flushed at its end.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use opentelemetry_http::HttpError;
use opentelemetry_otlp::{MetricExporter, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;

use super::client::Client;
use super::delivery::{Delivery, Noted};
use super::settings::{Endpoint, Settings};
use crate::system::System;

/// How long the end of a run may wait for the collector.
const FLUSH: Duration = Duration::from_secs(3);

/// What collects spans and measurements, and sends them from threads of its own.
pub(super) struct Exporters {
    pub(super) traces: Option<SdkTracerProvider>,
    pub(super) metrics: Option<SdkMeterProvider>,
    delivery: Arc<Delivery>,
}

impl Exporters {
    /// Sets them up. Nothing is sent yet.
    ///
    /// # Errors
    /// TLS or a runtime cannot be set up. The text may quote a URL.
    pub(super) fn new(settings: &Settings, resource: &Resource) -> Result<Self, HttpError> {
        let delivery = Arc::new(Delivery::default());
        let traces = settings.traces.as_ref().map(|to| traces(to, resource, &delivery)).transpose()?;
        let metrics = settings.metrics.as_ref().map(|to| metrics(to, resource, &delivery)).transpose()?;
        Ok(Self { traces, metrics, delivery })
    }

    /// Sends what is left. Waits [`FLUSH`] at most, and leaves what takes longer to the end of the process.
    ///
    /// # Errors
    /// Why not everything of the run was delivered.
    pub(super) fn flush(self, system: &dyn System) -> Result<(), String> {
        let Self { traces, metrics, delivery } = self;
        let (done, ended) = mpsc::channel();
        let until = system.monotonic() + FLUSH;
        let mut left = 0;
        let mut shut_down = |work: Box<dyn FnOnce() + Send>| {
            let done = done.clone();
            let work = move || {
                work();
                // Nobody waits any more if this took too long.
                let _ = done.send(());
            };
            left += usize::from(thread::Builder::new().name("otel-flush".to_owned()).spawn(work).is_ok());
        };
        if let Some(traces) = traces {
            shut_down(Box::new(move || drop(traces.shutdown())));
        }
        if let Some(metrics) = metrics {
            shut_down(Box::new(move || drop(metrics.shutdown())));
        }
        for _ in 0..left {
            if ended.recv_timeout(until.saturating_sub(system.monotonic())).is_err() {
                return Err(format!("no answer within {} s", FLUSH.as_secs()));
            }
        }
        delivery.problem().map_or(Ok(()), Err)
    }
}

fn traces(to: &Endpoint, resource: &Resource, delivery: &Arc<Delivery>) -> Result<SdkTracerProvider, HttpError> {
    let client = Client::new(to, Arc::clone(delivery))?;
    let exporter = SpanExporter::builder().with_http().with_http_client(client).with_endpoint(to.url.as_str());
    let exporter = exporter.with_timeout(to.timeout).build()?;
    let exporter = Noted { exporter, delivery: Arc::clone(delivery) };
    Ok(SdkTracerProvider::builder().with_resource(resource.clone()).with_batch_exporter(exporter).build())
}

fn metrics(to: &Endpoint, resource: &Resource, delivery: &Arc<Delivery>) -> Result<SdkMeterProvider, HttpError> {
    let client = Client::new(to, Arc::clone(delivery))?;
    let exporter = MetricExporter::builder().with_http().with_http_client(client).with_endpoint(to.url.as_str());
    let exporter = exporter.with_timeout(to.timeout).build()?;
    let exporter = Noted { exporter, delivery: Arc::clone(delivery) };
    Ok(SdkMeterProvider::builder().with_resource(resource.clone()).with_periodic_exporter(exporter).build())
}
