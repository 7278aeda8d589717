//! A plan that was approved, as a file: what would change and what it was made from, without any value.

use std::path::{Path, PathBuf};

use cxvars_core::base::display;
use cxvars_core::plan::{Plan, PlanOptions, Prune};
use cxvars_core::service::change::Change;
use cxvars_core::service::stored::StoredVariable;
use serde::{Deserialize, Serialize};

use crate::state::fingerprints::{Eye, Trace};
use crate::system::private_fs;

/// The version of the format.
const VERSION: u32 = 1;

/// What a plan was made for and from. Of values it holds keyed fingerprints.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    version: u32,
    /// When it was made, as RFC 3339.
    pub created: String,
    /// Origin of the service, or `sandbox`.
    pub target: String,
    /// The chosen environment.
    pub environment: Option<String>,
    /// Id of the action.
    pub action: String,
    /// Its alias.
    pub alias: Option<String>,
    /// The document, as it was named.
    pub document: PathBuf,
    /// `--prune`, as it was given: an empty name is all.
    prune: Vec<String>,
    force: bool,
    max_deletes: Option<usize>,
    /// Whether the values that the document refers to were fetched and compared.
    pub resolved: bool,
    /// What would happen, for whoever approves it.
    pub changes: Vec<PlannedChange>,
    digest: String,
    etag: Option<String>,
    before: Vec<Trace>,
    sent: Vec<Trace>,
    key: String,
    seal: String,
}

/// One line of the plan.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedChange {
    /// The variable.
    pub name: String,
    /// What happens to it.
    pub change: Change,
    /// Why.
    pub reason: String,
}

/// What surrounds a plan.
pub struct Scene<'s> {
    /// When, as RFC 3339.
    pub created: String,
    /// Origin of the service, or `sandbox`.
    pub target: &'s str,
    /// The chosen environment.
    pub environment: Option<&'s str>,
    /// The action's alias.
    pub alias: Option<&'s str>,
    /// The document.
    pub document: &'s Path,
    /// Whether values were fetched.
    pub resolved: bool,
    /// Choices of the plan.
    pub options: &'s PlanOptions,
    /// What the plan was made from.
    pub before: &'s [StoredVariable],
    /// The entity tag that came with it.
    pub etag: Option<&'s str>,
}

/// Why a plan file cannot be used. Exit 2 but for [`PlanFileError::OtherKey`].
#[derive(Debug, thiserror::Error)]
pub enum PlanFileError {
    /// It cannot be read.
    #[error("cannot read the plan file {path}: {problem}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why not.
        problem: String,
    },
    /// It is something else, or of another version.
    #[error("{path} is no plan file of this version; make one with `cxvars plan … --out FILE`")]
    NoPlan {
        /// The file.
        path: String,
    },
    /// It was changed after it was made.
    #[error("the plan file {path} was changed after it was made, so it is not what was approved; plan again")]
    Changed {
        /// The file.
        path: String,
    },
    /// It was made with another key, so nothing in it can be compared.
    #[error(
        "the plan file {path} was made with another fingerprint key; give both runs the same CXVARS_FINGERPRINT_KEY"
    )]
    OtherKey {
        /// The file.
        path: String,
    },
}

impl PlanFile {
    /// The file of a plan.
    pub fn new(plan: &Plan, eye: &Eye<'_>, scene: &Scene<'_>) -> Self {
        let changes = plan.entries().iter().map(|entry| PlannedChange {
            name: entry.name.clone(),
            change: entry.change,
            reason: entry.reason.clone(),
        });
        let mut file = Self {
            version: VERSION,
            created: scene.created.clone(),
            target: scene.target.to_owned(),
            environment: scene.environment.map(str::to_owned),
            action: eye.action.to_owned(),
            alias: scene.alias.map(str::to_owned),
            document: scene.document.to_owned(),
            prune: match &scene.options.prune {
                Prune::Nothing => Vec::new(),
                Prune::Everything => vec![String::new()],
                Prune::Names(names) => names.iter().cloned().collect(),
            },
            force: scene.options.force,
            max_deletes: scene.options.max_deletes,
            resolved: scene.resolved,
            changes: changes.collect(),
            digest: plan.digest().to_owned(),
            etag: scene.etag.map(str::to_owned),
            before: eye.traces(scene.before),
            sent: sent(plan, eye),
            key: eye.key_mark(),
            seal: String::new(),
        };
        file.seal = eye.seal(&file.text());
        file
    }

