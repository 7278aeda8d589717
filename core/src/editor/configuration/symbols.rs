//! The tables and keys of a `cxvars.toml`, for its outline.

use super::statements::{Kind, Statement, statements};
use crate::base::span::Span;
use crate::editor::symbols::Symbol;

/// The tables with their keys, in the order of the text. Keys outside of tables come first.
pub fn symbols(text: &str) -> Vec<Symbol> {
    let mut found: Vec<Symbol> = Vec::new();
    let mut is_in_table = false;
    for statement in statements(text) {
        let is_header = statement.kind == Kind::Header;
        let is_half_typed = statement.kind == Kind::Key(None) || statement.key.of(text).is_empty();
        is_in_table |= is_header;
        if is_half_typed {
            continue;
        }
        let symbol = symbol(text, &statement);
        match found.last_mut().filter(|_| is_in_table && !is_header) {
            Some(table) => {
                add_detail(text, table, &statement);
                table.span = Span::new(table.span.start(), symbol.span.end());
                table.children.push(symbol);
            }
            None => found.push(symbol),
        }
    }
    found
}

/// What tells one ignore from another: its rule and its variable.
fn add_detail(text: &str, table: &mut Symbol, statement: &Statement) {
    let Kind::Key(Some(value)) = statement.kind else { return };
    if table.name != "ignore" || !matches!(statement.key.of(text), "code" | "variable") {
        return;
    }
    let gap = if table.detail.is_empty() { "" } else { " " };
    table.detail += &format!("{gap}{}", value.of(text).trim_matches(['"', '\'']));
}

fn symbol(text: &str, statement: &Statement) -> Symbol {
    Symbol {
        name: statement.key.of(text).to_owned(),
        detail: String::new(),
        span: statement.span,
        name_span: statement.key,
        children: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_have_their_keys() {
        let text = "extends = \"a\"\n[validate]\nmax_depth = 3\nma\n[[ignore]]\ncode = \"CX501\"\n[";
        let shown: Vec<_> = symbols(text)
            .into_iter()
            .map(|symbol| {
                let children = symbol.children.iter().map(|child| child.name.clone());
                (symbol.name.clone(), symbol.span.of(text).to_owned(), children.collect::<Vec<_>>())
            })
            .collect();
        let owned = |name: &str, span: &str, children: &[&str]| {
            (name.to_owned(), span.to_owned(), children.iter().map(|child| (*child).to_owned()).collect())
        };
        let expected: [(String, String, Vec<String>); 3] = [
            owned("extends", "extends = \"a\"", &[]),
            owned("validate", "[validate]\nmax_depth = 3", &["max_depth"]),
            owned("ignore", "[[ignore]]\ncode = \"CX501\"", &["code"]),
        ];
        assert_eq!(shown, expected);
    }

    #[test]
    fn an_ignore_shows_what_it_is_about() {
        let text = "[[ignore]]\ncode = \"CX501\"\nvariable = 'crm'\nreason = \"x\"\n[env.dev]\nvariable = \"y\"\n";
        let details: Vec<String> = symbols(text).into_iter().map(|symbol| symbol.detail).collect();
        assert_eq!(details, ["CX501 crm", ""]);
    }
}
