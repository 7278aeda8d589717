//! JSON Schemas for the values of variables of type object.

use std::cell::RefCell;
use std::sync::Arc;

use cxvars_core::base::small_map::SmallMap;
use cxvars_core::options::CheckOptions;
use cxvars_core::options::contract::Contract;

thread_local! {
    /// The compiled schemas of the last check with their texts. An editor passes the same schemas after every
    /// keystroke.
    static COMPILED: RefCell<Vec<(String, Arc<Contract>)>> = const { RefCell::new(Vec::new()) };
}

/// Compiles schemas, given as texts by variable, and adds them to the options.
pub(crate) fn add(mut options: CheckOptions, schemas: &SmallMap<String, String>) -> Result<CheckOptions, String> {
    let mut used = Vec::new();
    for (variable, schema) in schemas.iter() {
        let key = format!("contracts.{variable}");
        let known = COMPILED.with_borrow(|compiled| {
            let same = |(text, contract): &&(String, Arc<Contract>)| text == schema && contract.origin() == key;
            compiled.iter().find(same).map(|(_, contract)| contract.clone())
        });
        let contract = match known {
            Some(contract) => contract,
            None => Arc::new(Contract::new(schema, &key).map_err(|error| error.to_string())?),
        };
        used.push((schema.clone(), contract.clone()));
        options.contracts.insert(variable.clone(), contract);
    }
    COMPILED.set(used);
    Ok(options)
}
