//! `[shared]`.

use cxvars_core::section;

use super::kind::ForeignVariable;

section! {
    /// State that runs on several machines share, in a PostgreSQL database: request budgets, who updates an action, what
    /// is known of it, and the tasks of a run. It holds names, ids, times and keyed fingerprints, and never a value. It
    /// needs a build with `--features shared`; see docs/fleets.md. If both files have this section, only the project's is
    /// used. With `--sandbox`, nothing is shared.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct SharedConfig("[shared]") {
        /// The environment variable that holds the URL of the database, `postgres://USER:PASSWORD@HOST/DATABASE`. It must
        /// not be a `CXONE_*` variable.
        url_env: ForeignVariable, else "`\"CXVARS_SHARED_URL\"`", example "\"TEAM_SHARED_URL\"";
    }
}
