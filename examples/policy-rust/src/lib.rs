//! The policy as a component: what it is told and what it answers are described in `wit/policy.wit`.
//!
//! The rules are in `rules.rs`; this file only hands the document to each of them.

mod rules;

wit_bindgen::generate!({ path: "wit", world: "policy" });

use exports::cxvars::validator::rules::{Description, Document, Finding, Guest};

/// What the component exports.
pub struct Policy;

impl Guest for Policy {
    fn describe() -> Description {
        Description {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rules: rules::ALL.iter().map(rules::Rule::describe).collect(),
        }
    }

    fn check(document: Document) -> Vec<Finding> {
        rules::ALL.iter().flat_map(|rule| rule.findings(&document)).collect()
    }
}

// The names of a component's functions are none that a linker of another target takes.
#[cfg(target_arch = "wasm32")]
export!(Policy);
