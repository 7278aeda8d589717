//! Arguments for the check of a document.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use cxvars_core::base::vocabulary::Scope;

use crate::system::shell;

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
    /// The flags that check in the same way again; see `DocumentArgs::same_flags`.
    pub(crate) fn same_flags(&self) -> String {
        let mut text = String::new();
        if let Some(scope) = self.parent_scope() {
            text += &format!(" --parent-scope {}", scope.as_str());
        }
        if self.fail_level == FailLevel::Warning {
            text += " --fail-level warning";
        }
        for plugin in &self.plugins {
            text += &format!(" --plugin {}", shell::word(&plugin.to_string_lossy()));
        }
        if let Some(name) = &self.stdin_filename {
            text += &format!(" --stdin-filename {}", shell::word(&name.to_string_lossy()));
        }
        text
    }

    /// `--parent-scope` as the type that core takes.
    pub(crate) fn parent_scope(&self) -> Option<Scope> {
        Some(match self.parent_scope? {
            ScopeArg::Global => Scope::Global,
            ScopeArg::Template => Scope::Template,
            ScopeArg::Action => Scope::Action,
        })
    }
}
