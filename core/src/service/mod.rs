//! What the service stores, and how an update of it ends.

pub mod change;
pub mod outcome;
pub mod stored;
