//! Arguments for the check of a document.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use cxvars_core::base::vocabulary::Scope;

/// The lowest severity of a finding that makes a command fail.
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

/// How to check a document.
#[derive(Clone, Debug, Args)]
pub(crate) struct CheckArgs {
    /// The scope that variables may not exceed
    #[arg(long, value_enum, value_name = "SCOPE")]
    pub(crate) parent_scope: Option<ScopeArg>,
    /// Lowest severity that makes the command fail
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL")]
    pub(crate) fail_level: FailLevel,
    /// Also check with this policy, a WebAssembly component (repeatable)
    #[arg(long = "plugin", value_name = "FILE.wasm")]
    pub(crate) plugins: Vec<PathBuf>,
    /// File name to assume for standard input; it decides the format and appears in findings
    #[arg(long, value_name = "NAME")]
    pub(crate) stdin_filename: Option<PathBuf>,
}

impl CheckArgs {
    /// `--parent-scope` as the type that core takes.
    pub(crate) fn parent_scope(&self) -> Option<Scope> {
        Some(match self.parent_scope? {
            ScopeArg::Global => Scope::Global,
            ScopeArg::Template => Scope::Template,
            ScopeArg::Action => Scope::Action,
        })
    }
}
