//! The span of a run, after the semantic conventions for command-line programs
//! (opentelemetry.io/docs/specs/semconv/cli/cli-spans). Its arguments are left out.

use std::collections::HashMap;

use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{SpanKind, Status, TraceContextExt as _};
use opentelemetry::{Context, ContextGuard, KeyValue};
use opentelemetry_sdk::propagation::TraceContextPropagator;

use super::export::Exporters;
use super::recorder;
use super::resends::Resends;
use super::resource::resource;
use super::settings::Settings;
use crate::system::environment::{self, Lookup};
use crate::system::terminal::Terminal;
use crate::system::{Real, ids};

/// Commands that serve until they are stopped. The conventions are for programs that end by themselves.
const SERVERS: [&str; 2] = ["lsp", "sandbox"];

/// The telemetry of a run. The span of the run is current on this thread until it ends.
pub(crate) struct Telemetry(Option<Open>);

struct Open {
    exporters: Exporters,
    terminal: Terminal,
    /// Where the telemetry is sent, without a password.
    collector: String,
    context: Context,
    current: ContextGuard,
}

/// Begins to record, if the environment names a collector. A mistake there leads to a warning, and nothing is recorded.
pub(crate) fn start(command: &str, terminal: Terminal) -> Telemetry {
    if SERVERS.contains(&command) {
        return Telemetry(None);
    }
    let lookup: Lookup<'_> = &environment::process;
    let settings = match Settings::of(lookup) {
        Ok(Some(settings)) => settings,
        Ok(None) => return Telemetry(None),
        Err(mistake) => {
            terminal.warn(&format!("warning: no telemetry is sent: {mistake}"));
            return Telemetry(None);
        }
    };
    // The cause may quote a URL.
    let Ok(exporters) = Exporters::new(&settings, &resource(lookup, ids::ulid(&Real))) else {
        terminal.warn("warning: no telemetry is sent: TLS cannot be set up for the OpenTelemetry endpoint");
        return Telemetry(None);
    };
    let recorder = recorder::install(&exporters, settings.propagates);
    let attributes = vec![
        KeyValue::new("process.executable.name", "cxvars"),
        KeyValue::new("process.pid", i64::from(std::process::id())),
        KeyValue::new("cxvars.command", command.to_owned()),
    ];
    let context = recorder.begin(&parent(lookup), format!("cxvars {command}"), SpanKind::Internal, attributes);
    let context = context.with_value(Resends::default());
    let collector = settings.traces.or(settings.metrics);
    let collector = collector.map_or_else(String::new, |endpoint| endpoint.url.origin().ascii_serialization());
    let current = context.clone().attach();
    Telemetry(Some(Open { exporters, terminal, collector, context, current }))
}

/// The span that `TRACEPARENT` and `TRACESTATE` name, as the one that started this process.
fn parent(lookup: Lookup<'_>) -> Context {
    let carrier: HashMap<String, String> = ["traceparent", "tracestate"]
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), environment::read(lookup, &name.to_uppercase())?)))
        .collect();
    TraceContextPropagator::new().extract_with_context(&Context::new(), &carrier)
}

/// How many environments and actions the run is about.
pub(crate) fn counts(environments: usize, actions: usize) {
    if recorder::get().is_some() {
        let count = |key, count| KeyValue::new(key, i64::try_from(count).unwrap_or(i64::MAX));
        let counts = [count("cxvars.environment.count", environments), count("cxvars.action.count", actions)];
        Context::current().span().set_attributes(counts);
    }
}

impl Telemetry {
    /// Ends the span of the run, and sends what has not been sent. `error` is the kind of error that the exit code means.
    pub(crate) fn end(self, exit_code: u8, error: Option<&'static str>) {
        let Some(Open { exporters, terminal, collector, context, current }) = self.0 else { return };
        let span = context.span();
        span.set_attribute(KeyValue::new("process.exit.code", i64::from(exit_code)));
        if let Some(error) = error {
            span.set_attribute(KeyValue::new("error.type", error));
            span.set_status(Status::error(""));
        }
        span.end();
        drop(current);
        if let Err(problem) = exporters.flush(&Real) {
            terminal.warn(&format!(
                "warning: the telemetry of this run is not complete at {collector}: {problem}; the run itself is not \
                 affected"
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parent_of(text: &str) -> (String, bool) {
        let context = parent(&|name| (name == "TRACEPARENT").then(|| text.to_owned()));
        let span = context.span().span_context().clone();
        (span.span_id().to_string(), span.is_valid() && span.is_remote() && span.is_sampled())
    }

    #[test]
    fn the_parent_comes_from_the_environment() {
        let text = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        assert_eq!(parent_of(text), ("b7ad6b7169203331".to_owned(), true));
        // A damaged one begins a trace of its own.
        assert!(!parent_of("00-0af7651916cd43dd8448eb211c80319c").1);
        assert!(!parent_of("").1);
    }
}
