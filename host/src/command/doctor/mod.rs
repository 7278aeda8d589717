//! `cxvars doctor`: finds what would keep an apply from succeeding, without writing anything.

mod local;
mod shared;

use std::time::UNIX_EPOCH;

use clap::Args;
use cxvars_core::base::display;
use cxvars_flow::advice::Access;
use cxvars_flow::reason::Reason;
use cxvars_flow::token::Token;
use serde::Serialize;

use crate::cli::arguments::{Format, Global};
use crate::cli::exit::{CommandError, CommandResult, Exit, failure_text};
use crate::profile::provenance::Provenance;
use crate::project::context::Context;
use crate::service::Service;
use crate::service::transport::{HttpRequest, Transport as _};
use crate::system::runtime::block_on;
use crate::system::terminal::Terminal;

/// Check configuration, connection, clock, token, scopes and audit log; writes nothing
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  cxvars doctor --env prod\n  cxvars doctor crm-lookup --env prod --format json\n\n\
                        Exits with 0 if no check fails, otherwise with the code of the first failure: 2 for the \
                        configuration, 3 for files, 4 if the service refuses, 5 if it cannot be reached."
)]
pub(crate) struct Arguments {
    /// Data Action to read as well, by id or alias
    #[arg(value_name = "ACTION")]
    pub(crate) action: Option<String>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
}

/// Largest difference to the service's clock without a warning, in seconds. If the clock is further off, tokens look
/// expired and webhook receivers refuse events (they allow five minutes).
const CLOCK_TOLERANCE_S: f64 = 30.0;

/// The result of a check.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Ok,
    Warn,
    Fail,
    Skip,
}

/// A check and its result.
#[derive(Serialize)]
struct Check {
    name: &'static str,
    status: Status,
    detail: String,
    /// The exit code of a command that meets this failure.
    #[serde(skip)]
    exit: Exit,
}

impl Check {
    fn new(name: &'static str, status: Status, detail: impl Into<String>) -> Self {
        Self { name, status, detail: detail.into(), exit: Exit::Success }
    }

    fn fail(name: &'static str, exit: Exit, detail: impl Into<String>) -> Self {
        Self { exit, ..Self::new(name, Status::Fail, detail) }
    }

    fn error(name: &'static str, error: CommandError) -> Self {
        Self::fail(name, error.exit(), error.to_string())
    }
}

/// The JSON report.
#[derive(Serialize)]
struct DoctorReport<'c> {
    version: u32,
    checks: &'c [Check],
}

pub(super) fn run(args: &Arguments, global: &Global, terminal: Terminal) -> CommandResult {
    let mut checks = Vec::new();
    let place = match global.context(terminal) {
        Ok(mut context) => {
            checks.push(configured(&context));
            checks.push(profile(&context));
            checks.extend(policies(&context));
            let place = context.settings.environment.clone();
            block_on(async {
                service(args, &mut context, &mut checks).await;
                Ok::<_, CommandError>(())
            })?;
            local::check(&context, &mut checks);
            checks.extend(shared::check(&context));
            place
        }
        Err(error) => {
            checks.push(Check::error("config", error.into()));
            checks.push(Check::new("service", Status::Skip, "not tried: the configuration comes first"));
            None
        }
    };
    checks.push(Check::new("write", Status::Skip, "not tested: doctor never writes"));
    match args.format {
        Format::Json => terminal.json(&DoctorReport { version: 1, checks: &checks })?,
        Format::Text => terminal.result(&text(&checks, place.as_deref()))?,
    }
    Ok(checks.iter().find(|check| check.status == Status::Fail).map_or(Exit::Success, |check| check.exit))
}

fn text(checks: &[Check], place: Option<&str>) -> String {
    let place = place.map(|name| format!("{}  ", display::escape(name))).unwrap_or_default();
    let mut text = format!("doctor  {place}(read-only)\n");
    for check in checks {
        let status = match check.status {
            Status::Ok => "ok",
            Status::Warn => "warn",
            Status::Fail => "FAIL",
            Status::Skip => "skip",
        };
        text += &format!("{status:<4}  {:<8} {}\n", check.name, check.detail.replace('\n', "\n               "));
    }
    text
}

