//! A build without plugins: a run that names one is refused.

use std::path::Path;

use cxvars_core::audit::PluginInForce;
use cxvars_core::check::Checked;
use cxvars_core::policy::Description;

use super::wanted::{PluginError, Wanted};

/// The policies of a run: none.
pub struct Policies;

impl Policies {
    /// No policies.
    ///
    /// # Errors
    /// There are some.
    pub fn load(
        wanted: &[Wanted],
        _environment: Option<&str>,
        _shown: &dyn Fn(&Path) -> String,
    ) -> Result<Self, PluginError> {
        if wanted.is_empty() { Ok(Self) } else { Err(PluginError::NotBuilt) }
    }

    /// Nobody has anything to add.
    pub fn judge(&self, _checked: &mut Checked<'_>) {}

    /// Nobody says anything.
    pub fn descriptions(&self) -> Vec<Description> {
        Vec::new()
    }

    /// Nothing is in force.
    pub fn in_force(&self) -> Option<Vec<PluginInForce>> {
        None
    }
}
