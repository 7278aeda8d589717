//! `cxvars apply`: validate, plan, record the intent, update, verify, record the outcome, tell the webhook.

use cxvars_core::audit::{Entry, Event};
use cxvars_core::metrics::Metrics;
use cxvars_core::outcome::Outcome;
use cxvars_core::plan::{PlanOptions, Remembered, RememberedVariable};
use ulid::Ulid;

use super::apply_report::{self, ApplyReport, ApplyResult, Scene};
use super::context::Context;
use super::input::shown;
use super::plan::{self, Planned, expect_name, plan_now};
use super::prepare::{Prepared, prepare, prune};
use super::records::{self, describe_outcome, describe_plan};
use super::service::{Service, block_on};
use crate::audit_log::AuditLog;
use crate::cli::{ApplyArgs, Format, Global};
use crate::drive::World;
use crate::exit::{CommandError, CommandResult, Exit};
use crate::flow::Cost;
use crate::flow::advice::Access;
use crate::flow::register::{Apply, Finished, Goal, Registration};
use crate::memory::Memory;
use crate::open_run::{Eye, OpenRun};
use crate::running::Running;
use crate::terminal::Terminal;
use crate::{environment, notify, state_dir, world};

pub(super) fn run(args: &ApplyArgs, global: &Global, terminal: Terminal) -> CommandResult {
    let mut context = Context::load(global, terminal)?;
    let sandbox = context.settings.is_sandbox();
    let asks = !args.yes && !sandbox;
    if asks && !terminal.can_ask() {
        return Err(CommandError::usage("there is no terminal to ask on; add --yes (or --sandbox to try it out)"));
    }
    if context.settings.protected && !context.environment_by_flag {
        return Err(CommandError::usage(
            "the chosen environment is protected: name it with --env on the command line, not with CXVARS_ENV",
        ));
    }
    let prepared = prepare(&context, &args.common, true)?;
    let webhook = notify::Notifier::load(&context.settings, &environment::process).map_err(CommandError::usage)?;
    state_dir::ensure(&context.settings.state.folder).map_err(CommandError::io)?;
    let _running = Running::mark(&context.settings.state.folder)
        .map_err(|error| CommandError::io(format!("cannot mark in .cxvars that an update is under way: {error}")))?;
    let log = AuditLog::open(&context.settings.state.audit_log).map_err(CommandError::io)?;
    let mut run = ApplyRun {
        args,
        global,
        prepared,
        log,
        base: Entry::new(Event::Outcome, 0.0, ""),
        first_record: None,
        asking: Cost::default(),
        begun_ms: 0.0,
    };
    run.base = run.base_entry();
    if run.prepared.wanted.is_none() {
        return run.invalid(&context);
    }
    block_on(async {
        let service = Service::open(&mut context, Access::Write).await?;
        run.base.target = Some(service.target.clone());
        run.note_open(&context, &service);
        let confirmed = if asks { Some(run.confirm(&context, &service).await?) } else { None };
        let mut finished = match run.register(&context, &service, confirmed.as_deref()).await {
            Ok(finished) => finished,
            Err(Halt::Command(error)) => return Err(error),
            Err(Halt::PlanChanged) => {
                return Err(CommandError::new(
                    Exit::Conflict,
                    "the action was changed between the plan that you confirmed and the update; nothing was sent; \
                     run apply again to see the new plan",
                ));
            }
        };
        if let (Some(action), 0) = (&finished.action, finished.attempts) {
            expect_name(&run.prepared, action.name.as_deref())?;
        }
        finished.cost.add(&run.asking);
        run.conclude(&context, &service, &finished, webhook).await
    })
}

/// Why a registration is given up before the PUT.
enum Halt {
    Command(CommandError),
    PlanChanged,
}

impl From<CommandError> for Halt {
    fn from(error: CommandError) -> Self {
        Self::Command(error)
    }
}

/// One apply in progress.
struct ApplyRun<'a> {
    args: &'a ApplyArgs,
    global: &'a Global,
    prepared: Prepared,
    log: AuditLog,
    /// What all records of this run have in common.
    base: Entry,
    /// The number of the intent record.
    first_record: Option<u64>,
    /// What planning has cost before the user was asked.
    asking: Cost,
    /// When the registration began, once the user had answered, in milliseconds since the session was opened.
    begun_ms: f64,
}

