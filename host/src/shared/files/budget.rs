//! Request budgets in files, one for each tenant.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use cxvars_flow::Now;
use cxvars_flow::limiter::Limiter;

use crate::shared::Decide;
use crate::shared::error::Lost;
use crate::shared::place::Tenant;
use crate::system::{files, locks};

/// Most bytes that are read of a file. A longer one is not ours: the times of a minute's requests take a few kilobytes.
const MAX_FILE_BYTES: u64 = 1 << 20;

/// Longest wait for the lock of a file. Every process holds it for less than a millisecond, unless it was stopped.
const LOCK_LIMIT: Duration = Duration::from_secs(2);

/// The budgets of this machine, or of this process alone.
pub(super) struct Budgets {
    folder: Option<PathBuf>,
    /// Used without a folder.
    own: Mutex<BTreeMap<Tenant, Limiter>>,
}

impl Budgets {
    pub(super) fn new(folder: Option<PathBuf>) -> Self {
        Self { folder, own: Mutex::default() }
    }

    pub(super) fn change(&self, tenant: &Tenant, now: Now, decide: &mut Decide<'_>) -> Result<(), Lost> {
        let Some(folder) = &self.folder else {
            let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
            decide(own.entry(tenant.clone()).or_default(), now.ms);
            return Ok(());
        };
        // The wall clock is the only clock that processes share.
        let now_ms = (now.epoch_s * 1000.0) as u64;
        let path = folder.join(format!("budget-{}.json", tenant.as_str()));
        change(folder, &path, |limiter| decide(limiter, now_ms)).map_err(|error| {
            Lost::File(format!("cannot use the request budget in `{}`: {}", path.display(), files::describe(&error)))
        })
    }
}

fn open(path: &Path) -> io::Result<File> {
    files::create_new(path).or_else(|_| files::open_regular(path))
}

/// Reads the file, decides, and writes the file while it holds the lock. The system releases the lock when the process
/// ends. A damaged file counts as empty: at worst, the service throttles a request.
fn change(folder: &Path, path: &Path, decide: impl FnOnce(&mut Limiter)) -> io::Result<()> {
    files::create_dir_all(folder)?;
    let mut file = open(path)?;
    locks::exclusive_within(&file, LOCK_LIMIT, "the file of the request budget, which another process has locked")?;
    let mut text = Vec::new();
    (&mut file).take(MAX_FILE_BYTES).read_to_end(&mut text)?;
    let mut limiter: Limiter = serde_json::from_slice(&text).unwrap_or_default();
    decide(&mut limiter);
    let text = serde_json::to_vec(&limiter)?;
    file.seek(SeekFrom::Start(0))?;
    file.set_len(0)?;
    file.write_all(&text)
}
