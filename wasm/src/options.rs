//! Converts the options that JavaScript passes, so that core can read them. Unknown options are refused, so that no
//! setting is silently ignored.

use cxvars_core::options::CheckOptions;
use cxvars_core::options::call::{self, Contracts, ReadConfig};
use cxvars_core::options::kind::Choice as _;
use cxvars_core::options::reader::Table;
use cxvars_core::options::section::Section as _;
use cxvars_core::options::written::{Entry, Node, Tree};
use cxvars_core::reader::format::DocumentFormat;
use cxvars_core::rules;
use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsError, JsValue};

/// Maximum nesting depth of options: a list of rules with conditions within conditions. The limit is needed because an
/// object may contain itself.
const DEEPEST: usize = 16;

/// What reads the option `config`, in the builds that accept it.
#[cfg(feature = "editor")]
const READ_CONFIG: Option<ReadConfig> = Some(call::read_config);
#[cfg(not(feature = "editor"))]
const READ_CONFIG: Option<ReadConfig> = None;

/// Reads the options of a check.
pub(crate) fn read(given: &JsValue) -> Result<CheckOptions, JsError> {
    if given.is_undefined() {
        return Ok(CheckOptions::default());
    }
    let missing =
        ["config", "rule", "name_pattern"].into_iter().find(|key| !cfg!(feature = "editor") && has(given, key));
    if let Some(key) = missing {
        return Err(not_loaded(if key == "name_pattern" { "patterns" } else { "config" }));
    }
    let (_, options, ()) = read_with(given, |_| Some(()))?;
    match options.format {
        DocumentFormat::Yaml | DocumentFormat::Env if cfg!(not(feature = "editor")) => {
            Err(not_loaded(options.format.word()))
        }
        _ => Ok(options),
    }
}

fn has(given: &JsValue, key: &str) -> bool {
    given.is_object() && Reflect::get(given, &JsValue::from_str(key)).is_ok_and(|value| !value.is_undefined())
}

/// The error for what another part of the package does. `npm/src/misuse.ts` recognises it by its words.
fn not_loaded(part: &str) -> JsError {
    JsError::new(&format!("{part} is not loaded; call await load(\"{part}\") first"))
}

/// The same as `read`; `more` reads keys that a check does not have.
pub(crate) fn read_with<T>(
    given: &JsValue,
    more: impl FnOnce(&mut Table<'_>) -> Option<T>,
) -> Result<(String, CheckOptions, T), JsError> {
    let read = || {
        let given = if given.is_undefined() { Tree::Table(Vec::new()) } else { tree(given, DEEPEST) };
        let more = |table: &mut Table<'_>| Some((Contracts::read(table)?, more(table)?));
        let (call, (contracts, more)) = call::read(&given.into(), rules::ALL, more)?;
        let (name, options) = call.into_options(rules::ALL, READ_CONFIG)?;
        Ok((name, with_contracts(options, contracts)?, more))
    };
    read().map_err(|problem: String| JsError::new(&problem))
}

#[cfg(feature = "project")]
fn with_contracts(options: CheckOptions, contracts: Contracts) -> Result<CheckOptions, String> {
    match contracts.contracts {
        Some(schemas) => crate::contracts::add(options, &schemas),
        None => Ok(options),
    }
}

#[cfg(not(feature = "project"))]
fn with_contracts(options: CheckOptions, contracts: Contracts) -> Result<CheckOptions, String> {
    match contracts.contracts {
        Some(_) => Err("contracts are checked by @cxvars/validator/contracts".to_owned()),
        None => Ok(options),
    }
}

fn tree(value: &JsValue, depth: usize) -> Tree {
    if let Some(text) = value.as_string() {
        return Tree::Text(text);
    }
    if let Some(number) = value.as_f64() {
        return match number {
            // On wasm32 a number above 4e9 exceeds the memory, so its exact value does not matter.
            _ if number >= 0.0 && (number as u32 as f64 == number || number > 4e9) => {
                Tree::Integer(Some(number as i128))
            }
            _ => Tree::Integer(None),
        };
    }
    if let Some(boolean) = value.as_bool() {
        return Tree::Boolean(boolean);
    }
    let Some(depth) = depth.checked_sub(1) else { return Tree::Other };
    if let Some(array) = value.dyn_ref::<Array>() {
        return Tree::array(array.iter().map(|item| tree(&item, depth)));
    }
    match value.dyn_ref::<Object>().filter(|object| !object.is_function()) {
        Some(object) => Tree::Table(Object::entries(object).iter().filter_map(|pair| entry(&pair, depth)).collect()),
        None => Tree::Other,
    }
}

/// A key and its value; `None` if the value is undefined.
fn entry(pair: &JsValue, depth: usize) -> Option<Entry> {
    let pair: &Array = pair.unchecked_ref();
    let value = pair.get(1);
    if value.is_undefined() {
        return None;
    }
    Some(Entry { key: pair.get(0).as_string()?, offset: 0, value: Node::from(tree(&value, depth)) })
}