impl ApplyRun<'_> {
    /// Shows the plan and asks; the digest of what was confirmed.
    async fn confirm(&mut self, context: &Context, service: &Service) -> Result<String, CommandError> {
        let Planned { plan, name, cost } =
            plan_now(context, service, &self.prepared, &self.plan_options(context)).await?;
        self.asking = cost;
        if !plan.changes_pending() || !plan.blocked().is_empty() {
            // Nothing will be sent: there is nothing to confirm.
            return Ok(plan.digest().to_owned());
        }
        context.terminal.warn(plan::text(&plan, context, &service.target, &self.prepared, name.as_deref()).trim_end());
        let terminal = context.terminal;
        let answer = tokio::task::spawn_blocking(move || terminal.ask("apply this?"));
        let confirmed = tokio::select! {
            () = service.session.world().interrupted() => {
                // The cursor still stands behind the question.
                context.terminal.warn("");
                false
            }
            answer = answer => answer.unwrap_or(false),
        };
        if !confirmed {
            return Err(CommandError::new(Exit::Interrupted, "not confirmed; nothing was sent"));
        }
        self.begun_ms = service.elapsed_ms();
        Ok(plan.digest().to_owned())
    }

    async fn register(
        &mut self,
        context: &Context,
        service: &Service,
        confirmed: Option<&str>,
    ) -> Result<Finished, Halt> {
        let id = self.prepared.action.id.clone();
        let values = self.prepared.values();
        let goal = Goal::Apply(Apply {
            action: id.clone(),
            wanted: self.prepared.wanted.clone().unwrap_or_default(),
            remembered: Memory::at(&context.settings.state.state).recall(&service.target, &id),
            options: self.plan_options(context),
        });
        let wait_when_busy = self.args.wait;
        let record_intent = |registration: &Registration| -> Result<(), Halt> {
            expect_name(&self.prepared, registration.action().and_then(|action| action.name.as_deref()))?;
            let plan = registration.plan();
            if confirmed.is_some_and(|digest| plan.is_none_or(|plan| plan.digest() != digest)) {
                return Err(Halt::PlanChanged);
            }
            self.keep_open(context, service, registration).map_err(CommandError::io)?;
            let mut intent = self.entry(Event::Intent);
            describe_plan(&mut intent, plan);
            let appended = self.log.append(intent).map_err(CommandError::io)?;
            self.first_record = Some(appended.seq);
            Ok(())
        };
        service.run(context, &id, goal, wait_when_busy, &values, record_intent).await
    }

    /// Everything after the registration: remembers, records, tells, prints.
    async fn conclude(
        self,
        context: &Context,
        service: &Service,
        finished: &Finished,
        webhook: Option<notify::Notifier>,
    ) -> CommandResult {
        let terminal = context.terminal;
        let latency_ms = service.elapsed_ms() - self.begun_ms;
        self.remember(context, service, finished);
        let result = ApplyResult::finished(&self.prepared, finished, latency_ms);
        let mut entry = self.entry(Event::Outcome);
        describe_outcome(&mut entry, finished, &result);
        let metrics = Metrics::of([&entry]);
        // The outcome is printed whether or not it can be recorded; that it could not be is exit 3.
        let recorded = self.log.append(entry.clone());
        let records = recorded.as_ref().ok().map(|appended| self.records(context, appended.seq));
        if let Some(webhook) = webhook {
            webhook.tell(&context.settings, terminal, &service.session, &entry, finished.failure.as_ref()).await;
        }
        let exit = Exit::of(finished.outcome, finished.interrupted);
        match self.args.common.format {
            Format::Json => {
                let report = ApplyReport { version: 1, target: service.target.clone(), results: vec![result], metrics };
                terminal.json(&report)?;
            }
            Format::Text => {
                terminal.result(&apply_report::text(finished, &result, &self.scene(context, service, records)))?;
            }
        }
        recorded.map_err(CommandError::io)?;
        Ok(exit)
    }

    /// A document that may not be sent: recorded and printed.
    fn invalid(self, context: &Context) -> CommandResult {
        let terminal = context.terminal;
        let result = ApplyResult::invalid(&self.prepared);
        let mut entry = self.entry(Event::Outcome);
        entry.outcome = Some(Outcome::Invalid);
        entry.latency_ms = Some(0.0);
        entry.wait_ms = Some(0.0);
        entry.attempts = Some(0);
        let codes: Vec<_> = self.prepared.report.diagnostics().iter().map(|finding| finding.code.as_ref()).collect();
        entry.error = Some(format!("the document has findings: {}", codes.join(" ")));
        entry.target = match context.settings.is_sandbox() {
            true => Some("sandbox".to_owned()),
            // A host that is not trusted is no reason to hide the findings: nothing is sent to it.
            false => context.settings.endpoints().ok().map(|endpoints| endpoints.origin()),
        };
        let target = entry.target.clone().unwrap_or_default();
        let metrics = Metrics::of([&entry]);
        let recorded = self.log.append(entry);
        match self.args.common.format {
            Format::Json => terminal.json(&ApplyReport { version: 1, target, results: vec![result], metrics })?,
            Format::Text => terminal.result(&apply_report::findings(&self.prepared, terminal.color))?,
        }
        recorded.map_err(CommandError::io)?;
        Ok(Exit::Findings)
    }

    fn plan_options(&self, context: &Context) -> PlanOptions {
        PlanOptions {
            prune: prune(&self.args.common),
            force: self.args.force,
            roundtrip: context.settings.profile.encrypted_roundtrip,
        }
    }

    /// Says that the update before this one was not decided, since a plan alone does not tell it.
    fn note_open(&self, context: &Context, service: &Service) {
        let memory = Memory::at(&context.settings.state.state);
        if let Some(open) = memory.open_run(&service.target, &self.prepared.action.id) {
            context.terminal.note(&format!(
                "note: the outcome of an earlier update of this action is not known (run {}); what is stored is read first",
                open.run_id
            ));
        }
    }

    /// Keeps what `reconcile` can decide this update by, should its outcome stay unknown.
    fn keep_open(&self, context: &Context, service: &Service, registration: &Registration) -> Result<(), String> {
        let (Some(key), Some(plan), Some((before, etag))) =
            (&self.prepared.key, registration.plan(), registration.base())
        else {
            return Ok(());
        };
        let id = &self.prepared.action.id;
        let eye = Eye { key, action: id, roundtrip: context.settings.profile.encrypted_roundtrip };
        let leaves = remembered(&self.prepared, None);
        let run = OpenRun::new(&self.base.run_id, &eye, plan, before, etag, leaves);
        Memory::at(&context.settings.state.state).begin(&service.target, id, run)
    }

    /// Keeps what masked values can be recognised by the next time; forgets it where what is stored is not known.
    fn remember(&self, context: &Context, service: &Service, finished: &Finished) {
        let memory = Memory::at(&context.settings.state.state);
        let id = &self.prepared.action.id;
        let saved = match finished.outcome {
            Outcome::Applied => {
                memory.remember(&service.target, id, remembered(&self.prepared, finished.etag.as_deref()))
            }
            Outcome::Unknown | Outcome::Mismatch | Outcome::Conflict if finished.attempts > 0 => {
                memory.forget(&service.target, id)
            }
            _ => Ok(()),
        };
        let is_decided = self.first_record.is_some() && finished.outcome != Outcome::Unknown;
        let saved = saved.and_then(|()| if is_decided { memory.decided(&service.target, id) } else { Ok(()) });
        if let Err(error) = saved {
            context.terminal.warn(&format!("warning: {error}; the next apply will send masked values again"));
        }
    }

    fn base_entry(&self) -> Entry {
        Entry {
            data_action_id: Some(self.prepared.action.id.clone()),
            variable_count: u32::try_from(self.prepared.report.variable_count()).ok(),
            encrypted_count: u32::try_from(self.prepared.report.encrypted_count()).ok(),
            ..records::provenance(Event::Outcome, &run_id())
        }
    }

    fn entry(&self, event: Event) -> Entry {
        Entry { event, timestamp: world::epoch_s(), ..self.base.clone() }
    }

    fn records(&self, context: &Context, last: u64) -> String {
        let path = self.log.path();
        let path = shown(path.strip_prefix(&context.working_directory).unwrap_or(path));
        match self.first_record {
            Some(first) => format!("audit records {first}–{last} in {path}, run {}", self.base.run_id),
            None => format!("audit record {last} in {path}, run {}", self.base.run_id),
        }
    }

    fn scene<'s>(&'s self, context: &'s Context, service: &'s Service, records: Option<String>) -> Scene<'s> {
        let common = &self.args.common;
        let mut at = String::new();
        if let Some(env) = &context.settings.environment {
            at += &format!(" --env {}", shell_word(env));
        }
        if self.global.sandbox {
            at += " --sandbox";
        }
        let file = common.file.as_deref().map(|file| format!(" -f {}", shell_word(&shown(file))));
        let rest = format!("{}{}{at}", shell_word(&common.action), file.unwrap_or_default());
        Scene {
            action: &common.action,
            target: &service.target,
            environment: context.settings.environment.as_deref(),
            records,
            look: format!("cxvars plan {rest}"),
            decide: format!("cxvars reconcile {}{at}", shell_word(&common.action)),
            again: format!("cxvars apply {rest} --force"),
        }
    }
}

