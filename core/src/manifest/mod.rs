//! A valid document in owned form: the variables that the service should store.

pub mod pulled;
pub mod schema;

use std::collections::BTreeMap;

use crate::base::secret::Secret;
use crate::base::vocabulary::{Scope, VariableType};
use crate::check::{Checked, Report, Resolved, Source};
use crate::document::reference::read_reference;
use crate::document::{Document, Variable};
use crate::options::CheckOptions;

pub use crate::document::reference::Reference;

/// The value of a variable, or where it comes from. It has no `Debug`, because it may hold the value.
#[derive(Clone, PartialEq, Eq)]
pub enum ValueSource {
    /// The value is in the document.
    Literal(Secret),
    /// The value is fetched when it is needed.
    Reference(Reference),
    /// `state: absent`: the variable is to be removed.
    Absent,
}

/// One variable that a document asks for.
#[derive(Clone)]
pub struct ManifestVariable {
    /// Its name, unique in the document.
    pub name: String,
    /// Its type; `string` if it is to be removed and the document gives no type.
    pub variable_type: VariableType,
    /// Its scope.
    pub scope: Scope,
    /// Whether the service is to encrypt it.
    pub encrypted: bool,
    /// Its value, or where it comes from.
    pub source: ValueSource,
    /// `secret_version`: the version of a secret. Raising it sends a secret again whose value cannot be compared.
    pub secret_version: Option<String>,
}

/// A document without errors.
#[derive(Clone)]
#[non_exhaustive]
pub struct Manifest {
    /// The variables, in the order of the document.
    pub variables: Vec<ManifestVariable>,
    /// `data_action`: the Data Action that the document is for.
    pub data_action: Option<String>,
}

impl Manifest {
    /// The references of all variables that have one, by variable name.
    pub fn references(&self) -> BTreeMap<&str, &Reference> {
        let reference = |variable: &'_ ManifestVariable| matches!(variable.source, ValueSource::Reference(_));
        self.variables
            .iter()
            .filter(|variable| reference(variable))
            .filter_map(|variable| match &variable.source {
                ValueSource::Reference(reference) => Some((variable.name.as_str(), reference)),
                _ => None,
            })
            .collect()
    }
}

/// Checks a text. If it has no error, also returns the document in owned form.
///
/// `resolved` holds fetched values. The rules of their variable's type apply to them.
pub fn read_manifest(input: &[u8], options: &CheckOptions, resolved: &Resolved) -> (Report, Option<Manifest>) {
    let source = Source::read(input, options);
    let checked = source.check(options, Some(resolved));
    let manifest = manifest_of(&checked);
    (checked.into_report(), manifest)
}

/// The document in owned form; none if it has an error.
pub fn manifest_of(checked: &Checked<'_>) -> Option<Manifest> {
    // Findings can be switched off or silenced, but a document that does not decode must never be registered.
    checked.report().is_valid().then(|| owned(&checked.document)).flatten()
}

fn owned(document: &Document<'_>) -> Option<Manifest> {
    if !document.is_whole() {
        return None;
    }
    Some(Manifest {
        variables: document.variables().map(|variable| owned_variable(&variable)).collect::<Option<_>>()?,
        data_action: document.data_action().map(str::to_owned),
    })
}

fn owned_variable(variable: &Variable<'_>) -> Option<ManifestVariable> {
    let absent = variable.is_to_be_absent();
    let source = match (absent, variable.value_from(), variable.value()) {
        (true, _, _) => ValueSource::Absent,
        (false, Some((reference, _)), _) => ValueSource::Reference(read_reference(reference)?),
        (false, None, Some((value, _))) => ValueSource::Literal(Secret::new(value.text)),
        (false, None, None) => return None,
    };
    Some(ManifestVariable {
        name: variable.name()?.0.to_owned(),
        variable_type: variable.variable_type().or(absent.then_some(VariableType::String))?,
        scope: variable.scope()?,
        encrypted: variable.is_encrypted()?,
        source,
        secret_version: variable.secret_version().map(|(text, _)| text.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_valid_document_becomes_owned_and_an_invalid_one_does_not() {
        let text = br#"{"data_action": "a1", "variables": [
            {"name": "a", "type": "integer", "value": "3", "scope": "action"},
            {"name": "b", "type": "string", "encrypted": true, "value_from": {"env": "B"}, "secret_version": "7"},
            {"name": "c", "state": "absent"}]}"#;
        let (report, manifest) = read_manifest(text, &CheckOptions::default(), &Resolved::new());
        let manifest = manifest.unwrap();
        assert!(report.is_valid());
        assert_eq!(manifest.data_action.as_deref(), Some("a1"));
        assert_eq!(manifest.references(), BTreeMap::from([("b", &Reference::Env("B".into()))]));
        assert!(manifest.variables[2].source == ValueSource::Absent);
        assert_eq!(manifest.variables[1].secret_version.as_deref(), Some("7"));
    }

    #[test]
    fn what_could_not_be_read_is_not_registered_in_part_whatever_is_silenced() {
        let mut options = CheckOptions::default();
        for code in ["CX001", "CX002", "CX006"] {
            options.validate.severity.get_or_insert_default().insert(code.to_owned(), None);
        }
        let variable = r#"{"name": "a", "type": "string", "value": "x"}"#;
        let nested = format!("{}{}", "[".repeat(80), "]".repeat(80));
        for text in [
            format!("[{variable}, 3]"),
            format!("[{variable}"),
            format!("[{variable}, {nested}]"),
            r#"{"variables": null}"#.to_owned(),
            "{}".to_owned(),
            String::new(),
        ] {
            let (report, manifest) = read_manifest(text.as_bytes(), &options, &Resolved::new());
            assert!(!report.is_valid() && manifest.is_none(), "{text}");
        }
        assert!(read_manifest(format!("[{variable}]").as_bytes(), &options, &Resolved::new()).1.is_some());
    }
}
