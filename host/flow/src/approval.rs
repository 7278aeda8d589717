//! Which plan may be carried out, and whether the plan that was just made is that one.

use std::fmt;

use cxvars_core::plan::Plan;
use cxvars_core::service::stored::StoredVariable;

/// Which plan may be carried out. No `Debug`: what was approved may hold fingerprints of values.
pub enum Approved {
    /// Any plan.
    Any,
    /// The plan with this digest, which was shown and confirmed.
    Digest(String),
    /// The plan of a file.
    File(Box<dyn ApprovedPlan>),
}

/// A plan that was approved earlier, by somebody who may have seen it on another machine.
pub trait ApprovedPlan {
    /// Why `plan`, made now from `stored` under the entity tag `etag`, is not the plan that was approved.
    fn stale(&self, plan: &Plan, stored: &[StoredVariable], etag: Option<&str>) -> Option<Stale>;
}

/// Why a plan is not the one that was approved. The text is for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stale {
    /// The plan that was confirmed on the terminal is out of date.
    SinceConfirmed,
    /// These variables, quoted, are no longer stored as they were.
    AtTheService(String),
    /// The entity tag has changed, although nothing that can be read differs.
    Written,
    /// The document no longer wants these variables, quoted, as it did.
    InTheDocument(String),
    /// The same variables would be changed in another way.
    OtherChanges,
}

impl fmt::Display for Stale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SinceConfirmed => {
                f.write_str("the action was changed between the plan that you confirmed and the update")
            }
            Self::AtTheService(names) => write!(f, "changed at the service since: {names}"),
            Self::Written => f.write_str("the action was written since, though nothing that can be read differs"),
            Self::InTheDocument(names) => {
                write!(f, "the document, or what it refers to, has changed since: {names}")
            }
            Self::OtherChanges => f.write_str("it would now do something else to the same variables"),
        }
    }
}

impl Approved {
    /// Why this plan is not the one that was approved. If there is nothing to send, only a plan file can be stale: the
    /// state it was made from has changed, because the plan was carried out or somebody else changed the action.
    pub fn stale(&self, plan: &Plan, stored: &[StoredVariable], etag: Option<&str>) -> Option<Stale> {
        match self {
            Self::Any => None,
            Self::Digest(digest) => {
                (plan.changes_pending() && plan.digest() != digest).then_some(Stale::SinceConfirmed)
            }
            Self::File(file) => file.stale(plan, stored, etag),
        }
    }
}
