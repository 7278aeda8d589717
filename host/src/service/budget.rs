//! The request budget of a tenant, which all processes on a machine share through a file.

use cxvars_core::base::hex;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cxvars_flow::Now;
use cxvars_flow::limiter::{Full, Limiter};
use sha2::{Digest, Sha256};

use crate::system::{files, locks};

/// Most bytes that are read of the file. A longer one is not ours: the times of a minute's requests take a few
/// kilobytes.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Longest wait for the lock of the file. Every process holds it for less than a millisecond, unless it was stopped.
const LOCK_LIMIT: Duration = Duration::from_secs(2);

/// Requests that were taken from a budget together and are not sent yet.
#[derive(Debug)]
pub struct Taken {
    at: Now,
    /// When they will be sent, in milliseconds from then.
    after_ms: VecDeque<u64>,
}

/// The budget of a tenant.
#[derive(Debug)]
pub struct Budget {
    per_minute: u32,
    /// What this process has sent. It is used if the budget is not shared, or its file fails.
    own: Mutex<Limiter>,
    shared: Option<PathBuf>,
    /// Set once the file failed or its lock was not released: every further request would wait again.
    is_lost: AtomicBool,
}

impl Budget {
    /// A budget for this process alone. 0 requests per minute means no limit.
    pub fn own(per_minute: u32) -> Self {
        Self { per_minute, own: Mutex::default(), shared: None, is_lost: AtomicBool::new(false) }
    }

    /// A budget that is shared with all processes that name the same folder and tenant.
    ///
    /// # Errors
    /// The file of the budget cannot be created or opened.
    pub fn shared(per_minute: u32, folder: &Path, tenant: &str) -> io::Result<Self> {
        if per_minute == 0 {
            return Ok(Self::own(0));
        }
        files::create_dir_all(folder)?;
        let hash = hex::encode(&Sha256::digest(tenant)[..8]);
        let path = folder.join(format!("budget-{hash}.json"));
        open(&path)?;
        Ok(Self { shared: Some(path), ..Self::own(per_minute) })
    }

    /// Takes requests from the budget that will be sent `after_ms` from now, in ascending order; all of them or none.
    /// They count until each is sent ([`Budget::send`]) or given back.
    ///
    /// # Errors
    /// The budget has no room for them now.
    pub fn take(&self, after_ms: &[u64], now: Now) -> Result<Taken, Full> {
        self.with(|limiter, clock| limiter.take(after_ms, self.per_minute, clock(now)))?;
        Ok(Taken { at: now, after_ms: after_ms.iter().copied().collect() })
    }

    /// Takes requests as [`Budget::take`] does, for new work: one in a hundred requests is left for what has to be
    /// repeated, so that an action under way does not wait for a minute until it can go on.
    ///
    /// # Errors
    /// The budget has no room for them now.
    pub fn take_for_new_work(&self, after_ms: &[u64], now: Now) -> Result<Taken, Full> {
        let part = self.per_minute - self.per_minute / 100;
        self.with(|limiter, clock| limiter.take(after_ms, part, clock(now)))?;
        Ok(Taken { at: now, after_ms: after_ms.iter().copied().collect() })
    }

    /// Sends the next of the requests that were taken now. Returns whether there was one.
    ///
    /// # Errors
    /// It may not be sent yet, and is still the next.
    pub fn send(&self, taken: &mut Taken, now: Now) -> Result<bool, Full> {
        let Some(after) = taken.after_ms.front() else { return Ok(false) };
        self.with(|limiter, clock| limiter.send(clock(taken.at).saturating_add(*after), self.per_minute, clock(now)))?;
        taken.after_ms.pop_front();
        Ok(true)
    }

    /// Gives back what was taken and not sent.
    pub fn give_back(&self, taken: &Taken) {
        for after in &taken.after_ms {
            self.with(|limiter, clock| limiter.give_back(clock(taken.at).saturating_add(*after)));
        }
    }

    /// Notes that the service throttled a request (429), and for how long it asked to wait, in milliseconds.
    pub fn throttled(&self, retry_after_ms: Option<u64>, now: Now) {
        self.with(|limiter, clock| limiter.throttled(retry_after_ms, clock(now)));
    }