fn configured(context: &Context) -> Check {
    let settings = &context.settings;
    let file = settings.project_file.as_deref().or(settings.user_file.as_deref());
    let file = match file {
        Some(path) => path.strip_prefix(&context.working_directory).unwrap_or(path).display().to_string(),
        None => "no configuration file; built-in profile".to_owned(),
    };
    let section = settings.environment.as_deref().map(|name| format!(" [env.{}]", display::escape(name)));
    let notes: String = settings.notes.iter().chain(&settings.left_out).map(|note| format!("\n{note}")).collect();
    Check::new("config", Status::Ok, format!("{file}{}{notes}", section.unwrap_or_default()))
}

/// Names the built-in values in use that the vendor's documentation does not confirm.
fn profile(context: &Context) -> Check {
    if context.settings.is_sandbox() {
        return Check::new("profile", Status::Skip, "the simulator is not the service");
    }
    let known_from = |provenance| {
        let rows = context.settings.profile.built_in.iter().filter(|row| row.provenance == provenance);
        rows.map(|row| row.item).collect::<Vec<_>>().join(", ")
    };
    let (reference, observed) = (known_from(Provenance::Reference), known_from(Provenance::Observed));
    let mut lines = Vec::new();
    if !reference.is_empty() {
        lines.push(format!("not confirmed, known from the reference only: {reference}"));
    }
    if !observed.is_empty() {
        lines.push(format!("observed in public clients: {observed}"));
    }
    if lines.is_empty() {
        return Check::new("profile", Status::Ok, "every built-in value in use is documented by the vendor");
    }
    lines.push("docs/configuration.md has the table; set under [profile] what you know better".to_owned());
    Check::new("profile", if reference.is_empty() { Status::Ok } else { Status::Warn }, lines.join("\n"))
}

/// Checks that the policies can be used; `None` if there are none.
fn policies(context: &Context) -> Option<Check> {
    match context.policies(&[]) {
        Ok(policies) => policies.in_force().map(|policies| {
            let names: Vec<String> =
                policies.into_iter().map(|policy| format!("{} ({})", policy.name, &policy.sha256[..12])).collect();
            Check::new("plugins", Status::Ok, names.join(", "))
        }),
        Err(error) => Some(Check::error("plugins", error.into())),
    }
}

/// The checks that need the service. Each one runs only if the previous ones made it possible.
async fn service(args: &Arguments, context: &mut Context, checks: &mut Vec<Check>) {
    let service = match Service::open(context, Access::Write).await {
        Ok(service) => service,
        Err(error) => return checks.push(Check::error("config", error.into())),
    };
    let is_interrupted = tokio::select! {
        biased;
        () = service.session.transport().interrupted() => true,
        () = ask(args, &service, context, checks) => false,
    };
    if is_interrupted {
        checks.push(interrupted());
    }
}

fn interrupted() -> Check {
    Check::fail("service", Exit::Interrupted, "interrupted; the rest was not looked at")
}

async fn ask(args: &Arguments, service: &Service, context: &Context, checks: &mut Vec<Check>) {
    if !reach(service, context, checks).await {
        return checks.push(Check::new("token", Status::Skip, "not tried: the service comes first"));
    }
    let Some(token) = token(args, service, context, checks).await else { return };
    scopes(&token, &context.settings.profile.write_scopes, checks);
    let Some(name) = &args.action else { return };
    checks.push(match action(name, service, context).await {
        Ok(detail) => Check::new("action", Status::Ok, detail),
        Err(error) => Check::error("action", error),
    });
}

/// Any answer shows that the service can be reached. Its status does not matter, since the request has no token.
async fn reach(service: &Service, context: &Context, checks: &mut Vec<Check>) -> bool {
    let url = service.base_url();
    let request = HttpRequest { method: "GET", url: url.clone(), headers: Vec::new(), body: None, pinned: Vec::new() };
    let began = service.elapsed_ms();
    let answer =
        service.session.transport().exchange(request, context.settings.profile.request_s.saturating_mul(1000)).await;
    let host = display::escape(url.host_str().unwrap_or_default());
    match answer {
        Ok(answer) => {
            let tls = if url.scheme() == "https" { ", TLS" } else { "" };
            let ms = service.elapsed_ms() - began;
            checks.push(Check::new("reach", Status::Ok, format!("{host}{tls}, {ms:.0} ms")));
            checks.push(clock(answer.header("date"), context.system.epoch_s()));
            true
        }
        Err(fault) => {
            let detail = format!("{host}: {}\n{}", fault.message(), fault.help());
            checks.push(Check::fail("reach", Exit::Unavailable, detail));
            false
        }
    }
}

