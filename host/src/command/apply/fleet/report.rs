//! What has become of the actions of a run, and its report.

use std::collections::{BTreeMap, BTreeSet};

use cxvars_core::audit::Entry;
use cxvars_core::audit::metrics::Metrics;
use cxvars_core::base::display::escape;
use cxvars_core::service::outcome::Outcome;
use serde::Serialize;

use super::super::registration::RegistrationOutcome;
use super::super::report::ApplyResult;
use super::member::ActionRef;
use crate::cli::arguments::ReviewFormat;
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::cli::markdown;
use crate::system::terminal::{OutputError, Terminal};

/// The JSON report: the report of one apply, with more keys.
#[derive(Serialize)]
struct FleetReport<'r> {
    version: u32,
    target: &'r str,
    /// Left out where each result was printed when its action ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<Vec<&'r FleetResult>>,
    /// Actions that this run skipped because an earlier one had applied them.
    already_done: Vec<&'r ActionRef>,
    not_done: Vec<&'r ActionRef>,
    metrics: Metrics,
}

#[derive(Serialize)]
struct FleetResult {
    environment: Option<String>,
    target: String,
    alias: Option<String>,
    #[serde(flatten)]
    result: ApplyResult,
}

/// An action that was tried.
struct Tried {
    result: FleetResult,
    entry: Entry,
    exit: Exit,
    text: String,
}

/// What has become of the actions so far, by their numbers.
pub(super) struct Results<'r> {
    actions: &'r [ActionRef],
    format: ReviewFormat,
    terminal: Terminal,
    tried: BTreeMap<usize, Tried>,
    already_done: BTreeSet<usize>,
    /// The first error on this machine, such as a failed write to the audit log.
    error: Option<CommandError>,
}

/// How many actions ended in which way.
#[derive(Default)]
struct Counts {
    applied: usize,
    unchanged: usize,
    failed: usize,
    not_done: usize,
    requests: u64,
}

impl<'r> Results<'r> {
    /// The results of a run over these actions, none of which has begun.
    pub(super) fn new(actions: &'r [ActionRef], format: ReviewFormat, terminal: Terminal) -> Self {
        let (tried, already_done) = (BTreeMap::new(), BTreeSet::new());
        Self { actions, format, terminal, tried, already_done, error: None }
    }

    /// Notes an error on this machine. The first one counts, and the others are shown at once.
    pub(super) fn fail(&mut self, error: CommandError) {
        match self.error {
            None => self.error = Some(error),
            Some(_) => self.terminal.warn(&format!("error: {error}")),
        }
    }

    /// Notes an action that was applied before, or by another process.
    pub(super) fn already_done(&mut self, action: usize) {
        if !self.tried.contains_key(&action) {
            self.already_done.insert(action);
        }
    }

    /// Adds the result of an action, and its text for the report. Prints it where results are printed as they end.
    ///
    /// # Errors
    /// It cannot be printed.
    pub(super) fn add(
        &mut self,
        action: usize,
        done: RegistrationOutcome,
        result: ApplyResult,
        target: &str,
        text: String,
    ) -> Result<(), OutputError> {
        let Some(ActionRef { environment, alias, .. }) = self.actions.get(action).cloned() else { return Ok(()) };
        let result = FleetResult { environment, target: target.to_owned(), alias, result };
        let printed = match self.format {
            ReviewFormat::Jsonl => self.terminal.json_line(&result),
            _ => Ok(()),
        };
        let exit = done.exit();
        self.tried.insert(action, Tried { result, entry: done.entry, exit, text });
        if let Err(error) = done.recorded {
            self.fail(error);
        }
        printed
    }

    /// Whether this run has looked at every action itself.
    pub(super) fn has_read_all(&self) -> bool {
        self.tried.len() == self.actions.len()
    }

    fn not_done(&self) -> impl Iterator<Item = &ActionRef> {
        let is_left = |number: &usize| !self.tried.contains_key(number) && !self.already_done.contains(number);
        self.actions.iter().enumerate().filter(move |(number, _)| is_left(number)).map(|(_, action)| action)
    }

    fn skipped(&self) -> impl Iterator<Item = &ActionRef> {
        self.already_done.iter().filter_map(|number| self.actions.get(*number))
    }

