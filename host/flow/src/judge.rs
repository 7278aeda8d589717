//! Decides from what is stored now what became of a PUT whose answer never came.

use cxvars_core::service::etag;
use cxvars_core::service::outcome::Outcome;

/// What is known about such a PUT. `T` is the part of a list of variables that an answer can show.
pub struct Evidence<'s, T> {
    /// What was stored when the plan was made.
    pub before: &'s T,
    /// What was sent.
    pub sent: &'s T,
    /// What is stored now.
    pub now: &'s T,
    /// The entity tag of the state before.
    pub etag_before: Option<&'s str>,
    /// The entity tag of what is stored now.
    pub etag_now: Option<&'s str>,
    /// Whether values were sent that cannot be read back.
    pub sent_unreadable: bool,
    /// Whether the state before, under its strong entity tag, proves that nothing was stored: the PUT was sent with
    /// `If-Match`. Without that, an old replica may have answered.
    pub tag_proves: bool,
}

/// What the evidence proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judgement {
    /// What was sent is stored.
    Applied,
    /// Nothing was stored: the state before is there under the entity tag that the PUT was sent with as `If-Match`.
    Untouched,
    /// The state before was read. That decides only after what was sent has had the time to become readable.
    NotApplied,
    /// It cannot be decided which of the two states is stored, for this reason.
    Undecided(Undecided),
    /// Something else is stored.
    Changed,
}

impl Judgement {
    /// How the update ended, and why that is so, for people. That nothing was stored counts only after what was sent has
    /// had the time to become readable.
    pub fn in_words(self) -> (Outcome, &'static str) {
        match self {
            Self::Applied => (Outcome::Applied, "what can be read is what was sent, and not what was stored before"),
            Self::Untouched | Self::NotApplied => {
                (Outcome::Unavailable, "what is stored is the state before the update")
            }
            Self::Undecided(why) => (Outcome::Unknown, why.as_str()),
            Self::Changed => {
                (Outcome::Conflict, "what is stored is neither the state before nor the one that was sent")
            }
        }
    }
}

/// Why a read-back does not decide what became of a PUT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Undecided {
    /// The states differ in masked values only.
    OnlyMasked,
    /// The state before is stored, under another entity tag.
    WrittenSince,
    /// The fingerprints of the update were made with another key.
    OtherKey,
    /// The state before was read to the end, but the service may still be working on the update.
    MayStillCome,
    /// The service took the update on, but the state before was read to the end.
    NotReadable,
}

impl Undecided {
    /// The reason for people.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnlyMasked => "only masked values differ, so what was read back decides nothing",
            Self::WrittenSince => "the action was written since, so what was read back decides nothing",
            Self::MayStillCome => "the state before is still read, but the service may still store the update",
            Self::NotReadable => "the state before is still read",
            Self::OtherKey => {
                "the fingerprint key is not the one that the update was recorded with; give CXVARS_FINGERPRINT_KEY that \
                 key, or run this with the HOME of that run"
            }
        }
    }
}

/// Judges by the first rule that holds.
pub fn judge<T: PartialEq>(evidence: &Evidence<'_, T>) -> Judgement {
    if evidence.tag_proves
        && evidence.etag_now.is_some_and(|tag| !is_weak(tag))
        && evidence.etag_now == evidence.etag_before
    {
        return Judgement::Untouched;
    }
    if evidence.now == evidence.sent && evidence.sent != evidence.before {
        return Judgement::Applied;
    }
    if evidence.now != evidence.before {
        return Judgement::Changed;
    }
    // A changed entity tag means that somebody has written since: either we did, or somebody overwrote what we had
    // sent.
    let tags = evidence.etag_now.zip(evidence.etag_before);
    match (
        evidence.sent == evidence.before && evidence.sent_unreadable,
        tags.is_some_and(|(now, before)| !etag::same_state(now, before)),
    ) {
        (true, _) => Judgement::Undecided(Undecided::OnlyMasked),
        (false, true) => Judgement::Undecided(Undecided::WrittenSince),
        (false, false) => Judgement::NotApplied,
    }
}

/// Whether an entity tag is weak (RFC 9110 section 8.8.1): it may stay the same although something changed.
pub(crate) fn is_weak(etag: &str) -> bool {
    etag.starts_with("W/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(states: [u8; 3], tags: [Option<&str>; 2], sent_unreadable: bool) -> Judgement {
        let [before, sent, now] = &states;
        let [etag_before, etag_now] = tags;
        judge(&Evidence { before, sent, now, etag_before, etag_now, sent_unreadable, tag_proves: true })
    }

    #[test]
    fn what_can_be_read_decides_where_it_differs() {
        assert_eq!(judged([1, 2, 2], [None, None], true), Judgement::Applied);
        assert_eq!(judged([1, 2, 1], [None, None], true), Judgement::NotApplied);
        assert_eq!(judged([1, 2, 3], [None, None], true), Judgement::Changed);
    }

    #[test]
    fn where_only_masked_values_differ_nothing_but_an_equal_strong_tag_decides() {
        assert!(matches!(judged([1, 1, 1], [None, None], true), Judgement::Undecided(Undecided::OnlyMasked)));
        assert!(matches!(judged([1, 1, 1], [Some("a"), Some("b")], true), Judgement::Undecided(_)));
        assert!(matches!(judged([1, 1, 1], [Some("W/a"), Some("W/a")], true), Judgement::Undecided(_)));
        assert_eq!(judged([1, 1, 1], [Some("a"), Some("a")], true), Judgement::Untouched);
    }

    #[test]
    fn the_state_before_under_another_tag_is_no_proof() {
        assert!(matches!(
            judged([1, 2, 1], [Some("a"), Some("b")], false),
            Judgement::Undecided(Undecided::WrittenSince)
        ));
    }

    #[test]
    fn without_if_match_an_equal_tag_proves_nothing_because_an_old_replica_has_it_too() {
        let (tag, state) = (Some("a"), &1);
        let evidence = Evidence {
            before: state,
            sent: state,
            now: state,
            etag_before: tag,
            etag_now: tag,
            sent_unreadable: true,
            tag_proves: false,
        };
        assert_eq!(judge(&evidence), Judgement::Undecided(Undecided::OnlyMasked));
        assert_eq!(judge(&Evidence { sent: &2, ..evidence }), Judgement::NotApplied);
    }
}
