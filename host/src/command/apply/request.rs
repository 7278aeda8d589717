//! What is to be applied to one action, whether the command line says it or a plan file.

use std::path::{Path, PathBuf};

use cxvars_core::base::display::{escape, quote};
use cxvars_core::plan::PlanOptions;

use crate::cli::arguments::{ApplyArgs, Global};
use crate::cli::exit::CommandError;
use crate::project::context::Context;
use crate::project::prepare::{DocumentRequest, key};
use crate::service::planned::options;
use crate::state::plan_file::{PlanFile, ProvenPlanFile};
use crate::system::terminal::Terminal;

/// An apply of one action.
pub(super) struct ApplyRequest {
    /// The environment, and all that is configured for it.
    pub(super) context: Context,
    /// The action, as the user named it.
    pub(super) action: String,
    /// The document; the one of the action in the configuration where it is not named.
    pub(super) document: Option<PathBuf>,
    /// Choices of the plan.
    pub(super) options: PlanOptions,
    /// Who says that the plan may be carried out.
    pub(super) approval: Approval,
}

/// Who says that a plan may be carried out.
pub(super) enum Approval {
    /// The user, who is asked on the terminal.
    Ask,
    /// The command line, whatever the plan is.
    Given,
    /// A plan file, and only for the plan that it holds.
    File(Box<ProvenPlanFile>),
}

impl ApplyRequest {
    /// What the command line says.
    pub(super) fn from_arguments(args: &ApplyArgs, global: &Global, terminal: Terminal) -> Result<Self, CommandError> {
        let context = global.context(terminal)?;
        let document = &args.document;
        Ok(Self {
            action: args.action.clone().unwrap_or_default(),
            document: document.file.clone(),
            options: options(&document.prune, document.max_deletes, args.force, &context),
            approval: if args.yes || context.settings.is_sandbox() { Approval::Given } else { Approval::Ask },
            context,
        })
    }

    /// What a plan file says: its environment, action, document and choices.
    pub(super) fn from_plan_file(path: &Path, global: &Global, terminal: Terminal) -> Result<Self, CommandError> {
        let file = PlanFile::read(path).map_err(CommandError::usage)?;
        refuse_other_environment(&file, global.environment.as_deref())?;
        let of_file = Global { environment: file.environment.clone(), ..global.clone() };
        let mut context = of_file.context(terminal)?;
        // A protected environment has to be named by whoever runs this, whatever the file says.
        context.environment_by_flag = global.environment.is_some();
        let key = key(&context)?
            .ok_or_else(|| CommandError::usage("a plan file needs the fingerprint key that it was made with"))?;
        let roundtrip = context.settings.profile.encrypted_roundtrip;
        let proven = file.prove(key, roundtrip, path).map_err(CommandError::usage)?;
        let file = proven.contents();
        Ok(Self {
            action: file.alias.clone().unwrap_or_else(|| file.action.clone()),
            document: Some(file.document.clone()),
            options: options(file.prune(), file.max_deletes(), file.force(), &context),
            approval: Approval::File(Box::new(proven)),
            context,
        })
    }

    /// What is to be read and judged. Only the document may come from elsewhere than the command line.
    pub(super) fn document_request<'r>(&'r self, args: &'r ApplyArgs) -> DocumentRequest<'r> {
        DocumentRequest { file: self.document.as_deref(), ..args.document.request() }
    }
}

fn refuse_other_environment(file: &PlanFile, named: Option<&str>) -> Result<(), CommandError> {
    match named {
        Some(named) if file.environment.as_deref() != Some(named) => Err(CommandError::usage(format!(
            "the plan file is for {}, not for --env {}",
            file.environment.as_deref().map_or_else(|| "no environment".to_owned(), quote),
            escape(named)
        ))),
        _ => Ok(()),
    }
}
