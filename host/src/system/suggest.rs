//! "Did you mean": the known name closest to one that is not known.

pub use cxvars_core::base::suggest::help;
