//! The replacement for policies in a build without plugins. It refuses every run that is configured to use one.

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use cxvars_core::audit::PluginInForce;
use cxvars_core::check::Checked;
use cxvars_core::policy::{Description, PolicyRule};
use cxvars_project::Judge;

use super::wanted::{PluginError, Wanted};

/// The policies of a run. This build has none.
pub struct Policies;

impl Policies {
    /// Returns the empty set of policies.
    ///
    /// # Errors
    /// If any plugin is configured.
    pub fn load(wanted: &[Wanted], _shown: &dyn Fn(&Path) -> String) -> Result<Self, PluginError> {
        if wanted.is_empty() { Ok(Self) } else { Err(PluginError::NotBuilt) }
    }

    /// Returns an empty list.
    pub fn descriptions(&self) -> Vec<Description> {
        Vec::new()
    }

    /// Returns `None`.
    pub fn in_force(&self) -> Option<Vec<PluginInForce>> {
        None
    }
}

impl Judge for Policies {
    /// Does nothing.
    fn judge(&self, _checked: &mut Checked<'_>) {}

    /// Returns an empty list.
    fn rules(&self) -> Vec<PolicyRule> {
        Vec::new()
    }
}

/// Returns `None`: this build compiles no plugins.
pub fn compile_if_asked(_: impl Iterator<Item = OsString>) -> Option<ExitCode> {
    None
}
