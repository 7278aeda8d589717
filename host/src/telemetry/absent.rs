//! The replacement in a build without the feature `otel`: it records and sends nothing.

use cxvars_core::base::secret::Secret;
use cxvars_flow::register::Finished;
use url::Url;

use super::Operation;
use crate::system::terminal::Terminal;

/// The telemetry of a run.
pub(crate) struct Telemetry;

/// Does nothing.
pub(crate) fn start(_command: &str, _terminal: Terminal) -> Telemetry {
    Telemetry
}

impl Telemetry {
    /// Does nothing.
    pub(crate) fn end(self, _exit_code: u8, _error: Option<&'static str>) {}
}

/// Does nothing.
pub(crate) fn counts(_environments: usize, _actions: usize) {}

/// Does nothing.
pub(crate) fn waits_for_budget(_ms: u64) {}

/// The span of an action.
pub(crate) struct ActionSpan;

/// Does nothing.
pub(crate) fn action(_operation: Operation, _environment: Option<&str>, _id: &str) -> ActionSpan {
    ActionSpan
}

impl ActionSpan {
    /// Does the work.
    pub(crate) async fn around<T>(&self, work: impl Future<Output = T>) -> T {
        work.await
    }

    /// Does nothing.
    pub(crate) fn finished(self, _finished: &Finished) {}
}

/// The span of a request.
pub(crate) struct RequestSpan;

/// Does nothing.
pub(crate) fn request(_method: &'static str, _url: &Url) -> RequestSpan {
    RequestSpan
}

impl RequestSpan {
    /// No headers.
    pub(crate) fn headers(&self) -> Vec<(&'static str, Secret)> {
        Vec::new()
    }

    /// Does nothing.
    pub(crate) fn ended(self, _ms: u64, _answer: Result<u16, &'static str>) {}
}
