//! What the standard environment variables of OpenTelemetry ask for.
//!
//! Specification: opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables and …/protocol/exporter. It
//! differs in two points: without an endpoint nothing is sent, where the specification sends to port 4318 of this machine;
//! and `OTEL_PROPAGATORS` counts only where it is set.

use std::time::Duration;

use thiserror::Error;
use url::Url;

use crate::system::environment::{Lookup, read};

/// Where traces and metrics are sent, and what the service is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings {
    /// Where traces are sent, if they are exported.
    pub(super) traces: Option<Endpoint>,
    /// Where metrics are sent, if they are exported.
    pub(super) metrics: Option<Endpoint>,
    /// Whether requests to the service carry `traceparent`.
    pub(super) propagates: bool,
}

/// Where a signal is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    /// The full URL.
    pub(super) url: Url,
    /// Longest time that sending may take.
    pub(super) timeout: Duration,
}

/// The specification's default for [`Endpoint::timeout`].
const TIMEOUT: Duration = Duration::from_secs(10);

/// A variable that cannot be followed. It names the variable and never quotes it: a URL may hold a password.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum Mistake {
    #[error("`{0}` has to be a URL that begins with http:// or https://")]
    Endpoint(String),
    #[error("`{0}` may only be `http/protobuf`, which is the protocol that cxvars speaks")]
    Protocol(String),
    #[error("`{0}` may only be `otlp` or `none`")]
    Exporter(String),
}

impl Settings {
    /// Reads the variables. `None` means that nothing is exported.
    ///
    /// # Errors
    /// A variable cannot be followed. Nothing is exported then.
    pub(super) fn of(lookup: Lookup<'_>) -> Result<Option<Self>, Mistake> {
        if read(lookup, "OTEL_SDK_DISABLED").is_some_and(|text| text.eq_ignore_ascii_case("true")) {
            return Ok(None);
        }
        let traces = endpoint(lookup, "TRACES", "traces")?;
        let metrics = endpoint(lookup, "METRICS", "metrics")?;
        if traces.is_none() && metrics.is_none() {
            return Ok(None);
        }
        let propagators = read(lookup, "OTEL_PROPAGATORS").unwrap_or_default();
        let propagates = propagators.split(',').any(|name| name.trim() == "tracecontext");
        Ok(Some(Self { traces, metrics, propagates }))
    }
}

/// The URL of a signal: that of its own variable as it is, or the common one with the signal's path.
fn endpoint(lookup: Lookup<'_>, signal: &str, path: &str) -> Result<Option<Endpoint>, Mistake> {
    let own = format!("OTEL_EXPORTER_OTLP_{signal}_ENDPOINT");
    let common = "OTEL_EXPORTER_OTLP_ENDPOINT";
    let (text, name) = match (read(lookup, &own), read(lookup, common)) {
        (Some(text), _) => (text, own),
        (None, Some(text)) => (format!("{}/v1/{path}", text.trim_end_matches('/')), common.to_owned()),
        (None, None) => return Ok(None),
    };
    let exporter = format!("OTEL_{signal}_EXPORTER");
    match read(lookup, &exporter).as_deref() {
        None | Some("otlp") => {}
        Some("none") => return Ok(None),
        Some(_) => return Err(Mistake::Exporter(exporter)),
    }
    let own_protocol = format!("OTEL_EXPORTER_OTLP_{signal}_PROTOCOL");
    for protocol in [own_protocol.as_str(), "OTEL_EXPORTER_OTLP_PROTOCOL"] {
        match read(lookup, protocol).as_deref() {
            None => {}
            Some("http/protobuf") => break,
            Some(_) => return Err(Mistake::Protocol(protocol.to_owned())),
        }
    }
    match Url::parse(&text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
            Ok(Some(Endpoint { url, timeout: timeout(lookup, signal) }))
        }
        _ => Err(Mistake::Endpoint(name)),
    }
}

