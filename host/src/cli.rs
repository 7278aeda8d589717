//! The command line.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use cxvars_core::render::Format as ReportFormat;

use crate::report_file::ReportTarget;
use crate::terminal::ColorChoice;

const EXAMPLES: &str = "\
Examples:
  cxvars validate vars.json                          find every mistake, send nothing
  cxvars apply demo -f vars.json --sandbox           register with the simulated service
  cxvars plan 3f2c -f vars.json --env prod           what would change, values never shown
  cxvars apply 3f2c -f vars.json --env prod --yes    register, verify, audit
  cxvars explain CX103                               what a finding means and how to fix it";

/// Validates and registers environment variables of NICE CXone Data Actions.
#[derive(Debug, Parser)]
#[command(name = "cxvars", version, after_help = EXAMPLES, max_term_width = 100, propagate_version = false)]
pub struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Flags of every command.
#[derive(Debug, Args)]
pub(crate) struct Global {
    /// Configuration file, instead of searching for cxvars.toml
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) config: Option<PathBuf>,
    /// Read no configuration file at all
    #[arg(long, global = true)]
    pub(crate) no_config: bool,
    /// Environment of the configuration, [env.NAME]
    #[arg(long = "env", global = true, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// Use the simulated service: no credentials, nothing leaves this machine
    #[arg(long, global = true)]
    pub(crate) sandbox: bool,
    /// Send credentials to this host as well (repeatable)
    #[arg(long = "trust-host", global = true, value_name = "HOST")]
    pub(crate) trust_hosts: Vec<String>,
    /// Colour the output
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: ColorChoice,
    /// No progress, banners or notes on stderr
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Say more on stderr (repeatable)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Check documents; nothing is sent
    Validate(ValidateArgs),
    /// Show what an apply would change; values are never shown
    Plan(PlanArgs),
    /// Validate, plan, update, verify and audit
    Apply(ApplyArgs),
    /// Show which encrypted variables are due for rotation
    Rotation(RotationArgs),
    /// Verify or show the audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Metrics over the audit log
    Metrics(MetricsArgs),
    /// Explain a finding, or list all rules
    Explain(ExplainArgs),
    /// Print the JSON Schema of a manifest
    Schema(SchemaArgs),
    /// Serve the simulated service on loopback
    #[cfg(feature = "sandbox")]
    Sandbox(SandboxArgs),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// How results are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    #[default]
    Text,
    /// For programs; grows only by new keys
    Json,
}

/// The formats of core, which are the only list of them.
fn report_format() -> impl TypedValueParser<Value = ReportFormat> {
    let values = ReportFormat::ALL.map(|format| PossibleValue::new(format.name()).help(format.summary()));
    PossibleValuesParser::new(values).try_map(|name| name.parse())
}

/// From which severity on findings make a command fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailLevel {
    /// Errors only
    #[default]
    Error,
    /// Warnings as well
    Warning,
}

/// `--parent-scope`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ScopeArg {
    /// Level 0
    Global,
    /// Level 1
    Template,
    /// Level 2
    Action,
}

/// What may be chosen about a check.
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The scope that variables may not exceed
    #[arg(long, value_enum, value_name = "SCOPE")]
    pub(crate) parent_scope: Option<ScopeArg>,
    /// Least severity that counts as failure
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL")]
    pub(crate) fail_level: FailLevel,
    /// How standard input is to be read: the name of a file of its kind
    #[arg(long, value_name = "NAME")]
    pub(crate) stdin_filename: Option<PathBuf>,
}

/// Arguments of `validate`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars validate vars.json other.json\n  cxvars validate - < vars.json\n  \
                        cxvars validate vars.json --format json\n  \
                        cxvars validate .                  every document below, .gitignore honoured\n  \
                        cxvars validate vars.json --output sarif=vars.sarif --output junit=vars.xml\n  \
                        cxvars validate vars.json --diff   what --fix would change")]
pub(crate) struct ValidateArgs {
    /// Documents, or folders to search for them; `-` is standard input
    #[arg(value_name = "FILE|DIR", required = true)]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) check: CheckArgs,
    /// How findings are printed
    #[arg(long, value_parser = report_format(), default_value = ReportFormat::Text.name())]
    pub(crate) format: ReportFormat,
    /// Check the files of a folder even where they plainly are something else
    #[arg(long)]
    pub(crate) all: bool,
    /// Write the findings to a file as well, in any of these formats (repeatable); its folder has to exist
    #[arg(long = "output", value_parser = ReportTarget::parse, value_name = "FORMAT=PATH")]
    pub(crate) outputs: Vec<ReportTarget>,
    /// Apply the safe fixes and report what is left; what came from standard input is printed
    #[arg(long, group = "fixing")]
    pub(crate) fix: bool,
    /// Show what the safe fixes would change, values masked; ends with 1 where there is something
    #[arg(long, group = "fixing", conflicts_with_all = ["format", "outputs"])]
    pub(crate) diff: bool,
    /// Take fixes as well that change what would be stored, with --fix or --diff
    #[arg(long, requires = "fixing")]
    pub(crate) unsafe_fixes: bool,
    /// End with 0 whatever is found
    #[arg(long)]
    pub(crate) exit_zero: bool,
}

