//! `[vault]`.

use cxvars_core::options::kind::{Text, Whole};
use cxvars_core::options::section::Required;
use cxvars_core::section;

use super::kind::{ForeignVariable, ServerUrl};

section! {
    /// The server that `value_from: {vault: …}` reads from: Vault, OpenBao or a compatible one (key-value engine,
    /// version 2). It needs a build with `--features vault`. If both files have this section, only the project's is
    /// used; the two are not merged. `VAULT_ADDR` takes precedence over `address`; if it is set, `VAULT_NAMESPACE`
    /// takes precedence over `namespace`.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct VaultConfig("[vault]") {
        /// The server's URL. Its host must be trusted.
        address: Required<ServerUrl>, example "\"https://vault.example.com\"";
        /// The path at which the key-value engine is mounted.
        mount: Text, else "`\"secret\"`", example "\"secret\"";
        /// The environment variable that holds the token. It must not be a `CXONE_*` variable.
        token_env: ForeignVariable, else "`\"VAULT_TOKEN\"`", example "\"TEAM_VAULT_TOKEN\"";
        /// The namespace to read from.
        namespace: Text, else "the root namespace", example "\"team\"";
        /// The longest time that one request may take, in seconds.
        timeout_s: Whole<1, 600>, else "`request_s` of the profile", example "10";
    }
}
