//! The signals that end a run: Ctrl-C, and on Unix SIGTERM and SIGHUP.

use std::io;
use std::sync::OnceLock;
use std::thread;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

/// True once a signal came.
static CAME: OnceLock<watch::Sender<bool>> = OnceLock::new();

/// Returns a flag that becomes true when a signal comes. Every wait watches it. From the first call on, a signal does
/// not end the process by itself.
pub(crate) fn watch() -> watch::Receiver<bool> {
    let came = CAME.get_or_init(|| {
        let came = watch::Sender::new(false);
        // If signals cannot be watched, they end the process, as in any program.
        if let Ok(runtime) = Builder::new_current_thread().enable_all().build() {
            listen(runtime, came.clone());
        }
        came
    });
    came.subscribe()
}

/// Whether a signal came. False if nothing watches for signals, because they end the process then.
pub(crate) fn came() -> bool {
    CAME.get().is_some_and(|came| *came.borrow())
}

/// Completes when a signal comes.
pub(crate) async fn stop() {
    let mut came = watch();
    if came.wait_for(|came| *came).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Listens on a thread of its own, because a command may block its own thread, for example with a wait for a lock.
fn listen(runtime: Runtime, came: watch::Sender<bool>) {
    let next = {
        // Registered before this returns, so that no signal is missed.
        let _context = runtime.enter();
        next()
    };
    let Ok(next) = next else { return };
    let _ = thread::Builder::new().name("signals".to_owned()).spawn(move || {
        runtime.block_on(next);
        came.send_replace(true);
        // Stays, so that further signals do not end the process either.
        runtime.block_on(std::future::pending::<()>());
    });
}

#[cfg(unix)]
fn next() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let mut hangup = signal(SignalKind::hangup())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn next() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
