//! `[rotation]`.

use cxvars_core::options::kind::{Entries, Whole};
use cxvars_core::section;

/// An age in days. A century at most: more is a slip of the pen.
type Days = Whole<0, 36_525>;

section! {
    /// The ages, in days, from which a secret is due for rotation.
    #[derive(Clone, Debug, Default, PartialEq, Eq)]
    pub struct Rotation("[rotation]") {
        /// The age of every variable that has none of its own.
        max_age_days: Days = 90, example "60";
        /// Ages of single variables.
        variables: Entries<Days>, else "no variable has an age of its own", example "{ auth_token = 30 }";
    }
}
