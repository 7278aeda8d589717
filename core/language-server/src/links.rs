//! Where the pages of the rules are.

use std::collections::HashMap;
use std::str::FromStr as _;
use std::sync::{Arc, Mutex, PoisonError};

use cxvars_core::diagnostic::rule::Rule;
use cxvars_core::rules;
use lsp_types::{CodeDescription, Uri};

use crate::host::Host;
use crate::uri;

/// Finds the page of each rule, and remembers it.
pub(crate) struct Links {
    host: Arc<dyn Host>,
    /// The client's own pages, with `{code}` in place of the rule.
    template: Option<String>,
    known: Mutex<HashMap<&'static str, Option<CodeDescription>>>,
}

impl Links {
    pub(crate) fn new(host: Arc<dyn Host>, template: Option<String>) -> Self {
        Self { host, template, known: Mutex::default() }
    }

    /// The page of a rule. The rules of policies have none.
    pub(crate) fn page(&self, code: &str) -> Option<CodeDescription> {
        let rule = rules::find(code)?;
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let find = || self.find(rule).map(|href| CodeDescription { href });
        known.entry(rule.code).or_insert_with(find).clone()
    }

    fn find(&self, rule: &Rule) -> Option<Uri> {
        match &self.template {
            Some(template) => Uri::from_str(&template.replace("{code}", rule.code)).ok(),
            None => uri::uri_of(&self.host.rule_page(rule)?),
        }
    }
}
