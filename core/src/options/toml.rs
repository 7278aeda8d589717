//! Parses the text of a `cxvars.toml`.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::base::display;
use crate::options::reader::{Problem, Reading, Table};
use crate::options::written::{Entry, Node, Tree};

/// Reads the top level of the text with `read`.
///
/// # Errors
/// All mistakes, ordered by position. If the text is not TOML, only that.
pub fn read<T>(reading: Reading<'_>, read: impl FnOnce(&mut Table<'_>) -> Option<T>) -> Result<T, Vec<Problem>> {
    match DeTable::parse(reading.text) {
        Ok(root) => reading.read(&Node { offset: 0, tree: table(root.get_ref()) }, read),
        Err(error) => {
            let offset = error.span().map_or(0, |span| span.start);
            Err(vec![reading.problem_at(offset, format!("not valid TOML: {}", display::escape(error.message())))])
        }
    }
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
        DeValue::Integer(integer) => Tree::Integer(u64::from_str_radix(integer.as_str(), integer.radix()).ok()),
        DeValue::Float(_) => Tree::Fraction,
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
