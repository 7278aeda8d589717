//! What may be chosen about a check, and `validate`.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use cxvars_core::base::display::quote;
use cxvars_core::base::vocabulary::Scope;
use cxvars_core::render::Format as ReportFormat;

use crate::system::suggest;

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

/// Which report to write where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportTarget {
    pub(crate) format: ReportFormat,
    pub(crate) path: PathBuf,
}

impl ReportTarget {
    /// Reads `FORMAT=PATH`.
    ///
    /// # Errors
    /// In words for the user.
    pub(crate) fn parse(argument: &str) -> Result<Self, String> {
        let (name, path) = argument.split_once('=').unwrap_or((argument, ""));
        let Ok(format) = name.parse::<ReportFormat>() else {
            let known = suggest::help(name, ReportFormat::all().map(ReportFormat::name));
            return Err(format!("there is no format {}; {known}", quote(name)));
        };
        match path {
            "" => Err(format!("a path is missing, as in `{name}=report.{name}`")),
            "-" => Err(format!("`-` is no file; for standard output use --format {name}")),
            path => Ok(Self { format, path: PathBuf::from(path) }),
        }
    }
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
    #[arg(long, value_parser = report_format(), default_value = ReportFormat::default().name())]
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

/// The formats of core, which are the only list of them.
fn report_format() -> impl TypedValueParser<Value = ReportFormat> {
    let values = ReportFormat::all().map(|format| PossibleValue::new(format.name()).help(format.summary()));
    PossibleValuesParser::new(values.collect::<Vec<_>>()).try_map(|name| name.parse())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_say_what_is_wrong_with_them() {
        let refused = |argument| ReportTarget::parse(argument).unwrap_err();
        assert_eq!(refused("sarf=a"), "there is no format `sarf`; did you mean `sarif`?");
        assert!(refused("report.xml").contains("known: `concise`"), "{}", refused("report.xml"));
        assert_eq!(refused("text=-"), "`-` is no file; for standard output use --format text");
        assert_eq!(refused("junit="), refused("junit"));
        let target = ReportTarget::parse("json=a=b").unwrap();
        assert_eq!((target.format, target.path), ("json".parse().unwrap(), PathBuf::from("a=b")));
    }
}