    fn with<T>(&self, decide: impl Fn(&mut Limiter, fn(Now) -> u64) -> T) -> T {
        if self.per_minute > 0
            && let Some(path) = &self.shared
            && !self.is_lost.load(Ordering::Relaxed)
        {
            // The wall clock is the only clock that processes share.
            match change(path, |limiter| decide(limiter, |now| (now.epoch_s * 1000.0) as u64)) {
                Ok(decided) => return decided,
                Err(_) => self.is_lost.store(true, Ordering::Relaxed),
            }
        }
        decide(&mut self.own.lock().unwrap_or_else(PoisonError::into_inner), |now| now.ms)
    }
}

fn open(path: &Path) -> io::Result<File> {
    files::create_new(path).or_else(|_| files::open_regular(path))
}

/// Reads the file, decides, and writes the file while it holds the lock. The system releases the lock when the process
/// ends. Nothing waits while the lock is held. A damaged file counts as empty: at worst, the service throttles a
/// request.
fn change<T>(path: &Path, decide: impl FnOnce(&mut Limiter) -> T) -> io::Result<T> {
    let mut file = open(path)?;
    locks::exclusive_within(&file, LOCK_LIMIT, "the file of the request budget, which another process has locked")?;
    let mut text = Vec::new();
    (&mut file).take(MAX_FILE_BYTES).read_to_end(&mut text)?;
    let mut limiter: Limiter = serde_json::from_slice(&text).unwrap_or_default();
    let decided = decide(&mut limiter);
    let text = serde_json::to_vec(&limiter)?;
    file.seek(SeekFrom::Start(0))?;
    file.set_len(0)?;
    file.write_all(&text)?;
    Ok(decided)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: u64) -> Now {
        Now { ms, epoch_s: 1.8e9 + ms as f64 / 1000.0, random: 0.0 }
    }

    #[test]
    fn two_share_one_budget_and_another_tenant_has_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let open = |tenant| Budget::shared(3, folder.path(), tenant).unwrap();
        let (first, second, other) = (open("a"), open("a"), open("b"));
        first.take(&[0], at(0)).unwrap();
        let mut both = second.take(&[0, 0], at(0)).unwrap();
        let full = Full::NoRoom(59_250);
        assert_eq!([first.take(&[0], at(1000)).unwrap_err(), second.take(&[0], at(1000)).unwrap_err()], [full; 2]);
        other.take(&[0], at(1000)).unwrap();
        assert_eq!(second.send(&mut both, at(500)), Ok(true));
        second.give_back(&both);
        first.take(&[0], at(1000)).unwrap();
        second.take(&[0], at(60_251)).unwrap();
    }

    #[test]
    fn what_one_is_told_holds_for_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Budget::shared(100, folder.path(), "a").unwrap();
        let (first, second) = (open(), open());
        first.take(&[0], at(0)).unwrap();
        first.throttled(Some(7000), at(0));
        assert_eq!(second.take(&[0], at(2000)).unwrap_err(), Full::Closed(5000));
    }

    #[test]
    fn garbage_counts_as_nothing_and_a_folder_that_cannot_be_written_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let budget = Budget::shared(1, folder.path(), "a").unwrap();
        for garbage in ["", "{", "[]", "{\"sent\": [-1]}", "\u{0}"] {
            std::fs::write(budget.shared.as_ref().unwrap(), garbage).unwrap();
            assert!(budget.take(&[0], at(0)).is_ok(), "{garbage}");
        }
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        assert!(Budget::shared(1, &file, "a").is_err());
    }

    #[cfg(unix)]
    #[test]
    fn its_file_is_the_owners_alone_and_no_link_is_followed() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().unwrap();
        let path = Budget::shared(1, folder.path(), "a").unwrap().shared.unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        std::fs::remove_file(&path).unwrap();
        symlink(folder.path().join("elsewhere"), &path).unwrap();
        assert!(Budget::shared(1, folder.path(), "a").is_err());
    }

    #[test]
    fn many_at_once_never_take_more_than_there_is() {
        let folder = tempfile::tempdir().unwrap();
        let took: usize = std::thread::scope(|scope| {
            let workers: Vec<_> = (0..8)
                .map(|_| {
                    let budget = Budget::shared(100, folder.path(), "a").unwrap();
                    scope.spawn(move || (0..50).filter(|_| budget.take(&[0], at(0)).is_ok()).count())
                })
                .collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).sum()
        });
        assert_eq!(took, 100);
    }
}
