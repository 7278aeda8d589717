//! The real world: sockets, clock, randomness and signals.

use std::cell::{Cell, OnceCell};
use std::error::Error as _;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cxvars_core::base::secret::Secret;
use cxvars_core::options::ignore::Date;
use cxvars_flow::Now;
use cxvars_flow::answer::{RawAnswer, TransportFault};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Url};
use tokio::sync::watch;
use ulid::Ulid;
use zeroize::Zeroize;

use crate::cli::exit::CommandError;
use crate::cli::terminal::Terminal;
use crate::profile::trust;
use crate::service::session::{HttpRequest, World};

/// Longest answer that is read, in bytes; an action with 50 variables is a few kilobytes.
const LONGEST_ANSWER: usize = 8 << 20;

/// A wait that is at least so long is announced, in milliseconds.
const NOTICED_MS: u64 = 1000;

/// The world that a command runs in.
pub struct RealWorld {
    started: Instant,
    clients: Clients,
    interrupted: watch::Receiver<bool>,
    terminal: Terminal,
    jitter: Jitter,
}

impl RealWorld {
    /// Sets up TLS, what is needed to reach `service`, and the handler for Ctrl-C and SIGTERM. Call it within a tokio
    /// runtime.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(service: &Url, connect: Duration, terminal: Terminal) -> Result<Self, CommandError> {
        // A second installation is refused, and the first is just as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let clients = Clients { connect, remote: OnceCell::new(), local: OnceCell::new() };
        clients.of(service).map_err(|error| CommandError::io(format!("cannot set up HTTP: {}", root_cause(&error))))?;
        Ok(Self { started: Instant::now(), clients, interrupted: watch_signals(), terminal, jitter: Jitter::new() })
    }
}

impl RealWorld {
    /// Milliseconds since this world began.
    pub fn elapsed_ms(&self) -> f64 {
        self.started.elapsed().as_secs_f64() * 1000.0
    }
}

/// Each is made when it is first needed: it reads all certificates of the system.
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

impl World for RealWorld {
    fn now(&self) -> Now {
        Now { ms: self.started.elapsed().as_millis() as u64, epoch_s: epoch_s(), random: self.jitter.next() }
    }

    async fn sleep(&self, ms: u64) {
        if ms >= NOTICED_MS {
            self.terminal
                .note(&format!("waiting {:.1} s before the next request; Ctrl-C ends the run", ms as f64 / 1000.0));
        }
        tokio::time::sleep(Duration::from_millis(ms)).await;
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
        // Headers were checked when the settings were read; what is not sendable was not sent.
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
                Ok(Some(chunk)) if answer.body.len() + chunk.len() <= LONGEST_ANSWER => answer.body.extend(chunk),
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
                // Without a signal handler nobody interrupts.
                std::future::pending::<()>().await;
            }
        }
    }
}

/// A client that finds this host at these addresses. Never through a proxy, which would look the name up by itself.
fn pinned(host: &str, addresses: &[SocketAddr]) -> Option<Client> {
    Client::builder().redirect(Policy::none()).no_proxy().resolve_to_addrs(host, addresses).build().ok()
}

/// Seconds since 1970-01-01 UTC.
pub fn epoch_s() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// The day in UTC; none where the clock shows a time that no calendar has.
pub fn today() -> Option<Date> {
    let now = jiff::Timestamp::from_second(epoch_s() as i64).ok()?;
    Some(date(jiff::tz::Offset::UTC.to_datetime(now).date()))
}

/// A day as core takes it.
pub fn date(day: jiff::civil::Date) -> Date {
    Date::new(day.year(), day.month().unsigned_abs(), day.day().unsigned_abs())
}

/// Numbers in `0.0..1.0` that spread waits out; nothing depends on nobody guessing them. The system is asked once.
struct Jitter(Cell<u64>);

impl Jitter {
    /// Where the system has no randomness all processes wait alike, which is no worse than without.
    fn new() -> Self {
        Self(Cell::new(getrandom::u64().unwrap_or_default()))
    }

    /// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
    fn next(&self) -> f64 {
        const STEPS: f64 = (1_u64 << 53) as f64;
        self.0.set(self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15));
        let mut bits = self.0.get();
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) >> 11) as f64 / STEPS
    }
}

fn headers(list: &[(&'static str, Secret)]) -> Option<HeaderMap> {
    let mut map = HeaderMap::new();
    for (name, value) in list {
        let mut value = HeaderValue::from_str(value.expose()).ok()?;
        // Kept out of every debug output of the HTTP stack.
        value.set_sensitive(true);
        map.insert(HeaderName::from_static(name), value);
    }
    Some(map)
}

/// What a failed request means for what the service may have seen.
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

/// Whether this is an error of TLS, however deep in I/O errors it is wrapped: their `source` skips what they wrap.
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

/// Turns Ctrl-C and SIGTERM into a flag that every wait watches.
fn watch_signals() -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        stop_signal().await;
        sender.send_replace(true);
        // Keeps the channel open, so that waiting for it goes on.
        sender.closed().await;
    });
    receiver
}

/// Completes on Ctrl-C or SIGTERM; never where signals cannot be watched.
pub async fn stop_signal() {
    if next_signal().await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
async fn next_signal() -> io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn next_signal() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}

/// A ULID: sorts by time, unique enough to name a run.
pub fn run_id() -> String {
    let random = getrandom::u64().map_or(0, |high| u128::from(high) << 64 | u128::from(getrandom::u64().unwrap_or(0)));
    Ulid::from_parts((epoch_s() * 1000.0) as u64, random).to_string()
}

/// Random bytes for keys and ids.
///
/// # Errors
/// When the system has no randomness.
pub fn random_bytes() -> Result<[u8; 32], CommandError> {
    let mut bytes = [0; 32];
    match getrandom::fill(&mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error) => {
            bytes.zeroize();
            Err(CommandError::io(format!("the system gives no random numbers: {error}")))
        }
    }
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
