//! `[contracts]`: the JSON Schemas that values of variables must satisfy. Each is compiled once in a run.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cxvars_core::base::display;
use cxvars_core::base::limits::MAX_BYTES;
use cxvars_core::options::contract::Contract;

use super::{ProjectError, input};
use crate::config::Settings;
use crate::system::files;

/// Reads and compiles the contracts of the settings, by variable.
pub(crate) fn load(
    settings: &Settings,
    working_directory: &Path,
) -> Result<BTreeMap<String, Arc<Contract>>, ProjectError> {
    let load = |(variable, path): (&String, &PathBuf)| {
        let shown = input::shown(path.strip_prefix(working_directory).unwrap_or(path));
        let contract = match read(path) {
            Ok(text) => Contract::new(&text, &shown).map_err(|error| error.to_string()),
            Err(problem) => Err(format!("`{shown}` {problem}")),
        };
        let refused = |problem| ProjectError::usage(format!("[contracts] {}: {problem}", display::quote(variable)));
        Ok((variable.clone(), Arc::new(contract.map_err(refused)?)))
    };
    settings.contracts.iter().map(load).collect()
}

/// Reads the text of a schema. The error is the end of a sentence that begins with the file's path.
fn read(path: &Path) -> Result<String, &'static str> {
    let reason = |error: io::Error| files::problem(&error);
    // Opening a named pipe would wait until somebody writes to it.
    if !path.metadata().map_err(reason)?.is_file() {
        return Err("is not a regular file");
    }
    let file = File::open(path).map_err(reason)?;
    match files::read_capped(file, MAX_BYTES) {
        Ok(Some(bytes)) => String::from_utf8(bytes.to_vec()).map_err(|_| "is not UTF-8 text"),
        Ok(None) => Err("is too large for a schema"),
        Err(error) => Err(reason(error)),
    }
}
