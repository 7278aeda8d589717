//! The environments of a run, and their services once they are open.

use std::cell::{OnceCell, RefCell};

use cxvars_flow::advice::Access;
use cxvars_flow::limiter::Full;
use cxvars_flow::schedule::End;

use crate::project::context::Context;
use crate::service::budget::{NotNow, Taken};
use crate::service::{Opener, Service, ServiceError};
use crate::system::{Real, System};

/// Environments that are worked on side by side, by their numbers in the schedule.
pub(crate) struct Sites {
    access: Access,
    system: &'static dyn System,
    opener: Opener,
    sites: Vec<Site>,
}

struct Site {
    /// `None` once it was tried to open it.
    closed: RefCell<Option<Context>>,
    open: OnceCell<(Context, Service)>,
}

impl Sites {
    /// Environments that are not open yet. `shows_waits`: whether each wait is shown, of which there may be many at a time
    /// in a run over several actions.
    pub(crate) fn new(contexts: Vec<Context>, access: Access, shows_waits: bool) -> Self {
        let system = contexts.first().map_or::<&'static dyn System, _>(&Real, |context| context.system);
        let site = |mut context: Context| {
            if !shows_waits {
                context.terminal = context.terminal.without_waits();
            }
            Site { closed: RefCell::new(Some(context)), open: OnceCell::new() }
        };
        Self { access, system, opener: Opener::default(), sites: contexts.into_iter().map(site).collect() }
    }

    /// Opens the service of an environment, unless it is open, and logs in there. If only the login fails, the first
    /// request tells why.
    ///
    /// # Errors
    /// The service cannot be opened.
    pub(crate) async fn open(&self, number: usize) -> Result<End, ServiceError> {
        let Some(site) = self.sites.get(number) else { return Ok(End::Stop) };
        if let Some(mut context) = site.closed.take() {
            let service = self.opener.open(&mut context, self.access).await?;
            let _ = site.open.set((context, service));
        }
        let Some((context, service)) = site.open.get() else { return Ok(End::Stop) };
        let login = service.session.log_in(service.waits(context)).await;
        Ok(if login.is_ok() { End::Done } else { End::Failed })
    }

    /// Milliseconds on a monotonic clock.
    pub(crate) fn now_ms(&self) -> u64 {
        u64::try_from(self.system.monotonic().as_millis()).unwrap_or(u64::MAX)
    }

    /// The service of an environment, if it is open.
    pub(crate) fn opened(&self, number: usize) -> Option<&(Context, Service)> {
        self.sites.get(number)?.open.get()
    }

    /// Takes requests from the budget of an environment.
    ///
    /// # Errors
    /// It has no room for them now.
    pub(crate) async fn take(&self, number: usize, requests: usize) -> Result<Taken, NotNow> {
        let (_, service) = self.opened(number).ok_or(NotNow::Full(Full::NoRoom(1)))?;
        service.session.take(requests).await
    }
}
