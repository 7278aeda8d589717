//! The rules of docs/rules-of-your-own.md with their examples, which every face has to judge alike.

use cxvars_core::options::file;
use cxvars_core::options::rule::CustomRules;
use cxvars_core::reader::format::DocumentFormat;
use cxvars_core::rules::ALL;

const PAGE: &str = include_str!("../../docs/rules-of-your-own.md");

/// The environment in which all of the rules apply.
pub const ENVIRONMENT: &str = "bu07-prod";

/// The `cxvars.toml` with the rules of the section "Twelve rules", and what they need beside them.
pub fn configuration() -> String {
    let section = PAGE.split("\n## ").find(|section| section.starts_with("Twelve rules")).expect("the section");
    let blocks = section.split("```toml\n").skip(1).filter_map(|block| block.split("```").next());
    format!(
        "[contracts]\ncrm_limits = \"limits.json\"\n\n[env.{ENVIRONMENT}]\n\n{}",
        blocks.collect::<Vec<_>>().join("\n")
    )
}

/// The rules.
pub fn rules() -> CustomRules {
    let file = file::read(&configuration(), ALL).expect("the page has no mistake");
    CustomRules::new(&file.rules, |rule| rule.code.clone()).expect("the rules have no mistake")
}

/// The texts of their examples, with their formats.
pub fn documents() -> Vec<(String, DocumentFormat)> {
    rules().iter().flat_map(|rule| rule.examples().map(|example| example.text()).collect::<Vec<_>>()).collect()
}
