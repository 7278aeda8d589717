//! One action is updated by one process at a time: a lock for each action, which also tells a running update from one
//! whose process was killed.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use cxvars_core::base::{display, hex};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;

use crate::system::files;
use crate::system::locks::{self, NoLock};

/// Most bytes that are read of a lock file.
const MAX_BYTES: u64 = 4096;

/// Who updates an action, for the others that wait for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Process id.
    pub pid: u32,
    /// Name of the machine, if it is known.
    pub host: Option<String>,
    /// When the update began, RFC 3339.
    pub since: String,
}

impl Holder {
    /// For people: `process 4711 on build-3, since 2026-01-31T12:00:00Z`.
    pub fn describe(&self) -> String {
        let host = self.host.as_ref().map(|host| format!(" on {}", display::escape(host))).unwrap_or_default();
        format!("process {}{host}, since {}", self.pid, display::escape(&self.since))
    }
}

/// The lock of an action. The system removes it when the process ends, even if it is killed.
#[derive(Debug)]
pub struct Updating {
    lock: File,
}

/// Why an action cannot be updated now.
#[derive(Debug)]
pub enum CannotUpdate {
    /// Another process updates it, and did not end in time.
    Held(Option<Holder>),
    /// A signal came while another process updated it.
    Interrupted,
    /// The lock file cannot be used.
    Impossible(io::Error),
}

impl Updating {
    /// Takes the lock of an action, for which it waits at most `limit`.
    ///
    /// # Errors
    /// The lock was not taken.
    pub fn begin(
        state_folder: &Path,
        target: &str,
        action: &str,
        me: &Holder,
        limit: Duration,
    ) -> Result<Self, CannotUpdate> {
        let path = path(state_folder, target, action);
        let mut lock = files::create_dir_all(files::parent(&path))
            .and_then(|()| files::create_new(&path).or_else(|_| files::open_regular(&path)))
            .map_err(CannotUpdate::Impossible)?;
        let holder = || read(&path);
        let what = holder().map_or_else(
            || "another update of this action".to_owned(),
            |holder| format!("another update of this action ({})", holder.describe()),
        );
        locks::exclusive_within(&lock, limit, &what).map_err(|no_lock| match no_lock {
            NoLock::Held(_) => CannotUpdate::Held(holder()),
            NoLock::Interrupted => CannotUpdate::Interrupted,
            NoLock::Impossible(error) => CannotUpdate::Impossible(error),
        })?;
        // Only for messages, so it does no harm if it cannot be written.
        let _ = serde_json::to_vec(me).map_err(io::Error::from).and_then(|text| {
            lock.set_len(0)?;
            lock.rewind()?;
            lock.write_all(&text)
        });
        Ok(Self { lock })
    }

    /// The same as [`Updating::begin`]; other tasks of this thread go on while it waits.
    ///
    /// # Errors
    /// As [`Updating::begin`].
    pub async fn begin_async(
        state_folder: &Path,
        target: &str,
        action: &str,
        me: Holder,
        limit: Duration,
    ) -> Result<Self, CannotUpdate> {
        match Self::begin(state_folder, target, action, &me, Duration::ZERO) {
            Err(CannotUpdate::Held(_)) => {}
            begun => return begun,
        }
        let (folder, target, action) = (state_folder.to_owned(), target.to_owned(), action.to_owned());
        let waiting = spawn_blocking(move || Self::begin(&folder, &target, &action, &me, limit));
        waiting.await.unwrap_or_else(|error| Err(CannotUpdate::Impossible(io::Error::other(error))))
    }

    /// Notes that a PUT is sent now, in seconds since 1970: if the process is killed, nothing else tells when its last one
    /// began.
    pub fn put(&self, epoch_s: f64) {
        let now = Duration::try_from_secs_f64(epoch_s).unwrap_or_default();
        // Without it, `reconcile` counts from the records in the audit log.
        let _ = self.lock.set_modified(UNIX_EPOCH + now);
    }

    /// When the last PUT of the action began, in seconds since 1970, as far as this machine knows.
    pub fn last_put(state_folder: &Path, target: &str, action: &str) -> Option<f64> {
        let modified = path(state_folder, target, action).symlink_metadata().ok()?.modified().ok()?;
        Some(modified.duration_since(UNIX_EPOCH).ok()?.as_secs_f64())
    }

    /// Who updates the action now. `None` if nobody does. A lock file that cannot be opened was not locked either.
    pub fn by_whom(state_folder: &Path, target: &str, action: &str) -> Option<String> {
        let path = path(state_folder, target, action);
        let lock = files::open_regular(&path).ok()?;
        let is_held = matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock));
        is_held.then(|| read(&path).map_or_else(|| "another process".to_owned(), |holder| holder.describe()))
    }
}

fn read(path: &Path) -> Option<Holder> {
    let mut text = Vec::new();
    files::open_regular(path).ok()?.take(MAX_BYTES).read_to_end(&mut text).ok()?;
    serde_json::from_slice(&text).ok()
}

fn path(state_folder: &Path, target: &str, action: &str) -> PathBuf {
    let mut hash = Sha256::new();
    for part in [target, action] {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    let hash = hex::encode(&hash.finalize()[..8]);
    state_folder.join("updating").join(format!("{hash}.lock"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn me() -> Holder {
        Holder { pid: 4711, host: Some("build-3".to_owned()), since: "2026-01-31T12:00:00Z".to_owned() }
    }

    #[test]
    fn one_at_a_time_updates_an_action_and_the_others_know_who() {
        let folder = tempfile::tempdir().unwrap();
        let begin = |target: &str, action: &str| Updating::begin(folder.path(), target, action, &me(), Duration::ZERO);
        let by_whom = |target: &str, action: &str| Updating::by_whom(folder.path(), target, action);
        assert_eq!(by_whom("t", "a"), None);
        let first = begin("t", "a").unwrap();
        assert!(matches!(begin("t", "a"), Err(CannotUpdate::Held(Some(holder))) if holder == me()));
        let who = "process 4711 on build-3, since 2026-01-31T12:00:00Z";
        assert_eq!(by_whom("t", "a").as_deref(), Some(who));
        assert_eq!((by_whom("t", "b"), by_whom("u", "a"), by_whom("ta", "")), (None, None, None));
        begin("u", "a").unwrap();
        first.put(1_000_000_000.5);
        assert_eq!(Updating::last_put(folder.path(), "t", "a"), Some(1_000_000_000.5));
        drop(first);
        assert_eq!(by_whom("t", "a"), None);
        begin("t", "a").unwrap();
    }
}
