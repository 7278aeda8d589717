//! A typed walk over a TOML document that collects every mistake with its place.
//!
//! Why not a derived deserializer: its messages quote the offending value, and a value in the wrong place may be a
//! secret. Here a message is made of keys, positions and expectations only.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use cxvars_core::base::display;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::cli::suggest;

/// A place in a configuration file, from 1; columns count Unicode scalar values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// One mistake in a configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub position: Position,
    /// What, and what to do; never a value.
    pub message: String,
}

/// The text being read and the mistakes found so far.
pub(super) struct Document<'t> {
    text: &'t str,
    problems: RefCell<Vec<Problem>>,
}

impl<'t> Document<'t> {
    /// Reads the document's top level by `read`; all mistakes, by position, if there are any.
    pub(super) fn read<T>(text: &'t str, read: impl FnOnce(&mut Section<'_>) -> T) -> Result<T, Vec<Problem>> {
        let document = Document { text, problems: RefCell::default() };
        let root = match DeTable::parse(text) {
            Ok(root) => root,
            Err(error) => {
                let offset = error.span().map_or(0, |span| span.start);
                document.problem(offset, format!("not valid TOML: {}", display::escape(error.message())));
                return Err(document.problems.into_inner());
            }
        };
        let out = Section::read(&document, String::new(), root.get_ref(), 0, read);
        let mut problems = document.problems.into_inner();
        problems.sort_by_key(|problem| problem.position);
        if problems.is_empty() { Ok(out) } else { Err(problems) }
    }

    fn problem(&self, offset: usize, message: String) {
        let position = self.position(offset);
        self.problems.borrow_mut().push(Problem { position, message });
    }

    fn position(&self, offset: usize) -> Position {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |index| index + 1);
        Position {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).map_or(0, |line| line.chars().count()) + 1,
        }
    }
}

/// A table whose keys are fixed. Reading a key makes it known; whatever was not asked for is a mistake.
pub(super) struct Section<'d> {
    document: &'d Document<'d>,
    path: String,
    table: &'d DeTable<'d>,
    offset: usize,
    known: Vec<&'static str>,
}

impl<'d> Section<'d> {
    fn read<T>(
        document: &'d Document<'d>,
        path: String,
        table: &'d DeTable<'d>,
        offset: usize,
        read: impl FnOnce(&mut Section<'d>) -> T,
    ) -> T {
        let mut section = Section { document, path, table, offset, known: Vec::new() };
        let out = read(&mut section);
        section.refuse_unknown();
        out
    }

    /// The value of `key`, if it is there.
    pub(super) fn get(&mut self, key: &'static str) -> Option<Value<'d>> {
        self.known.push(key);
        let found = self.table.iter().find(|(name, _)| name.get_ref() == key);
        found.map(|(_, value)| self.value(key, value))
    }

    /// The value of `key`, whose absence is a mistake.
    pub(super) fn require(&mut self, key: &'static str) -> Option<Value<'d>> {
        let value = self.get(key);
        if value.is_none() {
            self.problem(&format!("needs `{key}`"));
        }
        value
    }

    /// A mistake of the section as a whole.
    pub(super) fn problem(&self, what: &str) {
        let message = format!("[{}] {what}", self.path);
        self.document.problem(self.offset, message);
    }

    /// Where the section starts.
    pub(super) fn position(&self) -> Position {
        self.document.position(self.offset)
    }

    fn value(&self, key: &str, value: &'d Spanned<DeValue<'d>>) -> Value<'d> {
        let key = display::escape(key);
        let path = if self.path.is_empty() { key } else { format!("{}.{key}", self.path) };
        Value { document: self.document, path, value }
    }

    fn refuse_unknown(&self) {
        for (name, _) in self.table.iter() {
            let key: &str = name.get_ref();
            if !self.known.contains(&key) {
                let place = match self.path.as_str() {
                    "" => "at the top level".to_owned(),
                    path => format!("in [{path}]"),
                };
                let help = suggest::help(key, self.known.iter().copied());
                let message = format!("unknown key `{}` {place}; {help}", display::escape(key));
                self.document.problem(name.span().start, message);
            }
        }
    }
}

/// A value and the full path of its key.
pub(super) struct Value<'d> {
    document: &'d Document<'d>,
    path: String,
    value: &'d Spanned<DeValue<'d>>,
}

impl<'d> Value<'d> {
    /// A mistake at this value, as the end of a sentence that names the key.
    pub(super) fn problem(&self, what: &str) {
        let message = format!("`{}` {what}", self.path);
        self.document.problem(self.value.span().start, message);
    }

