//! The JSON reports of `plan`.

use cxvars_core::plan::{Blocked, Changes};
use cxvars_core::render::json_v1::{DiagnosticReport, ValidateReport};
use cxvars_flow::Failure;
use serde::Serialize;

use crate::project::context::Context;
use crate::project::findings;
use crate::project::prepare::Prepared;

/// What a report is about.
#[derive(Serialize)]
pub(super) struct About {
    environment: Option<String>,
    /// Its id.
    action: String,
    alias: Option<String>,
}

impl About {
    pub(super) fn new(prepared: &Prepared, context: &Context) -> Self {
        let action = &prepared.action;
        let environment = context.settings.environment.clone();
        Self { environment, action: action.id.clone(), alias: action.alias.clone() }
    }
}

/// The report of one plan.
#[derive(Serialize)]
pub(super) struct PlanReport {
    pub(super) version: u32,
    pub(super) target: String,
    #[serde(flatten)]
    pub(super) about: About,
    pub(super) diagnostics: Vec<DiagnosticReport>,
    /// Number of findings that are not in `diagnostics`. The key is omitted if it is zero.
    #[serde(skip_serializing_if = "findings::is_zero")]
    pub(super) not_shown: usize,
    pub(super) changes_pending: bool,
    pub(super) changes: Changes,
    pub(super) blocked: Vec<Blocked>,
    pub(super) digest: String,
    /// The commit that the document was read at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) revision: Option<String>,
    /// The command that carries out a plan of an earlier revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) command: Option<String>,
}

/// The report of one action.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Report {
    Planned(PlanReport),
    /// A document that may not be sent, among several.
    Invalid {
        #[serde(flatten)]
        about: About,
        #[serde(flatten)]
        report: ValidateReport,
    },
    /// An action that could not be read, among several.
    Unread {
        version: u32,
        target: String,
        #[serde(flatten)]
        about: About,
        error: Failure,
    },
}

/// The report of several plans.
#[derive(Serialize)]
pub(super) struct PlansReport<L> {
    pub(super) version: u32,
    /// A list of [`Report`].
    pub(super) plans: L,
}
