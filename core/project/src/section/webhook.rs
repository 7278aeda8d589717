//! `[webhook]`.

use cxvars_core::options::section::Required;
use cxvars_core::section;

use super::kind::{ForeignVariable, HttpUrl};

section! {
    /// A signed event after each update (Standard Webhooks). If both files have this section, only the project's is
    /// used. The two are not merged, so that a URL from one file is never combined with a secret that the other file
    /// names.
    ///
    /// The result of a command is printed before its event is sent. Sending takes 10 s at most, and an event that could
    /// not be delivered goes out with the next run. One that the receiver refuses for good, with a 4xx other than 401,
    /// 403, 404, 405, 407, 408, 425 and 429, is moved to `.cxvars/outbox/refused/`, where the newest 100 are kept, and
    /// is not sent again. At most 1,000 events wait; beyond that, the oldest are deleted, with a warning.
    #[derive(Clone, PartialEq, Eq)]
    pub struct WebhookConfig("[webhook]") {
        /// Where to send events: an https URL, or an http URL on loopback. Its host must be on the public network,
        /// loopback, or trusted.
        url: Required<HttpUrl>, example "\"https://hooks.example.com/cxvars\"";
        /// The environment variable that holds the signing secret. It must not be a `CXONE_*` variable.
        secret_env: ForeignVariable, else "`\"CXVARS_WEBHOOK_SECRET\"`", example "\"TEAM_HOOK_SECRET\"";
    }
}
