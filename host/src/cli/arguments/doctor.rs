//! `doctor`.

use clap::Args;

use super::format::Format;

/// Arguments of `doctor`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cxvars doctor --env prod\n  cxvars doctor crm-lookup --env prod --format json\n\n\
                        Ends with 0 where nothing fails, else as a command would that meets the first failure: 2 for the \
                        configuration, 3 for files, 4 for what the service refuses, 5 where it cannot be reached."
)]
pub(crate) struct DoctorArgs {
    /// A Data Action to read as well, by id or alias
    #[arg(value_name = "ACTION")]
    pub(crate) action: Option<String>,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}
