//! Opening a session at the service, real or simulated.

pub mod budget;
pub mod session;
pub mod transport;

use std::time::Duration;

use cxvars_core::base::secret::Secret;
use cxvars_core::service::outcome::Outcome;
use cxvars_flow::Failure;
use cxvars_flow::advice::Access;
use cxvars_flow::register::{Finished, Goal, Policy, Registration};
use cxvars_flow::retry::Waits;
use cxvars_flow::scrub::Scrubber;

use crate::cli::exit::{CommandError, Exit};
use crate::config::Settings;
use crate::profile::login::{self, Credentials, token_request};
use crate::profile::{Body, Concurrency, Endpoints, Profile};
use crate::project::context::Context;
use crate::service::budget::Budget;
use crate::service::session::{Session, SessionLimits, Target, TokenSource, World};
use crate::service::transport::RealWorld;
use crate::system::{environment, private_fs};

/// A session and what belongs to it.
pub(crate) struct Service {
    pub(crate) session: Session<RealWorld>,
    pub(crate) target: String,
    endpoints: Endpoints,
    #[cfg(feature = "simulator")]
    _simulator: Option<crate::command::sandbox::Simulator>,
}

/// Why an action could not be read.
pub(crate) enum ReadError {
    /// Nothing was asked.
    Command(CommandError),
    /// What the service said, or did not say.
    Service { exit: Exit, failure: Failure },
}

impl From<CommandError> for ReadError {
    fn from(error: CommandError) -> Self {
        Self::Command(error)
    }
}

impl From<ReadError> for CommandError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Command(error) => error,
            ReadError::Service { exit, failure } => Self::new(exit, failure_text(&failure)),
        }
    }
}

/// Runs a command's work on a small runtime.
pub(crate) fn block_on<T>(work: impl Future<Output = Result<T, CommandError>>) -> Result<T, CommandError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| CommandError::io(format!("cannot start: {error}")))?;
    let result = runtime.block_on(work);
    // A question that was interrupted still waits for its answer; the command does not.
    runtime.shutdown_background();
    result
}

impl Service {
    /// Opens the session: starts the simulator where it is wanted, checks that the hosts are trusted, reads the
    /// credentials. Nothing is sent yet.
    pub(crate) async fn open(context: &mut Context, access: Access) -> Result<Self, CommandError> {
        #[cfg(feature = "simulator")]
        let simulator = crate::command::sandbox::start_if_wanted(context).await?;
        #[cfg(not(feature = "simulator"))]
        if context.settings.is_sandbox() {
            return Err(CommandError::usage("this build has no simulator (cargo feature `simulator`)"));
        }
        let settings = &context.settings;
        let (endpoints, credentials) = address_and_login(settings)?;
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
        let source = match token_request(profile.auth, endpoints.token_url(), &credentials, scopes) {
            login::TokenSource::Given(token) => TokenSource::Given(token),
            login::TokenSource::Request(request) => {
                TokenSource::Request { url: request.url, headers: request.headers, body: request.body }
            }
        };
        let world = RealWorld::new(endpoints.base_url(), Duration::from_secs(profile.connect_s), context.terminal)?;
        let budget = budget(context, &endpoints, &credentials);
        let session = Session::new(world, source, limits, budget, secrets(&credentials));
        let target = if settings.is_sandbox() { "sandbox".to_owned() } else { endpoints.origin() };
        Ok(Self {
            session,
            target,
            endpoints,
            #[cfg(feature = "simulator")]
            _simulator: simulator,
        })
    }

    /// Refuses what [`Service::open`] would refuse, before it is this environment's turn.
    pub(crate) fn check(settings: &Settings) -> Result<(), CommandError> {
        // The simulator has no address and no credentials before it runs.
        if settings.is_sandbox() { Ok(()) } else { address_and_login(settings).map(drop) }
    }

    /// Runs a registration for the action with this id.
    pub(crate) async fn run<E: From<CommandError>>(
        &self,
        context: &Context,
        action: &str,
        goal: Goal,
        wait_when_busy: bool,
        values: &[Secret],
        record_intent: impl AsyncFnMut(&Registration) -> Result<(), E>,
    ) -> Result<Finished, E> {
        let url = self.endpoints.action_url(action).map_err(CommandError::usage)?;
        let policy = policy(&context.settings.profile, self.session.world().now().ms, wait_when_busy);
        let target = Target { url: &url, waits: policy.waits };
        self.session.run(Registration::new(policy, goal), &target, values, record_intent).await
    }

