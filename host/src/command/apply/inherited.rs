//! An update that another process left open. The process that takes the lease over reads the action, decides how the
//! update ended, and records the decision.

use std::time::Duration;

use cxvars_core::audit::{Entry, Event};
use cxvars_core::service::outcome::Outcome;
use cxvars_core::service::stored::StoredVariable;

use super::registration::ActionRegistration;
use crate::audit_log::Appended;
use crate::audit_log::entries::provenance;
use crate::cli::exit::CommandError;
use crate::service::transport::Transport as _;
use crate::shared::head::Head;
use crate::shared::lease::Lease;
use crate::shared::{Known, Worker};
use crate::state::pending_update::PendingUpdate;

/// An open update of another process.
pub(super) struct Inherited {
    update: PendingUpdate,
    /// Who left it, for people.
    from: String,
}

impl ActionRegistration<'_> {
    /// The open update of the process that the lease was taken over from. Where nobody let a lease expire, `reconcile`
    /// decides what is open: it has the record of the intent.
    pub(super) fn inherited(&self, lease: &Lease, known: &Known) -> Option<Inherited> {
        // One that is not older than the lease is of somebody who has taken it over meanwhile.
        let is_earlier = lease.fence.is_some() && known.fence < lease.fence;
        let update = known.state.open.clone().filter(|_| is_earlier)?;
        let from = lease.taken_over.as_ref().and_then(|over| over.from.as_ref());
        Some(Inherited { update, from: from.map_or_else(|| "another process".to_owned(), Worker::describe) })
    }

    /// Waits until what the earlier holder of a lease sent has had the time to become readable. All of its requests had
    /// ended when its lease did.
    pub(super) async fn settle(&self, lease: &Lease) {
        let settle = Duration::from_secs(self.context.settings.profile.settle_s);
        let expired = lease.taken_over.as_ref().map_or(settle, |over| over.expired);
        let left = u64::try_from(settle.saturating_sub(expired).as_millis()).unwrap_or(u64::MAX);
        if left > 0 {
            let transport = self.service.session.transport();
            let _shown = transport.announce(left, "what another process has sent to become readable");
            transport.sleep(left).await;
        }
    }

    /// Decides it by what is stored now, and records the decision. What cannot be decided stays open.
    pub(super) async fn decide(
        &self,
        inherited: &Inherited,
        lease: &Lease,
        stored: &[StoredVariable],
        etag: Option<&str>,
    ) -> Result<(), CommandError> {
        let Some(fingerprinter) = self.fingerprinter() else { return Ok(()) };
        if !lease.may_send(Duration::ZERO, self.context.system) {
            // Somebody else may have sent something since: what was read may be of that.
            return Ok(());
        }
        let judgement = inherited.update.judge(&fingerprinter, stored, etag);
        let (outcome, why) = judgement.in_words();
        let entry = Entry {
            data_action_id: Some(self.prepared.action.id.clone()),
            target: Some(self.service.target.clone()),
            outcome: Some(outcome),
            error: Some(format!("{why}; the update was left open by {}", inherited.from)),
            ..provenance(Event::Reconcile, self.context.system.epoch_s(), &inherited.update.run_id)
        };
        self.recorder.outcome(entry).written().await?;
        if outcome == Outcome::Unknown {
            return Ok(());
        }
        // Only now: what the update is decided by is needed until the decision is recorded.
        let after = inherited.update.leaves(judgement, etag);
        let shared = self.context.shared()?;
        shared.conclude(lease, after, Some(&inherited.update.run_id)).await.map_err(CommandError::io)
    }

    /// Notes the end of the audit log where those who can change the log cannot change it.
    pub(super) async fn note_head(&self, appended: &Appended) {
        if !self.log.is_segment() {
            // Files of the same name on several machines are not one log.
            return;
        }
        let segment = self.log.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let head = Head { log: self.context.log_name(), segment, seq: appended.seq, hash: appended.hash.clone() };
        if let Ok(shared) = self.context.shared()
            && let Err(lost) = shared.note_head(&head).await
        {
            self.context.terminal.warn(&format!("warning: the head of the audit log was not noted: {lost}"));
        }
    }
}
