//! What the service stores, what an update changes, and how an update ends.

pub mod change;
pub mod outcome;
pub mod stored;
