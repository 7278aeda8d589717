//! The request budget of a tenant, which all processes on a machine share through a file.

use cxvars_core::base::hex;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use cxvars_flow::Now;
use cxvars_flow::limiter::Limiter;
use sha2::{Digest, Sha256};

use crate::system::files;

/// Most bytes that are read of the file. A longer one is not ours: the times of a minute's requests take a few
/// kilobytes.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// The budget of a tenant.
#[derive(Debug)]
pub struct Budget {
    per_minute: u32,
    /// What this process has sent. It is used if the budget is not shared, or its file fails.
    own: Mutex<Limiter>,
    shared: Option<PathBuf>,
}

impl Budget {
    /// A budget for this process alone. 0 requests per minute means no limit.
    pub fn own(per_minute: u32) -> Self {
        Self { per_minute, own: Mutex::default(), shared: None }
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

    /// Takes one request from the budget. Returns 0 if it may be sent now, else how many milliseconds to wait before
    /// asking again.
    pub fn take(&self, now: Now) -> u64 {
        self.with(now, |limiter, now_ms| limiter.take(self.per_minute, now_ms))
    }

    /// Notes that the service throttled a request (429).
    pub fn throttled(&self, now: Now) {
        self.with(now, |limiter, now_ms| limiter.throttled(self.per_minute, now_ms));
    }

    fn with<T>(&self, now: Now, decide: impl Fn(&mut Limiter, u64) -> T) -> T {
        if let Some(path) = &self.shared
            // The wall clock is the only clock that processes share.
            && let Ok(decided) = change(path, |limiter| decide(limiter, (now.epoch_s * 1000.0) as u64))
        {
            return decided;
        }
        decide(&mut self.own.lock().unwrap_or_else(PoisonError::into_inner), now.ms)
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
    file.lock()?;
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
        assert_eq!([first.take(at(0)), second.take(at(0)), first.take(at(0))], [0, 0, 0]);
        assert!(second.take(at(1000)) > 58_000 && first.take(at(1000)) > 58_000);
        assert_eq!(other.take(at(1000)), 0);
        assert_eq!(second.take(at(60_001)), 0);
    }

    #[test]
    fn what_one_is_told_holds_for_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let open = || Budget::shared(100, folder.path(), "a").unwrap();
        let (first, second) = (open(), open());
        assert_eq!(first.take(at(0)), 0);
        first.throttled(at(0));
        assert!(second.take(at(1)) > 0);
    }

    #[test]
    fn garbage_counts_as_nothing_and_a_folder_that_cannot_be_written_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let budget = Budget::shared(1, folder.path(), "a").unwrap();
        for garbage in ["", "{", "[]", "{\"sent\": [-1]}", "\u{0}"] {
            std::fs::write(budget.shared.as_ref().unwrap(), garbage).unwrap();
            assert_eq!(budget.take(at(0)), 0, "{garbage}");
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
                    scope.spawn(move || (0..50).filter(|_| budget.take(at(0)) == 0).count())
                })
                .collect();
            workers.into_iter().map(|worker| worker.join().unwrap()).sum()
        });
        assert_eq!(took, 100);
    }
}
