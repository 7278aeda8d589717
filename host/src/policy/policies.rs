//! The policies of a run. They are loaded once and check every document.

use std::fs::File;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use cxvars_core::audit::PluginInForce;
use cxvars_core::check::Checked;
use cxvars_core::policy::{Description, PolicyRule, Subject};
use cxvars_project::Judge;

use super::plugin::{Plugin, digest};
use super::sandbox::{Limits, Sandbox};
use super::screen::MAX_FILE_BYTES;
use super::wanted::{PluginError, Wanted};
use crate::system::files;

/// The sandbox that all plugins share.
static SANDBOX: OnceLock<Result<Sandbox, String>> = OnceLock::new();
/// Plugins that are already compiled. A run over several environments loads the same plugins for each.
static COMPILED: Mutex<Vec<Arc<Plugin>>> = Mutex::new(Vec::new());

/// The policies of a run.
pub struct Policies {
    plugins: Vec<Arc<Plugin>>,
    environment: Option<String>,
}

impl Policies {
    /// Loads the plugins. `environment` is the only part of the configuration that they receive. `shown` turns a path
    /// into the form for messages.
    ///
    /// # Errors
    /// The first plugin that cannot be used.
    pub fn load(
        wanted: &[Wanted],
        environment: Option<&str>,
        shown: &dyn Fn(&Path) -> String,
    ) -> Result<Self, PluginError> {
        let mut plugins: Vec<Arc<Plugin>> = Vec::with_capacity(wanted.len());
        for wanted in wanted {
            let refuse = |problem: String| PluginError::Unusable { file: shown(&wanted.path), problem };
            let bytes = read(&wanted.path).map_err(|problem| refuse(problem.to_owned()))?;
            let sandbox = SANDBOX.get_or_init(Sandbox::new).as_ref();
            let sandbox = sandbox.map_err(|problem| PluginError::NoSandbox(problem.clone()))?;
            let plugin = load(sandbox, &bytes, wanted).map_err(refuse)?;
            // The project's file and the user's file may both name it.
            if plugins.iter().any(|other| Arc::ptr_eq(other, &plugin)) {
                continue;
            }
            if let Some((code, other)) = plugins.iter().find_map(|other| Some((other.shares_a_code(&plugin)?, other))) {
                let other = &other.description().name;
                return Err(refuse(format!(
                    "has the rule {code}, which the policy {other} has too; give one of them another code"
                )));
            }
            plugins.push(plugin);
        }
        Ok(Self { plugins, environment: environment.map(str::to_owned) })
    }

    /// The policies' descriptions of themselves.
    pub fn descriptions(&self) -> Vec<Description> {
        self.plugins.iter().map(|plugin| plugin.description().clone()).collect()
    }

    /// The names of the policies and the digests of their files, for the audit log. `None` if there are no plugins.
    pub fn in_force(&self) -> Option<Vec<PluginInForce>> {
        let one = |plugin: &Arc<Plugin>| PluginInForce {
            name: plugin.description().name.clone(),
            sha256: plugin.sha256().to_owned(),
        };
        (!self.plugins.is_empty()).then(|| self.plugins.iter().map(one).collect())
    }
}

impl Judge for Policies {
    fn rules(&self) -> Vec<PolicyRule> {
        self.plugins.iter().flat_map(|plugin| plugin.description().rules.iter().cloned()).collect()
    }

    /// Runs every policy on a document and adds the findings to its report. Skips a document that could not be read
    /// completely, because it already has errors.
    fn judge(&self, checked: &mut Checked<'_>) {
        if self.plugins.is_empty() {
            return;
        }
        let Some(subject) = Subject::of(checked) else { return };
        let report = checked.report_mut();
        for plugin in &self.plugins {
            let policy = plugin.description();
            let verdict = plugin.check(subject.facts(), self.environment.as_deref());
            let problem = match verdict {
                Ok(verdict) => subject.judge(policy, verdict.findings, report).err().map(|refused| refused.to_string()),
                Err(failure) => Some(failure.to_string()),
            };
            if let Some(problem) = problem {
                subject.fail(&policy.name, &problem, report);
            }
        }
    }
}

fn load(sandbox: &Sandbox, bytes: &[u8], wanted: &Wanted) -> Result<Arc<Plugin>, String> {
    let (limits, digest) = (Limits::of(wanted), digest(bytes));
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let is_pinned = wanted.sha256.as_ref().is_none_or(|wanted| *wanted == digest);
    if let Some(same) =
        compiled.iter().find(|plugin| is_pinned && plugin.sha256() == digest && plugin.limits() == limits)
    {
        return Ok(same.clone());
    }
    let plugin = Arc::new(sandbox.load(bytes, wanted.sha256.as_deref(), limits)?);
    compiled.push(plugin.clone());
    Ok(plugin)
}

/// Reads the file of a plugin.
///
/// # Errors
/// If it cannot be read, is not a regular file, or is too large. The message is the end of a sentence that names the
/// file.
pub fn read(path: &Path) -> Result<Vec<u8>, &'static str> {
    let reason = |error: io::Error| files::problem(&error);
    // Checked before opening: opening a pipe would wait until another process writes to it.
    if !path.metadata().map_err(reason)?.is_file() {
        return Err("is not a regular file");
    }
    match files::read_capped(File::open(path).map_err(reason)?, MAX_FILE_BYTES) {
        Ok(Some(bytes)) => Ok(bytes.to_vec()),
        Ok(None) => Err("is too large: a plugin has at most 1 MiB"),
        Err(error) => Err(reason(error)),
    }
}
