//! How much of a test runs: a usual size, and the size of a campaign.

use std::env;

/// How often something is tried.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// In every run of the tests.
    pub usual: usize,
    /// Where `CXVARS_CAMPAIGN` is `full`, as `tests/run --campaign` sets it.
    pub campaign: usize,
}

impl Size {
    /// The size of this run.
    pub fn get(self) -> usize {
        if is_full() { self.campaign } else { self.usual }
    }
}

/// Whether this run is a campaign.
pub fn is_full() -> bool {
    env::var_os("CXVARS_CAMPAIGN").is_some_and(|size| size == "full")
}
