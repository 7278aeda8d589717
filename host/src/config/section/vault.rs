//! `[vault]`.

use cxvars_core::options::kind::{Text, Whole};
use cxvars_core::options::section::Required;
use cxvars_core::section;

use super::kind::{ForeignVariable, ServerUrl};

section! {
    /// A server that speaks like Vault or OpenBao (key-value engine, version 2), where `value_from: {vault: …}` is read. It takes a
    /// build with `--features vault`. The section of one file counts as a whole; `VAULT_ADDR` and `VAULT_NAMESPACE` go before its keys.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct VaultConfig("[vault]") {
        /// The server. Its host has to be trusted.
        address: Required<ServerUrl>, example "\"https://vault.example.com\"";
        /// Where the key-value engine is mounted.
        mount: Text, else "`\"secret\"`", example "\"secret\"";
        /// The environment variable that holds the token; not a `CXONE_*` one.
        token_env: ForeignVariable, else "`\"VAULT_TOKEN\"`", example "\"TEAM_VAULT_TOKEN\"";
        /// The namespace.
        namespace: Text, else "the server's root", example "\"team\"";
        /// How long a request may take, in seconds.
        timeout_s: Whole<1, 600>, else "`request_s` of the profile", example "10";
    }
}
