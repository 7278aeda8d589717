//! `cxvars env`: lists the environments, and compares what two of them have stored.

mod list;

use std::collections::{BTreeMap, BTreeSet};

use clap::{Args, Subcommand};
use cxvars_core::base::display::{escape, quote};
use cxvars_core::plan::compare::{Compared, Relation, compare};
use cxvars_core::service::stored::StoredVariable;
use cxvars_flow::advice::Access;
use serde::Serialize;

use self::list::EnvListArgs;
use crate::cli::arguments::{Global, ReviewFormat};
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::cli::markdown;
use crate::project::context::Context;
use crate::service::Service;
use crate::system::runtime::block_on;
use crate::system::suggest;
use crate::system::terminal::Terminal;

/// List environments, or compare two of them
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: EnvCommand,
}

/// `env …`.
#[derive(Debug, Subcommand)]
pub(crate) enum EnvCommand {
    /// List the environments: host, protection, whether credentials are there, configuration file
    List(EnvListArgs),
    /// Compare what two environments have stored, by action and variable; only reads, and shows no value
    Diff(EnvDiffArgs),
}

/// Arguments of `env diff`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars env diff staging prod\n  \
                        cxvars env diff staging prod --only crm-lookup --exit-code")]
pub(crate) struct EnvDiffArgs {
    /// First environment, as named in the configuration
    #[arg(value_name = "A")]
    pub(crate) first: String,
    /// Second environment
    #[arg(value_name = "B")]
    pub(crate) second: String,
    /// Compare only these actions, by alias (repeatable, or separated by commas)
    #[arg(long, value_name = "ALIAS", value_delimiter = ',')]
    pub(crate) only: Vec<String>,
    /// Exit with 1 if they differ
    #[arg(long)]
    pub(crate) exit_code: bool,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: ReviewFormat,
}

/// The JSON report.
#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    environments: [&'a str; 2],
    different: bool,
    actions: Vec<ActionReport<'a>>,
}

#[derive(Serialize)]
struct ActionReport<'a> {
    /// The alias of the action.
    action: &'a str,
    /// The only environment that has the action in the configuration; `None` if both have it.
    only_in: Option<&'a str>,
    variables: Vec<Compared>,
}

impl ActionReport<'_> {
    fn is_different(&self) -> bool {
        let differs = |one: &Compared| !matches!(one.relation, Relation::Same | Relation::Unknown);
        self.only_in.is_some() || self.variables.iter().any(differs)
    }
}

/// The variables that an environment has stored, by alias of the action.
type Stored = BTreeMap<String, Vec<StoredVariable>>;

pub(super) fn run(arguments: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    match &arguments.command {
        EnvCommand::List(args) => list::run(args, global, terminal),
        EnvCommand::Diff(args) => diff(args, global, terminal),
    }
}

fn diff(args: &EnvDiffArgs, global: &Global, terminal: Terminal) -> CommandResult {
    if global.environment.is_some() {
        return Err(CommandError::usage("env diff takes its two environments as arguments, not with --env"));
    }
    let mut first = global.within(&args.first).context(terminal)?;
    let mut second = global.within(&args.second).context(terminal)?;
    let aliases = |context: &Context| -> BTreeSet<String> {
        context.settings.actions().into_iter().filter_map(|action| action.alias).collect()
    };
    let (in_first, in_second) = (aliases(&first), aliases(&second));
    let all: BTreeSet<&String> = in_first.union(&in_second).collect();
    if let Some(unknown) = args.only.iter().find(|alias| !all.contains(alias)) {
        let help = suggest::help(unknown, all.iter().map(|alias| alias.as_str()));
        return Err(CommandError::usage(format!("neither environment has an action {}; {help}", quote(unknown))));
    }
    let wanted: Vec<&String> =
        all.into_iter().filter(|alias| args.only.is_empty() || args.only.contains(alias)).collect();
    if wanted.is_empty() {
        return Err(CommandError::usage("neither environment has actions in the configuration ([env.NAME.actions])"));
    }
    let both: Vec<&String> =
        wanted.iter().copied().filter(|alias| in_first.contains(*alias) && in_second.contains(*alias)).collect();
    let (stored_first, stored_second) =
        block_on(async { Ok::<_, CommandError>((read(&mut first, &both).await?, read(&mut second, &both).await?)) })?;
    let roundtrips = [&first, &second].map(|context| context.settings.profile.encrypted_roundtrip);
    let actions = wanted.into_iter().map(|alias| {
        let variables = match (stored_first.get(alias), stored_second.get(alias)) {
            (Some(first), Some(second)) => compare(first, second, roundtrips),
            _ => Vec::new(),
        };
        let only_in = match (in_first.contains(alias), in_second.contains(alias)) {
            (true, false) => Some(args.first.as_str()),
            (false, true) => Some(args.second.as_str()),
            _ => None,
        };
        ActionReport { action: alias, only_in, variables }
    });
    let actions: Vec<_> = actions.collect();
    let different = actions.iter().any(ActionReport::is_different);
    let report = Report { version: 1, environments: [&args.first, &args.second], different, actions };
    match args.format {
        format @ (ReviewFormat::Json | ReviewFormat::Jsonl) => format.print(terminal, &report)?,
        ReviewFormat::Text => terminal.result(&text(&report))?,
        ReviewFormat::Markdown => {
            let marker = markdown::marker("env-diff", &args.first, Some(&args.second));
            terminal.result(&format!("{marker}{}", markdown::block(&text(&report))))?;
        }
    }
    Ok(if args.exit_code && different { Exit::Findings } else { Exit::Success })
}

async fn read(context: &mut Context, aliases: &[&String]) -> Result<Stored, CommandError> {
    let mut stored = Stored::new();
    if aliases.is_empty() {
        return Ok(stored);
    }
    let service = Service::open(context, Access::Read).await?;
    for alias in aliases {
        let action = context.settings.action(alias).map_err(CommandError::usage)?;
        let finished = service.read_expected(context, &action, &[], None).await.map_err(|error| {
            let error = CommandError::from(error);
            let environment = context.settings.environment.as_deref().unwrap_or_default();
            CommandError::new(error.exit(), format!("{} in {}: {error}", escape(alias), escape(environment)))
        })?;
        let variables = finished.action.and_then(|action| action.variables).unwrap_or_default();
        stored.insert((*alias).clone(), variables);
    }
    Ok(stored)
}

fn text(report: &Report<'_>) -> String {
    let [first, second] = report.environments.map(escape);
    let mut text = format!("env diff  {first}  {second}\n");
    for action in &report.actions {
        text += &format!("{}\n", escape(action.action));
        if let Some(only) = action.only_in {
            text += &format!("  only {} has this action in the configuration\n", escape(only));
        }
        for variable in &action.variables {
            let name = escape(&variable.name);
            text += &match variable.relation {
                Relation::OnlyFirst => format!("  only in {first}  {name}\n"),
                Relation::OnlySecond => format!("  only in {second}  {name}\n"),
                Relation::Different => format!("  differs  {name}: {}\n", variable.differs.join(", ")),
                Relation::Unknown => format!("  unknown  {name}: masked, its values cannot be compared\n"),
                Relation::Same => continue,
            };
        }
        let same = action.variables.iter().filter(|variable| variable.relation == Relation::Same).count();
        if same > 0 {
            text += &format!("  the same: {same}\n");
        }
    }
    text
}
