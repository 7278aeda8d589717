//! What the service stores, what an update changes, and how an update ends.

pub mod body;
pub mod change;
pub mod etag;
mod members;
pub mod outcome;
mod paging;
pub mod reading;
pub mod stored;
mod value;
