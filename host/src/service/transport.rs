//! How a session sends requests and waits: a trait, and its implementation over HTTP.

use std::cell::OnceCell;
use std::error::Error as _;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use cxvars_core::base::secret::Secret;
use cxvars_flow::Now;
use cxvars_flow::answer::{MAX_ANSWER_BYTES, RawAnswer};
use cxvars_flow::retry::seconds;
use cxvars_flow::transport_fault::TransportFault;
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Url};
use rustls::CertificateError;
use tokio::sync::watch;

use crate::profile::trust;
use crate::system::random::Jitter;
use crate::system::terminal::{ShownWait, Terminal};
use crate::system::{System, clock, signals, waits};
use crate::telemetry;

/// What a session sends and waits through: sockets, clock, randomness and signals in production, all of it simulated
/// in tests.
pub trait Transport {
    /// The time and a fresh random number.
    fn now(&self) -> Now;
    /// Shows the user a wait of `ms` milliseconds and `what` it is for, unless the wait is short. Dropping the result
    /// ends the display.
    #[must_use = "the wait is shown until this is dropped"]
    fn announce(&self, ms: u64, what: &str) -> Option<ShownWait>;
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

impl HttpTransport {
    /// Sets up TLS, and the handler for the signals that end a run. Call it within a tokio runtime.
    pub fn new(connect: Duration, system: &'static dyn System, terminal: Terminal) -> Self {
        // This fails if a provider is installed already, which is just as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let clients = Clients { connect, kept: Reach::default(), fresh: Reach::default() };
        Self {
            system,
            began: system.monotonic(),
            clients,
            interrupted: signals::watch(),
            terminal,
            jitter: Jitter::new(system),
        }
    }

    /// Milliseconds since the transport was set up.
    pub fn elapsed_ms(&self) -> f64 {
        self.elapsed().as_secs_f64() * 1000.0
    }

    fn elapsed(&self) -> Duration {
        self.system.monotonic().saturating_sub(self.began)
    }

    /// As [`Transport::exchange`], but shows the user nothing, for callers that show the wait themselves.
    pub(crate) async fn exchange_silently(
        &self,
        request: HttpRequest,
        timeout_ms: u64,
    ) -> Result<RawAnswer, TransportFault> {
        let url = request.url;
        let pinned = match url.host_str().filter(|_| !request.pinned.is_empty()) {
            Some(host) => Some(pinned(host, &request.pinned).ok_or(TransportFault::Refused)?),
            None => None,
        };
        let client = match &pinned {
            Some(client) => client,
            None => self.clients.of(request.method, &url).map_err(|error| not_built(&error))?,
        };
        // Headers were checked when the settings were read. A request that cannot be built was certainly not sent.
        let method = Method::from_bytes(request.method.as_bytes()).map_err(|_| TransportFault::Refused)?;
        let mut headers = headers(&request.headers).ok_or(TransportFault::Refused)?;
        // Without it a service may choose any content coding (RFC 9110 section 12.5.3).
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
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
                Ok(Some(chunk)) => {
                    answer.body.extend(chunk);
                    // What is longer is not used. The rest is not worth the time.
                    if answer.body.len() > MAX_ANSWER_BYTES {
                        return Ok(answer);
                    }
                }
                Err(error) if error.is_timeout() => return Err(TransportFault::Timeout),
                Err(_) => return Err(TransportFault::Truncated),
            }
        }
    }
}

/// The HTTP clients. Each is made when it is first needed, because making one reads all certificates of the system.
struct Clients {
    connect: Duration,
    /// For requests that may be repeated: a connection is used again.
    kept: Reach,
    /// For PUTs: each has a connection of its own. The service may be closing one that was used before, and then nobody
    /// knows whether the PUT came through.
    fresh: Reach,
}

/// The clients by where they lead.
#[derive(Default)]
struct Reach {
    /// Everything but loopback: through the system's proxy, if one is set.
    remote: OnceCell<Client>,
    /// Loopback: never through a proxy.
    local: OnceCell<Client>,
    /// Loopback without TLS.
    plain: OnceCell<Client>,
}