    fn expected(&self, what: &str) {
        let found = match self.value.get_ref() {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a number with a fraction",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "an array",
            DeValue::Table(_) => "a table",
        };
        self.problem(&format!("must be {what}, but it is {found}"));
    }

    /// A string, which may be empty.
    pub(super) fn string(&self) -> Option<String> {
        let text = self.value.get_ref().as_str();
        if text.is_none() {
            self.expected("a string");
        }
        text.map(str::to_owned)
    }

    /// A string with at least one character.
    pub(super) fn text(&self) -> Option<String> {
        let text = self.string()?;
        if text.trim().is_empty() {
            self.problem("must not be empty");
            return None;
        }
        Some(text)
    }

    /// A string that passes `check`, whose error ends a sentence that names the key.
    pub(super) fn checked<E: AsRef<str>>(&self, check: impl FnOnce(&str) -> Result<(), E>) -> Option<String> {
        let text = self.text()?;
        match check(&text) {
            Ok(()) => Some(text),
            Err(problem) => {
                self.problem(problem.as_ref());
                None
            }
        }
    }

    /// A whole number within `range`.
    pub(super) fn integer(&self, range: RangeInclusive<u64>) -> Option<u64> {
        let Some(integer) = self.value.get_ref().as_integer() else {
            self.expected("an integer");
            return None;
        };
        let number = u64::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number.filter(|number| range.contains(number));
        if number.is_none() {
            self.problem(&format!("must be from {} to {}", range.start(), range.end()));
        }
        number
    }

    /// A boolean.
    pub(super) fn boolean(&self) -> Option<bool> {
        let boolean = self.value.get_ref().as_bool();
        if boolean.is_none() {
            self.expected("true or false");
        }
        boolean
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let text = self.string()?;
        let found = choices.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let words: Vec<String> = choices.iter().map(|(word, _)| format!("`{word}`")).collect();
            self.problem(&format!("must be one of {}", words.join(", ")));
        }
        found.map(|(_, choice)| *choice)
    }

    /// An array of strings that are not empty.
    pub(super) fn texts(&self) -> Option<Vec<String>> {
        let Some(array) = self.value.get_ref().as_array() else {
            self.expected("an array of strings");
            return None;
        };
        let items: Vec<Option<String>> =
            array.iter().enumerate().map(|(index, value)| self.child(&format!("[{index}]"), value).text()).collect();
        items.into_iter().collect()
    }

    /// An array of strings, empty ones as well.
    pub(super) fn strings(&self) -> Option<Vec<String>> {
        let Some(array) = self.value.get_ref().as_array() else {
            self.expected("an array of strings");
            return None;
        };
        array.iter().enumerate().map(|(index, value)| self.child(&format!("[{index}]"), value).string()).collect()
    }

    /// A calendar date, as a TOML date or as a string `YYYY-MM-DD`.
    pub(super) fn date(&self) -> Option<jiff::civil::Date> {
        let date = match self.value.get_ref() {
            DeValue::String(text) => text.parse().ok(),
            DeValue::Datetime(datetime) if datetime.time.is_none() && datetime.offset.is_none() => {
                datetime.date.and_then(|date| date.to_string().parse().ok())
            }
            _ => None,
        };
        if date.is_none() {
            self.problem("must be a date such as 2027-01-31");
        }
        date
    }

