//! A record of an update that lets a later process decide its outcome. It holds no values.

use cxvars_core::plan::fingerprint::Key;
use cxvars_core::plan::{Plan, Remembered};
use cxvars_core::service::stored::StoredVariable;
use cxvars_flow::judge::{Evidence, Judgement, Undecided, judge};
use serde::{Deserialize, Serialize};

use crate::state::fingerprints::{Fingerprinter, VariableFingerprint, as_far_as, key_mark};
use crate::state::store::StateChange;

/// An update that was about to be sent. It holds keyed fingerprints, and only of the values that can be read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingUpdate {
    /// The run's id, as in the audit log.
    pub run_id: String,
    /// Fingerprint of an empty text. It differs if the key differs.
    key: String,
    /// The entity tag of the state that the plan was made from.
    etag: Option<String>,
    before: Vec<VariableFingerprint>,
    sent: Vec<VariableFingerprint>,
    sent_unreadable: bool,
    /// Whether the PUT carried the entity tag as `If-Match`.
    #[serde(default)]
    if_match: bool,
    /// What to remember if the update turns out to be stored. Without an entity tag.
    leaves: Remembered,
}

impl PendingUpdate {
    /// A pending update of this run without any content.
    #[cfg(test)]
    pub(crate) fn of_test(run_id: &str) -> Self {
        Self {
            run_id: run_id.to_owned(),
            key: String::new(),
            etag: None,
            before: Vec::new(),
            sent: Vec::new(),
            sent_unreadable: false,
            if_match: false,
            leaves: Remembered::default(),
        }
    }

    /// Records what is known just before the PUT is sent.
    pub fn new(
        run_id: &str,
        fingerprinter: &Fingerprinter<'_>,
        plan: &Plan,
        before: &[StoredVariable],
        etag: Option<&str>,
        if_match: bool,
        leaves: Remembered,
    ) -> Self {
        Self {
            run_id: run_id.to_owned(),
            key: key_mark(fingerprinter.key),
            etag: etag.map(str::to_owned),
            before: fingerprinter.fingerprints(before),
            sent: fingerprinter.fingerprints(plan.outgoing()),
            sent_unreadable: plan.sends_unreadable(fingerprinter.roundtrip),
            if_match,
            leaves,
        }
    }

    /// Whether this key made its fingerprints.
    pub fn is_of(&self, key: &Key) -> bool {
        self.key == key_mark(key)
    }

    /// What is known of the action after the update was decided so. `etag` is that of what is stored now.
    pub fn leaves(&self, judgement: Judgement, etag: Option<&str>) -> StateChange {
        match judgement {
            Judgement::Applied => {
                StateChange::Verified(Remembered { etag: etag.map(str::to_owned), ..self.leaves.clone() })
            }
            Judgement::Changed => StateChange::Forget,
            Judgement::Untouched | Judgement::NotApplied | Judgement::Undecided(_) => StateChange::Keep,
        }
    }

    /// Decides the outcome of the update from what is stored now.
    pub fn judge(&self, fingerprinter: &Fingerprinter<'_>, stored: &[StoredVariable], etag: Option<&str>) -> Judgement {
        if !self.is_of(fingerprinter.key) {
            return Judgement::Undecided(Undecided::OtherKey);
        }
        let now = fingerprinter.fingerprints(stored);
        let sent = as_far_as(&self.sent, &now);
        judge(&Evidence {
            before: &as_far_as(&self.before, &now),
            sent: &sent,
            now: &now,
            etag_before: self.etag.as_deref(),
            etag_now: etag,
            sent_unreadable: self.sent_unreadable || sent != self.sent,
            tag_proves: self.if_match,
        })
    }
}
