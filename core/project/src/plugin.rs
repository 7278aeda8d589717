//! The policies that a configuration names.

use std::path::PathBuf;

use cxvars_core::options::reader::Place;
use cxvars_core::policy::Setting;

/// A plugin that a run is configured to use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Its file.
    pub path: PathBuf,
    /// The SHA-256 that the file must have, 64 lower-case hexadecimal digits.
    pub sha256: Option<String>,
    /// Fuel limit of one call, in units of wasmtime: about one per instruction.
    pub fuel: Option<u64>,
    /// Memory limit of one call, in MiB.
    pub memory_mib: Option<u64>,
    /// Its settings; empty if it has none.
    pub settings: Vec<Setting>,
    /// Where the settings are written, else where the plugin is; `None` if no configuration names it.
    pub place: Option<Place>,
}
