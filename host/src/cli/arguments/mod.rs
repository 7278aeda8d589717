//! Arguments that several commands share. Arguments of a single command are in the file of that command.

mod check;
mod document;
mod format;
mod select;
mod since;

use std::path::PathBuf;

use clap::Args;

pub(crate) use self::check::{CheckArgs, FailLevel};
pub(crate) use self::document::{DocumentArgs, audit_head};
pub(crate) use self::format::{Format, ReviewFormat};
pub(crate) use self::select::SelectArgs;
pub(crate) use self::since::{Since, since};
use crate::cli::color::ColorChoice;
use crate::cli::logging::LogFormat;
use crate::config::Flags;
use crate::project::ProjectError;
use crate::project::context::Context;
use crate::system::Real;
use crate::system::terminal::Terminal;

/// Flags that every command takes.
#[derive(Clone, Debug, Args)]
pub(crate) struct Global {
    /// Configuration file to use instead of searching for cxvars.toml
    #[arg(long, global = true, value_name = "PATH")]
    pub(crate) config: Option<PathBuf>,
    /// Do not read any configuration file
    #[arg(long, global = true)]
    pub(crate) no_config: bool,
    /// Environment to use, [env.NAME] in the configuration; `plan`, `pull`, `rotation` and `apply --all` also take a
    /// pattern such as 'bu-*'
    #[arg(long = "env", global = true, value_name = "NAME")]
    pub(crate) environment: Option<String>,
    /// Use the simulated service: no credentials, nothing leaves this machine
    #[arg(long, global = true)]
    pub(crate) sandbox: bool,
    /// Also send credentials to this host (repeatable)
    #[arg(long = "trust-host", global = true, value_name = "HOST")]
    pub(crate) trust_hosts: Vec<String>,
    /// When to colour the output
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: ColorChoice,
    /// Print no progress, banners or notes on stderr
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
    /// Log requests and outcomes on stderr; -vv also logs waits and token requests
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(crate) verbose: u8,
    /// Format of the log that -v writes
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT")]
    pub(crate) log_format: LogFormat,
}

impl Global {
    /// The flags that choose the configuration.
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

    /// The same flags, with this environment.
    pub(crate) fn within(&self, environment: &str) -> Self {
        Self { environment: Some(environment.to_owned()), ..self.clone() }
    }
}
