//! How a document is checked.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use cxvars_core::base::vocabulary::Scope;

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
#[derive(Clone, Debug, Args)]
pub(crate) struct CheckArgs {
    /// The scope that variables may not exceed
    #[arg(long, value_enum, value_name = "SCOPE")]
    pub(crate) parent_scope: Option<ScopeArg>,
    /// Least severity that counts as failure
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL")]
    pub(crate) fail_level: FailLevel,
    /// Judge by this policy as well: a WebAssembly component (repeatable)
    #[arg(long = "plugin", value_name = "FILE.wasm")]
    pub(crate) plugins: Vec<PathBuf>,
    /// How standard input is to be read: the name of a file of its kind
    #[arg(long, value_name = "NAME")]
    pub(crate) stdin_filename: Option<PathBuf>,
}

impl CheckArgs {
    /// `--parent-scope`, as core takes it.
    pub(crate) fn parent_scope(&self) -> Option<Scope> {
        Some(match self.parent_scope? {
            ScopeArg::Global => Scope::Global,
            ScopeArg::Template => Scope::Template,
            ScopeArg::Action => Scope::Action,
        })
    }
}
