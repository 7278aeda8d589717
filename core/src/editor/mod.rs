//! What editors and forms show of a document: pure functions of its text.

pub mod outline;
