//! Traces and metrics of a run, sent by OTLP to the collector that the standard variables of OpenTelemetry name.
//!
//! What is exported is set here, attribute by attribute. Nothing is taken over from the log, so that no event that is
//! added there can carry a value, a token, a header or the query of a URL out of the machine. Without an endpoint nothing
//! is recorded, and every function returns at once. A collector that does not answer never changes how a run ends.

#[cfg(not(feature = "otel"))]
mod absent;
#[cfg(feature = "otel")]
mod action;
#[cfg(feature = "otel")]
mod client;
#[cfg(feature = "otel")]
mod delivery;
#[cfg(feature = "otel")]
mod export;
#[cfg(feature = "otel")]
mod measure;
#[cfg(feature = "otel")]
mod recorder;
#[cfg(feature = "otel")]
mod request;
#[cfg(feature = "otel")]
mod resends;
#[cfg(feature = "otel")]
mod resource;
#[cfg(feature = "otel")]
mod run;
#[cfg(feature = "otel")]
mod settings;

#[cfg(not(feature = "otel"))]
pub(crate) use self::absent::{action, counts, request, start, waits_for_budget};
#[cfg(feature = "otel")]
pub(crate) use self::action::action;
#[cfg(feature = "otel")]
pub(crate) use self::measure::waits_for_budget;
#[cfg(feature = "otel")]
pub(crate) use self::request::request;
#[cfg(feature = "otel")]
pub(crate) use self::run::{counts, start};

/// What is done with an action, as its span says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// It is updated.
    Apply,
    /// It is read.
    Read,
}
