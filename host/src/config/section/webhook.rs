//! `[webhook]`.

use cxvars_core::options::section::Required;
use cxvars_core::section;

use super::kind::{ForeignVariable, HttpUrl};

section! {
    /// A signed event after each update (Standard Webhooks). The section counts as a whole: a URL of one file never meets a secret
    /// that the other file names.
    #[derive(Clone, PartialEq, Eq)]
    pub struct WebhookConfig("[webhook]") {
        /// Where events go: https on the public network, loopback, or a trusted host.
        url: Required<HttpUrl>, example "\"https://hooks.example.com/cxvars\"";
        /// The environment variable that holds the signing secret; not a `CXONE_*` one.
        secret_env: ForeignVariable, else "`\"CXVARS_WEBHOOK_SECRET\"`", example "\"TEAM_HOOK_SECRET\"";
    }
}