    /// The exit code of the run. `Unknown` takes precedence over `Partial`: somebody has to look at that action.
    pub(super) fn exit(&self) -> Exit {
        let exits = || self.tried.values().map(|tried| tried.exit);
        let failed: Vec<Exit> = exits().filter(|exit| *exit != Exit::Success).collect();
        let any_done = failed.len() < self.tried.len() || !self.already_done.is_empty();
        match failed.first() {
            _ if failed.contains(&Exit::Unknown) => Exit::Unknown,
            None if self.not_done().next().is_none() => Exit::Success,
            None => Exit::Partial,
            Some(first) if !any_done && failed.iter().all(|exit| exit == first) => *first,
            Some(_) => Exit::Partial,
        }
    }

    fn counts(&self) -> BTreeMap<Option<&str>, Counts> {
        let mut counts: BTreeMap<Option<&str>, Counts> = BTreeMap::new();
        for tried in self.tried.values() {
            let count = counts.entry(tried.result.environment.as_deref()).or_default();
            count.requests += u64::from(tried.result.result.requests);
            match tried.result.result.outcome {
                Outcome::Applied => count.applied += 1,
                Outcome::Unchanged => count.unchanged += 1,
                _ => count.failed += 1,
            }
        }
        for action in self.not_done() {
            counts.entry(action.environment.as_deref()).or_default().not_done += 1;
        }
        counts
    }

    fn summary(&self) -> String {
        let names =
            |actions: Vec<&ActionRef>| actions.into_iter().map(ActionRef::full_name).collect::<Vec<_>>().join(", ");
        let counts = self.counts();
        let sum = |count: fn(&Counts) -> usize| counts.values().map(count).sum::<usize>();
        let mut text = if counts.len() > 1 { table(&counts) } else { String::new() };
        text += &format!(
            "{} applied, {} unchanged, {} failed, {} not done\n",
            sum(|counts| counts.applied),
            sum(|counts| counts.unchanged),
            sum(|counts| counts.failed),
            sum(|counts| counts.not_done)
        );
        if !self.already_done.is_empty() {
            text += &format!(
                "  done by an earlier run or another process, skipped (--restart applies them again): {}\n",
                names(self.skipped().collect())
            );
        }
        let not_done: Vec<_> = self.not_done().collect();
        if !not_done.is_empty() {
            let not_done = names(not_done);
            text += &format!("  not done: {not_done}\n  run the same command again to continue from here\n");
        }
        text
    }

    fn report(&self, with_results: bool) -> FleetReport<'_> {
        let results = || self.tried.values().map(|tried| &tried.result).collect();
        let entries: Vec<&Entry> = self.tried.values().map(|tried| &tried.entry).collect();
        FleetReport {
            version: 1,
            target: self.tried.values().next().map_or("", |first| first.result.target.as_str()),
            results: with_results.then(results),
            already_done: self.skipped().collect(),
            not_done: self.not_done().collect(),
            metrics: Metrics::of(entries),
        }
    }

    /// Prints the report.
    pub(super) fn conclude(self) -> CommandResult {
        let (exit, terminal) = (self.exit(), self.terminal);
        let text = || self.tried.values().map(|tried| tried.text.as_str()).collect::<String>() + &self.summary();
        match self.format {
            ReviewFormat::Json => terminal.json(&self.report(true))?,
            ReviewFormat::Jsonl => terminal.json_line(&self.report(false))?,
            ReviewFormat::Text => terminal.result(&text())?,
            ReviewFormat::Markdown => {
                terminal.result(&format!("{}{}", markdown::marker("apply", "all", None), markdown::block(&text())))?;
            }
        }
        match self.error {
            Some(error) if self.tried.values().any(|tried| tried.result.result.outcome.is_success()) => {
                terminal.warn(&format!("error: {error}"));
                Ok(match exit {
                    Exit::Unknown => exit,
                    _ if error.exit() == Exit::Io => Exit::Io,
                    Exit::Success => error.exit(),
                    _ => Exit::Partial,
                })
            }
            Some(error) => Err(error),
            None => Ok(exit),
        }
    }
}

/// The counts of each environment, one line each.
fn table(counts: &BTreeMap<Option<&str>, Counts>) -> String {
    let name = |environment: &Option<&str>| escape(environment.unwrap_or("-"));
    let width = counts.keys().map(|environment| name(environment).chars().count()).max().unwrap_or(0).max(11);
    let mut text = format!("{:<width$}  applied  unchanged  failed  not done  requests\n", "environment");
    for (environment, counts) in counts {
        let Counts { applied, unchanged, failed, not_done, requests } = counts;
        text += &format!(
            "{:<width$}  {applied:>7}  {unchanged:>9}  {failed:>6}  {not_done:>8}  {requests:>8}\n",
            name(environment)
        );
    }
    text
}