/// A ULID: sorts by time, unique enough to name a run.
fn run_id() -> String {
    let random = getrandom::u64().map_or(0, |high| u128::from(high) << 64 | u128::from(getrandom::u64().unwrap_or(0)));
    Ulid::from_parts((world::epoch_s() * 1000.0) as u64, random).to_string()
}

/// A word as a shell takes it, for commands to copy.
fn shell_word(text: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "-_./=:@%+,".contains(character);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// What an applied update leaves behind for the next plan.
fn remembered(prepared: &Prepared, etag: Option<&str>) -> Remembered {
    let wanted = prepared.wanted.iter().flatten();
    let variables = wanted
        .filter(|wanted| wanted.encrypted && !wanted.absent)
        .map(|wanted| {
            let variable = RememberedVariable {
                type_word: wanted.variable_type.as_str().to_owned(),
                scope: wanted.scope.as_str().to_owned(),
                fingerprint: wanted.fingerprint.clone(),
                secret_version: wanted.secret_version.clone(),
            };
            (wanted.name.clone(), variable)
        })
        .collect();
    Remembered { etag: etag.map(str::to_owned), variables }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_for_the_shell_is_quoted_where_it_needs_to_be() {
        assert_eq!(shell_word("crm-lookup"), "crm-lookup");
        assert_eq!(shell_word("a b'c"), r"'a b'\''c'");
        assert_eq!(shell_word(""), "''");
    }
}
