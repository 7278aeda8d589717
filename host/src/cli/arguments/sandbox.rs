//! `sandbox`.

use std::path::PathBuf;

use clap::Args;

/// Arguments of `sandbox`.
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
