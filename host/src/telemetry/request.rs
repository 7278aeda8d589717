//! The span of a request, after the semantic conventions for HTTP clients (opentelemetry.io/docs/specs/semconv/http).

use std::collections::HashMap;

use cxvars_core::base::secret::Secret;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::{SpanKind, Status, TraceContextExt as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use url::Url;

use super::recorder::{self, Recorder};
use super::resends::Resends;

/// What the context of a request is called where it is sent on (W3C Trace Context).
const CONTEXT_HEADERS: [&str; 2] = ["traceparent", "tracestate"];

/// The span of a request. It ends when it is dropped.
pub(crate) struct RequestSpan(Option<Open>);

struct Open {
    recorder: &'static Recorder,
    /// With the span of the request.
    context: Context,
    /// Method and URL.
    request: String,
    /// What the measurement says of it.
    attributes: Vec<KeyValue>,
}

/// Begins the span of a request. Neither the query of the URL nor a password in it is recorded.
pub(crate) fn request(method: &'static str, url: &Url) -> RequestSpan {
    let Some(recorder) = recorder::get() else { return RequestSpan(None) };
    let parent = Context::current();
    let shown = shown(url);
    let attributes = vec![
        KeyValue::new("http.request.method", method),
        KeyValue::new("server.address", url.host_str().unwrap_or_default().to_owned()),
        KeyValue::new("server.port", i64::from(url.port_or_known_default().unwrap_or_default())),
    ];
    let request = format!("{method} {shown}");
    let mut of_span = attributes.clone();
    of_span.push(KeyValue::new("url.full", shown));
    match Resends::of(&parent).map(|resends| resends.sent(&request)) {
        None | Some(0) => {}
        Some(times) => of_span.push(KeyValue::new("http.request.resend_count", times)),
    }
    let context = recorder.begin(&parent, method.to_owned(), SpanKind::Client, of_span);
    RequestSpan(Some(Open { recorder, context, request, attributes }))
}

impl RequestSpan {
    /// The headers that tell the service of the trace, where that is asked for.
    pub(crate) fn headers(&self) -> Vec<(&'static str, Secret)> {
        let Some(open) = self.0.as_ref().filter(|open| open.recorder.propagates) else { return Vec::new() };
        let mut carrier = HashMap::new();
        TraceContextPropagator::new().inject_context(&open.context, &mut carrier);
        let header = |name: &'static str| {
            let text = carrier.get(name).filter(|text| !text.is_empty())?;
            Some((name, Secret::new(text.clone())))
        };
        CONTEXT_HEADERS.into_iter().filter_map(header).collect()
    }

    /// Ends the span: after `ms` milliseconds, with the status of the answer or the code of the fault.
    pub(crate) fn ended(mut self, ms: u64, answer: Result<u16, &'static str>) {
        let Some(mut open) = self.0.take() else { return };
        if let Ok(status) = answer {
            open.attributes.push(KeyValue::new("http.response.status_code", i64::from(status)));
        }
        let error = match answer {
            Ok(..400) => {
                if let Some(resends) = Resends::of(&open.context) {
                    resends.succeeded(&open.request);
                }
                None
            }
            Ok(status) => Some(KeyValue::new("error.type", status.to_string())),
            Err(fault) => Some(KeyValue::new("error.type", fault)),
        };
        let span = open.context.span();
        if error.is_some() {
            span.set_status(Status::error(""));
        }
        open.attributes.extend(error);
        // The first three are known from the start.
        span.set_attributes(open.attributes.iter().skip(3).cloned());
        span.end();
        if let Some(instruments) = &open.recorder.instruments {
            instruments.request(ms, &open.attributes);
        }
    }
}

impl Drop for RequestSpan {
    /// Ends the span of a request that nobody waits for any more.
    fn drop(&mut self) {
        let Some(open) = self.0.take() else { return };
        let span = open.context.span();
        span.set_status(Status::error(""));
        span.set_attribute(KeyValue::new("error.type", "cancelled"));
        span.end();
    }
}

/// The URL without what may be secret in it.
fn shown(url: &Url) -> String {
    let mut shown = url.clone();
    shown.set_query(None);
    shown.set_fragment(None);
    // These fail for URLs that cannot have a user.
    let _ = shown.set_username("");
    let _ = shown.set_password(None);
    shown.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_recorded_without_query_and_password() {
        let url = Url::parse("https://user:hunter2@api.example:8443/v1/actions/7?key=hunter2#hunter2").unwrap();
        assert_eq!(shown(&url), "https://api.example:8443/v1/actions/7");
    }
}
