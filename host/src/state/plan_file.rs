//! A plan as a file for approval: what would change and what the plan was made from, without any value.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use cxvars_core::base::display;
use cxvars_core::plan::fingerprint::Key;
use cxvars_core::plan::{Plan, PlanOptions, Prune};
use cxvars_core::service::change::Change;
use cxvars_core::service::etag;
use cxvars_core::service::stored::{EncryptedRoundtrip, StoredVariable};
use cxvars_flow::approval::{ApprovedPlan, Stale};
use serde::{Deserialize, Serialize};

use crate::state::fingerprints::{Fingerprinter, VariableFingerprint, key_mark};
use crate::system::files;

/// The version of the format.
const VERSION: u32 = 1;

/// A plan, its origin, and the state that it was made from. It holds keyed fingerprints, never values.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    version: u32,
    /// The time of its creation, as RFC 3339.
    pub created: String,
    /// Origin of the service, or `sandbox`.
    pub target: String,
    /// The chosen environment.
    pub environment: Option<String>,
    /// Id of the action.
    pub action: String,
    /// Its alias.
    pub alias: Option<String>,
    /// The document's path, as seen from the project's folder.
    pub document: PathBuf,
    /// The git commit that the document was read at; `None` if it was read as it was then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<String>,
    /// `--prune` as given. One empty name means all variables.
    prune: Vec<String>,
    force: bool,
    max_deletes: Option<usize>,
    /// Whether referenced values (`value_from`) were fetched and compared.
    pub resolved: bool,
    /// The planned changes, for the person who approves them.
    pub changes: Vec<PlannedChange>,
    digest: String,
    etag: Option<String>,
    before: Vec<VariableFingerprint>,
    sent: Vec<VariableFingerprint>,
    key: String,
    seal: String,
}

/// One line of the plan.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedChange {
    /// The variable's name.
    pub name: String,
    /// What happens to it.
    pub change: Change,
    /// Why it happens.
    pub reason: String,
}

/// What a plan was made from, and for which target.
pub struct PlanOrigin<'s> {
    /// The time of its creation, as RFC 3339.
    pub created: String,
    /// Origin of the service, or `sandbox`.
    pub target: &'s str,
    /// The chosen environment.
    pub environment: Option<&'s str>,
    /// The action's alias.
    pub alias: Option<&'s str>,
    /// The document's path, as seen from the project's folder.
    pub document: &'s Path,
    /// The git commit that it was read at.
    pub revision: Option<&'s str>,
    /// Whether referenced values were fetched.
    pub resolved: bool,
    /// The options of the plan.
    pub options: &'s PlanOptions,
    /// The stored variables that the plan was made from.
    pub before: &'s [StoredVariable],
    /// The entity tag that came with them.
    pub etag: Option<&'s str>,
}

/// Why a plan file cannot be used. Exit code 2.
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
    /// It is not a plan file, or has another version.
    #[error("{path} is not a plan file of this version; make one with `cxvars plan … --out FILE`")]
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
    /// It was made with another key, so its fingerprints cannot be compared.
    #[error(
        "the plan file {path} was made with another fingerprint key; give both runs the same CXVARS_FINGERPRINT_KEY"
    )]
    OtherKey {
        /// The file.
        path: String,
    },
}

impl PlanFile {
    /// Makes the file of a plan.
    pub fn new(plan: &Plan, fingerprinter: &Fingerprinter<'_>, origin: &PlanOrigin<'_>) -> Self {
        let changes = plan.entries().iter().map(|entry| PlannedChange {
            name: entry.name.clone(),
            change: entry.change,
            reason: entry.reason.clone(),
        });
        let mut file = Self {
            version: VERSION,
            created: origin.created.clone(),
            target: origin.target.to_owned(),
            environment: origin.environment.map(str::to_owned),
            action: fingerprinter.action.to_owned(),
            alias: origin.alias.map(str::to_owned),
            document: origin.document.to_owned(),
            revision: origin.revision.map(str::to_owned),
            prune: match &origin.options.prune {
                Prune::Nothing => Vec::new(),
                Prune::Everything => vec![String::new()],
                Prune::Names(names) => names.iter().cloned().collect(),
            },
            force: origin.options.force,
            max_deletes: origin.options.max_deletes,
            resolved: origin.resolved,
            changes: changes.collect(),
            digest: plan.digest().to_owned(),
            etag: origin.etag.map(str::to_owned),
            before: fingerprinter.fingerprints(origin.before),
            sent: sent(plan, fingerprinter),
            key: key_mark(fingerprinter.key),
            seal: String::new(),
        };
        file.seal = fingerprinter.seal(&file.text());
        file
    }

