//! `[env.NAME]`.

use cxvars_core::options::kind::{Entries, FilePath, Flag, Keys, Text};
use cxvars_core::options::section::{Flat, Required};
use cxvars_core::section;

use super::kind::{Confidential, Variable};
use crate::profile::ProfileItems;

section! {
    /// An environment, chosen by `--env NAME` or `CXVARS_ENV`. Its keys take precedence over those of `[profile]` in
    /// the same file.
    #[derive(Clone, Default)]
    pub struct Environment("[env.NAME]") {
        /// The items of the profile that differ in this environment.
        profile: Flat<ProfileItems>;
        /// The environment variable that holds the client id.
        client_id_env: Variable, else "`\"CXONE_CLIENT_ID\"`", example "\"PROD_CLIENT_ID\"";
        /// The environment variable that holds the client secret.
        client_secret_env: Variable, else "`\"CXONE_CLIENT_SECRET\"`", example "\"PROD_CLIENT_SECRET\"";
        /// The environment variable that holds the id of the access key, for `auth = "password_grant"` and
        /// `"access_key_json"`.
        access_key_id_env: Variable, else "`\"CXONE_ACCESS_KEY_ID\"`; for `\"access_key_json\"`, what `client_id_env` names where neither variable of the access key is set", example "\"PROD_ACCESS_KEY_ID\"";
        /// The environment variable that holds the secret of the access key.
        access_key_secret_env: Variable, else "`\"CXONE_ACCESS_KEY_SECRET\"`; for `\"access_key_json\"`, as above", example "\"PROD_ACCESS_KEY_SECRET\"";
        /// Parameters, which documents refer to by `value_from: {param: NAME}`.
        params: Entries<Confidential>, else "no parameters", example "{ region = \"us-east-1\" }";
        /// Whether the environment must be named with `--env` on the command line. If both files define the
        /// environment, it is protected if either of them says so.
        protected: Flag = false, example "true";
        /// Actions by alias, for `cxvars apply ALIAS --env NAME`.
        actions: Entries<Keys<Action>>, else "no aliases";
    }
}

impl Environment {
    /// The variables that it names for credentials.
    pub fn credential_variables(&self) -> impl Iterator<Item = &String> {
        let names =
            [&self.client_id_env, &self.client_secret_env, &self.access_key_id_env, &self.access_key_secret_env];
        names.into_iter().flatten()
    }

    /// Whether it names variables for credentials, so that it has credentials of its own.
    pub fn names_credentials(&self) -> bool {
        self.credential_variables().next().is_some()
    }
}

section! {
    /// An action of the environment.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Action("[env.NAME.actions.ALIAS]") {
        /// The action's id at the service.
        id: Required<Text>, example "\"3f2c-…\"";
        /// The action's manifest, which is used if `-f` is not given.
        file: FilePath, else "none; `-f` has to name the manifest", example "\"crm-lookup.yaml\"";
        /// The name that the action must have at the service, so that a wrong id is noticed.
        expect_name: Text, else "any name", example "\"CRM Lookup\"";
    }
}
