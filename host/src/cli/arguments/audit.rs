//! What is read from the audit log: `audit`, `metrics`, `rotation`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::format::Format;

/// Arguments of `rotation`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars rotation crm-lookup --env prod --max-age-days 90 --exit-code")]
pub(crate) struct RotationArgs {
    /// Id of the Data Action, or its alias in the configuration
    #[arg(value_name = "ACTION")]
    pub(crate) action: String,
    /// Age in days from which every secret is due; without it as the configuration says, else 90
    #[arg(long, value_name = "DAYS")]
    pub(crate) max_age_days: Option<u64>,
    /// End with 1 where a rotation is recommended
    #[arg(long)]
    pub(crate) exit_code: bool,
    /// Tell the webhook where a rotation is recommended
    #[arg(long)]
    pub(crate) notify: bool,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// `audit …`.
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Check that no record was changed, removed or added
    Verify(VerifyArgs),
    /// List the records
    Show(AuditArgs),
    /// Sign the end of the log, so that records cut off and a log written anew show as well
    Checkpoint(CheckpointArgs),
}

/// Arguments of the audit commands.
#[derive(Debug, Args)]
pub(crate) struct AuditArgs {
    /// The log, a file or a folder; by default the one that apply writes
    #[arg(value_name = "LOG")]
    pub(crate) log: Option<PathBuf>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Arguments of `audit verify`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars audit verify\n  \
                        cxvars audit verify audit.jsonl --checkpoint checkpoint.json --public-key checkpoint.pub\n\n\
                        Ends with 0 where every record holds, and with 1 where one does not, or where the log is not \
                        anchored in the checkpoint.")]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) audit: AuditArgs,
    /// A checkpoint that was kept elsewhere
    #[arg(long, value_name = "FILE", requires = "public_key")]
    pub(crate) checkpoint: Option<PathBuf>,
    /// The public key that the checkpoint was signed for, as `openssl pkey -pubout` writes it
    #[arg(long, value_name = "FILE", requires = "checkpoint")]
    pub(crate) public_key: Option<PathBuf>,
}

/// Arguments of `audit checkpoint`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  openssl genpkey -algorithm ed25519 -out checkpoint.key\n  \
                        openssl pkey -in checkpoint.key -pubout -out checkpoint.pub\n  \
                        CXVARS_CHECKPOINT_KEY=$(cat checkpoint.key) cxvars audit checkpoint --out checkpoint.json\n\n\
                        Keep the key and the checkpoint where whoever can write the log cannot. One line, the base64 of \
                        the key alone, is taken as well.")]
pub(crate) struct CheckpointArgs {
    /// The log, a file or a folder; by default the one that apply writes
    #[arg(value_name = "LOG")]
    pub(crate) log: Option<PathBuf>,
    /// Write the checkpoint to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
}

/// Arguments of `metrics`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars metrics --format json\n  \
                        cxvars metrics --format prometheus > cxvars.prom   for node_exporter's textfile collector")]
pub(crate) struct MetricsArgs {
    /// The log, a file or a folder; by default the one that apply writes
    #[arg(value_name = "LOG")]
    pub(crate) log: Option<PathBuf>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: MetricsFormat,
}

/// How metrics are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum MetricsFormat {
    /// For people
    #[default]
    Text,
    /// For programs; grows only by new keys
    Json,
    /// Prometheus text exposition, by target
    Prometheus,
}

/// A hash as records have it.
pub(crate) fn audit_head(text: &str) -> Result<String, &'static str> {
    let is_digest = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_digest.then(|| text.to_owned()).ok_or("a hash is 64 lower-case hexadecimal digits")
}
