//! Whole documents through the check, and through what is made of its findings.

#[cfg(feature = "contracts")]
mod contracts;
mod corpus;
mod examples;
mod fixes;
mod formats;
mod hostile;
mod precedence;
mod redaction;
mod schema_agreement;
