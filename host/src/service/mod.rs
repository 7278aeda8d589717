//! Opens a session at the service, real or simulated.

pub mod budget;
mod error;
pub(crate) mod planned;
pub(crate) mod prunes;
pub mod session;
#[cfg(feature = "simulator")]
pub(crate) mod simulated;
pub mod transport;

pub(crate) use error::{ReadError, ServiceError};

use std::cell::Cell;
#[cfg(feature = "simulator")]
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cxvars_core::base::secret::Secret;
use cxvars_core::service::outcome::Outcome;
use cxvars_flow::advice::Access;
use cxvars_flow::reason::Reason;
use cxvars_flow::register::{Finished, Goal, Limits, Read, Registration};
use cxvars_flow::retry::Waits;
use cxvars_flow::scrub::Scrubber;
use cxvars_flow::{Cost, Stopped};
#[cfg(feature = "simulator")]
use tokio::sync::OnceCell;

use crate::config::{Action, Settings};
use crate::profile::login::{Credentials, token_request};
use crate::profile::{Body, Concurrency, Endpoints, Etag, Profile, Verify};
use crate::project::context::{Context, OpenStates};
use crate::service::budget::{Budget, Taken};
use crate::service::session::{NotFound, Session, SessionLimits, Target};
use crate::service::transport::{HttpTransport, Transport as _};
use crate::shared::{self, Lost, Tenant};
use crate::system::{environment, locks};
use crate::telemetry::{self, Operation};

/// How a registration is run.
pub(crate) struct Run<'r> {
    pub(crate) wait_when_busy: bool,
    /// Scrubbed from what the service says.
    pub(crate) values: &'r [Secret],
    /// Called before each PUT. It may refuse to send it.
    pub(crate) before_put: &'r dyn Fn() -> Result<(), Stopped>,
    /// The requests that were taken from the budget before.
    pub(crate) taken: Option<Taken>,
    /// When it began, on the session's clock: its deadline counts from then.
    pub(crate) began_ms: u64,
}

/// A session and what belongs to it.
pub(crate) struct Service {
    pub(crate) session: Session<HttpTransport>,
    pub(crate) target: String,
    endpoints: Endpoints,
    /// Milliseconds that finding the addresses took, until a run counts them towards its deadline.
    finding_ms: Cell<u64>,
    #[cfg(feature = "simulator")]
    _simulator: Option<Rc<simulated::Simulator>>,
}

/// Opens services within one tokio runtime. They have what runs share in common. Those with `--sandbox` also share one
/// simulator, which runs until the last of them is dropped.
#[derive(Default)]
pub(crate) struct Opener {
    states: OpenStates,
    #[cfg(feature = "simulator")]
    simulator: OnceCell<Rc<simulated::Simulator>>,
}

impl Opener {
    /// Opens a session: starts the simulator if `--sandbox` asks for it, checks that the hosts are trusted, and reads
    /// the credentials. Nothing is sent yet, unless addresses have to be found by discovery: that takes a login. If it
    /// fails, every later request for a token ends with this failure.
    pub(crate) async fn open(&self, context: &mut Context, access: Access) -> Result<Service, ServiceError> {
        context.share(&self.states).map_err(ServiceError::usage)?;
        #[cfg(feature = "simulator")]
        if context.settings.is_sandbox() {
            let start = async || simulated::start(context).await.map(Rc::new);
            let simulator = Rc::clone(self.simulator.get_or_try_init(start).await?);
            simulator.attach(context);
            return Ok(Service { _simulator: Some(simulator), ..Service::at(context, access).await? });
        }
        #[cfg(not(feature = "simulator"))]
        if context.settings.is_sandbox() {
            return Err(ServiceError::usage("this build has no simulator (cargo feature `simulator`)"));
        }
        Service::at(context, access).await
    }
}

impl Service {
    /// Opens the only session of a command, as [`Opener::open`] does.
    pub(crate) async fn open(context: &mut Context, access: Access) -> Result<Self, ServiceError> {
        Opener::default().open(context, access).await
    }

