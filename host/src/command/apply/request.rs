//! What to apply to one action, from the command line or from a plan file.

use std::path::{Path, PathBuf};

use cxvars_core::base::display::{escape, quote};
use cxvars_core::plan::PlanOptions;

use super::arguments::Arguments;
use crate::cli::arguments::{DocumentArgs, Global};
use crate::cli::exit::CommandError;
use crate::config;
use crate::project::context::Context;
use crate::project::prepare::{DocumentRequest, key};
use crate::service::planned::options;
use crate::state::plan_file::{PlanFile, ProvenPlanFile};
use crate::system::files::relative;
use crate::system::terminal::Terminal;
use crate::system::{environment, shell};

/// A request to update one action.
pub(super) struct ApplyRequest {
    /// The environment and its configuration.
    pub(super) context: Context,
    /// The action, as the user named it.
    pub(super) action: String,
    /// The document; `None` means the `file` of the action in the configuration.
    pub(super) document: Option<PathBuf>,
    /// The git revision to read the document at.
    pub(super) revision: Option<String>,
    /// The flags that plan the same again; see `DocumentArgs::same_flags`.
    pub(super) same_flags: String,
    /// Options of the plan, such as what to prune.
    pub(super) options: PlanOptions,
    /// Who approves the plan.
    pub(super) approval: Approval,
}

/// Who approves a plan.
pub(super) enum Approval {
    /// The user, when asked on the terminal.
    Ask,
    /// Nobody has to be asked: `--yes` and the sandbox approve any plan.
    Given,
    /// A plan file, which approves only the plan that it holds.
    File(Box<ProvenPlanFile>),
}

impl ApplyRequest {
    /// Reads the request from the command line.
    pub(super) fn from_arguments(args: &Arguments, global: &Global, terminal: Terminal) -> Result<Self, CommandError> {
        let context = global.context(terminal)?;
        let document = &args.document;
        Ok(Self {
            action: args.action.clone().unwrap_or_default(),
            document: document.file.clone(),
            revision: args.revision.clone(),
            same_flags: same_flags(args.revision.as_deref(), document),
            options: options(&document.prune, document.max_deletes, args.force, &context),
            approval: if args.yes || context.settings.is_sandbox() { Approval::Given } else { Approval::Ask },
            context,
        })
    }

    /// Reads the request from a plan file: its environment, action, document and options.
    pub(super) fn from_plan_file(
        path: &Path,
        args: &Arguments,
        global: &Global,
        terminal: Terminal,
    ) -> Result<Self, CommandError> {
        let file = PlanFile::read(path).map_err(CommandError::usage)?;
        refuse_other_environment(&file, global.environment.as_deref())?;
        // What chose the environment decides what else counts. The variable chose it for the plan if it does now.
        let by_variable = environment::read(&environment::process, config::ENVIRONMENT_VARIABLE);
        let is_by_variable = global.environment.is_none() && by_variable == file.environment;
        let environment = file.environment.clone().filter(|_| !is_by_variable);
        let of_file = Global { environment, ..global.clone() };
        let mut context = of_file.context(terminal)?;
        // A protected environment has to be named on the command line too; the plan file alone is not enough.
        context.environment_by_flag = global.environment.is_some();
        let key = key(&context)?
            .ok_or_else(|| CommandError::usage("a plan file needs the fingerprint key that it was made with"))?;
        let roundtrip = context.settings.profile.encrypted_roundtrip;
        let proven = file.prove(key, roundtrip, path).map_err(CommandError::usage)?;
        let file = proven.contents();
        let planned_from = || relative(&context.project_folder().join(&file.document), &context.working_directory);
        let document = args.document.file.clone().unwrap_or_else(planned_from);
        let planned =
            DocumentArgs { prune: file.prune().to_vec(), max_deletes: file.max_deletes(), ..args.document.clone() };
        // A document that was moved is not looked for in the history.
        let revision = file.revision.clone().filter(|_| args.document.file.is_none());
        let same_flags = same_flags(revision.as_deref(), &planned);
        Ok(Self {
            action: file.alias.clone().unwrap_or_else(|| file.action.clone()),
            document: Some(document),
            revision,
            same_flags,
            options: options(file.prune(), file.max_deletes(), file.force(), &context),
            approval: Approval::File(Box::new(proven)),
            context,
        })
    }

    /// What to read and check. All but the document comes from the command line.
    pub(super) fn document_request<'r>(&'r self, args: &'r Arguments) -> DocumentRequest<'r> {
        let (file, revision) = (self.document.as_deref(), self.revision.as_deref());
        DocumentRequest { file, revision, ..args.document.request() }
    }
}

/// The flags that plan the same again.
fn same_flags(revision: Option<&str>, document: &DocumentArgs) -> String {
    let revision = revision.map(|revision| format!(" --revision {}", shell::word(revision)));
    revision.unwrap_or_default() + &document.same_flags()
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