/// The time that sending a signal may take: that of its own variable, or the common one, in milliseconds.
fn timeout(lookup: Lookup<'_>, signal: &str) -> Duration {
    let ms = |name: &str| read(lookup, name)?.parse().ok();
    let own = ms(&format!("OTEL_EXPORTER_OTLP_{signal}_TIMEOUT"));
    own.or_else(|| ms("OTEL_EXPORTER_OTLP_TIMEOUT")).map_or(TIMEOUT, Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<Option<Settings>, Mistake> {
        Settings::of(&|name| variables.iter().find(|(known, _)| *known == name).map(|(_, text)| (*text).to_owned()))
    }

    fn urls(variables: &[(&str, &str)]) -> [Option<String>; 2] {
        let settings = of(variables).unwrap().unwrap();
        [settings.traces, settings.metrics].map(|endpoint| endpoint.map(|endpoint| endpoint.url.into()))
    }

    const COLLECTOR: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318");

    #[test]
    fn without_an_endpoint_nothing_is_exported() {
        assert_eq!(of(&[]), Ok(None));
        assert_eq!(of(&[("OTEL_TRACES_EXPORTER", "otlp"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "")]), Ok(None));
        // What another program exports is no mistake here.
        assert_eq!(of(&[("OTEL_TRACES_EXPORTER", "console"), ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]), Ok(None));
        assert_eq!(of(&[COLLECTOR, ("OTEL_SDK_DISABLED", "TRUE")]), Ok(None));
        assert_eq!(of(&[COLLECTOR, ("OTEL_TRACES_EXPORTER", "none"), ("OTEL_METRICS_EXPORTER", "none")]), Ok(None));
    }

    #[test]
    fn the_common_endpoint_gets_the_path_of_the_signal_and_its_own_is_taken_as_it_is() {
        let both = |url: &str| [Some(format!("{url}/v1/traces")), Some(format!("{url}/v1/metrics"))];
        assert_eq!(urls(&[COLLECTOR]), both("http://collector:4318"));
        assert_eq!(urls(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "https://x.example/otlp/")]), both("https://x.example/otlp"));
        let own = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "https://traces.example/in");
        assert_eq!(urls(&[own]), [Some(own.1.to_owned()), None]);
        assert_eq!(urls(&[COLLECTOR, own])[0].as_deref(), Some(own.1));
        assert_eq!(urls(&[COLLECTOR, ("OTEL_TRACES_EXPORTER", "none")])[0], None);
    }

    #[test]
    fn a_limit_of_time_is_in_milliseconds_and_the_signal_s_own_comes_first() {
        let (own, common) = (("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "20"), ("OTEL_EXPORTER_OTLP_TIMEOUT", "500"));
        let ms = |variables: &[(&str, &str)]| {
            let settings = of(variables).unwrap().unwrap();
            [settings.traces, settings.metrics].map(|endpoint| endpoint.unwrap().timeout.as_millis())
        };
        assert_eq!(ms(&[COLLECTOR]), [10_000, 10_000]);
        assert_eq!(ms(&[COLLECTOR, own, common]), [20, 500]);
        assert_eq!(ms(&[COLLECTOR, (common.0, "soon")]), [10_000, 10_000]);
    }

    #[test]
    fn what_cannot_be_followed_is_named_and_not_quoted() {
        for (variable, text) in [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "user:hunter2@collector"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://user:hunter2@collector"),
            ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "hunter2"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc-hunter2"),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/json hunter2"),
            ("OTEL_METRICS_EXPORTER", "hunter2"),
        ] {
            let message = of(&[(variable, text), COLLECTOR]).unwrap_err().to_string();
            assert!(message.contains(&format!("`{variable}`")) && !message.contains("hunter2"), "{message}");
        }
        // A signal's own protocol comes first.
        let own = [("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"), ("OTEL_METRICS_EXPORTER", "none")];
        assert!(of(&[own[0], own[1], COLLECTOR, ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")]).is_ok());
    }

    #[test]
    fn the_service_is_told_of_the_trace_only_where_that_is_asked_for() {
        assert!(!of(&[COLLECTOR]).unwrap().unwrap().propagates);
        assert!(!of(&[COLLECTOR, ("OTEL_PROPAGATORS", "none")]).unwrap().unwrap().propagates);
        assert!(of(&[COLLECTOR, ("OTEL_PROPAGATORS", "baggage, tracecontext")]).unwrap().unwrap().propagates);
    }
}
