//! The service behind a loopback socket.
//!
//! A thin shell: it reads a request whole, asks [`Service::handle`] and performs the delivery for real. Beside the
//! service's own paths it has three for tests, which are not counted and need no token:
//!
//! - `GET /_sandbox/journal`: `{"version": 1, "commits": […]}`
//! - `GET /_sandbox/requests`: `{"version": 1, "requests": […]}`
//! - `POST /_sandbox/revoke`: revokes every token; `{"version": 1, "revoked": n}`
//!
//! It binds loopback addresses only, and answers 421 to a request whose `host` is a name or address that is not
//! loopback: a web page that has its own name resolve to this machine gets nothing.

use std::net::{IpAddr, SocketAddr};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::http;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::service::{Delivery, Request, Response, Service};
use super::snapshot::Snapshot;

mod wire;

use wire::{answer, half, names_loopback, read};

/// How long connections may take to finish after a stop. Ours.
const GRACE: Duration = Duration::from_secs(2);

/// How long to wait after the system refused to accept a connection, for instance for want of file descriptors. Ours.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The service, shared between the server and whoever looks into it.
pub type Shared = Arc<Mutex<Service>>;

/// Tells the time in epoch milliseconds. A plain `fn() -> u64` is one.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// What to do with the state after a commit.
pub type OnCommit = Arc<dyn Fn(&Snapshot) + Send + Sync>;

/// Why a server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// The address could be reached from other machines.
    #[error("the sandbox only binds loopback addresses such as 127.0.0.1, not `{0}`")]
    NotLoopback(IpAddr),
    /// The system refused the address.
    #[error("cannot bind `{addr}` for the sandbox")]
    Bind {
        /// The address.
        addr: SocketAddr,
        /// The system's reason.
        source: std::io::Error,
    },
}

/// A server that is bound and does not serve yet.
pub struct Server {
    /// The address it is bound to, with the port that the system chose.
    pub addr: SocketAddr,
    /// The service behind it.
    pub shared: Shared,
    listener: TcpListener,
    clock: Clock,
    on_commit: Option<OnCommit>,
}

impl Server {
    /// Binds a loopback address; port 0 lets the system choose.
    ///
    /// # Errors
    ///
    /// The address is not loopback, or is taken.
    pub async fn bind(
        addr: SocketAddr,
        shared: Shared,
        clock: impl Fn() -> u64 + Send + Sync + 'static,
    ) -> Result<Self, BindError> {
        if !addr.ip().is_loopback() {
            return Err(BindError::NotLoopback(addr.ip()));
        }
        let failed = |source| BindError::Bind { addr, source };
        let listener = TcpListener::bind(addr).await.map_err(failed)?;
        Ok(Self {
            addr: listener.local_addr().map_err(failed)?,
            shared,
            listener,
            clock: Arc::new(clock),
            on_commit: None,
        })
    }

    /// Calls `hook` after every request that committed something, before its answer is sent: what the client knows to
    /// be stored has been handed over. The service is locked meanwhile, so the hook must not ask for it.
    #[must_use]
    pub fn on_commit(mut self, hook: impl Fn(&Snapshot) + Send + Sync + 'static) -> Self {
        self.on_commit = Some(Arc::new(hook));
        self
    }

    /// Serves until `stop` is ready, then lets running requests finish for two seconds at most.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let shell = Arc::new(Shell { shared: self.shared, clock: self.clock, on_commit: self.on_commit });
        let (stopping, stopped) = watch::channel(false);
        let mut connections = JoinSet::new();
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                // Forgets those that are done.
                Some(_) = connections.join_next() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        connections.spawn(connection(stream, Arc::clone(&shell), stopped.clone()));
                    }
                    Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
                }
            }
        }
        drop(self.listener);
        stopping.send_replace(true);
        let all = async { while connections.join_next().await.is_some() {} };
        // Whoever is late is aborted with the set.
        let _ = tokio::time::timeout(GRACE, all).await;
    }

    /// Serves in a task of the current runtime.
    pub fn spawn(self) -> Running {
        let addr = self.addr;
        let shared = Arc::clone(&self.shared);
        let (stop, mut stopped) = watch::channel(false);
        let task = tokio::spawn(self.run(async move {
            until(&mut stopped).await;
        }));
        Running { addr, shared, stop, task }
    }
}