    /// Writes it, whole or not at all, for its owner only.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, path: &Path) -> std::io::Result<()> {
        private_fs::write_whole(path, (self.text() + "\n").as_bytes())
    }

    /// Reads a file, without proving yet that it is what was written.
    ///
    /// # Errors
    /// A file that cannot be read or is no plan.
    pub fn read(path: &Path) -> Result<Self, PlanFileError> {
        let shown = display::quote(&path.to_string_lossy());
        let bytes = std::fs::read(path).map_err(|error| PlanFileError::Unreadable {
            path: shown.clone(),
            problem: private_fs::describe(&error),
        })?;
        let file: Self = serde_json::from_slice(&bytes).map_err(|_| PlanFileError::NoPlan { path: shown.clone() })?;
        if file.version == VERSION { Ok(file) } else { Err(PlanFileError::NoPlan { path: shown }) }
    }

    /// Proves that the file is what was written.
    ///
    /// # Errors
    /// A file that was changed, or made with another key.
    pub fn prove(&mut self, eye: &Eye<'_>, path: &Path) -> Result<(), PlanFileError> {
        let shown = || display::quote(&path.to_string_lossy());
        if self.key != eye.key_mark() {
            return Err(PlanFileError::OtherKey { path: shown() });
        }
        let seal = std::mem::take(&mut self.seal);
        if eye.seal(&self.text()) != seal {
            return Err(PlanFileError::Changed { path: shown() });
        }
        self.seal = seal;
        Ok(())
    }

    /// `--prune`, as it was given.
    pub fn prune(&self) -> &[String] {
        &self.prune
    }

    /// Whether everything is to be sent.
    pub fn force(&self) -> bool {
        self.force
    }

    /// `--max-deletes`.
    pub fn max_deletes(&self) -> Option<usize> {
        self.max_deletes
    }

    /// Why a plan made now is not the one that was approved; nothing where it is.
    pub fn stale(&self, plan: &Plan, eye: &Eye<'_>, before: &[StoredVariable], etag: Option<&str>) -> Option<String> {
        let changed = differing(&self.before, &eye.traces(before), |_| false);
        if !changed.is_empty() {
            return Some(format!("changed at the service since: {changed}"));
        }
        if self.etag.as_deref().zip(etag).is_some_and(|(then, now)| then != now) {
            return Some("the action was written since, though nothing that can be read differs".to_owned());
        }
        let was_not_fetched = |trace: &Trace| trace.value.is_none() && !self.resolved;
        let changed = differing(&self.sent, &sent(plan, eye), was_not_fetched);
        if !changed.is_empty() {
            return Some(format!("the document, or what it refers to, has changed since: {changed}"));
        }
        (self.digest != plan.digest()).then(|| "it would now do something else to the same variables".to_owned())
    }

    fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// What is to be sent is ours, so all of it can be seen.
fn sent(plan: &Plan, eye: &Eye<'_>) -> Vec<Trace> {
    let whole = Eye { roundtrip: cxvars_core::service::stored::EncryptedRoundtrip::Echo, ..*eye };
    whole.traces(plan.outgoing())
}

/// The names of what differs, quoted. Values are not compared where `value_unknown`.
fn differing(then: &[Trace], now: &[Trace], value_unknown: impl Fn(&Trace) -> bool) -> String {
    let same = |a: &Trace, b: &Trace| {
        let value = if value_unknown(a) { None } else { b.value.clone() };
        *a == Trace { value, ..b.clone() }
    };
    let find = |list: &[Trace], name: &str| list.iter().find(|trace| trace.name == name).cloned();
    let gone_or_changed = then.iter().filter(|old| !find(now, &old.name).is_some_and(|new| same(old, &new)));
    let new = now.iter().filter(|new| find(then, &new.name).is_none());
    let mut names: Vec<String> = gone_or_changed.chain(new).map(|trace| display::quote(&trace.name)).collect();
    names.dedup();
    names.join(", ")
}
