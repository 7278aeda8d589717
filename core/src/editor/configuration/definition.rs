//! The files that a `cxvars.toml` names.

use super::statements::{Kind, statements};
use crate::base::span::Span;
use crate::editor::place::touches;

/// The path of the file that the value at an offset names, with its place. It is relative to the folder of the
/// `cxvars.toml`.
pub fn file_at(text: &str, offset: usize) -> Option<(Span, String)> {
    let mut table: Vec<String> = Vec::new();
    for statement in statements(text) {
        match statement.kind {
            Kind::Header => table = statement.path,
            Kind::Key(Some(value)) if touches(value, offset) => {
                let path = [table, statement.path].concat();
                let inside = value.of(text).trim_matches(['"', '\'']);
                let is_simple = !inside.is_empty() && !inside.contains(['"', '\'', '\\', '\n', '[', '{']);
                return (is_simple && names_file(&path)).then(|| (value, inside.to_owned()));
            }
            Kind::Key(_) => {}
        }
    }
    None
}

/// Whether the value of the key at a path names a file.
fn names_file(path: &[String]) -> bool {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    matches!(
        path.as_slice(),
        ["extends"]
            | ["contracts", _]
            | ["validate", "baseline"]
            | ["plugin", "path"]
            | ["env", _, "actions", _, "file"]
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_where_a_file_is_named() {
        let at = |text: &str| {
            let (offset, text) = (text.find('|').unwrap(), text.replacen('|', "", 1));
            file_at(&text, offset).map(|(_, path)| path).unwrap_or_default()
        };
        assert_eq!(at("extends = \"../a|.toml\""), "../a.toml");
        assert_eq!(at("[contracts]\ncrm = 'c/|crm.json' # x"), "c/crm.json");
        assert_eq!(at("[validate]\nbaseline = |\"b.json\""), "b.json");
        assert_eq!(at("[env.dev.actions.a]\nfile = \"a.jso|n\""), "a.json");
        for text in [
            "[contracts]\nc|rm = \"x\"",
            "[env.dev]\nbase_url = \"hunter2|\"",
            "contracts = { a = \"|x\" }",
            "extends = \"|\"",
            "|",
        ] {
            assert_eq!(at(text), "", "{text}");
        }
    }
}
