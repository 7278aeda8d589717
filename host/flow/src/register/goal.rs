//! What a registration is to do.

use cxvars_core::plan::{PlanOptions, Remembered, Wanted};

use crate::Cost;
use crate::approval::Approved;

/// What a run is for.
pub enum Goal {
    /// Read the action.
    Read(Read),
    /// Change the stored variables to the wanted ones.
    Apply(Apply),
}

impl Goal {
    /// The id of the action.
    pub fn action(&self) -> &str {
        match self {
            Self::Read(read) => &read.action,
            Self::Apply(apply) => &apply.action,
        }
    }
}

/// What to read.
#[derive(Clone, Debug, Default)]
pub struct Read {
    /// Id of the action.
    pub action: String,
    /// The name that the action must have at the service, if the configuration expects one.
    pub expected_name: Option<String>,
}

/// The wanted state. No `Debug`: it holds values.
pub struct Apply {
    /// Id of the action.
    pub action: String,
    /// The name that the action must have at the service, if the configuration expects one.
    pub expected_name: Option<String>,
    /// The wanted variables.
    pub wanted: Vec<Wanted>,
    /// What is known from the last verified update.
    pub remembered: Remembered,
    /// Options of the plan.
    pub options: PlanOptions,
    /// Which plan may be carried out.
    pub approved: Approved,
    /// What the run has cost so far: planning, before the user confirmed.
    pub spent: Cost,
}
