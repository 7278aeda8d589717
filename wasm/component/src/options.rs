//! The options of a check. What is not understood is refused, so that no setting is silently without effect.

use cxvars_core::base::vocabulary::Scope;
use cxvars_core::diagnostic::Severity;
use cxvars_core::options::ignore::{Date, Ignore};
use cxvars_core::options::{CheckOptions, NamePattern};
use cxvars_core::reader::format::DocumentFormat;
use cxvars_core::rules;

use crate::wit;

pub(crate) fn read(path: &str, given: wit::Options) -> Result<CheckOptions, String> {
    let mut options = CheckOptions::default();
    let of_path = || DocumentFormat::of_file_name(path.rsplit('/').next().unwrap_or_default());
    options.format = given.format.map(format).or_else(of_path).unwrap_or(DocumentFormat::Json);
    options.parent_scope = given.parent_scope.map(scope);
    for (option, given) in [
        (&mut options.max_variables, given.max_variables),
        (&mut options.max_bytes, given.max_bytes),
        (&mut options.max_depth, given.max_depth),
    ] {
        *option = given.map_or(*option, |given| given as usize);
    }
    let pattern = given.name_pattern.as_deref().map(NamePattern::new).transpose();
    options.name_pattern = pattern.map_err(|error| error.to_string())?;
    options.allow_empty = given.allow_empty;
    options.params = given.params.map(|environments| environments.into_iter().collect());
    for (code, level) in given.severity {
        let rule = rules::find(&code).ok_or_else(|| format!("severity: there is no rule {code}"))?;
        let level = match level {
            wit::Level::Off => None,
            wit::Level::Warning => Some(Severity::Warning),
            wit::Level::Error => Some(Severity::Error),
        };
        options.severity.insert(rule.code.to_owned(), level);
    }
    for (index, ignore) in given.ignore.into_iter().enumerate() {
        let origin = format!("ignore[{index}]");
        let mut read = Ignore::new(rules::ALL, ignore.code, ignore.reason, &origin)
            .map_err(|error| format!("{origin}: {error}"))?;
        read.variable = ignore.variable;
        read.expires = ignore.expires.map(|day| date(&day, "expires")).transpose()?;
        options.ignores.push(read);
    }
    options.today = given.today.map(|day| date(&day, "today")).transpose()?;
    contracts(&mut options, given.contracts)?;
    Ok(options)
}

#[cfg(feature = "contracts")]
fn contracts(options: &mut CheckOptions, schemas: Vec<(String, String)>) -> Result<(), String> {
    for (variable, schema) in schemas {
        let contract = cxvars_core::options::contract::Contract::new(&schema, &format!("contracts.{variable}"));
        let contract = contract.map_err(|error| error.to_string())?;
        options.contracts.insert(variable, std::sync::Arc::new(contract));
    }
    Ok(())
}

#[cfg(not(feature = "contracts"))]
fn contracts(_: &mut CheckOptions, schemas: Vec<(String, String)>) -> Result<(), String> {
    if schemas.is_empty() {
        Ok(())
    } else {
        Err("contracts are checked by the component cxvars_validator_contracts".to_owned())
    }
}

fn format(format: wit::Format) -> DocumentFormat {
    match format {
        wit::Format::Json => DocumentFormat::Json,
        wit::Format::Jsonc => DocumentFormat::Jsonc,
        wit::Format::Yaml => DocumentFormat::Yaml,
        wit::Format::Env => DocumentFormat::Env,
    }
}

fn scope(scope: wit::Scope) -> Scope {
    match scope {
        wit::Scope::Global => Scope::Global,
        wit::Scope::Template => Scope::Template,
        wit::Scope::Action => Scope::Action,
    }
}

fn date(text: &str, key: &str) -> Result<Date, String> {
    Date::parse(text).ok_or_else(|| format!("{key} must be a day such as 2027-01-31"))
}
