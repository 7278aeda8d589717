//! `[rotation]`.

use cxvars_core::options::kind::{Entries, Whole};
use cxvars_core::section;

/// An age in days, at most a century: a larger one is a typing mistake.
type Days = Whole<0, 36_525>;

section! {
    /// The age, in days, at which a secret is due for rotation.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Rotation("[rotation]") {
        /// The age for every variable that `variables` does not list.
        max_age_days: Days = 90, example "60";
        /// Ages for individual variables, by name.
        variables: Entries<Days>, else "`max_age_days` for every variable", example "{ auth_token = 30 }";
    }
}
