//! Tests that check whole documents and use the findings: reports, fixes, manifests.

#[cfg(feature = "contracts")]
mod contracts;
mod convert;
mod corpus;
mod editor;
mod examples;
mod fixes;
mod foreign;
mod formats;
mod hostile;
mod precedence;
mod schema_agreement;
mod secrets;
