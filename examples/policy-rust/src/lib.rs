//! The policy as a component. `wit/policy.wit` describes its input and its answers.
//!
//! The rules are in `rules.rs`, the settings in `settings.rs`. This file only passes the document to each rule.

mod rules;
mod settings;

wit_bindgen::generate!({ path: "wit", world: "policy-with-setup" });

use std::cell::RefCell;

use exports::cxvars::validator::rules::{Description, Document, Finding, Guest as Rules};
use exports::cxvars::validator::setup::{Guest as Setup, Setting, Target};
use settings::Settings;

/// What the policy was told before `check`.
struct Context {
    settings: Settings,
    target: Target,
}

thread_local! {
    // A policy lives for one document, and each of its functions is called once.
    static CONTEXT: RefCell<Context> =
        const { RefCell::new(Context { settings: Settings::NONE, target: Target { action: None, path: None } }) };
}

/// Implements the exports of the component.
pub struct Policy;

impl Setup for Policy {
    fn configure(settings: Vec<Setting>) -> Result<(), String> {
        let settings = Settings::read(settings)?;
        CONTEXT.with_borrow_mut(|context| context.settings = settings);
        Ok(())
    }

    fn set_target(target: Target) {
        CONTEXT.with_borrow_mut(|context| context.target = target);
    }
}

impl Rules for Policy {
    fn describe() -> Description {
        Description {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            rules: rules::ALL.iter().map(rules::Rule::describe).collect(),
        }
    }

    fn check(document: Document) -> Vec<Finding> {
        CONTEXT.with_borrow(|context| rules::ALL.iter().flat_map(|rule| rule.findings(context, &document)).collect())
    }
}

// Linkers of other targets reject the names of a component's functions, so they are exported only on wasm32.
#[cfg(target_arch = "wasm32")]
export!(Policy);
