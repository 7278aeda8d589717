//! The policies of a run. They are loaded once and check every document.

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use cxvars_core::audit::PluginInForce;
use cxvars_core::check::Checked;
use cxvars_core::options::reader::Place;
use cxvars_core::policy::{Description, PolicyRule, Setting, Subject};
use cxvars_project::Judge;

use super::plugin::{Plugin, check_digest, digest};
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
}

/// A file, and what the configuration says of it.
struct Pinned {
    file: String,
    bytes: Vec<u8>,
    sha256: String,
    limits: Limits,
    settings: Vec<Setting>,
    place: Option<Place>,
}

impl Policies {
    /// Loads the plugins. `shown` turns a path into the form for messages.
    ///
    /// # Errors
    /// The first plugin that cannot be used.
    pub fn load(wanted: &[Wanted], shown: &dyn Fn(&Path) -> String) -> Result<Self, PluginError> {
        let mut plugins: Vec<Arc<Plugin>> = Vec::with_capacity(wanted.len());
        for pinned in pinned(wanted, shown)? {
            let refuse = |problem: String| PluginError::Unusable { file: pinned.file.clone(), problem };
            let sandbox = SANDBOX.get_or_init(Sandbox::new).as_ref();
            let sandbox = sandbox.map_err(|problem| PluginError::NoSandbox(problem.clone()))?;
            let plugin = load(sandbox, &pinned, shown).map_err(refuse)?;
            if let Some((code, other)) = plugins.iter().find_map(|other| Some((other.shares_a_code(&plugin)?, other))) {
                let other = &other.description().name;
                return Err(refuse(format!(
                    "has the rule {code}, which the policy {other} has too; give one of them another code"
                )));
            }
            plugins.push(plugin);
        }
        Ok(Self { plugins })
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
            let verdict = plugin.check(subject.facts());
            let answer = verdict.map(|verdict| verdict.findings).map_err(|failure| failure.to_string());
            subject.conclude(plugin.description(), answer, report);
        }
    }
}

/// Reads the files. One that is named several times is recognised by its content and taken once, with the stricter limits.
fn pinned(wanted: &[Wanted], shown: &dyn Fn(&Path) -> String) -> Result<Vec<Pinned>, PluginError> {
    let mut files: Vec<Pinned> = Vec::with_capacity(wanted.len());
    for wanted in wanted {
        let file = shown(&wanted.path);
        let refuse = |problem: String| PluginError::Unusable { file: file.clone(), problem };
        let bytes = read(&wanted.path).map_err(|problem| refuse(problem.to_owned()))?;
        let sha256 = digest(&bytes);
        check_digest(&sha256, wanted.sha256.as_deref()).map_err(refuse)?;
        let (limits, settings, place) = (Limits::of(wanted), wanted.settings.clone(), wanted.place.clone());
        let Some(other) = files.iter_mut().find(|other| other.sha256 == sha256) else {
            files.push(Pinned { file, bytes, sha256, limits, settings, place });
            continue;
        };
        // A flag says nothing of limits and settings. Two files must agree on settings: else a project could loosen what
        // the user enforces.
        let (Some(first), Some(second)) = (&other.place, &place) else { continue };
        if other.settings != settings {
            let places = [first, second].map(|place| at(place, shown)).join(" and ");
            return Err(refuse(format!("has different settings in {places}; give it the same ones")));
        }
        other.limits = other.limits.stricter(limits);
    }
    Ok(files)
}

fn load(sandbox: &Sandbox, pinned: &Pinned, shown: &dyn Fn(&Path) -> String) -> Result<Arc<Plugin>, String> {
    let Pinned { bytes, sha256, limits, settings, place, .. } = pinned;
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    let is_same = |plugin: &&Arc<Plugin>| {
        plugin.sha256() == sha256 && plugin.limits() == *limits && plugin.settings() == settings
    };
    if let Some(same) = compiled.iter().find(is_same) {
        return Ok(same.clone());
    }
    let plugin = sandbox.load(bytes, None, *limits)?.with_settings(settings);
    let plugin = plugin.map_err(|problem| match place {
        Some(place) => format!("{problem} ({})", at(place, shown)),
        None => problem,
    });
    let plugin = Arc::new(plugin?);
    compiled.push(plugin.clone());
    Ok(plugin)
}

/// `cxvars.toml:7`
fn at(place: &Place, shown: &dyn Fn(&Path) -> String) -> String {
    format!("{}:{}", shown(&place.file), place.position.line)
}

/// Reads the file of a plugin.
///
/// # Errors
/// If it cannot be read, is not a regular file, or is too large. The message is the end of a sentence that names the
/// file.
pub fn read(path: &Path) -> Result<Vec<u8>, &'static str> {
    let reason = |error: io::Error| files::problem(&error);
    match files::read_capped(files::open_file(path).map_err(reason)?, MAX_FILE_BYTES) {
        Ok(Some(bytes)) => Ok(bytes.to_vec()),
        Ok(None) => Err("is too large: a plugin has at most 1 MiB"),
        Err(error) => Err(reason(error)),
    }
}