    async fn at(context: &Context, access: Access) -> Result<Self, ServiceError> {
        let settings = &context.settings;
        settings.left_out.iter().for_each(|note| context.terminal.note(&format!("note: {note}")));
        let (mut endpoints, credentials) = address_and_login(settings)?;
        let profile = &settings.profile;
        let scopes = match access {
            Access::Read => &profile.read_scopes,
            Access::Write => &profile.write_scopes,
        };
        let limits = SessionLimits {
            request_ms: profile.request_s.saturating_mul(1000),
            token_buffer_s: profile.token_buffer_s,
            needed_scopes: scopes.clone(),
        };
        let source = token_request(profile.auth, endpoints.token_url(), &credentials, scopes);
        let connect = Duration::from_secs(profile.connect_s);
        let transport = HttpTransport::new(connect, context.system, context.terminal);
        let budget = budget(context, &endpoints, &credentials, &transport).await?;
        let session = Session::new(transport, source, limits, budget, secrets(&credentials));
        if endpoints.discovered().any() {
            find(&session, &mut endpoints, settings).await?;
        }
        // A run without an address ends at once, and has to have the time to say why.
        let finding_ms = Cell::new(if endpoints.discovered().any() { 0 } else { session.transport().now().ms });
        let target = if settings.is_sandbox() { "sandbox".to_owned() } else { endpoints.origin() };
        Ok(Self {
            session,
            target,
            endpoints,
            finding_ms,
            #[cfg(feature = "simulator")]
            _simulator: None,
        })
    }

    /// Refuses what [`Service::open`] would refuse, so that a run over several environments fails before the first one.
    pub(crate) fn check(settings: &Settings) -> Result<(), ServiceError> {
        // Until the simulator runs, there is no address and no credential to check.
        if settings.is_sandbox() { Ok(()) } else { address_and_login(settings).map(drop) }
    }

    /// Runs a registration.
    ///
    /// # Errors
    /// The action's name is not the one that the configuration expects, or `record_intent` failed. In both cases no
    /// update was sent.
    pub(crate) async fn run<E: From<ServiceError>>(
        &self,
        context: &Context,
        goal: Goal,
        run: Run<'_>,
        record_intent: impl AsyncFnMut(&Registration) -> Result<(), E>,
    ) -> Result<Finished, E> {
        let url = self.endpoints.action_url(goal.action()).map_err(ServiceError::usage)?;
        let limits = limits(&context.settings.profile, run.began_ms, run.wait_when_busy);
        let target = Target { url: &url, waits: limits.waits, before_put: run.before_put };
        let registration = Registration::new(limits, goal);
        let finished = self.session.run_with(run.taken, registration, &target, run.values, record_intent).await?;
        match finished.failure {
            // A wrong id is a mistake in the configuration, not an outcome of an update.
            Some(failure) if failure.reason() == Reason::WrongName => Err(ServiceError::usage(failure.message).into()),
            _ => Ok(finished),
        }
    }

    /// Reads the action with this id, whatever its name.
    ///
    /// # Errors
    /// Why the action could not be read.
    pub(crate) async fn read(&self, context: &Context, action: &str, values: &[Secret]) -> Result<Finished, ReadError> {
        self.read_goal(context, Read { action: action.to_owned(), expected_name: None }, values, None).await
    }

    /// Reads an action of the configuration and checks that it has the name that is expected there.
    ///
    /// # Errors
    /// Why the action could not be read, or that it has another name.
    pub(crate) async fn read_expected(
        &self,
        context: &Context,
        action: &Action,
        values: &[Secret],
        taken: Option<Taken>,
    ) -> Result<Finished, ReadError> {
        let goal = Read { action: action.id.clone(), expected_name: action.expect_name.clone() };
        self.read_goal(context, goal, values, taken).await
    }

    async fn read_goal(
        &self,
        context: &Context,
        goal: Read,
        values: &[Secret],
        taken: Option<Taken>,
    ) -> Result<Finished, ReadError> {
        let no_intent = async |_: &Registration| Ok::<_, ServiceError>(());
        let run = Run { wait_when_busy: false, values, before_put: &|| Ok(()), taken, began_ms: self.began_ms() };
        let span = telemetry::action(Operation::Read, context.settings.environment.as_deref(), &goal.action);
        let mut finished = span.around(self.run(context, Goal::Read(goal), run, no_intent)).await?;
        span.finished(&finished);
        match finished.failure.take().filter(|_| finished.outcome != Outcome::Unchanged) {
            None => Ok(finished),
            Some(failure) => {
                Err(ReadError::Service { outcome: finished.outcome, interrupted: finished.interrupted, failure })
            }
        }
    }

    /// Waits and deadline of a run that begins now.
    pub(crate) fn waits(&self, context: &Context) -> Waits {
        limits(&context.settings.profile, self.began_ms(), false).waits
    }

    /// When the run that begins now has begun, on the session's clock: finding the addresses is part of the first one,
    /// and so are the waits for locks.
    pub(crate) fn began_ms(&self) -> u64 {
        self.session.transport().now().ms.saturating_sub(self.finding_ms.take()).saturating_sub(locks::waited_ms())
    }

    /// Whether the service's address is known. If discovery has not found it, every run fails for the same reason.
    pub(crate) fn is_found(&self) -> bool {
        !self.endpoints.discovered().base_url
    }

    /// The service's address, or the issuer's if it is not known.
    pub(crate) fn base_url(&self) -> &url::Url {
        self.endpoints.base_url()
    }

