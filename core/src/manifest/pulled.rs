//! Writes stored variables as a manifest, for a repository that has none yet.

pub(crate) mod env;

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Map, Value, json};

use thiserror::Error;

use crate::base::display;
use crate::base::mask::is_mask;
use crate::base::secret::Secret;
use crate::reader::format::DocumentFormat;
use crate::service::stored::StoredVariable;

/// The format of the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// JSON.
    Json,
    /// YAML.
    Yaml,
    /// Lines of `NAME=value`. It has no references, so encrypted variables are left out, with a comment.
    Env,
}

impl Layout {
    /// The layout of a file, by the extension of its name; `None` if the name says nothing about it.
    pub fn of_file_name(name: &str) -> Option<Self> {
        Some(match DocumentFormat::of_file_name(name)? {
            DocumentFormat::Json | DocumentFormat::Jsonc => Self::Json,
            DocumentFormat::Yaml => Self::Yaml,
            DocumentFormat::Env => Self::Env,
        })
    }
}

/// A variable that the layout cannot hold.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{} cannot be written in this format; choose JSON or YAML", display::quote(name))]
pub struct CannotHold {
    name: String,
}

/// Writes the stored variables of an action as a manifest, in the order of the service.
///
/// The value of an encrypted variable is never written, even if the service shows it. The manifest gets a reference to
/// an environment variable instead: `CXV_` and the name in upper case. The same applies to a value that the answer
/// lacks, and to a mask.
///
/// # Errors
/// A variable that the layout cannot hold.
pub fn manifest(action: &str, variables: &[StoredVariable], layout: Layout) -> Result<Secret, CannotHold> {
    let mut taken = BTreeSet::new();
    let list = variables.iter().map(|variable| Pulled::new(variable, &mut taken)).collect::<Vec<_>>();
    Ok(Secret::new(match layout {
        Layout::Json => json(action, &list),
        Layout::Yaml => yaml(action, &list),
        Layout::Env => env::lines(action, &list)?,
    }))
}

struct Pulled<'v> {
    variable: &'v StoredVariable,
    /// The value, or the name of the environment variable that has to provide it.
    value: Result<&'v str, String>,
}

impl<'v> Pulled<'v> {
    fn new(variable: &'v StoredVariable, taken: &mut BTreeSet<String>) -> Self {
        let value = match &variable.value {
            Some(value) if !variable.encrypted && !is_mask(value.expose()) => Ok(value.expose()),
            _ => Err(environment_variable(&variable.name, taken)),
        };
        Self { variable, value }
    }
}

/// The environment variable for a name. If another variable has it already, a number is appended.
pub(crate) fn environment_variable(name: &str, taken: &mut BTreeSet<String>) -> String {
    let plain = |character: char| if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' };
    let first = format!("CXV_{}", name.chars().map(plain).collect::<String>());
    let numbered = (2_u32..).map(|number| format!("{first}_{number}"));
    let free = std::iter::once(first.clone()).chain(numbered).find(|each| !taken.contains(each)).unwrap_or(first);
    taken.insert(free.clone());
    free
}

fn json(action: &str, list: &[Pulled<'_>]) -> String {
    let one = |pulled: &Pulled<'_>| {
        let variable = pulled.variable;
        let mut object = Map::new();
        object.insert("name".to_owned(), json!(variable.name));
        object.insert("type".to_owned(), json!(variable.type_word));
        match &pulled.value {
            Ok(value) => object.insert("value".to_owned(), json!(value)),
            Err(name) => object.insert("value_from".to_owned(), json!({ "env": name })),
        };
        object.insert("encrypted".to_owned(), json!(variable.encrypted));
        object.insert("scope".to_owned(), json!(variable.scope_word));
        Value::Object(object)
    };
    let document = json!({ "data_action": action, "variables": list.iter().map(one).collect::<Vec<_>>() });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn yaml(action: &str, list: &[Pulled<'_>]) -> String {
    let mut text = format!("data_action: {}\nvariables:", quoted(action));
    if list.is_empty() {
        text += " []";
    }
    text.push('\n');
    for Pulled { variable, value } in list {
        let value = match value {
            Ok(value) => format!("value: {}", quoted(value)),
            Err(name) => format!("value_from: {{env: {name}}}"),
        };
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "  - name: {}\n    type: {}\n    {value}\n    encrypted: {}\n    scope: {}\n",
            quoted(&variable.name),
            quoted(&variable.type_word),
            variable.encrypted,
            quoted(&variable.scope_word)
        );
    }
    text
}

/// Writes a text as a double-quoted YAML scalar. A JSON string is one (YAML 1.2.2 section 1.3), except that the
/// characters that YAML 1.1 reads as line breaks must be escaped.
fn quoted(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    quoted
        .replace('\u{85}', "\\u0085")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
        .replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Resolved;
    use crate::manifest::{ValueSource, read_manifest};
    use crate::options::CheckOptions;

    fn variable(name: &str, value: Option<&str>, encrypted: bool) -> StoredVariable {
        StoredVariable {
            name: name.to_owned(),
            type_word: "string".to_owned(),
            scope_word: "action".to_owned(),
            encrypted,
            value: value.map(Secret::new),
            received: None,
        }
    }

    #[test]
    fn what_is_written_reads_back_as_it_was() {
        let values =
            ["plain", "yes", "1.0", "", "two\nlines\u{2028}\u{85}\t\"quoted\" \\ # : {x}", "ü€😀", "- a", "null"];
        let stored: Vec<_> =
            values.iter().enumerate().map(|(at, value)| variable(&format!("v{at}"), Some(value), false)).collect();
        for (layout, format) in [(Layout::Json, DocumentFormat::Json), (Layout::Yaml, DocumentFormat::Yaml)] {
            let text = manifest("a: \"b\"", &stored, layout).unwrap();
            let options = CheckOptions { format, ..CheckOptions::default() };
            let (report, read) = read_manifest(text.expose().as_bytes(), &options, &Resolved::new());
            let read = read.unwrap_or_else(|| panic!("{:?}", report.diagnostics()));
            assert_eq!(read.data_action.as_deref(), Some("a: \"b\""));
            for (variable, value) in read.variables.iter().zip(values) {
                let ValueSource::Literal(found) = &variable.source else { panic!("not a value") };
                assert_eq!(found.expose(), value);
            }
        }
    }

    #[test]
    fn neither_the_value_of_an_encrypted_variable_nor_a_mask_is_ever_written() {
        let mask = variable("auth.token", Some("••••"), false);
        let stored = [variable("auth_token", Some("s3cret"), true), variable("auth-token", None, true), mask];
        for layout in [Layout::Json, Layout::Yaml] {
            let text = manifest("a", &stored, layout).unwrap();
            assert!(!text.expose().contains("s3cret"));
            assert!(!text.expose().contains('•') && text.expose().contains("CXV_AUTH_TOKEN_3"));
            assert!(text.expose().contains("CXV_AUTH_TOKEN") && text.expose().contains("CXV_AUTH_TOKEN_2"));
        }
    }
}
