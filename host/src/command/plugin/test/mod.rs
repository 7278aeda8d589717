//! `cxvars plugin test`: runs a policy on documents and compares what it finds with what is expected.

mod cases;
mod expected;
mod report;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use cxvars_core::options::CheckOptions;
use cxvars_core::policy::{Setting, Target};

use self::cases::Case;
use self::expected::Expected;
use self::report::{Outcome, Report, Tested};
use super::trial::{self, Found};
use super::{TestArgs, given};
use crate::cli::arguments::Format;
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::policy::{self, Limits, Plugin, PluginError, Sandbox};
use crate::project::input::{self, shown};
use crate::system::terminal::Terminal;

pub(super) fn run(args: &TestArgs, environment: Option<&str>, terminal: Terminal) -> CommandResult {
    let mut policies = Policies::load(args)?;
    let cases = cases::find(&args.folder)?;
    if cases.is_empty() {
        let problem =
            format!("there are no documents in `{}`; documents end in .json, .yaml or .env", shown(&args.folder));
        return Err(CommandError::usage(problem));
    }
    let mut report = Report::new(policies.plugin.description());
    for case in &cases {
        let plugin = policies.with(case.settings.as_deref())?;
        report.add(test(&plugin, case, environment, args.update)?);
    }
    match args.format {
        Format::Text => terminal.result(&report.text())?,
        Format::Json => terminal.json(&report)?,
    }
    Ok(if report.failed == 0 { Exit::Success } else { Exit::Findings })
}

/// The policy with each of the settings that the folder has.
struct Policies {
    file: String,
    plugin: Plugin,
    /// The settings of the flags, which take the place of all files.
    given: Option<Vec<Setting>>,
    configured: BTreeMap<Option<PathBuf>, Plugin>,
}

impl Policies {
    fn load(args: &TestArgs) -> Result<Self, CommandError> {
        let given = args.given.read()?;
        let file = shown(&args.file);
        let unusable = |problem: String| CommandError::io(PluginError::Unusable { file: file.clone(), problem });
        let bytes = policy::read(&args.file).map_err(|problem| unusable(problem.to_owned()))?;
        let sandbox = Sandbox::new().map_err(|problem| CommandError::io(PluginError::NoSandbox(problem)))?;
        let plugin = sandbox.load(&bytes, None, Limits::default()).map_err(unusable)?;
        Ok(Self { file, plugin, given, configured: BTreeMap::new() })
    }

    /// The policy with the settings in a file, or with those of the flags.
    fn with(&mut self, settings: Option<&Path>) -> Result<Plugin, CommandError> {
        let file = settings.filter(|_| self.given.is_none()).map(Path::to_owned);
        if let Some(known) = self.configured.get(&file) {
            return Ok(known.clone());
        }
        let read = match (&self.given, &file) {
            (Some(given), _) => given.clone(),
            (None, Some(file)) => given::file(file)?,
            (None, None) => Vec::new(),
        };
        let configured = self.plugin.clone().with_settings(&read).map_err(|problem| {
            let problem = match &file {
                Some(file) => format!("{problem} ({})", shown(file)),
                None => problem,
            };
            CommandError::io(PluginError::Unusable { file: self.file.clone(), problem })
        })?;
        self.configured.insert(file, configured.clone());
        Ok(configured)
    }
}

/// Runs the policy on a document. With `update`, writes what it finds if that is not what is expected.
fn test(plugin: &Plugin, case: &Case, environment: Option<&str>, update: bool) -> Result<Tested, CommandError> {
    let input = input::read(&case.document, None, None, CheckOptions::default().validate.max_bytes())?;
    let expected = Expected::read(&case.expected)?;
    let mut keys = expected.clone().unwrap_or_default();
    // Written by --update as well, so that the test passes without the flag.
    keys.environment = keys.environment.or_else(|| environment.map(str::to_owned));
    let target = Target {
        environment: keys.environment.clone(),
        action: keys.action.clone().map(Into::into),
        path: Some(keys.path.clone().unwrap_or_else(|| case.path.clone())),
    };
    let tested = |outcome: Outcome, findings: &[Found]| Tested::new(case.path.clone(), outcome, findings);
    let Some(trial) = trial::run(plugin, &case.document, &input.bytes, target) else {
        return Ok(tested(Outcome::Unreadable, &[]));
    };
    let outcome = match &expected {
        Some(expected) => Outcome::of(expected.compare(&trial.findings)),
        None => Outcome::NothingExpected,
    };
    if update && outcome != Outcome::Passed {
        keys.with(&trial.findings).write(&case.expected)?;
        return Ok(tested(Outcome::Updated, &trial.findings));
    }
    Ok(tested(outcome, &trial.findings))
}
