//! The options of a check, by the keys of `[validate]`, `[[ignore]]` and `[contracts]` in `cxvars.toml`.
//!
//! They are read key by key: a derived reader would be a tenth of what a page loads. What is not understood is refused,
//! so that no setting is silently without effect.

use cxvars_core::base::small_map::SmallMap;
use cxvars_core::base::vocabulary::{Scope, did_you_mean};
use cxvars_core::diagnostic::Severity;
use cxvars_core::options::ignore::{Date, Ignore};
use cxvars_core::options::{CheckOptions, NamePattern};
use cxvars_core::reader::format::DocumentFormat;
use cxvars_core::rules;
use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsError, JsValue};

use crate::glob::Glob;

const KEYS: [&str; 13] = [
    "allow_empty",
    "filename",
    "format",
    "ignore",
    "max_bytes",
    "max_depth",
    "max_variables",
    "name_pattern",
    "params",
    "parent_scope",
    "severity",
    "today",
    "contracts",
];

/// The name of the document and the options of its check.
#[cfg(feature = "check")]
pub(crate) fn read(given: &JsValue) -> Result<(String, CheckOptions), JsError> {
    read_with(given, &[], |_, _| Ok(()))
}

/// As `read`, where other keys are known as well; `other` takes what they are given.
pub(crate) fn read_with(
    given: &JsValue,
    others: &[&'static str],
    mut other: impl FnMut(&str, &JsValue) -> Result<(), String>,
) -> Result<(String, CheckOptions), JsError> {
    let mut read = || {
        let mut name = String::new();
        let mut options = CheckOptions::default();
        let mut format = None;
        let mut paths: Vec<Option<Glob>> = Vec::new();
        if !given.is_undefined() {
            for (key, value) in entries(given, "options")? {
                if key == "filename" {
                    name = text(&value, &key)?;
                } else if key == "format" {
                    format = Some(document_format(&text(&value, &key)?)?);
                } else if others.contains(&key.as_str()) {
                    other(&key, &value)?;
                } else {
                    set(&mut options, &mut paths, &key, &value, others)?;
                }
            }
        }
        // An ignore for other documents is none for this one.
        let mut applies = paths.iter().map(|path| path.as_ref().is_none_or(|glob| glob.matches(&name)));
        options.ignores.retain(|_| applies.next().unwrap_or(true));
        let of_name = || DocumentFormat::of_file_name(name.rsplit('/').next().unwrap_or_default());
        options.format = format.or_else(of_name).unwrap_or(DocumentFormat::Json);
        Ok((name, options))
    };
    read().map_err(|problem: String| JsError::new(&problem))
}

fn set(
    options: &mut CheckOptions,
    paths: &mut Vec<Option<Glob>>,
    key: &str,
    value: &JsValue,
    others: &[&'static str],
) -> Result<(), String> {
    match key {
        "parent_scope" => {
            let scope = Scope::parse(&text(value, key)?);
            options.parent_scope = Some(scope.ok_or("parent_scope must be global, template or action")?);
        }
        "max_variables" => options.max_variables = number(value, key)?,
        "max_bytes" => options.max_bytes = number(value, key)?,
        "max_depth" => options.max_depth = number(value, key)?,
        "name_pattern" => {
            let pattern = NamePattern::new(&text(value, key)?).map_err(|error| error.to_string())?;
            options.name_pattern = Some(pattern);
        }
        "allow_empty" => options.allow_empty = texts(value, key)?,
        "params" => {
            let environments = entries(value, key)?.into_iter();
            let params = environments.map(|(name, list)| Ok((name, texts(&list, key)?)));
            options.params = Some(params.collect::<Result<SmallMap<_, _>, String>>()?);
        }
        "severity" => {
            for (code, word) in entries(value, key)? {
                let rule = rules::find(&code).ok_or_else(|| format!("severity: there is no rule {code}"))?;
                options.severity.insert(rule.code.to_owned(), severity(&text(&word, key)?)?);
            }
        }
        "ignore" => {
            for item in array(value, key)? {
                let (ignore, path) = ignore(&item, options.ignores.len())?;
                paths.push(path);
                options.ignores.push(ignore);
            }
        }
        "today" => options.today = Some(date(value, key)?),
        #[cfg(feature = "contracts")]
        "contracts" => crate::contracts::read(options, entries(value, key)?)?,
        #[cfg(not(feature = "contracts"))]
        "contracts" => return Err("contracts are checked by @cxvars/validator/contracts".to_owned()),
        _ => return Err(unknown("options", key, &[&KEYS, others].concat())),
    }
    Ok(())
}

fn ignore(item: &JsValue, index: usize) -> Result<(Ignore, Option<Glob>), String> {
    let origin = format!("ignore[{index}]");
    let (mut code, mut reason, mut variable, mut expires, mut path) = (String::new(), String::new(), None, None, None);
    for (key, value) in entries(item, &origin)? {
        match key.as_str() {
            "code" => code = text(&value, &key)?,
            "reason" => reason = text(&value, &key)?,
            "variable" => variable = Some(text(&value, &key)?),
            "expires" => expires = Some(date(&value, &key)?),
            "path" => path = Some(Glob::new(&text(&value, &key)?)?),
            _ => return Err(unknown(&origin, &key, &["code", "expires", "path", "reason", "variable"])),
        }
    }
    let mut ignore = Ignore::new(rules::ALL, code, reason, &origin).map_err(|error| format!("{origin}: {error}"))?;
    (ignore.variable, ignore.expires) = (variable, expires);
    Ok((ignore, path))
}

fn unknown(of: &str, key: &str, known: &[&'static str]) -> String {
    match did_you_mean(key, known.iter().copied()) {
        Some(near) => format!("{of}: there is no {key}; did you mean {near}?"),
        None => format!("{of}: there is no {key}; there are {}", known.join(", ")),
    }
}

fn document_format(word: &str) -> Result<DocumentFormat, String> {
    match word {
        "json" => Ok(DocumentFormat::Json),
        "jsonc" => Ok(DocumentFormat::Jsonc),
        "yaml" => Ok(DocumentFormat::Yaml),
        "env" => Ok(DocumentFormat::Env),
        _ => Err("format must be json, jsonc, yaml or env".to_owned()),
    }
}

fn severity(word: &str) -> Result<Option<Severity>, String> {
    match word {
        "error" => Ok(Some(Severity::Error)),
        "warning" => Ok(Some(Severity::Warning)),
        "off" => Ok(None),
        _ => Err("severity must be error, warning or off".to_owned()),
    }
}

/// A day, `2027-01-31`.
fn date(value: &JsValue, key: &str) -> Result<Date, String> {
    Date::parse(&text(value, key)?).ok_or_else(|| format!("{key} must be a day such as 2027-01-31"))
}

pub(crate) fn text(value: &JsValue, key: &str) -> Result<String, String> {
    value.as_string().ok_or_else(|| format!("{key} must be a string"))
}

/// A whole number that is not negative; larger ones than memory can have are as good as that.
pub(crate) fn number(value: &JsValue, key: &str) -> Result<usize, String> {
    let number =
        value.as_f64().filter(|number| *number >= 0.0 && (*number as usize as f64 == *number || *number > 4e9));
    number.map(|number| number as usize).ok_or_else(|| format!("{key} must be a whole number"))
}

pub(crate) fn texts(value: &JsValue, key: &str) -> Result<Vec<String>, String> {
    array(value, key)?.iter().map(|item| text(item, key)).collect()
}

fn array(value: &JsValue, key: &str) -> Result<Vec<JsValue>, String> {
    value.dyn_ref::<Array>().map(Array::to_vec).ok_or_else(|| format!("{key} must be an array"))
}

/// The entries of an object that are not undefined.
fn entries(value: &JsValue, key: &str) -> Result<Vec<(String, JsValue)>, String> {
    let object = value.dyn_ref::<Object>().filter(|object| !object.is_array() && !object.is_function());
    let object = object.ok_or_else(|| format!("{key} must be an object"))?;
    let pairs = Object::entries(object).to_vec().into_iter().map(JsCast::unchecked_into::<Array>);
    let entry = |pair: Array| Some((pair.get(0).as_string()?, pair.get(1)));
    Ok(pairs.filter_map(entry).filter(|(_, value)| !value.is_undefined()).collect())
}
