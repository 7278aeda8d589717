//! The HTTP client of the exporters. It runs on their threads, beside the run.

use std::fmt;
use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use reqwest::redirect::Policy;
use tokio::runtime::Runtime;

use super::delivery::Delivery;
use super::settings::Endpoint;
use crate::profile::trust;

/// What is read of an answer at most, in bytes. It says how many spans or points were rejected, and nothing else of use.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Longest time that making a connection may take.
const CONNECT: Duration = Duration::from_secs(2);

/// Sends what was collected to one endpoint.
pub(super) struct Client {
    client: reqwest::Client,
    /// The exporters' threads have no runtime of their own.
    runtime: Runtime,
    delivery: Arc<Delivery>,
}

impl Client {
    /// A client for this endpoint: on this machine never through a proxy, elsewhere through the system's. Each request has
    /// the time of the endpoint, because the exporter itself does not break off an attempt that is under way.
    ///
    /// # Errors
    /// TLS or a runtime cannot be set up.
    pub(super) fn new(Endpoint { url, timeout }: &Endpoint, delivery: Arc<Delivery>) -> Result<Self, HttpError> {
        // This fails if a provider is installed already, which is just as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let is_local = url.host().is_some_and(|host| trust::is_loopback(&host));
        let builder = match (is_local, url.scheme()) {
            // No certificates are looked for, because none are needed.
            (true, "http") => reqwest::Client::builder().no_proxy().tls_certs_only([]),
            (true, _) => reqwest::Client::builder().no_proxy(),
            (false, _) => reqwest::Client::builder(),
        };
        // A redirect would carry the headers, which hold the collector's token, to another host.
        let client = builder.redirect(Policy::none()).connect_timeout(CONNECT).timeout(*timeout).build()?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { client, runtime, delivery })
    }

    async fn exchange(&self, request: Request<Bytes>) -> Result<Response<Bytes>, reqwest::Error> {
        let mut answer = self.client.execute(request.try_into()?).await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            body.extend(chunk);
            if body.len() > MAX_ANSWER_BYTES {
                body.clear();
                break;
            }
        }
        let mut response = Response::new(Bytes::from(body));
        (*response.status_mut(), *response.headers_mut()) = (status, headers);
        Ok(response)
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl HttpClient for Client {
    fn send_bytes<'c, 'f>(
        &'c self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'f>>
    where
        'c: 'f,
        Self: 'f,
    {
        let answer = self.runtime.block_on(self.exchange(request));
        match &answer {
            Ok(answer) if answer.status().is_success() => {}
            Ok(answer) => self.delivery.failed(format!("it answered {}", answer.status().as_u16())),
            Err(error) => self.delivery.failed(cause(error).to_owned()),
        }
        Box::pin(ready(answer.map_err(HttpError::from)))
    }
}

/// Why there was no answer. The error itself would quote the URL.
fn cause(error: &reqwest::Error) -> &'static str {
    match (error.is_timeout(), error.is_connect()) {
        (true, _) => "no answer in time",
        (false, true) => "no connection could be made",
        (false, false) => "the connection broke off",
    }
}
