//! What has become of the actions of a run, and its report.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use cxvars_core::audit::metrics::{Metrics, Tally};
use cxvars_core::base::display::escape;
use cxvars_core::service::outcome::Outcome;
use serde::Serialize;

use super::super::registration::RegistrationOutcome;
use super::super::report::ApplyResult;
use super::member::ActionRef;
use crate::cli::arguments::ReviewFormat;
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::cli::markdown;
use crate::system::spool::{JsonList, Spool, Spooled, json_item};
use crate::system::terminal::{OutputError, Terminal};

/// The JSON report: the report of one apply, with more keys.
#[derive(Serialize)]
struct FleetReport<'r, L> {
    version: u32,
    target: &'r str,
    /// Left out where each result was printed when its action ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    results: Option<L>,
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
    outcome: Outcome,
    requests: u32,
    exit: Exit,
    /// Its part of the report: JSON, or text.
    part: Spooled,
}

/// What has become of the actions so far, by their numbers.
pub(super) struct Results<'r> {
    actions: &'r [ActionRef],
    format: ReviewFormat,
    terminal: Terminal,
    tried: BTreeMap<usize, Tried>,
    /// The parts of the report.
    spool: RefCell<Spool>,
    metrics: Tally,
    /// Origin, or `sandbox`, of the first action that was tried, with the action's number.
    target: Option<(usize, String)>,
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
        Self {
            actions,
            format,
            terminal,
            tried: BTreeMap::new(),
            spool: RefCell::default(),
            metrics: Tally::default(),
            target: None,
            already_done: BTreeSet::new(),
            error: None,
        }
    }

    /// Notes an error on this machine. The first one counts, and the others are shown at once.
    pub(super) fn fail(&mut self, error: CommandError) {
        match self.error {
            None => self.error = Some(error),
            Some(_) => self.terminal.warn(&format!("error: {error}")),
        }
    }

    /// Notes that an action was not begun because of its document.
    pub(super) fn leave_out(&mut self, action: usize, problem: CommandError) {
        let name = self.actions.get(action).map(ActionRef::full_name).unwrap_or_default();
        self.fail(CommandError::new(problem.exit(), format!("{name}: nothing was sent: {problem}")));
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
        if self.target.as_ref().is_none_or(|(first, _)| action < *first) {
            self.target = Some((action, target.to_owned()));
        }
        let (outcome, requests, exit) = (result.outcome, result.requests, done.exit());
        let result = FleetResult { environment, target: target.to_owned(), alias, result };
        let (printed, part) = match self.format {
            ReviewFormat::Jsonl => (self.terminal.json_line(&result), String::new()),
            ReviewFormat::Json => (Ok(()), json_item(&result).map_err(OutputError::Json)?),
            ReviewFormat::Text | ReviewFormat::Markdown => (Ok(()), text),
        };
        self.metrics.add(&done.entry);
        let part = self.spool.borrow_mut().keep(part);
        self.tried.insert(action, Tried { outcome, requests, exit, part });
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
        for (number, tried) in &self.tried {
            let environment = self.actions.get(*number).and_then(|action| action.environment.as_deref());
            let count = counts.entry(environment).or_default();
            count.requests += u64::from(tried.requests);
            match tried.outcome {
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

    fn report(&self, with_results: bool) -> FleetReport<'_, impl Serialize> {
        FleetReport {
            version: 1,
            target: self.target.as_ref().map_or("", |(_, target)| target.as_str()),
            results: with_results
                .then(|| JsonList { spool: &self.spool, items: self.tried.values().map(|tried| &tried.part) }),
            already_done: self.skipped().collect(),
            not_done: self.not_done().collect(),
            metrics: self.metrics.metrics(),
        }
    }

    /// Prints the report.
    pub(super) fn conclude(self) -> CommandResult {
        let (exit, terminal) = (self.exit(), self.terminal);
        let texts =
            || self.tried.values().map(|tried| self.spool.borrow_mut().read(&tried.part).map_err(CommandError::io));
        match self.format {
            ReviewFormat::Json => terminal.long_json(&self.report(true))?,
            ReviewFormat::Jsonl => terminal.json_line(&self.report(false))?,
            ReviewFormat::Text => {
                for text in texts() {
                    terminal.result(&text?)?;
                }
                terminal.result(&self.summary())?;
            }
            ReviewFormat::Markdown => {
                let text = texts().collect::<Result<String, _>>()? + &self.summary();
                terminal.result(&format!("{}{}", markdown::marker("apply", "all", None), markdown::block(&text)))?;
            }
        }
        match self.error {
            Some(error) if self.tried.values().any(|tried| tried.outcome.is_success()) => {
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
