//! The progress of a run over several actions, and its report.

use cxvars_core::audit::Entry;
use cxvars_core::audit::metrics::Metrics;
use cxvars_core::base::display::escape;
use cxvars_core::service::outcome::Outcome;
use serde::Serialize;

use super::registration::RegistrationOutcome;
use super::report::ApplyResult;
use crate::cli::arguments::ReviewFormat;
use crate::cli::exit::{CommandError, CommandResult, Exit};
use crate::cli::markdown;
use crate::system::terminal::Terminal;

/// The JSON report: the report of one apply, with more keys.
#[derive(Serialize)]
struct FleetReport<'r> {
    version: u32,
    target: &'r str,
    results: &'r [FleetResult],
    /// Actions that this run skipped because an earlier one had applied them.
    already_done: &'r [ActionRef],
    not_done: &'r [ActionRef],
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

/// An action of an environment.
#[derive(Clone, Serialize)]
pub(super) struct ActionRef {
    pub(super) environment: Option<String>,
    /// Its id.
    pub(super) action: String,
    pub(super) alias: Option<String>,
}

impl ActionRef {
    /// The action as people call it: by its alias, else by its id.
    pub(super) fn name(&self) -> &str {
        self.alias.as_deref().unwrap_or(&self.action)
    }
}

/// What has happened so far.
#[derive(Default)]
pub(super) struct Progress {
    results: Vec<FleetResult>,
    entries: Vec<Entry>,
    already_done: Vec<ActionRef>,
    not_done: Vec<ActionRef>,
    text: String,
    exits: Vec<Exit>,
    /// Whether to skip the remaining actions.
    stopped: bool,
    /// The first error on this machine, such as a failed write to the audit log.
    error: Option<CommandError>,
}

impl Progress {
    pub(super) fn is_stopped(&self) -> bool {
        self.stopped || self.error.is_some()
    }

    /// Skips the remaining actions.
    pub(super) fn stop(&mut self) {
        self.stopped = true;
    }

    /// Skips the remaining actions because of an error on this machine. The first error counts.
    pub(super) fn fail(&mut self, error: CommandError) {
        self.error.get_or_insert(error);
    }

    pub(super) fn already_done(&mut self, place: ActionRef) {
        self.already_done.push(place);
    }

    pub(super) fn not_done(&mut self, places: impl IntoIterator<Item = ActionRef>) {
        self.not_done.extend(places);
    }

    /// Adds the result of an action, and its text for the report.
    pub(super) fn add(
        &mut self,
        done: RegistrationOutcome,
        result: ApplyResult,
        place: ActionRef,
        target: &str,
        text: &str,
    ) {
        self.text += text;
        self.exits.push(done.exit());
        self.entries.push(done.entry);
        let (environment, alias, target) = (place.environment, place.alias, target.to_owned());
        self.results.push(FleetResult { environment, target, alias, result });
        if let Err(error) = done.recorded {
            self.fail(error);
        }
    }

    /// Number of actions that need no more work.
    pub(super) fn count(&self) -> usize {
        self.results.len() + self.already_done.len() + self.not_done.len()
    }

    /// Whether this run has looked at every action itself.
    pub(super) fn has_read_all(&self) -> bool {
        self.already_done.is_empty() && self.not_done.is_empty()
    }

    /// The exit code of the run. `Unknown` takes precedence over `Partial`: somebody has to look at that action.
    pub(super) fn exit(&self) -> Exit {
        let is_done = |exit: &&Exit| **exit == Exit::Success;
        let failed: Vec<Exit> = self.exits.iter().filter(|exit| !is_done(exit)).copied().collect();
        let any_done = self.exits.contains(&Exit::Success) || !self.already_done.is_empty();
        match failed.first() {
            _ if failed.contains(&Exit::Unknown) => Exit::Unknown,
            None if self.not_done.is_empty() => Exit::Success,
            None => Exit::Partial,
            Some(first) if !any_done && failed.iter().all(|exit| exit == first) => *first,
            Some(_) => Exit::Partial,
        }
    }

    fn summary(&self) -> String {
        let names = |places: &[ActionRef]| {
            let name = |place: &ActionRef| match &place.environment {
                Some(environment) => format!("{}/{}", escape(environment), escape(place.name())),
                None => escape(place.name()),
            };
            places.iter().map(name).collect::<Vec<_>>().join(", ")
        };
        let count = |outcome: Outcome| self.results.iter().filter(|each| each.result.outcome == outcome).count();
        let (applied, unchanged) = (count(Outcome::Applied), count(Outcome::Unchanged));
        let failed = self.results.len() - applied - unchanged;
        let mut text =
            format!("{applied} applied, {unchanged} unchanged, {failed} failed, {} not done\n", self.not_done.len());
        if !self.already_done.is_empty() {
            text += &format!(
                "  done by an earlier run, skipped (--restart applies them again): {}\n",
                names(&self.already_done)
            );
        }
        if !self.not_done.is_empty() {
            let not_done = names(&self.not_done);
            text += &format!("  not done: {not_done}\n  run the same command again to continue from here\n");
        }
        text
    }

    /// Prints the report.
    pub(super) fn conclude(self, format: ReviewFormat, terminal: Terminal) -> CommandResult {
        let exit = self.exit();
        let text = || format!("{}{}", self.text, self.summary());
        match format {
            ReviewFormat::Json => terminal.json(&FleetReport {
                version: 1,
                target: self.results.first().map_or("", |first| first.target.as_str()),
                results: &self.results,
                already_done: &self.already_done,
                not_done: &self.not_done,
                metrics: Metrics::of(&self.entries),
            })?,
            ReviewFormat::Text => terminal.result(&text())?,
            ReviewFormat::Markdown => {
                terminal.result(&format!("{}{}", markdown::marker("apply", "all", None), markdown::block(&text())))?;
            }
        }
        match self.error {
            Some(error) if self.results.iter().any(|each| each.result.outcome.is_success()) => {
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
