//! What a run works on: the configuration, the documents, what they are checked by and what they refer to.

pub(crate) mod context;
pub(crate) mod contracts;
pub(crate) mod environments;
pub(crate) mod ignores;
pub(crate) mod input;
pub(crate) mod prepare;
