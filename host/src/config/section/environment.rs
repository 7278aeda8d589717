//! `[env.NAME]`.

use cxvars_core::options::kind::{Entries, Flag, Keys, Text};
use cxvars_core::options::section::{Flat, Required};
use cxvars_core::section;

use super::kind::{Confidential, FilePath, Variable};
use crate::profile::ProfileItems;

section! {
    /// An environment, chosen by `--env NAME` or `CXVARS_ENV`. What it says goes before `[profile]`.
    #[derive(Clone, Default)]
    pub(crate) struct Environment("[env.NAME]") {
        /// The items of the profile.
        profile: Flat<ProfileItems>;
        /// The environment variable that holds the client id or the access key's id.
        client_id_env: Variable, else "`\"CXONE_CLIENT_ID\"`", example "\"PROD_CLIENT_ID\"";
        /// The environment variable that holds the client secret or the access key's secret.
        client_secret_env: Variable, else "`\"CXONE_CLIENT_SECRET\"`", example "\"PROD_CLIENT_SECRET\"";
        /// Parameters for `value_from: {param: NAME}`.
        params: Entries<Confidential>, else "no parameters", example "{ region = \"us-east-1\" }";
        /// Whether the environment has to be named with `--env` on the command line. Where both files have the environment, either can
        /// ask for it.
        protected: Flag = false, example "true";
        /// Actions by alias, for `cxvars apply ALIAS --env NAME`.
        actions: Entries<Keys<Action>>, else "no aliases";
    }
}

section! {
    /// An action of the environment.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub(crate) struct Action("[env.NAME.actions.ALIAS]") {
        /// Its id at the service.
        id: Required<Text>, example "\"3f2c-…\"";
        /// Its manifest, for runs without `-f`.
        file: FilePath, else "named with `-f`", example "\"crm-lookup.yaml\"";
        /// The name that the service has to show for the action, so that a wrong id is noticed.
        expect_name: Text, else "any name", example "\"CRM Lookup\"";
    }
}