fn clock(date: Option<&str>, now: f64) -> Check {
    let theirs = date.and_then(|date| httpdate::parse_http_date(date).ok()?.duration_since(UNIX_EPOCH).ok());
    let Some(theirs) = theirs else {
        return Check::new("clock", Status::Skip, "the service's answer has no date");
    };
    let behind = theirs.as_secs_f64() - now.floor();
    let detail = match behind {
        _ if behind.abs() <= 1.0 => "the same as the service's, to the second".to_owned(),
        _ if behind > 0.0 => format!("{behind:.0} s behind"),
        _ => format!("{:.0} s ahead", -behind),
    };
    match behind.abs() <= CLOCK_TOLERANCE_S {
        true => Check::new("clock", Status::Ok, detail),
        false => {
            let advice = "tokens and signatures depend on it; set it by NTP";
            Check::new("clock", Status::Warn, format!("{detail}; {advice}"))
        }
    }
}

async fn token(args: &Arguments, service: &Service, context: &Context, checks: &mut Vec<Check>) -> Option<Token> {
    match service.session.log_in(service.waits(context)).await {
        Ok(token) => {
            let left_s = |now_ms| token.use_until_ms.saturating_sub(now_ms) / 1000;
            checks.push(match token.use_until_ms {
                u64::MAX => given(args),
                _ => {
                    let now_ms = service.session.transport().now().ms;
                    Check::new("token", Status::Ok, format!("granted, usable for {} s", left_s(now_ms)))
                }
            });
            Some(token)
        }
        // A signal may come after it was looked for in `service`.
        Err(stopped) if stopped.failure.reason() == Reason::Interrupted => {
            checks.push(interrupted());
            None
        }
        Err(stopped) => {
            let exit = Exit::of(stopped.outcome, false);
            let name = if stopped.failure.reason() == Reason::MissingScope { "scopes" } else { "token" };
            checks.push(Check::fail(name, exit, failure_text(&stopped.failure)));
            None
        }
    }
}

/// A token that the user gives was not granted just now, so nothing is known of it before a request carries it.
fn given(args: &Arguments) -> Check {
    let detail = match &args.action {
        Some(_) => "given in CXONE_TOKEN; reading the action shows whether it is accepted",
        None => "given in CXONE_TOKEN, not tried: name an action, and reading it shows whether the token is accepted",
    };
    Check::new("token", Status::Skip, detail)
}

fn scopes(token: &Token, needed: &[String], checks: &mut Vec<Check>) {
    let Some(granted) = &token.scopes else {
        return checks.push(Check::new("scopes", Status::Skip, "the service does not say which scopes the token has"));
    };
    checks.push(Check::new("scopes", Status::Ok, display::escape(&needed.join(" "))));
    let known = |scope: &&String| needed.contains(scope) || scope.as_str() == "integrations:read";
    let (_, more): (Vec<&String>, Vec<&String>) = granted.iter().partition(known);
    if !more.is_empty() {
        let more: Vec<String> = more.into_iter().map(|scope| display::escape(scope)).collect();
        checks.push(Check::new("scopes", Status::Warn, format!("{} granted, never needed", more.join(" "))));
    }
}

async fn action(name: &str, service: &Service, context: &Context) -> Result<String, CommandError> {
    let action = context.action(name)?;
    let finished = service.read_expected(context, &action, &[], None).await?;
    let Some(found) = finished.action else { return Ok(display::escape(&action.id)) };
    let count = found.variables.map_or(0, |variables| variables.len());
    let name = found.name.map(|name| format!(" \"{}\"", display::escape(&name))).unwrap_or_default();
    let state = found.state.map(|state| format!(", {}", display::escape(&state))).unwrap_or_default();
    Ok(format!("{}{name}, {count} variables{state}", display::escape(&action.id)))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const NOW: u64 = 1_000_000_000;

    #[test]
    fn a_clock_that_is_off_is_told() {
        let at = |offset: i64| {
            let epoch_s = NOW.checked_add_signed(offset).unwrap();
            clock(Some(&httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(epoch_s))), NOW as f64 + 0.25)
        };
        assert!(at(0).status == Status::Ok);
        let behind = at(600);
        assert!(behind.status == Status::Warn && behind.detail.contains("s behind"), "{}", behind.detail);
        assert!(at(-600).detail.contains("s ahead"));
        assert!(clock(None, 0.0).status == Status::Skip);
        assert!(clock(Some("yesterday"), 0.0).status == Status::Skip);
    }
}
