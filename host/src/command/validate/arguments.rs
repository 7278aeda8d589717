//! The arguments of `validate`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use cxvars_core::base::display;
use cxvars_core::base::path_glob::PathGlob;
use cxvars_core::render::Format as ReportFormat;

use crate::cli::arguments::CheckArgs;
use crate::system::suggest;

/// Check documents; nothing is sent
#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  cxvars validate vars.json other.json\n  cxvars validate - < vars.json\n  \
                        cxvars validate vars.json --format json\n  \
                        cxvars validate .                  every document below, .gitignore honoured\n  \
                        cxvars validate vars.json --output sarif=vars.sarif --output junit=vars.xml\n  \
                        cxvars validate vars.json --diff   what --fix would change\n  \
                        cxvars validate . --changed-since origin/main\n  \
                        cxvars validate --staged           in a pre-commit hook\n  \
                        cxvars validate . --write-baseline known.json   known findings, for [validate] baseline")]
pub(crate) struct Arguments {
    /// Documents, or folders to search for them; `-` is standard input
    #[arg(value_name = "FILE|DIR", required_unless_present_any = ["changed_since", "staged"])]
    pub(crate) files: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) check: CheckArgs,
    /// Output format of the findings
    #[arg(long, value_parser = report_format(), default_value = ReportFormat::default().name())]
    pub(crate) format: ReportFormat,
    /// Check only documents that changed since the branch left this git revision, and untracked ones
    #[arg(long, value_name = "REVISION", conflicts_with = "staged")]
    pub(crate) changed_since: Option<String>,
    /// Check only documents that are staged for the next commit, as they are staged
    #[arg(long, conflicts_with = "fixing")]
    pub(crate) staged: bool,
    /// Check all files of a folder, even those that are clearly something else
    #[arg(long)]
    pub(crate) all: bool,
    /// Leave out the files and folders of this name, or of this path from here, when folders are searched (repeatable);
    /// a file that is named is always checked
    #[arg(long, value_name = "GLOB", value_parser = |text: &str| PathGlob::new(text))]
    pub(crate) exclude: Vec<PathGlob>,
    /// Also write the findings to a file, in any of these formats (repeatable); its folder must exist
    #[arg(long = "output", value_parser = ReportTarget::parse, value_name = "FORMAT=PATH")]
    pub(crate) outputs: Vec<ReportTarget>,
    /// Print how often each rule fired instead of the findings; as text or with `--format json`
    #[arg(long, conflicts_with = "fixing")]
    pub(crate) statistics: bool,
    /// Apply the safe fixes and report what is left; for standard input, print the fixed text
    #[arg(long, group = "fixing")]
    pub(crate) fix: bool,
    /// Show what the safe fixes would change, with values masked; exits with 1 if there is something
    #[arg(long, group = "fixing", conflicts_with_all = ["format", "outputs"])]
    pub(crate) diff: bool,
    /// With --fix or --diff, include fixes that change what would be stored
    #[arg(long, requires = "fixing")]
    pub(crate) unsafe_fixes: bool,
    /// Write the findings to a baseline; with `[validate] baseline` naming it, they are counted and not shown
    #[arg(long, value_name = "FILE", conflicts_with = "diff")]
    pub(crate) write_baseline: Option<PathBuf>,
    /// Check again whenever a document or the configuration changes, until Ctrl-C
    #[arg(long, conflicts_with_all = ["fixing", "outputs", "staged", "write_baseline"])]
    pub(crate) watch: bool,
    /// Exit with 0 even if there are findings
    #[arg(long)]
    pub(crate) exit_zero: bool,
}

impl Arguments {
    /// The files and folders to check: those that were named, else the working directory.
    pub(super) fn places(&self) -> Vec<PathBuf> {
        if self.files.is_empty() { vec![PathBuf::from(".")] } else { self.files.clone() }
    }
}

/// A report to write: its format and its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReportTarget {
    pub(crate) format: ReportFormat,
    pub(crate) path: PathBuf,
}

impl ReportTarget {
    /// Reads `FORMAT=PATH`.
    ///
    /// # Errors
    /// A message for the user, if the format is not known or the path is missing.
    pub(crate) fn parse(argument: &str) -> Result<Self, String> {
        let (name, path) = argument.split_once('=').unwrap_or((argument, ""));
        let Ok(format) = name.parse::<ReportFormat>() else {
            let known = suggest::help(name, ReportFormat::all().map(ReportFormat::name));
            return Err(format!("there is no format {}; {known}", display::quote(name)));
        };
        match path {
            "" => Err(format!("a path is missing, as in `{name}=report.{name}`")),
            "-" => Err(format!("`-` is not a file; for standard output use --format {name}")),
            path => Ok(Self { format, path: PathBuf::from(path) }),
        }
    }
}

/// Parses the name of a report format. The only list of formats is in core.
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
        assert_eq!(refused("text=-"), "`-` is not a file; for standard output use --format text");
        assert_eq!(refused("junit="), refused("junit"));
        let target = ReportTarget::parse("json=a=b").unwrap();
        assert_eq!((target.format, target.path), ("json".parse().unwrap(), PathBuf::from("a=b")));
    }
}