impl Clients {
    fn of(&self, method: &str, url: &Url) -> reqwest::Result<&Client> {
        let is_local = url.host().is_some_and(|host| trust::is_loopback(&host));
        let (reach, most_idle) = if method == "PUT" { (&self.fresh, 0) } else { (&self.kept, usize::MAX) };
        let (client, builder) = match (is_local, url.scheme()) {
            // No certificates are looked for, because none are needed.
            (true, "http") => (&reach.plain, Client::builder().no_proxy().tls_certs_only([])),
            (true, _) => (&reach.local, Client::builder().no_proxy()),
            (false, _) => (&reach.remote, Client::builder()),
        };
        if let Some(client) = client.get() {
            return Ok(client);
        }
        let builder = builder
            .redirect(Policy::none())
            .connect_timeout(self.connect)
            .pool_max_idle_per_host(most_idle)
            .user_agent(concat!("cxvars/", env!("CARGO_PKG_VERSION")));
        let made = builder.build()?;
        Ok(client.get_or_init(|| made))
    }
}

impl Transport for HttpTransport {
    fn now(&self) -> Now {
        Now { ms: self.elapsed().as_millis() as u64, epoch_s: self.system.epoch_s(), random: self.jitter.next() }
    }

    fn announce(&self, ms: u64, what: &str) -> Option<ShownWait> {
        (Duration::from_millis(ms) >= waits::SILENT).then(|| {
            let until = clock::rfc_3339((self.system.epoch_s() + ms as f64 / 1000.0).ceil());
            let wait = seconds(ms);
            self.terminal.wait(&format!("waiting until {until} ({wait}) for {what}; Ctrl-C ends the run"))
        })
    }

    async fn sleep(&self, ms: u64) {
        clock::sleep(Duration::from_millis(ms)).await;
    }

    async fn exchange(&self, mut request: HttpRequest, timeout_ms: u64) -> Result<RawAnswer, TransportFault> {
        let what = format!("the answer to {}", request.method);
        let until_s = self.system.epoch_s() + timeout_ms as f64 / 1000.0;
        let (span, begun) = (telemetry::request(request.method, &request.url), self.system.monotonic());
        request.headers.extend(span.headers());
        let answer = waits::announced(self.exchange_silently(request, timeout_ms), self.terminal, until_s, &what).await;
        let ms = self.system.monotonic().saturating_sub(begun).as_millis() as u64;
        span.ended(ms, answer.as_ref().map(|answer| answer.status).map_err(|fault| fault.code()));
        answer
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
    match error.is_connect() {
        true => no_connection(error),
        false => TransportFault::Reset,
    }
}

/// Why no connection was made: the first cause that says it.
fn no_connection(error: &(dyn std::error::Error + 'static)) -> TransportFault {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(error) = tls_error(error) {
            return match error {
                rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::Other(_)) => {
                    TransportFault::UnknownCa
                }
                _ => TransportFault::Tls,
            };
        }
        // Neither hyper nor its proxies export these errors.
        match error.to_string() {
            text if text.starts_with("dns error") => return TransportFault::Dns,
            text if text == "tunnel error: proxy authorization required" => return TransportFault::ProxyLogin,
            text if text.starts_with("tunnel error: ") && error.source().is_none() => return TransportFault::Proxy,
            _ => cause = error.source(),
        }
    }
    TransportFault::Refused
}

/// The TLS error that this is, however deeply I/O errors wrap it. The `source` of an I/O error skips the error that it
/// wraps.
fn tls_error<'e>(error: &'e (dyn std::error::Error + 'static)) -> Option<&'e rustls::Error> {
    error.downcast_ref().or_else(|| tls_error(error.downcast_ref::<io::Error>()?.get_ref()?))
}

/// Why no client could be built. Its settings are our own, so it can only be the certificates of the system.
fn not_built(error: &reqwest::Error) -> TransportFault {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.to_string().contains("No CA certificates") {
            return TransportFault::NoCaCertificates;
        }
        cause = error.source();
    }
    TransportFault::Tls
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn each_reason_for_no_connection_has_its_own_name() {
        use rustls::Error::InvalidCertificate;
        let wrapped = |error: rustls::Error| io::Error::other(io::Error::other(error));
        for (error, fault) in [
            (wrapped(InvalidCertificate(CertificateError::UnknownIssuer)), TransportFault::UnknownCa),
            (wrapped(InvalidCertificate(CertificateError::Expired)), TransportFault::Tls),
            (wrapped(rustls::Error::HandshakeNotComplete), TransportFault::Tls),
            (io::Error::other("dns error: x"), TransportFault::Dns),
            (io::Error::other("tunnel error: proxy authorization required"), TransportFault::ProxyLogin),
            (io::Error::other("tunnel error: unsuccessful"), TransportFault::Proxy),
            (io::Error::from(io::ErrorKind::ConnectionRefused), TransportFault::Refused),
        ] {
            assert_eq!(no_connection(&error), fault, "{error}");
            assert!(fault.was_not_sent());
        }
    }

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
