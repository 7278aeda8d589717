//! Sends events about registrations to the configured webhook. Nothing here changes the exit code of the command.

use std::cell::Cell;
use std::net::IpAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

use cxvars_core::audit::rotation;
use cxvars_core::audit::{self, Entry};
use cxvars_core::base::secret::Secret;
use cxvars_flow::Failure;
use cxvars_flow::transport_fault::TransportFault;
use jiff::Timestamp;
use tracing::info;

use super::event::{Change, Delivery, Due, Endpoint, Event, Registration, Rotation, SendError, WebhookError};
use super::outbox::{deliver_pending, enqueue};
use super::reach;
use crate::config::Settings;
use crate::profile::trust;
use crate::service::transport::{HttpRequest, HttpTransport, Transport as _};
use crate::system::environment::Lookup;
use crate::system::runtime::{RuntimeError, block_on};
use crate::system::terminal::Terminal;
use crate::system::{System, ids, waits};
use crate::telemetry;

/// After an interruption or the deadline, delivery may go on for this many milliseconds: enough for a receiver that
/// answers at all.
const GRACE_MS: u64 = 900;

/// Longest time that a round of deliveries may take, in milliseconds.
const ROUND_MS: u64 = 10_000;

/// The configured webhook, ready to send to. No `Debug`, because it holds the signing key.
pub struct Notifier {
    endpoint: Endpoint,
    system: &'static dyn System,
    /// Whether its address may be other than public.
    may_be_private: bool,
    outbox: PathBuf,
    connect: Duration,
    request_ms: u64,
    deadline_ms: u64,
    /// Number of events that this run has stored.
    stored: Cell<usize>,
}

