//! Serves the service on a loopback socket.
//!
//! It reads a whole request, calls [`Service::handle`] and performs the delivery on the socket. In addition to the
//! paths of the service it has three paths for tests. They need no token, and requests to them are not counted:
//!
//! - `GET /_sandbox/journal`: `{"version": 1, "commits": […]}`
//! - `GET /_sandbox/requests`: `{"version": 1, "requests": […]}`
//! - `POST /_sandbox/revoke`: revokes every token; `{"version": 1, "revoked": n}`
//!
//! It binds loopback addresses only. It answers 421 if the `host` of a request is not a loopback name or address, so
//! that a web page whose name resolves to this machine (DNS rebinding) cannot read anything.

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

/// Time that connections have to finish after a stop. Our choice.
const GRACE: Duration = Duration::from_secs(2);

/// Pause after the system failed to accept a connection, for example because file descriptors ran out. Our choice.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The service, shared between the server and its owner.
pub type Shared = Arc<Mutex<Service>>;

/// Returns the current time in milliseconds since 1970-01-01T00:00:00Z.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Called with the state after each commit.
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

/// A server that is bound but does not serve yet.
pub struct Server {
    /// The address that the server is bound to, with the actual port.
    pub addr: SocketAddr,
    /// The service.
    pub shared: Shared,
    listener: TcpListener,
    clock: Clock,
    on_commit: Option<OnCommit>,
}

impl Server {
    /// Binds a loopback address. With port 0 the system chooses a port.
    ///
    /// # Errors
    ///
    /// The address is not loopback, or the system refuses it, for example because it is in use.
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

    /// Calls `hook` after every request that committed something, before the answer is sent. So the hook has seen
    /// everything that the client knows to be stored. The service is locked during the call, so the hook must not lock
    /// it.
    #[must_use]
    pub fn on_commit(mut self, hook: impl Fn(&Snapshot) + Send + Sync + 'static) -> Self {
        self.on_commit = Some(Arc::new(hook));
        self
    }

    /// Serves until `stop` is ready. Running requests then have two seconds to finish.
    pub async fn run(self, stop: impl Future<Output = ()>) {
        let shell = Arc::new(Shell { shared: self.shared, clock: self.clock, on_commit: self.on_commit });
        let (stopping, stopped) = watch::channel(false);
        let mut connections = JoinSet::new();
        let mut stop = pin!(stop);
        loop {
            tokio::select! {
                () = &mut stop => break,
                // Removes connections that have ended.
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
        // Dropping the set aborts the connections that are still open.
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

/// A running server. Dropping it stops the server without waiting.
pub struct Running {
    /// The address that the server is bound to.
    pub addr: SocketAddr,
    /// The service.
    pub shared: Shared,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Running {
    /// The base URL, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    /// Stops accepting connections, gives running requests two seconds to finish, and returns when all are closed.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // The task ends by itself. A panic in it was already reported when it happened.
        let _ = self.task.await;
    }
}

/// Locks the service, also after a panic in another thread. Its state is still usable then; at worst, the effect of one
/// request is missing.
pub fn lock(shared: &Mutex<Service>) -> MutexGuard<'_, Service> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What all connections share.
struct Shell {
    shared: Shared,
    clock: Clock,
    on_commit: Option<OnCommit>,
}

/// The delivery that remains to be performed on a connection that ends without a full answer.
type Aborted = Mutex<Option<Delivery>>;

/// Error that makes hyper end a connection without an answer.
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

/// Waits for the stop signal. A dropped sender counts as a stop.
async fn until(stopped: &mut watch::Receiver<bool>) {
    let _ = stopped.wait_for(|&stopped| stopped).await;
}

/// Sends half an answer or nothing, and resets the connection.
async fn cut(mut stream: TcpStream, delivery: &Delivery) {
    if let Delivery::Truncated(response) = delivery {
        // Errors are ignored: the client may have disconnected.
        let _ = stream.write_all(&half(response)).await;
        let _ = stream.flush().await;
    }
    // With a linger of zero, closing sends RST instead of FIN. If it cannot be set, FIN is good enough.
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

    /// Answers the paths for tests; `None` for any other path.
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
