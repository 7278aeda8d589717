//! Functions for editors and forms. They are pure functions of a document's text.

pub mod outline;
