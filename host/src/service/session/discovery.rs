//! Asks for the addresses that the profile leaves to discovery, within the session's budget and limits.

use cxvars_core::base::secret::Secret;
use cxvars_flow::discovery::{DocumentEffect, DocumentFlow, address, tenant_id};
use cxvars_flow::retry::Waits;
use cxvars_flow::{Cost, Stopped};
use serde_json::Value;
use tracing::debug;
use url::Url;

use super::Session;
use crate::profile::Endpoints;
use crate::profile::set_by::Origin;
use crate::profile::trust::{Trust, TrustError};
use crate::service::transport::{HttpRequest, Transport};

/// Why the addresses were not found.
pub(crate) enum NotFound {
    /// A document names a host that is not trusted.
    Untrusted(TrustError),
    /// The login or a document failed.
    Stopped(Stopped),
}

impl From<Stopped> for NotFound {
    fn from(stopped: Stopped) -> Self {
        Self::Stopped(stopped)
    }
}

impl From<TrustError> for NotFound {
    fn from(error: TrustError) -> Self {
        Self::Untrusted(error)
    }
}

impl<T: Transport> Session<T> {
    /// Finds the addresses that `endpoints` lack: the token endpoint, and after the login the API of its tenant.
    ///
    /// # Errors
    /// A host is not trusted, or the service refused or did not answer.
    pub(crate) async fn find(
        &self,
        endpoints: &mut Endpoints,
        trust: &Trust,
        waits: Waits,
        cost: &mut Cost,
    ) -> Result<(), NotFound> {
        let wanted = endpoints.discovered();
        if wanted.token_url
            && let Some(url) = endpoints.openid_configuration()
        {
            let found = address(&self.document(&url, waits, cost).await?, "token_endpoint")?;
            endpoints.set_token_url(found.clone(), &named_by(&url), trust)?;
            self.found_token_url.get_or_init(|| found);
        }
        if wanted.base_url {
            let token = self.authorize(None, waits, &self.secrets, cost).await?;
            let tenant = tenant_id(token.id_token.as_ref())?;
            if let Some(url) = endpoints.cxone_configuration(&tenant) {
                let found = address(&self.document(&url, waits, cost).await?, "api_endpoint")?;
                endpoints.set_base_url(found, &named_by(&url), trust)?;
            }
        }
        Ok(())
    }

    /// Remembers what finding the addresses cost, for the first registration, and that it failed, if it did.
    pub(crate) async fn found(&self, cost: Cost, failed: Option<Stopped>) {
        let mut slot = self.token.lock().await;
        slot.unreported = cost;
        if failed.is_some() {
            slot.token = None;
            slot.refused = failed;
        }
    }

    async fn document(&self, url: &Url, waits: Waits, cost: &mut Cost) -> Result<Value, Stopped> {
        let mut flow = DocumentFlow::new(waits, &self.secrets);
        let result = loop {
            if let Err(stopped) = self.take_one(waits, cost).await {
                break Err(stopped.or_cause(flow.held_up().cloned()));
            }
            cost.requests += 1;
            let headers = vec![("accept", Secret::new("application/json"))];
            let request = HttpRequest { method: "GET", url: url.clone(), headers, body: None, pinned: Vec::new() };
            let effect = match self.exchange(request, waits, &self.secrets).await {
                Ok(raw) => flow.answered(&raw, self.transport.now()),
                Err(fault) => flow.failed(fault, self.transport.now()),
            };
            match effect {
                DocumentEffect::Finish(result) => break result,
                DocumentEffect::Wait(ms) => {
                    debug!(ms, "waiting before the discovery document is asked for again");
                    let _shown = self.transport.announce(ms, "the discovery document");
                    self.transport.sleep(ms).await;
                }
            }
        };
        cost.add(flow.cost());
        result
    }
}

/// The document, without the tenant in its query.
fn named_by(url: &Url) -> Origin {
    let mut url = url.clone();
    url.set_query(None);
    Origin::Discovery(url.into())
}
