//! `[webhook]`.

use cxvars_core::options::section::Required;
use cxvars_core::section;

use super::kind::{ForeignVariable, HttpUrl};

section! {
    /// A signed event after each update (Standard Webhooks). If both files have this section, only the project's is
    /// used. The two are not merged, so that a URL from one file is never combined with a secret that the other file
    /// names.
    #[derive(Clone, PartialEq, Eq)]
    pub struct WebhookConfig("[webhook]") {
        /// Where to send events: an https URL, or an http URL on loopback. Its host must be on the public network,
        /// loopback, or trusted.
        url: Required<HttpUrl>, example "\"https://hooks.example.com/cxvars\"";
        /// The environment variable that holds the signing secret. It must not be a `CXONE_*` variable.
        secret_env: ForeignVariable, else "`\"CXVARS_WEBHOOK_SECRET\"`", example "\"TEAM_HOOK_SECRET\"";
    }
}
