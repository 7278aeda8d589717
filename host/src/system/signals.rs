//! Ctrl-C and SIGTERM.

use std::io;

use tokio::sync::watch;

/// Returns a flag that becomes true on Ctrl-C or SIGTERM. Every wait watches it. Must be called within a tokio runtime.
pub(crate) fn watch() -> watch::Receiver<bool> {
    let (sender, receiver) = watch::channel(false);
    tokio::spawn(async move {
        stop().await;
        sender.send_replace(true);
        // Keeps the channel open: a closed one would end the waits of its receivers.
        sender.closed().await;
    });
    receiver
}

/// Completes on Ctrl-C or SIGTERM. If signals cannot be watched, never completes.
pub(crate) async fn stop() {
    if next().await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(unix)]
async fn next() -> io::Result<()> {
    let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result,
        _ = terminate.recv() => Ok(()),
    }
}

#[cfg(not(unix))]
async fn next() -> io::Result<()> {
    tokio::signal::ctrl_c().await
}