impl Notifier {
    /// Loads the configured webhook, if there is one. In the sandbox, a webhook that is not on loopback is ignored,
    /// because the sandbox contacts no other host.
    ///
    /// # Errors
    /// If the signing secret is missing or malformed, or the URL has an address that is neither public nor trusted.
    pub fn load(
        settings: &Settings,
        env: Lookup<'_>,
        system: &'static dyn System,
    ) -> Result<Option<Self>, WebhookError> {
        let is_local = |url: &url::Url| url.host().is_some_and(|host| trust::is_loopback(&host));
        let Some(config) =
            settings.webhook.as_ref().filter(|config| !settings.is_sandbox() || is_local(&config.url.value))
        else {
            return Ok(None);
        };
        let url = &config.url.value;
        let may_be_private = is_local(url) || settings.trusts(url);
        // A host name is resolved and checked when something is sent.
        let address = match url.host() {
            Some(url::Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(url::Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            _ => None,
        };
        if !may_be_private && address.is_some_and(|address| !reach::is_public(address)) {
            return Err(WebhookError::Private { host: url.host_str().unwrap_or_default().to_owned() });
        }
        Ok(Some(Self {
            endpoint: Endpoint::load(config, env)?,
            system,
            may_be_private,
            outbox: settings.state.outbox.clone(),
            connect: Duration::from_secs(settings.profile.connect_s),
            request_ms: settings.profile.request_s.saturating_mul(1000),
            deadline_ms: settings.profile.deadline_s.saturating_mul(1000),
            stored: Cell::default(),
        }))
    }

    /// Stores an event if the registration sent a PUT, or if `entry` decides the outcome of an earlier one.
    pub fn tell(&self, settings: &Settings, terminal: Terminal, entry: &Entry, failure: Option<&Failure>) {
        if entry.attempts.is_some_and(|attempts| attempts > 0) || entry.event == audit::Event::Reconcile {
            self.store(registration(settings, entry, failure, self.system), terminal);
        }
    }

    /// Stores an event about secrets that should be rotated.
    pub fn tell_rotation(&self, settings: &Settings, terminal: Terminal, target: &str, report: &rotation::Report) {
        let variables: Vec<Due<'_>> = report
            .variables
            .iter()
            .filter(|variable| variable.due || variable.age_days.is_none())
            .map(|variable| Due {
                name: &variable.name,
                age_days: variable.age_days,
                max_age_days: variable.max_age_days,
            })
            .collect();
        let environment = settings.environment.as_deref();
        let data = Rotation { action: &report.action, environment, target, variables: &variables };
        let (id, now) = new_id(self.system);
        self.store(Event::new(&id, "rotation.due", now, &data), terminal);
    }

    fn store(&self, event: Result<Event, WebhookError>, terminal: Terminal) {
        let outbox = self.outbox.display();
        match event.and_then(|event| enqueue(&self.outbox, &event)) {
            Ok(deleted) => {
                self.stored.set(self.stored.get() + 1);
                if deleted > 0 {
                    terminal.warn(&format!(
                        "warning: too many webhook events wait in `{outbox}`; the oldest were deleted: {deleted}"
                    ));
                }
            }
            Err(error) => terminal.warn(&format!("warning: the webhook event could not be kept: {error}")),
        }
    }

    /// Sends everything in the outbox, including what earlier runs could not deliver. Call it after the result is
    /// printed, within a tokio runtime. It takes 10 s at most, and of the time of the run that began at `since`, on the
    /// clock of [`Clock::monotonic`](crate::system::clock::Clock::monotonic), only what is left.
    pub async fn deliver(&self, terminal: Terminal, since: Duration) {
        let limit = limit(self.deadline_ms, self.system.monotonic().saturating_sub(since));
        let end = self.system.monotonic() + limit;
        let time_left = || end.saturating_sub(self.system.monotonic());
        let transport = HttpTransport::new(self.connect, self.system, terminal);
        let mut interrupted = pin!(async {
            transport.interrupted().await;
            transport.sleep(GRACE_MS).await;
        });
        let sender = async |delivery: Delivery| {
            let left_ms = millis(time_left());
            tokio::select! {
                biased;
                answered = self.send(&transport, delivery, self.request_ms.min(left_ms).max(1)) => answered,
                () = interrupted.as_mut() => Err(SendError::Interrupted),
                () = transport.sleep(left_ms) => Err(SendError::Timeout),
            }
        };
        let round = deliver_pending(
            &self.outbox,
            &self.endpoint,
            self.stored.get(),
            sender,
            || now(self.system),
            || !time_left().is_zero(),
        );
        let what = format!("the webhook at `{}`", self.endpoint.host());
        let until_s = self.system.epoch_s() + limit.as_secs_f64();
        for warning in waits::announced(round, terminal, until_s, &what).await.warnings {
            terminal.warn(&format!("warning: {warning}"));
        }
    }

    /// Does so after a run that has no deadline of its own, on a runtime of its own.
    pub fn deliver_now(&self, terminal: Terminal) {
        let delivered: Result<(), RuntimeError> = block_on(async {
            self.deliver(terminal, self.system.monotonic()).await;
            Ok(())
        });
        if let Err(error) = delivered {
            terminal.warn(&format!("warning: the webhook events were not sent: {error}"));
        }
    }

    async fn send(&self, transport: &HttpTransport, delivery: Delivery, timeout_ms: u64) -> Result<u16, SendError> {
        let pinned = if self.may_be_private { Vec::new() } else { reach::public_addresses(&delivery.url).await? };
        let host = delivery.url.host_str().unwrap_or_default().to_owned();
        // The path of a webhook may be all that keeps others from using it.
        let mut place = delivery.url.clone();
        place.set_path("");
        let (span, begun) = (telemetry::request("POST", &place), self.system.monotonic());
        let request = HttpRequest {
            method: "POST",
            url: delivery.url,
            headers: delivery.headers.into_iter().map(|(name, value)| (name, Secret::new(value))).collect(),
            body: Some(Secret::new(delivery.body)),
            pinned,
        };
        let answer = transport.exchange_silently(request, timeout_ms).await;
        let ms = self.system.monotonic().saturating_sub(begun).as_millis() as u64;
        span.ended(ms, answer.as_ref().map(|answer| answer.status).map_err(|fault| fault.code()));
        match answer {
            Ok(answer) => {
                info!(host, status = answer.status, "webhook answered");
                Ok(answer.status)
            }
            Err(TransportFault::Refused | TransportFault::Dns | TransportFault::ProxyLogin | TransportFault::Proxy) => {
                Err(SendError::Connect)
            }
            Err(TransportFault::UnknownCa | TransportFault::NoCaCertificates | TransportFault::Tls) => {
                Err(SendError::Tls)
            }
            Err(TransportFault::Timeout) => Err(SendError::Timeout),
            Err(TransportFault::Reset | TransportFault::Truncated) => Err(SendError::Broken),
        }
    }
}

fn registration(
    settings: &Settings,
    entry: &Entry,
    failure: Option<&Failure>,
    system: &dyn System,
) -> Result<Event, WebhookError> {
    let changed: Vec<Change<'_>> = entry
        .changed
        .iter()
        .flatten()
        .map(|changed| Change { name: &changed.name, change: changed.change.as_str() })
        .collect();
    let registration = Registration {
        run_id: &entry.run_id,
        action: entry.data_action_id.as_deref().unwrap_or_default(),
        environment: settings.environment.as_deref(),
        target: entry.target.as_deref().unwrap_or_default(),
        outcome: entry.outcome.map_or("unknown", |outcome| outcome.as_str()),
        attempts: entry.attempts.unwrap_or(0).into(),
        variables: entry.variable_count.unwrap_or(0).into(),
        encrypted: entry.encrypted_count.unwrap_or(0).into(),
        changed: &changed,
        status: failure.and_then(|failure| failure.status),
    };
    let (id, now) = new_id(system);
    Event::registration(&id, now, &registration)
}

/// Returns the id of a new event, and the current time.
fn new_id(system: &dyn System) -> (String, Timestamp) {
    (format!("evt_{}", ids::ulid(system)), now(system))
}

fn now(system: &dyn System) -> Timestamp {
    Timestamp::from_microsecond((system.epoch_s() * 1e6) as i64).unwrap_or_default()
}

/// How long a round may take after a run that has taken `taken` of its time.
fn limit(deadline_ms: u64, taken: Duration) -> Duration {
    let left_ms = deadline_ms.saturating_sub(millis(taken));
    Duration::from_millis(left_ms.clamp(GRACE_MS, ROUND_MS))
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_takes_ten_seconds_at_most_and_ends_within_a_second_of_the_deadline() {
        for (deadline_s, taken_s, limit_ms) in [
            (300, 0, 10_000),
            (300, 292, 8000),
            (300, 299, 1000),
            (300, 300, 900),
            (1, 400, 900),
            (u64::MAX, 0, 10_000),
        ] {
            let limit = limit(deadline_s.saturating_mul(1000), Duration::from_secs(taken_s));
            assert_eq!(limit, Duration::from_millis(limit_ms), "{deadline_s} {taken_s}");
        }
    }
}
