//! A valid document in owned form: what a team wants to be stored.

pub mod pulled;
pub mod schema;

use std::collections::BTreeMap;

use crate::base::secret::Secret;
use crate::base::vocabulary::{Scope, VariableType};
use crate::check::{Report, Resolved, report};
use crate::document::{Document, Fault, Variable, first_of_each};
use crate::options::CheckOptions;
use crate::reader::Value;
use crate::reader::read;

/// Where a value is to be fetched from. The text is a name or path, never a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// `{env: NAME}`: an environment variable.
    Env(String),
    /// `{file: PATH}`: a file of the project.
    File(String),
    /// `{param: NAME}`: a parameter of the environment in the configuration.
    Param(String),
    /// `{command: NAME}`: a command that the user's own file defines.
    Command(String),
    /// `{vault: {path, key}}`: a key of a secret in a Vault-compatible server.
    Vault {
        /// Path of the secret.
        path: String,
        /// Key within it.
        key: String,
    },
}

/// The keys of a reference, of which it has one.
pub(crate) const REFERENCE_KINDS: [&str; 5] = ["env", "file", "param", "command", "vault"];

/// What a variable's value is, or where it comes from. No `Debug`: it may hold the value.
#[derive(Clone, PartialEq, Eq)]
pub enum ValueSource {
    /// Written out in the document.
    Literal(Secret),
    /// Fetched when it is needed.
    Reference(Reference),
    /// `state: absent`: the variable is to be removed.
    Absent,
}

/// One variable that a document asks for.
#[derive(Clone)]
pub struct ManifestVariable {
    /// Its name, unique in the document.
    pub name: String,
    /// Its type; `string` for one that is to be removed.
    pub variable_type: VariableType,
    /// Its scope.
    pub scope: Scope,
    /// Whether the service is to encrypt it.
    pub encrypted: bool,
    /// Its value or where that comes from.
    pub source: ValueSource,
    /// A version of a secret whose value cannot be compared.
    pub secret_version: Option<String>,
}

/// A document without errors.
#[derive(Clone)]
#[non_exhaustive]
pub struct Manifest {
    /// The variables, in the document's order.
    pub variables: Vec<ManifestVariable>,
    /// The Data Action that the document says it is for.
    pub data_action: Option<String>,
}

impl Manifest {
    /// The references to fetch, by variable name.
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

/// Checks a text and, where it has no error, gives the document in owned form.
///
/// `resolved` holds fetched values; they are held to the rules of their variable's type.
pub fn read_manifest(input: &[u8], options: &CheckOptions, resolved: &Resolved) -> (Report, Option<Manifest>) {
    let tree = read(input, options.reading());
    let document = Document::decode(&tree, Some(resolved));
    let report = report(&document, options);
    // Findings can be switched off or silenced; a document that does not decode is never registered all the same.
    let manifest = report.is_valid().then(|| owned(&document)).flatten();
    (report, manifest)
}

fn owned(document: &Document<'_>) -> Option<Manifest> {
    let misread = document.faults.iter().any(|fault| matches!(fault, Fault::WrongShape(_)));
    if misread || document.list.is_none() || !document.tree.syntax.is_empty() || document.tree.cap.is_some() {
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

/// The reference that a `value_from` object holds; none where it is malformed (CX601 says how).
pub(crate) fn read_reference(value: Value<'_>) -> Option<Reference> {
    let mut entries = first_of_each(value);
    let (entry, None) = (entries.next()?, entries.next()) else { return None };
    let text = || entry.value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    match entry.key() {
        "env" => text().map(Reference::Env),
        "file" => text().map(Reference::File),
        "param" => text().map(Reference::Param),
        "command" => text().map(Reference::Command),
        "vault" => {
            let member = |wanted: &str| {
                let found = first_of_each(entry.value).find(|member| member.key() == wanted)?;
                found.value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
            };
            (first_of_each(entry.value).count() == 2)
                .then(|| Some(Reference::Vault { path: member("path")?, key: member("key")? }))
                .flatten()
        }
        _ => None,
    }
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
            assert!(report.is_valid() && manifest.is_none(), "{text}");
        }
        assert!(read_manifest(format!("[{variable}]").as_bytes(), &options, &Resolved::new()).1.is_some());
    }
}
