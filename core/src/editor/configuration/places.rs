//! The places of a `cxvars.toml` that documents refer to, or that refer to variables of documents.

use std::borrow::Cow;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{NotToml, parse};
use crate::base::glob::Glob;
use crate::base::span::Span;

/// A place that names a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariablePlace {
    /// The variable.
    pub name: String,
    /// The name, with its quotes.
    pub span: Span,
    /// What is said about the variable.
    pub kind: VariablePlaceKind,
}

/// What a place says about a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VariablePlaceKind {
    /// `[[ignore]] variable`, for the documents of the glob `path`, or for all.
    Ignore {
        /// The glob.
        path: Option<String>,
    },
    /// A key of `[contracts]`.
    Contract,
    /// An item of `[validate] allow_empty`.
    AllowEmpty,
}

/// The definition of a parameter in an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParamPlace {
    /// The environment.
    pub environment: String,
    /// The name of the parameter, with its quotes.
    pub span: Span,
}

/// The contract of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContractPlace {
    /// The name of the variable, with its quotes.
    pub span: Span,
    /// The path of the schema, relative to the folder of the file.
    pub path: String,
    /// The path, with its quotes.
    pub path_span: Span,
}

/// Every place that names a variable, in the order of the text.
///
/// # Errors
/// If the text is not TOML.
pub fn variable_places(text: &str) -> Result<Vec<VariablePlace>, NotToml> {
    let root = parse(text)?;
    let root = root.get_ref();
    let mut places = ignores(root);
    let contracts = table(root, "contracts").into_iter().flat_map(DeTable::iter);
    places.extend(contracts.map(|(key, _)| place(key.get_ref(), key.span(), VariablePlaceKind::Contract)));
    let allowed = table(root, "validate").and_then(|validate| get(validate, "allow_empty"));
    let items = allowed.and_then(|items| items.get_ref().as_array()).into_iter().flat_map(|items| items.iter());
    let named = items.filter_map(|item| Some((item.get_ref().as_str()?, item.span())));
    places.extend(named.map(|(name, span)| place(name, span, VariablePlaceKind::AllowEmpty)));
    places.sort_by_key(|place| place.span);
    Ok(places)
}

/// Where the environments define a parameter, in the order of the text.
///
/// # Errors
/// If the text is not TOML.
pub fn param_places(text: &str, name: &str) -> Result<Vec<ParamPlace>, NotToml> {
    let root = parse(text)?;
    let environments = table(root.get_ref(), "env").into_iter().flat_map(DeTable::iter);
    let mut places: Vec<ParamPlace> = environments
        .filter_map(|(environment, value)| {
            let params = table(value.get_ref().as_table()?, "params")?;
            let (key, _) = params.iter().find(|(key, _)| key.get_ref() == name)?;
            Some(ParamPlace { environment: environment.get_ref().to_string(), span: span(key.span()) })
        })
        .collect();
    places.sort_by_key(|place| place.span);
    Ok(places)
}

/// Where the contract of a variable is named; none if it has none.
///
/// # Errors
/// If the text is not TOML.
pub fn contract_place(text: &str, variable: &str) -> Result<Option<ContractPlace>, NotToml> {
    let root = parse(text)?;
    let mut contracts = table(root.get_ref(), "contracts").into_iter().flat_map(DeTable::iter);
    let found = contracts.find(|(key, _)| key.get_ref() == variable);
    Ok(found.and_then(|(key, value)| {
        let path = value.get_ref().as_str()?.to_owned();
        Some(ContractPlace { span: span(key.span()), path, path_span: span(value.span()) })
    }))
}

impl VariablePlaceKind {
    pub(super) fn covers(&self, document: Option<&str>) -> bool {
        let Self::Ignore { path: Some(path) } = self else { return true };
        document.is_some_and(|document| Glob::new(path).is_ok_and(|glob| glob.matches(document)))
    }
}

fn ignores(root: &DeTable<'_>) -> Vec<VariablePlace> {
    let entries = get(root, "ignore").and_then(|entries| entries.get_ref().as_array());
    let tables = entries.into_iter().flat_map(|entries| entries.iter()).filter_map(|entry| entry.get_ref().as_table());
    let named = tables.filter_map(|entry| {
        let variable = get(entry, "variable")?;
        let path = get(entry, "path").map(|path| path.get_ref().as_str().unwrap_or_default().to_owned());
        Some(place(variable.get_ref().as_str()?, variable.span(), VariablePlaceKind::Ignore { path }))
    });
    named.collect()
}

fn place(name: &str, range: std::ops::Range<usize>, kind: VariablePlaceKind) -> VariablePlace {
    VariablePlace { name: name.to_owned(), span: span(range), kind }
}

fn table<'t, 'i>(table: &'t DeTable<'i>, key: &str) -> Option<&'t DeTable<'i>> {
    get(table, key)?.get_ref().as_table()
}

fn get<'t, 'i>(table: &'t DeTable<'i>, key: &str) -> Option<&'t Spanned<DeValue<'i>>> {
    let is_meant = |name: &Cow<'_, str>| name == key;
    table.iter().find(|(name, _)| is_meant(name.get_ref())).map(|(_, value)| value)
}

fn span(range: std::ops::Range<usize>) -> Span {
    Span::new(range.start, range.end)
}

#[cfg(test)]
mod tests {
    use super::super::EXAMPLE as TEXT;
    use super::*;

    #[test]
    fn definitions_are_found() {
        let params = param_places(TEXT, "crm").unwrap();
        let params: Vec<_> = params.iter().map(|place| (place.environment.as_str(), place.span.of(TEXT))).collect();
        assert_eq!(params, [("prod", "crm"), ("dev", "\"crm\"")]);
        let contract = contract_place(TEXT, "region").unwrap().unwrap();
        assert_eq!((contract.span.of(TEXT), contract.path_span.of(TEXT)), ("\"region\"", "'r.json'"));
        assert_eq!(contract.path, "r.json");
        assert_eq!(contract_place(TEXT, "zone"), Ok(None));
    }

    #[test]
    fn a_text_that_is_not_toml_gives_a_reason_without_its_text() {
        let error = variable_places("[a\nhunter2").unwrap_err();
        assert!(error.to_string().starts_with("cxvars.toml is not valid TOML: "), "{error}");
        assert!(!error.to_string().contains("hunter2"));
    }
}
