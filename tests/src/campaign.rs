//! The size of long tests: a usual size, and a larger one for campaigns.

use std::env;

/// The number of repetitions of a test.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// In every run of the tests.
    pub usual: usize,
    /// If `CXVARS_CAMPAIGN` is `full`, which `tests/run --campaign` sets.
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
