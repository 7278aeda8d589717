//! `--prune=NAME`: notices names that prune nothing, because they may be mistyped.

use std::collections::BTreeSet;

use cxvars_core::base::display;
use cxvars_core::plan::{Prune, Wanted};
use cxvars_core::service::stored::StoredVariable;

use super::ServiceError;
use crate::system::suggest;

/// The names of `--prune=NAME` that no action had a use for so far.
pub(crate) struct Prunes {
    idle: BTreeSet<String>,
    /// Those of them that a document keeps.
    kept: BTreeSet<String>,
    /// The names of all variables that were stored.
    stored: BTreeSet<String>,
}

impl Prunes {
    /// The names of these options, before any action was read.
    pub(crate) fn new(prune: &Prune) -> Self {
        let idle = if let Prune::Names(names) = prune { names.clone() } else { BTreeSet::new() };
        Self { idle, kept: BTreeSet::new(), stored: BTreeSet::new() }
    }

    /// Looks at an action: what the document wants, and what was stored before.
    pub(crate) fn see(&mut self, wanted: &[Wanted], stored: &[StoredVariable]) {
        if self.idle.is_empty() {
            return;
        }
        self.stored.extend(stored.iter().map(|stored| stored.name.clone()));
        for name in std::mem::take(&mut self.idle) {
            let wanted = wanted.iter().find(|wanted| wanted.name == name);
            let is_kept = wanted.is_some_and(|wanted| !wanted.absent);
            if is_kept {
                self.kept.insert(name.clone());
            }
            if is_kept || (wanted.is_none() && !self.stored.contains(&name)) {
                self.idle.insert(name);
            }
        }
    }

    /// Refuses the first name that pruned nothing.
    ///
    /// # Errors
    /// The name, and what it may have been meant to be.
    pub(crate) fn refuse_idle(&self) -> Result<(), ServiceError> {
        let Some(name) = self.idle.first() else { return Ok(()) };
        let quoted = display::quote(name);
        if self.kept.contains(name) {
            return Err(ServiceError::usage(format!(
                "--prune names {quoted}, which the document keeps; delete it there, or give it `state: absent`"
            )));
        }
        let help = suggest::help(name, self.stored.iter().map(String::as_str));
        Err(ServiceError::usage(format!("--prune names {quoted}, but no such variable is stored; {help}")))
    }
}
