//! Plans an update without sending it.

use cxvars_core::base::secret::Secret;
use cxvars_core::base::span::Unit;
use cxvars_core::check::Resolved;
use cxvars_core::manifest::read_manifest;
use cxvars_core::options::kind::{AnyText, Count, Flag, Word};
use cxvars_core::options::reader::Value;
use cxvars_core::options::section::{ANY_TEXT, Kind, Section as _, Shape, Show};
use cxvars_core::plan::{Blocked, Changes, Plan, PlanEntry, PlanOptions, Prune, Remembered, Wanted};
use cxvars_core::render::json_v1::{DiagnosticReport, FileReport};
use cxvars_core::section;
use cxvars_core::service::change::Change;
use cxvars_core::service::stored::{EncryptedRoundtrip, StoredAction};
use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use crate::options;
use crate::to_js;

#[derive(Serialize)]
struct PlanReport {
    version: u32,
    action: String,
    diagnostics: Vec<DiagnosticReport>,
    error: Option<String>,
    changes_pending: bool,
    changes: Changes,
    reasons: Vec<Reason>,
    blocked: Vec<Blocked>,
    digest: Option<String>,
}

#[derive(Serialize)]
struct Reason {
    name: String,
    change: Change,
    reason: String,
}

section! {
    /// The options of a plan that a check does not have.
    #[derive(Clone, Debug, Default)]
    pub struct PlanKeys("plan") {
        /// The action's id, for the digest.
        action: AnyText;
        /// Stored variables to delete: `true` for all that the manifest does not have, or a list of names.
        prune: Pruned = Prune::Nothing;
        /// Whether to plan an update even if nothing differs.
        force: Flag = false;
        /// The maximum number of variables that may be deleted.
        max_deletes: Count<0, { u64::MAX }>;
        /// What the service does with the values of encrypted variables.
        encrypted_roundtrip: Word<EncryptedRoundtrip> = EncryptedRoundtrip::default();
    }
}

/// Whether to delete all, none, or the named variables.
pub struct Pruned;

impl Kind for Pruned {
    type Value = Prune;

    const SHAPE: Shape = Shape::Either(&[Shape::Boolean, Shape::List(&ANY_TEXT)]);

    fn read(value: &Value<'_>) -> Option<Self::Value> {
        Some(match value.is_boolean() {
            true if value.boolean()? => Prune::Everything,
            true => Prune::Nothing,
            false => Prune::Names(value.strings()?.into_iter().collect()),
        })
    }
}

impl Show for Pruned {
    fn show(value: &Self::Value) -> String {
        (*value == Prune::Everything).to_string()
    }
}

/// Plans an update from a manifest and the service's answer to a GET. If the manifest has errors or the answer cannot
/// be read, the result says why there is no plan.
#[wasm_bindgen]
pub fn plan(manifest: String, remote: String, given: &JsValue) -> Result<JsValue, JsError> {
    // `Secret` erases the values from the instance's memory at the end.
    let (manifest, remote) = (Secret::new(manifest), Secret::new(remote));
    let (filename, options, keys) = options::read_with(given, PlanKeys::read)?;
    let mut choices = PlanOptions::default();
    choices.force = keys.force();
    choices.max_deletes = keys.max_deletes;
    choices.prune = keys.prune();
    choices.roundtrip = keys.encrypted_roundtrip();
    let (report, manifest_read) = read_manifest(manifest.expose().as_bytes(), &options, &Resolved::new());
    let named = manifest_read.as_ref().and_then(|manifest| manifest.data_action.clone());
    let mut answer = PlanReport {
        version: 1,
        action: keys.action.or(named).unwrap_or_default(),
        diagnostics: FileReport::in_unit(filename, manifest.expose(), &report, Unit::Utf16).diagnostics,
        error: None,
        changes_pending: false,
        changes: Changes::default(),
        reasons: Vec::new(),
        blocked: Vec::new(),
        digest: None,
    };
    match (manifest_read, StoredAction::parse(remote.expose().as_bytes())) {
        (None, _) => answer.error = Some("the manifest has errors".to_owned()),
        (_, Err(error)) => answer.error = Some(error.to_string()),
        (Some(manifest), Ok(stored)) => {
            let wanted: Vec<_> =
                manifest.variables.iter().map(|variable| Wanted::new(variable, None, |_| None)).collect();
            let stored = stored.variables.unwrap_or_default();
            let plan = Plan::new(&answer.action, &wanted, &stored, None, &Remembered::default(), &choices);
            answer.changes_pending = plan.changes_pending();
            answer.changes = plan.changes();
            let reason = |entry: &PlanEntry| Reason {
                name: entry.name.clone(),
                change: entry.change,
                reason: entry.reason.clone(),
            };
            answer.reasons = plan.entries().iter().map(reason).collect();
            answer.blocked = plan.blocked().to_vec();
            answer.digest = Some(plan.digest().to_owned());
        }
    }
    to_js(&answer)
}
