//! What records spans and measurements, once for the process.

use std::sync::OnceLock;

use opentelemetry::trace::{SpanKind, TraceContextExt as _, Tracer as _, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::trace::SdkTracer;

use super::export::Exporters;
use super::measure::Instruments;

static RECORDER: OnceLock<Recorder> = OnceLock::new();

/// Records what is exported.
pub(super) struct Recorder {
    tracer: Option<SdkTracer>,
    pub(super) instruments: Option<Instruments>,
    /// Whether requests to the service carry `traceparent`.
    pub(super) propagates: bool,
}

/// The recorder; `None` if nothing is exported.
pub(super) fn get() -> Option<&'static Recorder> {
    RECORDER.get()
}

/// Begins to record for these exporters. A process does so once.
pub(super) fn install(exporters: &Exporters, propagates: bool) -> &'static Recorder {
    RECORDER.get_or_init(|| Recorder {
        tracer: exporters.traces.as_ref().map(|traces| traces.tracer("cxvars")),
        instruments: exporters.metrics.as_ref().map(Instruments::new),
        propagates,
    })
}

impl Recorder {
    /// A context with a new span, which is a child of the one in `parent`. Without traces, `parent` itself.
    pub(super) fn begin(&self, parent: &Context, name: String, kind: SpanKind, attributes: Vec<KeyValue>) -> Context {
        let Some(tracer) = &self.tracer else { return parent.clone() };
        let span = tracer.span_builder(name).with_kind(kind).with_attributes(attributes);
        parent.with_span(span.start_with_context(tracer, parent))
    }
}
