//! Sends events about registrations to the configured webhook. Nothing here changes the exit code of the command.

use std::cell::Cell;
use std::net::{IpAddr, SocketAddr};

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
use crate::service::session::Session;
use crate::service::transport::{HttpRequest, Transport};
use crate::system::environment::Lookup;
use crate::system::terminal::Terminal;
use crate::system::{System, ids};

/// After an interruption, delivery may go on for this many milliseconds: enough for a receiver that answers at all.
const INTERRUPTED_MS: u64 = 900;

/// The configured webhook, ready to send to. No `Debug`, because it holds the signing key.
pub struct Notifier {
    endpoint: Endpoint,
    system: &'static dyn System,
    /// Whether its address may be other than public.
    may_be_private: bool,
    /// Set once the receiver was found to be in trouble. Nothing more is sent then; otherwise a run of hundreds of
    /// actions would wait for it each time.
    in_trouble: Cell<bool>,
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
        Ok(Some(Self { endpoint: Endpoint::load(config, env)?, system, may_be_private, in_trouble: Cell::default() }))
    }

    /// Creates an event if the registration sent a PUT, or if `entry` decides the outcome of an earlier one. Stores it
    /// in the outbox, then sends everything in the outbox, including what earlier runs could not deliver. Once the
    /// receiver is in trouble, events are only stored.
    pub async fn tell<T: Transport>(
        &self,
        settings: &Settings,
        terminal: Terminal,
        session: &Session<T>,
        entry: &Entry,
        failure: Option<&Failure>,
    ) {
        let tells = entry.attempts.is_some_and(|attempts| attempts > 0) || entry.event == audit::Event::Reconcile;
        let event = tells.then(|| registration(settings, entry, failure, self.system));
        self.deliver(settings, terminal, session, event).await;
    }

    /// Does the same for an event about secrets that should be rotated.
    pub async fn tell_rotation<T: Transport>(
        &self,
        settings: &Settings,
        terminal: Terminal,
        session: &Session<T>,
        target: &str,
        report: &rotation::Report,
    ) {
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
        self.deliver(settings, terminal, session, Some(Event::new(&id, "rotation.due", now, &data))).await;
    }

    async fn deliver<T: Transport>(
        &self,
        settings: &Settings,
        terminal: Terminal,
        session: &Session<T>,
        event: Option<Result<Event, WebhookError>>,
    ) {
        let outbox = &settings.state.outbox;
        if let Some(Err(error)) = event.map(|event| event.and_then(|event| enqueue(outbox, &event))) {
            terminal.warn(&format!("warning: the webhook event could not be kept: {error}"));
        }
        if self.in_trouble.get() {
            return;
        }
        let timeout_ms = settings.profile.request_s.saturating_mul(1000);
        let sender = async |delivery: Delivery| {
            let pinned = if self.may_be_private { Vec::new() } else { reach::public_addresses(&delivery.url).await? };
            send(session.transport(), delivery, pinned, timeout_ms).await
        };
        let interrupted = async {
            session.transport().interrupted().await;
            session.transport().sleep(INTERRUPTED_MS).await;
        };
        tokio::select! {
            biased;
            delivered = deliver_pending(outbox, &self.endpoint, sender, || now(self.system)) => {
                self.in_trouble.set(delivered.in_trouble);
                for warning in &delivered.warnings {
                    terminal.warn(&format!("warning: {warning}"));
                }
            }
            () = interrupted => {
                self.in_trouble.set(true);
                terminal.warn(&format!(
                    "warning: interrupted before the webhook answered; undelivered events stay in `{}` and go out on \
                     the next run",
                    outbox.display()
                ));
            }
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

async fn send<T: Transport>(
    transport: &T,
    delivery: Delivery,
    pinned: Vec<SocketAddr>,
    timeout_ms: u64,
) -> Result<u16, SendError> {
    let host = delivery.url.host_str().unwrap_or_default().to_owned();
    let request = HttpRequest {
        method: "POST",
        url: delivery.url,
        headers: delivery.headers.into_iter().map(|(name, value)| (name, Secret::new(value))).collect(),
        body: Some(Secret::new(delivery.body)),
        pinned,
    };
    match transport.exchange(request, timeout_ms).await {
        Ok(answer) => {
            info!(host, status = answer.status, "webhook answered");
            Ok(answer.status)
        }
        Err(TransportFault::Refused | TransportFault::Dns | TransportFault::ProxyLogin | TransportFault::Proxy) => {
            Err(SendError::Connect)
        }
        Err(TransportFault::UnknownCa | TransportFault::NoCaCertificates | TransportFault::Tls) => Err(SendError::Tls),
        Err(TransportFault::Timeout) => Err(SendError::Timeout),
        Err(TransportFault::Reset | TransportFault::Truncated) => Err(SendError::Broken),
    }
}
