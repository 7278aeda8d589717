//! The command line: what all commands share, and the list of them. The arguments of each are in a file of their own.

mod audit;
mod doctor;
mod env;
mod format;
mod plugin;
mod registration;
mod rules;
#[cfg(feature = "simulator")]
mod sandbox;
mod validate;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub(crate) use self::audit::{
    AuditArgs, AuditCommand, CheckpointArgs, MetricsArgs, MetricsFormat, RotationArgs, VerifyArgs,
};
pub(crate) use self::doctor::DoctorArgs;
pub(crate) use self::env::EnvCommand;
pub(crate) use self::format::{Format, ReviewFormat};
#[cfg(feature = "plugins")]
pub(crate) use self::plugin::InspectArgs;
pub(crate) use self::plugin::PluginCommand;
pub(crate) use self::registration::{ApplyArgs, LayoutArg, PlanArgs, PullArgs, ReconcileArgs};
pub(crate) use self::rules::{DraftArg, ExplainArgs, SchemaArgs};
#[cfg(feature = "simulator")]
pub(crate) use self::sandbox::SandboxArgs;
pub(crate) use self::validate::{FailLevel, ReportTarget, ValidateArgs};
use crate::cli::color::ColorChoice;
use crate::cli::logging::LogFormat;
use crate::config::Flags;
use crate::project::ProjectError;
use crate::project::context::Context;
use crate::system::Real;
use crate::system::terminal::Terminal;

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
#[derive(Clone, Debug, Args)]
pub(crate) struct Global {
    /// Configuration file, instead of searching for cxvars.toml
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) config: Option<PathBuf>,
    /// Read no configuration file at all
    #[arg(long, global = true)]
    pub(crate) no_config: bool,
    /// Environment of the configuration, [env.NAME]; `plan` and `apply --all` take a pattern such as 'bu-*' as well
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
    /// Log requests and outcomes on stderr; twice for waits and tokens too
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// How -v logs
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) log_format: LogFormat,
}

impl Global {
    /// What the command line says about the configuration.
    pub(crate) fn flags(&self) -> Flags {
        Flags {
            config: self.config.clone(),
            no_config: self.no_config,
            environment: self.environment.clone(),
            trust_hosts: self.trust_hosts.clone(),
            sandbox: self.sandbox,
        }
    }

    /// Reads the configuration that the flags choose, for a run on this system.
    pub(crate) fn context(&self, terminal: Terminal) -> Result<Context, ProjectError> {
        Context::load(&self.flags(), self.verbose > 0, terminal, &Real)
    }

    /// The same flags for one environment.
    pub(crate) fn within(&self, environment: &str) -> Self {
        Self { environment: Some(environment.to_owned()), ..self.clone() }
    }
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
    /// Write the stored variables as a manifest
    Pull(PullArgs),
    /// Decide, by reading alone, what became of updates whose outcome is not known
    Reconcile(ReconcileArgs),
    /// Show which encrypted variables are due for rotation
    Rotation(RotationArgs),
    /// Verify, show or sign the audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Metrics over the audit log
    Metrics(MetricsArgs),
    /// Check configuration, reach, clock, token, scopes and audit log; nothing is written
    Doctor(DoctorArgs),
    /// Compare environments
    #[command(subcommand)]
    Env(EnvCommand),
    /// Look at policies: rules of your own as WebAssembly components
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Explain a finding, or list all rules
    Explain(ExplainArgs),
    /// Print the JSON Schema of a manifest
    Schema(SchemaArgs),
    /// Serve the simulated service on loopback
    #[cfg(feature = "simulator")]
    Sandbox(SandboxArgs),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}
