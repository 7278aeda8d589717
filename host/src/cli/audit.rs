//! What is read from the audit log: `audit`, `metrics`, `rotation`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Format;

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