    /// Milliseconds since the session was opened.
    pub(crate) fn elapsed_ms(&self) -> f64 {
        self.session.transport().elapsed_ms()
    }
}

/// Finds the addresses that the profile leaves to discovery.
async fn find(
    session: &Session<HttpTransport>,
    endpoints: &mut Endpoints,
    settings: &Settings,
) -> Result<(), ServiceError> {
    let waits = limits(&settings.profile, session.transport().now().ms, false).waits;
    let mut cost = Cost::default();
    let found = tokio::select! {
        biased;
        // Whoever asks for a token next is interrupted as well, before anything is sent.
        () = session.transport().interrupted() => Ok(()),
        found = session.find(endpoints, settings.trust(), waits, &mut cost) => found,
    };
    let failed = match found {
        Ok(()) => None,
        Err(NotFound::Stopped(stopped)) => Some(stopped),
        Err(NotFound::Untrusted(error)) => return Err(ServiceError::usage(error)),
    };
    session.found(cost, failed).await;
    Ok(())
}

/// Where the service is and how to log in there. Hosts are checked before credentials are read.
fn address_and_login(settings: &Settings) -> Result<(Endpoints, Credentials), ServiceError> {
    let endpoints = settings.endpoints().map_err(ServiceError::usage)?;
    let credentials = settings.credentials(&environment::process).map_err(ServiceError::usage)?;
    Ok((endpoints, credentials))
}

fn limits(profile: &Profile, began_ms: u64, wait_when_busy: bool) -> Limits {
    Limits {
        waits: Waits {
            backoff_base_ms: profile.backoff_base_ms,
            backoff_cap_ms: profile.backoff_cap_ms,
            server_error_wait_ms: profile.server_error_wait_ms,
            deadline_at_ms: began_ms.saturating_add(profile.deadline_s.saturating_mul(1000)),
        },
        max_attempts: u32::try_from(profile.max_attempts).unwrap_or(u32::MAX),
        busy_states: profile.busy_states.clone(),
        wait_when_busy,
        if_match: profile.concurrency == Concurrency::IfMatch,
        full_body: profile.body == Body::MergeFull,
        read_back: profile.verify == Verify::ReadBack,
        settle_ms: profile.settle_s.saturating_mul(1000),
        ignore_etags: profile.etag == Etag::Ignore,
    }
}

/// The tenant's request budget, shared with other processes if possible. Where discovery finds the address, the issuer's
/// stands for it: it is known before the first request.
async fn budget(
    context: &Context,
    endpoints: &Endpoints,
    credentials: &Credentials,
    transport: &HttpTransport,
) -> Result<Budget, ServiceError> {
    let settings = &context.settings;
    let per_minute = u32::try_from(settings.profile.requests_per_minute).unwrap_or(u32::MAX);
    if per_minute == 0 || (settings.shared_url_variable.is_none() && settings.state.budget.is_none()) {
        return Ok(Budget::own(per_minute));
    }
    let shared = context.shared().map_err(ServiceError::usage)?;
    let tenant = tenant(settings, endpoints, credentials);
    match shared::decide(&**shared, &tenant, transport.now(), |_, _| ()).await {
        Ok(()) => Ok(Budget::shared(per_minute, Arc::clone(shared), tenant)),
        Err(Lost::File(problem)) => {
            context.terminal.note(&format!("note: the request budget is not shared with other processes: {problem}"));
            Ok(Budget::own(per_minute))
        }
        Err(lost) => Err(ServiceError::io(lost)),
    }
}

/// Whose requests the budget counts.
fn tenant(settings: &Settings, endpoints: &Endpoints, credentials: &Credentials) -> Tenant {
    Tenant::named(&match credentials {
        Credentials::Client { id, .. } | Credentials::Password { client_id: id, .. } if !settings.is_sandbox() => {
            format!("{} {}", endpoints.origin(), id.expose())
        }
        Credentials::Bearer(_) if !settings.is_sandbox() => endpoints.origin(),
        // The simulator's port changes with every run, so the origin does not identify it.
        _ => "sandbox".to_owned(),
    })
}

fn secrets(credentials: &Credentials) -> Scrubber {
    match credentials {
        // An id is not a secret by itself, but messages do not need it either.
        Credentials::Client { id, secret } => {
            let mut scrubber = Scrubber::new([secret]);
            scrubber.learn_values([id]);
            scrubber
        }
        Credentials::Password { client_id, client_secret, key_id, key_secret } => {
            let mut scrubber = Scrubber::new([client_secret, key_secret]);
            scrubber.learn_values([client_id, key_id]);
            scrubber
        }
        Credentials::Bearer(token) => Scrubber::new([token]),
    }
}
