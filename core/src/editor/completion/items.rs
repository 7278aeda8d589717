//! The completions of a place.

use super::site::Site;
use super::typed::Typed;
use super::{Completion, CompletionKind};
use crate::base::small_map::SmallMap;
use crate::editor::Facts;
use crate::editor::level::Level;
use crate::editor::rename::is_plain;
use crate::reader::format::DocumentFormat;

/// The start of the names of environment variables that hold credentials of the service.
const CREDENTIALS: &str = "CXONE_";

/// Keys of which an object has only one.
const ALTERNATIVES: [[&str; 2]; 2] = [["value", "value_from"], ["value_from", "value"]];

/// The completions of a place.
pub(super) fn items(
    site: Site<'_>,
    typed: &Typed,
    text: &str,
    format: DocumentFormat,
    facts: &Facts<'_>,
) -> Vec<Completion> {
    let writer = Writer { typed, text, format };
    match site {
        Site::Key { level, present, is_item } => keys(level, &present, is_item, &writer),
        Site::Value { level, key, names } => values(level, key, &names, facts, &writer),
        Site::Item => vec![writer.variable(false)],
    }
}

fn keys(level: Level, present: &[&str], is_item: bool, writer: &Writer<'_>) -> Vec<Completion> {
    if is_item && !matches!(level, Level::Variable) {
        return Vec::new();
    }
    if is_item {
        return vec![writer.variable(true)];
    }
    // A reference has only one key.
    if matches!(level, Level::Reference) && !present.is_empty() {
        return Vec::new();
    }
    let is_excluded = |key: &str| ALTERNATIVES.iter().any(|[one, other]| *one == key && present.contains(other));
    let is_variable = matches!(level, Level::Variable);
    let fits = |key: &&str| !(present.contains(key) || is_variable && is_excluded(key));
    level.keys().into_iter().filter(fits).map(|key| writer.key(key, level.describe(key))).collect()
}

fn values(level: Level, key: &str, names: &[&str], facts: &Facts<'_>, writer: &Writer<'_>) -> Vec<Completion> {
    match (level, key) {
        (Level::Reference, "param") => params(facts, writer),
        (Level::Reference, "env") => {
            let others = facts.environment_variables.iter().filter(|name| !is_credential(name));
            others.map(|name| writer.name(name, "environment variable".to_owned())).collect()
        }
        (Level::Variable, "name") => {
            let contracts = facts.contracts.into_iter().flatten();
            let others = contracts.filter(|(name, _)| !names.contains(&name.as_str()));
            others.map(|(name, path)| writer.name(name, format!("contract {path}"))).collect()
        }
        _ => {
            let detail = level.describe(key).unwrap_or_default();
            level.words(key).iter().map(|word| writer.word(word, &detail)).collect()
        }
    }
}

fn params(facts: &Facts<'_>, writer: &Writer<'_>) -> Vec<Completion> {
    let mut names: Vec<&String> =
        facts.params.into_iter().flat_map(SmallMap::iter).flat_map(|(_, names)| names).collect();
    names.sort_unstable();
    names.dedup();
    let detail = |name: &str| format!("defined in {}", facts.environments_of(name).0.join(", "));
    names.into_iter().map(|name| writer.name(name, detail(name))).collect()
}

fn is_credential(name: &str) -> bool {
    name.get(..CREDENTIALS.len()).is_some_and(|start| start.eq_ignore_ascii_case(CREDENTIALS))
}

/// Writes completions in the format of the document, in place of what is typed.
struct Writer<'d> {
    typed: &'d Typed,
    text: &'d str,
    format: DocumentFormat,
}

impl Writer<'_> {
    fn key(&self, key: &str, detail: Option<String>) -> Completion {
        let colon = if self.typed.is_key { "" } else { ": " };
        let insert = format!("{}{colon}", self.quoted(key));
        self.completion(key, CompletionKind::Key, detail.unwrap_or_default(), insert)
    }

    /// A word. Booleans are never quoted.
    fn word(&self, word: &str, detail: &str) -> Completion {
        let insert = if matches!(word, "true" | "false") { word.to_owned() } else { self.quoted(word) };
        self.completion(word, CompletionKind::Word, detail.to_owned(), insert)
    }

    fn name(&self, name: &str, detail: String) -> Completion {
        self.completion(name, CompletionKind::Name, detail, self.quoted(name))
    }

    /// A whole variable; in YAML, with its dash if `is_item` is true.
    fn variable(&self, is_item: bool) -> Completion {
        let insert = match self.format {
            DocumentFormat::Yaml => {
                let dash = if is_item { "- " } else { "" };
                let indent = " ".repeat(self.column() + dash.len());
                format!("{dash}name: \n{indent}type: string\n{indent}value: \"\"")
            }
            _ => r#"{"name": "", "type": "string", "value": ""}"#.to_owned(),
        };
        self.completion("variable", CompletionKind::Variable, "a whole variable".to_owned(), insert)
    }

    fn completion(&self, label: &str, kind: CompletionKind, detail: String, insert: String) -> Completion {
        let blank = if self.typed.needs_blank { " " } else { "" };
        let quote = self.typed.quote.map(String::from).unwrap_or_default();
        Completion {
            label: label.to_owned(),
            kind,
            detail,
            span: self.typed.span,
            insert: format!("{blank}{insert}"),
            filter: format!("{quote}{label}"),
        }
    }

    /// A text with the quotes that the format needs, or that are typed.
    fn quoted(&self, text: &str) -> String {
        match (self.format, self.typed.quote) {
            (DocumentFormat::Yaml, Some('\'')) => format!("'{}'", text.replace('\'', "''")),
            (DocumentFormat::Yaml, None) if is_plain(text) => text.to_owned(),
            _ => serde_json::Value::from(text).to_string(),
        }
    }

    /// The column at which the insertion begins, from 0.
    fn column(&self) -> usize {
        let before = self.text.get(..self.typed.span.start()).unwrap_or_default();
        before.rsplit('\n').next().unwrap_or_default().chars().count() + usize::from(self.typed.needs_blank)
    }
}
