//! The span of an action: what is done with it, and how that ended.

use std::collections::BTreeMap;

use cxvars_flow::register::Finished;
use opentelemetry::trace::{FutureExt as _, SpanKind, Status, TraceContextExt as _};
use opentelemetry::{Context, KeyValue};

use super::Operation;
use super::recorder::{self, Recorder};
use super::resends::Resends;

/// The span of an action. It ends when it is dropped.
pub(crate) struct ActionSpan(Option<Open>);

struct Open {
    recorder: &'static Recorder,
    /// With the span of the action.
    context: Context,
    operation: Operation,
}

/// Begins the span of an action.
pub(crate) fn action(operation: Operation, environment: Option<&str>, id: &str) -> ActionSpan {
    let Some(recorder) = recorder::get() else { return ActionSpan(None) };
    let mut attributes = vec![operation.attribute(), KeyValue::new("cxvars.action.id", id.to_owned())];
    attributes.extend(environment.map(|name| KeyValue::new("cxvars.environment", name.to_owned())));
    let context = recorder.begin(&Context::current(), "cxvars.action".to_owned(), SpanKind::Internal, attributes);
    let context = context.with_value(Resends::default());
    ActionSpan(Some(Open { recorder, context, operation }))
}

impl ActionSpan {
    /// Does the work: the spans of its requests become children of this one.
    pub(crate) async fn around<T>(&self, work: impl Future<Output = T>) -> T {
        match &self.0 {
            // The context is current only while the work is polled, so that actions side by side keep theirs apart.
            Some(open) => work.with_context(open.context.clone()).await,
            None => work.await,
        }
    }

    /// Ends the span.
    pub(crate) fn finished(mut self, finished: &Finished) {
        let Some(open) = self.0.take() else { return };
        let is_success = finished.outcome.is_success();
        let span = open.context.span();
        let mut attributes = vec![open.operation.attribute()];
        // An action that was only read has no outcome, unless it could not be read.
        if open.operation == Operation::Apply || !is_success {
            attributes.push(KeyValue::new("cxvars.outcome", finished.outcome.as_str()));
        }
        if !is_success {
            let error = finished.failure.as_ref().map_or("_OTHER", |failure| failure.reason().code());
            attributes.push(KeyValue::new("error.type", error));
            span.set_status(Status::error(""));
        }
        span.set_attributes(attributes.iter().cloned());
        span.set_attribute(KeyValue::new("cxvars.attempts", i64::from(finished.attempts)));
        span.set_attribute(KeyValue::new("cxvars.requests", i64::from(finished.cost.requests)));
        span.end();
        if let Some(instruments) = &open.recorder.instruments {
            instruments.action(&attributes, &finished.cost.retries);
        }
    }
}

impl Drop for ActionSpan {
    /// Ends the span of an action that has no outcome: it was broken off, or its intent could not be recorded.
    fn drop(&mut self) {
        let Some(open) = self.0.take() else { return };
        let (span, error) = (open.context.span(), KeyValue::new("error.type", "_OTHER"));
        span.set_status(Status::error(""));
        span.set_attribute(error.clone());
        span.end();
        if let Some(instruments) = &open.recorder.instruments {
            instruments.action(&[open.operation.attribute(), error], &BTreeMap::new());
        }
    }
}

impl Operation {
    fn attribute(self) -> KeyValue {
        let word = match self {
            Self::Apply => "apply",
            Self::Read => "read",
        };
        KeyValue::new("cxvars.operation", word)
    }
}
