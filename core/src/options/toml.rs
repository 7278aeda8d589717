//! Parses the text of a `cxvars.toml`.

use serde_json::Value;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::base::display;
use crate::options::reader::{self, Position, Problem, Reading, Table};
use crate::options::written::{Entry, Node, Tree};

/// Reads the top level of the text with `read`.
///
/// # Errors
/// All mistakes, ordered by position. If the text is not TOML, only that.
pub fn read<T>(reading: Reading<'_>, read: impl FnOnce(&mut Table<'_>) -> Option<T>) -> Result<T, Vec<Problem>> {
    reading.read(&parse(reading)?, read)
}

/// Reads the text as the value of this key, which its messages name.
///
/// # Errors
/// As [`read`].
pub fn read_as<T>(
    key: &'static str,
    reading: Reading<'_>,
    read: impl FnOnce(&reader::Value<'_>) -> Option<T>,
) -> Result<T, Vec<Problem>> {
    let root = parse(reading)?;
    let entry = Entry { key: key.to_owned(), offset: 0, value: root };
    reading.read(&Node { offset: 0, tree: Tree::Table(vec![entry]) }, |table| read(&table.get(key)?))
}

fn parse(reading: Reading<'_>) -> Result<Node, Vec<Problem>> {
    match DeTable::parse(reading.text) {
        Ok(root) => Ok(Node { offset: 0, tree: table(root.get_ref()) }),
        Err(error) => {
            let offset = error.span().map_or(0, |span| span.start);
            Err(vec![reading.problem_at(offset, format!("not valid TOML: {}", display::escape(error.message())))])
        }
    }
}

/// The position of the key at this path from the top, such as `["contracts", "limits"]`; none if the text does not have
/// it.
pub fn position(text: &str, path: &[&str]) -> Option<Position> {
    let root = DeTable::parse(text).ok()?;
    let (last, tables) = path.split_last()?;
    let mut table = root.get_ref();
    for &name in tables {
        table = table.get(name)?.get_ref().as_table()?;
    }
    let (key, _) = table.get_key_value(*last)?;
    Some(Position::of(text, key.span().start))
}

fn table(table: &DeTable<'_>) -> Tree {
    let entry = |(key, value): (&Spanned<std::borrow::Cow<'_, str>>, _)| Entry {
        key: key.get_ref().to_string(),
        offset: key.span().start,
        value: node(value),
    };
    Tree::Table(table.iter().map(entry).collect())
}

fn node(value: &Spanned<DeValue<'_>>) -> Node {
    let tree = match value.get_ref() {
        DeValue::String(text) => Tree::Text(text.to_string()),
        DeValue::Integer(integer) => Tree::Integer(i128::from_str_radix(integer.as_str(), integer.radix()).ok()),
        DeValue::Float(float) => Tree::Fraction(float.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(boolean) => Tree::Boolean(*boolean),
        DeValue::Datetime(datetime) => {
            let date = datetime.date.filter(|_| datetime.time.is_none() && datetime.offset.is_none());
            Tree::Date(date.map(|date| date.to_string()).unwrap_or_default())
        }
        DeValue::Array(array) => Tree::Array(array.iter().map(node).collect()),
        DeValue::Table(inner) => table(inner),
    };
    Node { offset: value.span().start, tree }
}

/// The text as JSON, for the schema; `None` if it is not TOML or has a number that JSON lacks. A date becomes a string.
pub fn to_json(text: &str) -> Option<Value> {
    json_table(DeTable::parse(text).ok()?.get_ref())
}

/// A single value as JSON.
pub(crate) fn value_to_json(value: &str) -> Option<Value> {
    to_json(&format!("value = {value}"))?.get("value").cloned()
}

fn json_table(table: &DeTable<'_>) -> Option<Value> {
    table.iter().map(|(key, value)| Some((key.get_ref().to_string(), json(value.get_ref())?))).collect()
}

fn json(value: &DeValue<'_>) -> Option<Value> {
    Some(match value {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Integer(integer) => i64::from_str_radix(integer.as_str(), integer.radix()).ok()?.into(),
        DeValue::Float(float) => float.as_str().parse::<f64>().ok()?.into(),
        DeValue::Boolean(boolean) => (*boolean).into(),
        DeValue::Datetime(datetime) => datetime.to_string().into(),
        DeValue::Array(array) => array.iter().map(|item| json(item.get_ref())).collect::<Option<_>>()?,
        DeValue::Table(inner) => json_table(inner)?,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::options::ignore::Date;
    use crate::options::written::{Owner, Source};
    use crate::rules;

    fn read_file<T>(text: &str, look: impl FnOnce(&mut Table<'_>) -> Option<T>) -> Result<T, Vec<Problem>> {
        let source = Source::File { path: Path::new("cxvars.toml"), owner: Owner::Project };
        read(Reading { source, text, rules: rules::ALL }, look)
    }

    fn problems(text: &str, look: impl FnOnce(&mut Table<'_>)) -> Vec<(usize, usize, String)> {
        let problems = read_file(text, |table| {
            look(table);
            Some(())
        });
        let problems = problems.err().unwrap_or_default().into_iter();
        problems.map(|problem| (problem.position.line, problem.position.column, problem.message)).collect()
    }

    #[test]
    fn every_mistake_is_reported_with_its_place_in_order() {
        let text = "\u{e9} = 1\nname = 3\n[a]\nflag = \"hunter2\"\nsize = 99\n";
        // A bare key is ASCII; this one is a syntax error and the only thing said.
        assert_eq!(problems(text, |_| ()).len(), 1);
        let text = "\"\u{e9}\" = 1\nname = 3\n[a]\nflag = \"hunter2\"\nsize = 99\n";
        let found = problems(text, |root| {
            root.get("name").and_then(|value| value.text().map(str::to_owned));
            root.get("a").and_then(|value| {
                value.section(|section| {
                    section.get("flag").and_then(|value| value.boolean());
                    section.get("size").and_then(|value| value.integer(1..=10));
                    section.require("url").and_then(|value| value.text().map(str::to_owned))
                })
            });
        });
        let expected = [
            (1, 1, "unknown key `\u{e9}` at the top level; known: `a`, `name`"),
            (2, 8, "`name` must be a string, but it is an integer"),
            (3, 1, "[a] needs `url`"),
            (4, 8, "`a.flag` must be true or false, but it is a string"),
            (5, 8, "`a.size` must be from 1 to 10"),
        ];
        let found: Vec<(usize, usize, &str)> =
            found.iter().map(|(line, column, message)| (*line, *column, message.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_key_is_found_by_its_path() {
        let text = "[a]\nb = { \u{22}\u{e9}\u{22} = 1, c = 2 }\n";
        let at = |path: &[&str]| position(text, path).map(|position| (position.line, position.column));
        assert_eq!((at(&["a"]), at(&["a", "b"]), at(&["a", "b", "c"])), (Some((1, 2)), Some((2, 1)), Some((2, 16))));
        assert_eq!((at(&["b"]), at(&["a", "b", "c", "d"]), at(&[])), (None, None, None));
    }

    #[test]
    fn numbers_of_any_radix_are_read_and_bounded() {
        let read =
            |text: &str| read_file(text, |root| Some(root.get("n").and_then(|value| value.integer(0..=300)))).ok();
        assert_eq!(read("n = 0xff"), Some(Some(255)));
        assert_eq!(read("n = 1_0"), Some(Some(10)));
        assert_eq!(read("n = +7"), Some(Some(7)));
        for text in ["n = -1", "n = 301", "n = 99999999999999999999999", "n = 1.0", "n = \"1\""] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_text_is_the_same_in_json() {
        let text = "a = [1, 'two', 3.5]\n[b.c]\nd = 2027-01-31\ne = true\n";
        let expected = serde_json::json!({"a": [1, "two", 3.5], "b": {"c": {"d": "2027-01-31", "e": true}}});
        assert_eq!(to_json(text), Some(expected));
        assert_eq!(to_json("a = "), None);
        assert_eq!(value_to_json("0x10"), Some(16.into()));
        assert_eq!(value_to_json(""), None);
    }

    #[test]
    fn a_syntax_error_shows_its_place_and_not_the_text() {
        for text in ["a = hunter2", "a = \"hunter2", "a = 1\na = \"hunter2\"", "[a\nhunter2", "a = \"\\hunter2\""] {
            let found = problems(text, |_| ());
            assert_eq!(found.len(), 1, "{text}");
            assert!(!found[0].2.contains("hunter2") && !found[0].2.contains('\n'), "{:?}", found[0]);
        }
    }

    #[test]
    fn dates_are_read_in_both_forms() {
        let read = |text: &str| read_file(text, |root| Some(root.get("d").and_then(|value| value.date()))).ok();
        let expected = Date::new(2027, 1, 31);
        assert_eq!(read("d = 2027-01-31"), Some(Some(expected)));
        assert_eq!(read("d = \"2027-01-31\""), Some(Some(expected)));
        for text in ["d = 2027-02-30", "d = \"2027-02-30\"", "d = 2027-01-31T00:00:00Z", "d = \"soon\"", "d = 1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
