//! The policy as a component. `wit/policy.wit` describes its input and its answers.
//!
//! The rules are in `rules.rs`. This file only passes the document to each of them.

mod rules;

wit_bindgen::generate!({ path: "wit", world: "policy" });

use exports::cxvars::validator::rules::{Description, Document, Finding, Guest};

/// Implements the exports of the component.
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

// Linkers of other targets reject the names of a component's functions, so they are exported only on wasm32.
#[cfg(target_arch = "wasm32")]
export!(Policy);