/// Which action and document a command is about.
#[derive(Debug, Args)]
pub(crate) struct ActionArgs {
    /// Id of the Data Action, or its alias in the configuration
    #[arg(value_name = "ACTION")]
    pub(crate) action: String,
    /// The document; `-` is standard input
    #[arg(short, long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) check: CheckArgs,
    /// Remove the variables that the document does not name; with =NAME only that one (repeatable)
    #[arg(long, value_name = "NAME", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub(crate) prune: Vec<String>,
    /// Read the value of this variable from standard input
    #[arg(long, value_name = "NAME")]
    pub(crate) stdin: Option<String>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars plan demo -f vars.json --sandbox\n  \
                        cxvars plan crm-lookup --env prod --resolve --format json")]
pub(crate) struct PlanArgs {
    #[command(flatten)]
    pub(crate) common: ActionArgs,
    /// Fetch the values that the document refers to, so that they can be compared
    #[arg(long)]
    pub(crate) resolve: bool,
    /// End with 9 where changes are pending
    #[arg(long)]
    pub(crate) detailed_exitcode: bool,
}

/// Arguments of `apply`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars apply demo -f vars.json --sandbox\n  \
                        cxvars apply crm-lookup --env prod --yes\n  \
                        printf %s \"$TOKEN\" | cxvars apply 3f2c -f vars.json --stdin auth_token --yes\n\n\
                        The update replaces the whole list at once. Variables that only the service has are carried \
                        over, unless --prune removes them.")]
pub(crate) struct ApplyArgs {
    #[command(flatten)]
    pub(crate) common: ActionArgs,
    /// Do not ask; needed where there is no terminal
    #[arg(long)]
    pub(crate) yes: bool,
    /// Send the whole list even where nothing seems to change
    #[arg(long)]
    pub(crate) force: bool,
    /// Wait for an action that is being published, up to the deadline
    #[arg(long)]
    pub(crate) wait: bool,
}

/// Arguments of `rotation`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars rotation crm-lookup --env prod --max-age-days 90 --exit-code")]
pub(crate) struct RotationArgs {
    /// Id of the Data Action, or its alias in the configuration
    #[arg(value_name = "ACTION")]
    pub(crate) action: String,
    /// Age in days from which a secret is due
    #[arg(long, default_value_t = 90, value_name = "DAYS")]
    pub(crate) max_age_days: u32,
    /// End with 1 where a rotation is recommended
    #[arg(long)]
    pub(crate) exit_code: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// `audit …`.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Check that no record was changed, removed or added
    Verify(AuditArgs),
    /// List the records
    Show(AuditArgs),
}

/// Arguments of the audit commands.
#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    /// The log; by default the one that apply writes
    #[arg(value_name = "LOG")]
    pub(crate) log: Option<PathBuf>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Arguments of `metrics`.
#[derive(Debug, Args)]
pub(crate) struct MetricsArgs {
    #[command(flatten)]
    pub(crate) log: AuditArgs,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// Code or name of a rule; all rules are listed without it
    #[arg(value_name = "CODE")]
    pub(crate) code: Option<String>,
}

/// Arguments of `schema`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars schema --draft 7 > cxvars.schema.json\n\n\
                        An editor takes it for a YAML document with this first line:\n  \
                        # yaml-language-server: $schema=cxvars.schema.json")]
pub(crate) struct SchemaArgs {
    /// Dialect of JSON Schema; editors of YAML understand 7
    #[arg(long, value_enum, default_value_t, value_name = "DRAFT")]
    pub(crate) draft: DraftArg,
}

/// `--draft`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum DraftArg {
    /// Draft 7
    #[value(name = "7")]
    Draft7,
    /// Draft 2020-12
    #[default]
    #[value(name = "2020-12")]
    Draft202012,
}

/// Arguments of `sandbox`.
#[cfg(feature = "sandbox")]
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars sandbox --port 8080 --auto-create\n  \
                        CXONE_BASE_URL=http://127.0.0.1:8080 CXONE_CLIENT_ID=me CXONE_CLIENT_SECRET=any \\\n    \
                        cxvars apply demo -f vars.json --yes")]
pub(crate) struct SandboxArgs {
    /// Port on 127.0.0.1; 0 lets the system choose
    #[arg(long, default_value_t = 0)]
    pub(crate) port: u16,
    /// Unknown ids become empty actions instead of 404
    #[arg(long)]
    pub(crate) auto_create: bool,
    /// Script of faults to inject
    #[arg(long, value_name = "FILE")]
    pub(crate) faults: Option<PathBuf>,
    /// Keep the actions in this file between runs
    #[arg(long, value_name = "FILE")]
    pub(crate) state: Option<PathBuf>,
    /// Requests per minute and tenant; 0 switches the limit off
    #[arg(long, default_value_t = 100, value_name = "N")]
    pub(crate) requests_per_minute: u32,
}