    /// Writes it atomically, readable by its owner only.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, path: &Path) -> std::io::Result<()> {
        files::write_whole(path, (self.text() + "\n").as_bytes())
    }

    /// Reads a file. Does not check the seal; [`PlanFile::prove`] does.
    ///
    /// # Errors
    /// A file that cannot be read, or is not a plan file.
    pub fn read(path: &Path) -> Result<Self, PlanFileError> {
        let shown = display::quote(&path.to_string_lossy());
        let mut bytes = Vec::new();
        files::open_named(path)
            .and_then(|mut file| file.read_to_end(&mut bytes))
            .map_err(|error| PlanFileError::Unreadable { path: shown.clone(), problem: files::describe(&error) })?;
        let file: Self = serde_json::from_slice(&bytes).map_err(|_| PlanFileError::NoPlan { path: shown.clone() })?;
        if file.version == VERSION { Ok(file) } else { Err(PlanFileError::NoPlan { path: shown }) }
    }

    /// Checks with the key that the file is unchanged since it was written.
    ///
    /// # Errors
    /// A file that was changed, or made with another key.
    pub fn prove(
        mut self,
        key: Key,
        roundtrip: EncryptedRoundtrip,
        path: &Path,
    ) -> Result<ProvenPlanFile, PlanFileError> {
        let shown = || display::quote(&path.to_string_lossy());
        let fingerprinter = Fingerprinter { key: &key, action: &self.action, roundtrip };
        if self.key != key_mark(fingerprinter.key) {
            return Err(PlanFileError::OtherKey { path: shown() });
        }
        // The seal was computed while its own field was empty.
        let seal = std::mem::take(&mut self.seal);
        if fingerprinter.seal(&self.text()) != seal {
            return Err(PlanFileError::Changed { path: shown() });
        }
        Ok(ProvenPlanFile { file: self, key, roundtrip })
    }

    /// `--prune` as given. One empty name means all variables.
    pub fn prune(&self) -> &[String] {
        &self.prune
    }

    /// `--force`: whether to send even if nothing changed.
    pub fn force(&self) -> bool {
        self.force
    }

    /// `--max-deletes`.
    pub fn max_deletes(&self) -> Option<usize> {
        self.max_deletes
    }

    fn text(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

/// A plan file whose seal was checked, so its plan may be carried out.
pub struct ProvenPlanFile {
    file: PlanFile,
    key: Key,
    roundtrip: EncryptedRoundtrip,
}

impl ProvenPlanFile {
    /// The content of the file.
    pub fn contents(&self) -> &PlanFile {
        &self.file
    }
}

impl ApprovedPlan for ProvenPlanFile {
    fn stale(&self, plan: &Plan, stored: &[StoredVariable], etag: Option<&str>) -> Option<Stale> {
        let Self { file, key, roundtrip } = self;
        let fingerprinter = Fingerprinter { key, action: &file.action, roundtrip: *roundtrip };
        let changed = differing(&file.before, &fingerprinter.fingerprints(stored), |_| false);
        if !changed.is_empty() {
            return Some(Stale::AtTheService(changed));
        }
        if file.etag.as_deref().zip(etag).is_some_and(|(then, now)| !etag::same_state(then, now)) {
            return Some(Stale::Written);
        }
        let was_not_fetched = |found: &VariableFingerprint| found.value.is_none() && !file.resolved;
        let changed = differing(&file.sent, &sent(plan, &fingerprinter), was_not_fetched);
        if !changed.is_empty() {
            return Some(Stale::InTheDocument(changed));
        }
        // A value that was not fetched then may turn out to be the same, or another one.
        (file.resolved && file.digest != plan.digest()).then_some(Stale::OtherChanges)
    }
}

/// Fingerprints of the variables that the plan sends. Their values are all known.
fn sent(plan: &Plan, fingerprinter: &Fingerprinter<'_>) -> Vec<VariableFingerprint> {
    let whole = Fingerprinter { roundtrip: EncryptedRoundtrip::Echo, ..*fingerprinter };
    whole.fingerprints(plan.outgoing())
}

/// The names of the variables that differ, quoted and separated by commas. The value of a variable is not compared if
/// `value_unknown` returns true for it.
fn differing(
    then: &[VariableFingerprint],
    now: &[VariableFingerprint],
    value_unknown: impl Fn(&VariableFingerprint) -> bool,
) -> String {
    let same = |a: &VariableFingerprint, b: &VariableFingerprint| {
        let value = if value_unknown(a) { None } else { b.value.clone() };
        *a == VariableFingerprint { value, ..b.clone() }
    };
    let find = |list: &[VariableFingerprint], name: &str| list.iter().find(|found| found.name == name).cloned();
    let gone_or_changed = then.iter().filter(|old| !find(now, &old.name).is_some_and(|new| same(old, &new)));
    let new = now.iter().filter(|new| find(then, &new.name).is_none());
    let mut names: Vec<String> = gone_or_changed.chain(new).map(|found| display::quote(&found.name)).collect();
    names.dedup();
    names.join(", ")
}
