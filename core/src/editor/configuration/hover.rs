//! What the key, table or rule at an offset of a `cxvars.toml` means.

use super::shapes::{key_at, shape_at, table_of};
use super::statements::{Kind, statements};
use crate::base::span::Span;
use crate::editor::Facts;
use crate::editor::hover::{Hover, about_rule};
use crate::editor::markdown::code;
use crate::editor::place::touches;
use crate::options::section::{About, Fallback, Key};

/// What the table, key or rule at an offset means. `root` declares the file.
pub fn hover(text: &str, offset: usize, root: &'static About, facts: &Facts<'_>) -> Option<Hover> {
    let mut table: Vec<String> = Vec::new();
    for statement in statements(text) {
        if statement.span.start() > offset {
            return None;
        }
        let is_header = statement.kind == Kind::Header;
        if is_header {
            table.clone_from(&statement.path);
        }
        if touches(statement.key, offset) {
            let path = if is_header { statement.path } else { [table, statement.path].concat() };
            let markdown = about(root, &path, is_header, facts)?;
            return Some(Hover { span: statement.key, markdown });
        }
        if let Kind::Key(Some(value)) = statement.kind
            && touches(value, offset)
        {
            return in_value(text, &[table, statement.path].concat(), value, facts);
        }
    }
    None
}

fn about(root: &'static About, path: &[String], is_header: bool, facts: &Facts<'_>) -> Option<String> {
    if let [.., parent, rule] = path
        && parent == "severity"
        && let Some(text) = about_rule(rule, facts)
    {
        return Some(text);
    }
    if is_header && let Some(about) = shape_at(root, path).and_then(table_of) {
        return Some(format!("**{}**\n\n{}", code(about.header), joined(about.doc)));
    }
    key_at(root, path).map(about_key)
}

/// A key: its documentation, default and example.
pub(super) fn about_key(key: &Key) -> String {
    let default = match key.default {
        Fallback::Nothing => None,
        Fallback::Value(value) => Some(format!("Default: {}", code(&value()))),
        Fallback::Words(words) => Some(format!("Default: {words}")),
    };
    let example =
        (!key.example.is_empty()).then(|| format!("Example: {}", code(&format!("{} = {}", key.name, key.example))));
    let head = format!("**{}**: {}", code(key.name), joined(key.doc));
    [Some(head), default, example].into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

/// The lines of a doc comment as one line.
pub(super) fn joined(doc: &[&str]) -> String {
    doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// The rule that the value of `[[ignore]] code` names.
fn in_value(text: &str, path: &[String], value: Span, facts: &Facts<'_>) -> Option<Hover> {
    if path != ["ignore", "code"] {
        return None;
    }
    let rule = value.of(text).trim_matches(['"', '\'']);
    Some(Hover { span: value, markdown: about_rule(rule, facts)? })
}