/// A server at work. Dropping it stops the server without waiting for it.
pub struct Running {
    /// The address it is bound to.
    pub addr: SocketAddr,
    /// The service behind it.
    pub shared: Shared,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// The base URL.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Stops accepting, lets running requests finish for two seconds at most, and returns when all is closed.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // The task ends by itself; a panic in it was reported when it happened.
        let _ = self.task.await;
    }
}

/// Locks the service. After a panic elsewhere its state is still good to look at, and at worst lacks one request.
pub fn lock(shared: &Mutex<Service>) -> MutexGuard<'_, Service> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What every connection needs.
struct Shell {
    shared: Shared,
    clock: Clock,
    on_commit: Option<OnCommit>,
}

/// What remains to be done on a connection that ends without a proper answer.
type Aborted = Mutex<Option<Delivery>>;

/// Makes hyper give up a connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection ends here")]
struct Abort;

async fn connection(stream: TcpStream, shell: Arc<Shell>, mut stopped: watch::Receiver<bool>) {
    let aborted = Aborted::default();
    let service = service_fn(|request| exchange(&shell, &aborted, request));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let mut pinned = Pin::new(&mut connection);
    let ended = tokio::select! {
        ended = pinned.as_mut() => ended,
        () = until(&mut stopped) => {
            pinned.as_mut().graceful_shutdown();
            pinned.await
        }
    };
    if ended.is_ok() {
        return;
    }
    let stream = connection.into_parts().io.into_inner();
    let delivery = aborted.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(delivery) = delivery {
        cut(stream, &delivery).await;
    }
}

/// Waits for the stop. A sender that is gone means the same.
async fn until(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|&stopped| stopped).await;
}

/// Sends half an answer or none, and resets the connection.
async fn cut(mut stream: TcpStream, delivery: &Delivery) {
    if let Delivery::Truncated(response) = delivery {
        // A client that is gone does not get its half.
        let _ = stream.write_all(&half(response)).await;
        let _ = stream.flush().await;
    }
    // With a linger of zero, closing sends RST instead of FIN. Where it cannot be set, FIN does as well.
    let _ = stream.set_zero_linger();
}

async fn exchange(
    shell: &Shell,
    aborted: &Aborted,
    request: http::Request<Incoming>,
) -> Result<http::Response<Full<Bytes>>, Abort> {
    if !names_loopback(&request) {
        let message = "the sandbox serves requests to loopback names and addresses only\n";
        return Ok(answer(Response::text(421, "text/plain", message)));
    }
    let Some(request) = read(request).await else {
        return Err(Abort);
    };
    if let Some(response) = shell.inspect(&request) {
        return Ok(answer(response));
    }
    let response = match shell.handle(&request) {
        Delivery::Reply(response) => response,
        Delivery::Slow { delay_ms, response } => {
            tokio::time::sleep(Duration::from_millis(delay_ms)).await;
            response
        }
        delivery @ (Delivery::Reset | Delivery::Truncated(_)) => {
            *aborted.lock().unwrap_or_else(PoisonError::into_inner) = Some(delivery);
            return Err(Abort);
        }
    };
    Ok(answer(response))
}

impl Shell {
    fn handle(&self, request: &Request) -> Delivery {
        let mut service = lock(&self.shared);
        let commits = service.journal().len();
        let delivery = service.handle((self.clock)(), request);
        if let Some(on_commit) = &self.on_commit
            && service.journal().len() > commits
        {
            on_commit(&service.snapshot());
        }
        delivery
    }

    /// The paths for tests.
    fn inspect(&self, request: &Request) -> Option<Response> {
        let path = request.path.split('?').next()?.strip_prefix("/_sandbox/")?;
        let mut service = lock(&self.shared);
        let (status, body) = match (request.method.as_str(), path) {
            ("GET", "journal") => (200, json!({"version": 1, "commits": service.journal()})),
            ("GET", "requests") => (200, json!({"version": 1, "requests": service.exchanges()})),
            ("POST", "revoke") => (200, json!({"version": 1, "revoked": service.revoke_tokens()})),
            (_, "journal" | "requests" | "revoke") => (405, json!({"version": 1, "error": "wrong method"})),
            _ => (404, json!({"version": 1, "error": "there is no such path"})),
        };
        Some(Response::json(status, &body))
    }
}
