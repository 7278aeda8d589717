//! How a session sends requests and waits: a trait, and its implementation over HTTP.

use std::cell::OnceCell;
use std::error::Error as _;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use cxvars_core::base::secret::Secret;
use cxvars_flow::Now;
use cxvars_flow::answer::RawAnswer;
use cxvars_flow::transport_fault::TransportFault;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Url};
use thiserror::Error;
use tokio::sync::watch;

use crate::profile::trust;
use crate::system::random::Jitter;
use crate::system::terminal::Terminal;
use crate::system::{System, clock, signals};

/// Longest answer that is read, in bytes; an action with 50 variables is a few kilobytes.
const MAX_ANSWER_BYTES: usize = 8 << 20;

/// Shortest wait that is announced to the user, in milliseconds.
const ANNOUNCED_WAIT_MS: u64 = 1000;

/// What a session sends and waits through: sockets, clock, randomness and signals in production, all of it simulated
/// in tests.
pub trait Transport {
    /// The time and a fresh random number.
    fn now(&self) -> Now;
    /// Waits this many milliseconds.
    fn sleep(&self, ms: u64) -> impl Future<Output = ()>;
    /// Sends a request once and reads the whole answer, within `timeout_ms`.
    fn exchange(
        &self,
        request: HttpRequest,
        timeout_ms: u64,
    ) -> impl Future<Output = Result<RawAnswer, TransportFault>>;
    /// Completes when the user asks to stop.
    fn interrupted(&self) -> impl Future<Output = ()>;
}

/// A request, ready to send. No `Debug`: it holds tokens and values.
pub struct HttpRequest {
    /// Method in upper case.
    pub method: &'static str,
    /// Where to.
    pub url: Url,
    /// Header names in lower case, with their values.
    pub headers: Vec<(&'static str, Secret)>,
    /// The body.
    pub body: Option<Secret>,
    /// Addresses of the host. The connection goes to one of them and nowhere else. If empty, the host name is looked
    /// up.
    pub pinned: Vec<SocketAddr>,
}

/// Requests over HTTP, on the system's clock.
pub struct HttpTransport {
    system: &'static dyn System,
    /// When the transport was set up, on the clock of [`Clock::monotonic`](crate::system::clock::Clock::monotonic).
    began: Duration,
    clients: Clients,
    interrupted: watch::Receiver<bool>,
    terminal: Terminal,
    jitter: Jitter,
}

/// TLS cannot be set up.
#[derive(Debug, Error)]
#[error("cannot set up HTTP: {0}")]
pub struct NoHttp(String);

impl HttpTransport {
    /// Sets up TLS, the HTTP client for `service`, and the handler for Ctrl-C and SIGTERM. Call it within a tokio
    /// runtime.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn new(
        service: &Url,
        connect: Duration,
        system: &'static dyn System,
        terminal: Terminal,
    ) -> Result<Self, NoHttp> {
        // This fails if a provider is installed already, which is just as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let clients = Clients { connect, remote: OnceCell::new(), local: OnceCell::new() };
        clients.of(service).map_err(|error| NoHttp(root_cause(&error)))?;
        Ok(Self {
            system,
            began: system.monotonic(),
            clients,
            interrupted: signals::watch(),
            terminal,
            jitter: Jitter::new(system),
        })
    }

    /// Milliseconds since the transport was set up.
    pub fn elapsed_ms(&self) -> f64 {
        self.elapsed().as_secs_f64() * 1000.0
    }

    fn elapsed(&self) -> Duration {
        self.system.monotonic().saturating_sub(self.began)
    }
}

/// The HTTP clients. Each is made when it is first needed, because making one reads all certificates of the system.
struct Clients {
    connect: Duration,
    /// For everything but loopback: through the system's proxy, if one is set.
    remote: OnceCell<Client>,
    /// For loopback: never through a proxy.
    local: OnceCell<Client>,
}

impl Clients {
    fn of(&self, url: &Url) -> reqwest::Result<&Client> {
        let (client, builder) = match url.host().is_some_and(|host| trust::is_loopback(&host)) {
            true => (&self.local, Client::builder().no_proxy()),
            false => (&self.remote, Client::builder()),
        };
        if let Some(client) = client.get() {
            return Ok(client);
        }
        let builder = builder
            .redirect(Policy::none())
            .connect_timeout(self.connect)
            .user_agent(concat!("cxvars/", env!("CARGO_PKG_VERSION")));
        let made = builder.build()?;
        Ok(client.get_or_init(|| made))
    }
}