    /// Reads the action.
    ///
    /// # Errors
    /// What kept it from being read.
    pub(crate) async fn read(&self, context: &Context, action: &str, values: &[Secret]) -> Result<Finished, ReadError> {
        let mut finished = self
            .run(context, action, Goal::Read, false, values, async |_: &Registration| Ok::<_, CommandError>(()))
            .await?;
        match finished.failure.take().filter(|_| finished.outcome != Outcome::Unchanged) {
            None => Ok(finished),
            Some(failure) => {
                Err(ReadError::Service { exit: Exit::of(finished.outcome, finished.interrupted), failure })
            }
        }
    }

    /// Waits and deadline of a run that begins now.
    pub(crate) fn waits(&self, context: &Context) -> Waits {
        policy(&context.settings.profile, self.session.world().now().ms, false).waits
    }

    /// The service's address.
    pub(crate) fn base_url(&self) -> &url::Url {
        self.endpoints.base_url()
    }

    /// Milliseconds since the command began, to two decimals.
    pub(crate) fn elapsed_ms(&self) -> f64 {
        self.session.world().elapsed_ms()
    }
}

/// Where the service is and how to log in there. Hosts are checked before credentials are read.
fn address_and_login(settings: &Settings) -> Result<(Endpoints, Credentials), CommandError> {
    let endpoints = settings.endpoints().map_err(CommandError::usage)?;
    let credentials = settings.credentials(&environment::process).map_err(CommandError::usage)?;
    Ok((endpoints, credentials))
}

fn policy(profile: &Profile, now_ms: u64, wait_when_busy: bool) -> Policy {
    Policy {
        waits: Waits {
            backoff_base_ms: profile.backoff_base_ms,
            backoff_cap_ms: profile.backoff_cap_ms,
            server_error_wait_ms: profile.server_error_wait_ms,
            deadline_at_ms: now_ms.saturating_add(profile.deadline_s.saturating_mul(1000)),
        },
        max_attempts: u32::try_from(profile.max_attempts).unwrap_or(u32::MAX),
        busy_states: profile.busy_states.clone(),
        wait_when_busy,
        if_match: profile.concurrency == Concurrency::IfMatch,
        full_body: profile.body == Body::MergeFull,
    }
}

/// The tenant's request budget, shared with the other processes on this machine where that is possible.
fn budget(context: &Context, endpoints: &Endpoints, credentials: &Credentials) -> Budget {
    let settings = &context.settings;
    let per_minute = u32::try_from(settings.profile.requests_per_minute).unwrap_or(u32::MAX);
    let Some(folder) = &settings.state.budget else { return Budget::own(per_minute) };
    let tenant = match credentials {
        Credentials::Client { id, .. } if !settings.is_sandbox() => format!("{} {}", endpoints.origin(), id.expose()),
        Credentials::Bearer(_) if !settings.is_sandbox() => endpoints.origin(),
        // Its port is another one each time.
        _ => "sandbox".to_owned(),
    };
    Budget::shared(per_minute, folder, &tenant).unwrap_or_else(|error| {
        context.terminal.note(&format!(
            "note: the request budget is not shared with other processes: {}: {}",
            folder.display(),
            private_fs::describe(&error)
        ));
        Budget::own(per_minute)
    })
}

fn secrets(credentials: &Credentials) -> Scrubber {
    match credentials {
        // An id is no secret by itself, but nobody needs it in a message either.
        Credentials::Client { id, secret } => Scrubber::new([id, secret]),
        Credentials::Bearer(token) => Scrubber::new([token]),
    }
}

/// A failure on two lines: what happened, what to do.
pub(crate) fn failure_text(failure: &Failure) -> String {
    let mut text = failure.message.clone();
    if let Some(id) = &failure.correlation_id {
        text += &format!(" (correlation id {id})");
    }
    if let Some(advice) = &failure.advice {
        text += &format!("\n  {advice}");
    }
    text
}