    /// Whether this is a table.
    pub(super) fn is_table(&self) -> bool {
        self.value.get_ref().is_table()
    }

    /// Whether this is a string.
    pub(super) fn is_string(&self) -> bool {
        self.value.get_ref().is_str()
    }

    /// A table whose keys are fixed.
    pub(super) fn section<T>(&self, read: impl FnOnce(&mut Section<'d>) -> T) -> Option<T> {
        let Some(table) = self.value.get_ref().as_table() else {
            self.expected("a table");
            return None;
        };
        let offset = self.value.span().start;
        Some(Section::read(self.document, self.path.clone(), table, offset, read))
    }

    /// A table whose keys are the user's own names.
    pub(super) fn entries(&self) -> Option<Vec<(String, Value<'d>)>> {
        let Some(table) = self.value.get_ref().as_table() else {
            self.expected("a table");
            return None;
        };
        let entries = table
            .iter()
            .map(|(name, value)| {
                let name = name.get_ref().to_string();
                let child = self.child(&format!(".{}", display::escape(&name)), value);
                (name, child)
            })
            .collect();
        Some(entries)
    }

    /// An array of tables whose keys are fixed.
    pub(super) fn sections<T>(&self, mut read: impl FnMut(&mut Section<'d>) -> T) -> Vec<T> {
        let Some(array) = self.value.get_ref().as_array() else {
            self.expected(&format!("an array of tables, written [[{}]]", self.path));
            return Vec::new();
        };
        array.iter().filter_map(|value| self.child("", value).section(&mut read)).collect()
    }

    fn child(&self, suffix: &str, value: &'d Spanned<DeValue<'d>>) -> Value<'d> {
        Value { document: self.document, path: format!("{}{suffix}", self.path), value }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str, read: impl FnOnce(&mut Section<'_>)) -> Vec<(usize, usize, String)> {
        let problems = Document::read(text, read).err().unwrap_or_default();
        problems.into_iter().map(|problem| (problem.position.line, problem.position.column, problem.message)).collect()
    }

    #[test]
    fn every_mistake_is_reported_with_its_place_in_order() {
        let text = "\u{e9} = 1\nname = 3\n[a]\nflag = \"hunter2\"\nsize = 99\n";
        // A bare key is ASCII; this one is a syntax error and the only thing said.
        assert_eq!(problems(text, |_| ()).len(), 1);
        let text = "\"\u{e9}\" = 1\nname = 3\n[a]\nflag = \"hunter2\"\nsize = 99\n";
        let found = problems(text, |root| {
            root.get("name").and_then(|value| value.text());
            root.get("a").and_then(|value| {
                value.section(|section| {
                    section.get("flag").and_then(|value| value.boolean());
                    section.get("size").and_then(|value| value.integer(1..=10));
                    section.require("url").and_then(|value| value.text());
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
    fn numbers_of_any_radix_are_read_and_bounded() {
        let read =
            |text: &str| Document::read(text, |root| root.get("n").and_then(|value| value.integer(0..=300))).ok();
        assert_eq!(read("n = 0xff"), Some(Some(255)));
        assert_eq!(read("n = 1_0"), Some(Some(10)));
        assert_eq!(read("n = +7"), Some(Some(7)));
        for text in ["n = -1", "n = 301", "n = 99999999999999999999999", "n = 1.0", "n = \"1\""] {
            assert_eq!(read(text), None, "{text}");
        }
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
        let read = |text: &str| Document::read(text, |root| root.get("d").and_then(|value| value.date())).ok();
        let expected = jiff::civil::date(2027, 1, 31);
        assert_eq!(read("d = 2027-01-31"), Some(Some(expected)));
        assert_eq!(read("d = \"2027-01-31\""), Some(Some(expected)));
        for text in ["d = 2027-02-30", "d = 2027-01-31T00:00:00Z", "d = \"soon\"", "d = 1"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
