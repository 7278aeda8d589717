//! How often a request was sent before: `http.request.resend_count`.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use opentelemetry::Context;

/// The requests of an action or a run that have not succeeded yet, with the number of times that they were sent.
#[derive(Default)]
pub(super) struct Resends(Mutex<HashMap<String, i64>>);

impl Resends {
    /// Those of this context.
    pub(super) fn of(context: &Context) -> Option<&Self> {
        context.get()
    }

    /// Counts that the request is sent. Returns how often it was sent before, since it last succeeded.
    pub(super) fn sent(&self, request: &str) -> i64 {
        let mut sent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let times = sent.entry(request.to_owned()).or_default();
        *times += 1;
        *times - 1
    }

    /// The request has succeeded.
    pub(super) fn succeeded(&self, request: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(request);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_that_succeeded_is_not_resent_when_it_is_sent_again() {
        let resends = Resends::default();
        assert_eq!([resends.sent("PUT a"), resends.sent("PUT a"), resends.sent("GET a")], [0, 1, 0]);
        resends.succeeded("GET a");
        assert_eq!([resends.sent("GET a"), resends.sent("PUT a")], [0, 2]);
    }
}
