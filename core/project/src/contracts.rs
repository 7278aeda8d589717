//! `[contracts]`: the JSON Schemas that values of variables must satisfy. Each is compiled once.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use cxvars_core::base::display;
use cxvars_core::base::limits::MAX_BYTES;
use cxvars_core::options::contract::Contract;

use crate::error::{Problem, ProjectError};
use crate::files::{Files, Unreadable};
use crate::paths::Base;

/// Reads and compiles the contracts, by variable.
///
/// # Errors
/// Every contract that cannot be used.
pub(crate) fn load(
    paths: &BTreeMap<String, PathBuf>,
    base: &Base,
    files: &dyn Files,
) -> Result<BTreeMap<String, Arc<Contract>>, ProjectError> {
    let (mut contracts, mut problems, mut is_pending) = (BTreeMap::new(), Vec::new(), false);
    for (variable, path) in paths {
        let read = files.read(path, MAX_BYTES);
        is_pending |= read == Err(Unreadable::Pending);
        match compile(read, path, base) {
            Ok(contract) => drop(contracts.insert(variable.clone(), Arc::new(contract))),
            Err(problem) => {
                let message = format!("[contracts] {}: {problem}", display::quote(variable));
                problems.push(Problem::at_key(&["contracts", variable], message));
            }
        }
    }
    match problems.is_empty() {
        true => Ok(contracts),
        false => Err(ProjectError::new(problems).pending(is_pending)),
    }
}

fn compile(read: Result<Vec<u8>, Unreadable>, path: &Path, base: &Base) -> Result<Contract, String> {
    let shown = base.shown(path);
    match read.map_err(wording).and_then(|bytes| String::from_utf8(bytes).map_err(|_| "is not UTF-8 text".to_owned())) {
        Ok(text) => Contract::new(&text, &shown).map_err(|error| error.to_string()),
        Err(problem) => Err(format!("`{shown}` {problem}")),
    }
}

fn wording(problem: Unreadable) -> String {
    match problem {
        Unreadable::Folder => Unreadable::NotRegular.to_string(),
        Unreadable::TooLarge => "is too large for a schema".to_owned(),
        problem => problem.to_string(),
    }
}