impl Transport for HttpTransport {
    fn now(&self) -> Now {
        Now { ms: self.elapsed().as_millis() as u64, epoch_s: self.system.epoch_s(), random: self.jitter.next() }
    }

    async fn sleep(&self, ms: u64) {
        if ms >= ANNOUNCED_WAIT_MS {
            self.terminal
                .note(&format!("waiting {:.1} s before the next request; Ctrl-C ends the run", ms as f64 / 1000.0));
        }
        clock::sleep(Duration::from_millis(ms)).await;
    }

    async fn exchange(&self, request: HttpRequest, timeout_ms: u64) -> Result<RawAnswer, TransportFault> {
        let url = request.url;
        let pinned = match url.host_str().filter(|_| !request.pinned.is_empty()) {
            Some(host) => Some(pinned(host, &request.pinned).ok_or(TransportFault::Refused)?),
            None => None,
        };
        let client = match &pinned {
            Some(client) => client,
            None => self.clients.of(&url).map_err(|_| TransportFault::Tls)?,
        };
        // Headers were checked when the settings were read. A request that cannot be built was certainly not sent.
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| TransportFault::Refused)?;
        let headers = headers(&request.headers).ok_or(TransportFault::Refused)?;
        let mut sending = client.request(method, url).headers(headers).timeout(Duration::from_millis(timeout_ms));
        if let Some(body) = &request.body {
            sending = sending.body(body.expose().to_owned());
        }
        let mut response = sending.send().await.map_err(|error| classify(&error))?;
        let mut answer = RawAnswer {
            status: response.status().as_u16(),
            headers: response
                .headers()
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
                .collect(),
            body: Vec::new(),
        };
        loop {
            match response.chunk().await {
                Ok(None) => return Ok(answer),
                Ok(Some(chunk)) if answer.body.len() + chunk.len() <= MAX_ANSWER_BYTES => answer.body.extend(chunk),
                Ok(Some(_)) => return Err(TransportFault::Truncated),
                Err(error) if error.is_timeout() => return Err(TransportFault::Timeout),
                Err(_) => return Err(TransportFault::Truncated),
            }
        }
    }

    fn interrupted(&self) -> impl Future<Output = ()> {
        let mut interrupted = self.interrupted.clone();
        async move {
            if interrupted.wait_for(|stop| *stop).await.is_err() {
                // Without a signal handler, there are no interrupts.
                std::future::pending::<()>().await;
            }
        }
    }
}

/// A client that connects to this host at these addresses. It uses no proxy, because a proxy would look up the name
/// itself.
fn pinned(host: &str, addresses: &[SocketAddr]) -> Option<Client> {
    Client::builder().redirect(Policy::none()).no_proxy().resolve_to_addrs(host, addresses).build().ok()
}

fn headers(list: &[(&'static str, Secret)]) -> Option<HeaderMap> {
    let mut map = HeaderMap::new();
    for (name, value) in list {
        let mut value = HeaderValue::from_str(value.expose()).ok()?;
        // This keeps the value out of all debug output of the HTTP stack.
        value.set_sensitive(true);
        map.insert(HeaderName::from_static(name), value);
    }
    Some(map)
}

/// Classifies a failed request by what the service may have seen of it.
fn classify(error: &reqwest::Error) -> TransportFault {
    if error.is_timeout() {
        return TransportFault::Timeout;
    }
    if !error.is_connect() {
        return TransportFault::Reset;
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        if is_tls(error) {
            return TransportFault::Tls;
        }
        if error.to_string().starts_with("dns error") {
            return TransportFault::Dns;
        }
        cause = error.source();
    }
    TransportFault::Refused
}

/// Whether this is a TLS error, however deeply I/O errors wrap it. The `source` of an I/O error skips the error that it
/// wraps.
fn is_tls(error: &(dyn std::error::Error + 'static)) -> bool {
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<rustls::Error>() || wrapped.is_some_and(|inner| is_tls(inner))
}

fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_pinned_host_is_reached_at_its_address_and_nowhere_else() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let answering = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 1024];
            let read = stream.read(&mut request).await.unwrap();
            stream.write_all(b"HTTP/1.1 204 X\r\nconnection: close\r\n\r\n").await.unwrap();
            String::from_utf8_lossy(&request[..read]).into_owned()
        });
        let client = pinned("hooks.invalid", &[address]).unwrap();
        let answer = client.get(format!("http://hooks.invalid:{}/x", address.port())).send().await.unwrap();
        assert_eq!(answer.status(), 204);
        let request = answering.await.unwrap();
        assert!(request.contains(&format!("hooks.invalid:{}", address.port())), "{request}");
    }
}
