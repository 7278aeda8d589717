//! Reads options with their types and collects every mistake with its place.
//!
//! This is not a derived deserializer, because the messages of one quote the offending value, and a value in the wrong
//! place may be a secret. Messages here consist of keys, positions and expectations only.

use std::cell::RefCell;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use crate::base::date::Date;
use crate::base::display;
use crate::base::suggest;
use crate::base::vocabulary::did_you_mean;
use crate::diagnostic::rule::Rule;
use crate::options::written::{Entry, Node, Source, Tree};

/// A position in a configuration file. Lines and columns count from 1; columns count Unicode scalar values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Position {
    /// The position of a byte offset of the text.
    pub(crate) fn of(text: &str, offset: usize) -> Self {
        let before = text.get(..offset).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |index| index + 1);
        Self {
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).map_or(0, |line| line.chars().count()) + 1,
        }
    }
}

/// One mistake in the options.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Its position; meaningless for options that a program passes.
    pub position: Position,
    /// What is wrong and what to do; never contains a value.
    pub message: String,
}

/// The place where a section is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file; empty for options that a program passes.
    pub file: PathBuf,
    /// The position in the file.
    pub position: Position,
    /// Its path from the top, such as `ignore[0]`.
    pub path: String,
}

/// What reading options needs: their source, their text if there is one, and the rules that they may name.
#[derive(Clone, Copy)]
pub struct Reading<'r> {
    /// The source of the options.
    pub source: Source<'r>,
    /// The text to which the offsets refer.
    pub text: &'r str,
    /// All rules.
    pub rules: &'r [&'static Rule],
}

impl Reading<'_> {
    /// Reads the top level with `read`.
    ///
    /// # Errors
    /// All mistakes, ordered by position.
    pub fn read<T>(self, root: &Node, read: impl FnOnce(&mut Table<'_>) -> Option<T>) -> Result<T, Vec<Problem>> {
        let reader = Reader { reading: self, problems: RefCell::default() };
        let value = Value { reader: &reader, path: String::new(), key: "options", node: root };
        let out = value.section(read);
        let mut problems = reader.problems.into_inner();
        problems.sort_by_key(|problem| problem.position);
        match out {
            Some(out) if problems.is_empty() => Ok(out),
            _ => Err(problems),
        }
    }

    /// A mistake at a byte offset of the text.
    pub(crate) fn problem_at(&self, offset: usize, message: String) -> Problem {
        Problem { position: self.position(offset), message }
    }

    fn position(&self, offset: usize) -> Position {
        Position::of(self.text, offset)
    }
}

struct Reader<'r> {
    reading: Reading<'r>,
    problems: RefCell<Vec<Problem>>,
}

impl<'r> Reader<'r> {
    fn problem(&self, offset: usize, message: String) {
        self.problems.borrow_mut().push(self.reading.problem_at(offset, message));
    }

    fn folder(&self) -> &'r Path {
        match self.reading.source {
            Source::File { path, .. } => path.parent().unwrap_or(Path::new("")),
            Source::Call => Path::new(""),
        }
    }

    fn place(&self, offset: usize, path: &str) -> Place {
        let file = match self.reading.source {
            Source::File { path, .. } => path.to_owned(),
            Source::Call => PathBuf::new(),
        };
        Place { file, position: self.reading.position(offset), path: path.to_owned() }
    }

    fn is_call(&self) -> bool {
        matches!(self.reading.source, Source::Call)
    }
}

/// A table with fixed keys. Reading a key makes it known; every key that was not read is a mistake.
pub struct Table<'d> {
    reader: &'d Reader<'d>,
    path: String,
    key: &'static str,
    entries: &'d [Entry],
    offset: usize,
    known: Vec<&'static str>,
    /// Keys that were reported already.
    refused: Vec<&'static str>,
}

impl<'d> Table<'d> {
    /// The value of `key`, if the table has it.
    pub fn get(&mut self, key: &'static str) -> Option<Value<'d>> {
        self.known.push(key);
        let found = self.entries.iter().find(|entry| entry.key == key)?;
        let path = if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) };
        Some(Value { reader: self.reader, path, key, node: &found.value })
    }

    /// The value of `key`; reports a mistake if it is missing.
    pub fn require(&mut self, key: &'static str) -> Option<Value<'d>> {
        let value = self.get(key);
        if value.is_none() {
            let message = match self.reader.is_call() {
                true => format!("{}: an {} needs a {key}", self.path, self.key),
                false => format!("[{}] needs `{key}`", self.path),
            };
            self.reader.problem(self.offset, message);
        }
        value
    }

    /// Makes keys known that other code reads.
    pub fn leave(&mut self, keys: impl IntoIterator<Item = &'static str>) {
        self.known.extend(keys);
    }

    /// Reports each of these keys that is there; `why` completes a sentence that begins with the key. Suggestions do not
    /// name them.
    pub fn refuse(&mut self, keys: impl IntoIterator<Item = &'static str>, why: &str) {
        for key in keys {
            if let Some(entry) = self.entries.iter().find(|entry| entry.key == key) {
                self.reader.problem(entry.offset, format!("`{key}` {why}"));
                self.refused.push(key);
            }
        }
    }

    /// The place where the table starts.
    pub fn place(&self) -> Place {
        self.reader.place(self.offset, &self.path)
    }

    /// The folder to which relative paths are relative.
    pub fn folder(&self) -> &'d Path {
        self.reader.folder()
    }

    fn refuse_unknown(&self) {
        for Entry { key, offset, .. } in self.entries {
            if !self.known.contains(&key.as_str()) && !self.refused.contains(&key.as_str()) {
                self.reader.problem(*offset, self.unknown(key));
            }
        }
    }

    fn unknown(&self, key: &str) -> String {
        if self.reader.is_call() {
            let of = if self.path.is_empty() { "options" } else { &self.path };
            let mut known = self.known.clone();
            known.sort_unstable();
            return match did_you_mean(key, known.iter().copied()) {
                Some(near) => format!("{of}: there is no {key}; did you mean {near}?"),
                None => format!("{of}: there is no {key}; there are {}", known.join(", ")),
            };
        }
        let place = match self.path.as_str() {
            "" => "at the top level".to_owned(),
            path => format!("in [{path}]"),
        };
        let help = suggest::help(key, self.known.iter().copied());
        format!("unknown key `{}` {place}; {help}", display::escape(key))
    }
}

/// A value and the path of its key.
pub struct Value<'d> {
    reader: &'d Reader<'d>,
    path: String,
    /// The nearest fixed key, which messages for programs name.
    key: &'static str,
    node: &'d Node,
}

impl<'d> Value<'d> {
    /// The source of the options.
    pub fn source(&self) -> Source<'d> {
        self.reader.reading.source
    }

    /// The folder to which relative paths are relative.
    pub fn folder(&self) -> &'d Path {
        self.reader.folder()
    }

    /// The place where it starts.
    pub fn place(&self) -> Place {
        self.reader.place(self.node.offset, &self.path)
    }

    /// The value as it is written.
    pub fn tree(&self) -> &'d Tree {
        &self.node.tree
    }

    /// Its path from the top, such as `validate.max_bytes`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Finds a rule by its code. A calling program may write the code in any case, or give the rule's name.
    pub fn rule(&self, code: &str) -> Option<&'static Rule> {
        let is_meant = |rule: &&&Rule| match self.reader.is_call() {
            true => rule.code.eq_ignore_ascii_case(code) || rule.name == code,
            false => rule.code == code,
        };
        self.reader.reading.rules.iter().find(is_meant).copied()
    }

    /// Reports that this value's key is not the code of a rule.
    pub fn unknown_rule(&self, code: &str) {
        let codes = self.reader.reading.rules.iter().map(|rule| rule.code);
        self.complain(match self.reader.is_call() {
            true => format!("{}: there is no rule {code}", self.key),
            false => {
                let section = self.path.strip_suffix(&format!(".{}", display::escape(code))).unwrap_or(&self.path);
                format!("[{section}] names {}, which is no rule; {}", display::quote(code), suggest::help(code, codes))
            }
        });
    }

    /// Reports a mistake at this value. `what` completes a sentence that begins with the key.
    pub fn problem(&self, what: &str) {
        let message = match self.reader.is_call() {
            true => format!("{} {what}", self.key),
            false => format!("`{}` {what}", self.path),
        };
        self.complain(message);
    }

    /// Reports a mistake at this value. `message` is the whole message.
    pub fn complain(&self, message: String) {
        self.reader.problem(self.node.offset, message);
    }

    /// Reports that this value has the wrong type. Files and programs have different words for types.
    fn expected(&self, in_file: &str, in_call: &str) {
        match self.reader.is_call() {
            true => self.problem(&format!("must be {in_call}")),
            false => self.problem(&format!("must be {in_file}, but it is {}", self.node.tree.noun())),
        }
    }

    /// Reads a string, which may be empty.
    pub fn string(&self) -> Option<&'d str> {
        match &self.node.tree {
            Tree::Text(text) => Some(text),
            _ => {
                self.expected("a string", "a string");
                None
            }
        }
    }

    /// Reads a string. In a file it must have at least one character that is not white space.
    pub fn text(&self) -> Option<&'d str> {
        let text = self.string()?;
        if text.trim().is_empty() && !self.reader.is_call() {
            self.problem("must not be empty");
            return None;
        }
        Some(text)
    }

    /// Reads a string that passes `check`. Its error completes a sentence that begins with the key.
    pub fn checked<E: AsRef<str>>(&self, check: impl FnOnce(&str) -> Result<(), E>) -> Option<&'d str> {
        let text = self.text()?;
        match check(text) {
            Ok(()) => Some(text),
            Err(problem) => {
                self.problem(problem.as_ref());
                None
            }
        }
    }

    /// Reads a whole number. In a file it must lie within `range`.
    pub fn integer(&self, range: RangeInclusive<u64>) -> Option<u64> {
        let is_call = self.reader.is_call();
        let Tree::Integer(number) = self.node.tree else {
            self.expected("an integer", "a whole number");
            return None;
        };
        let number = number.and_then(|number| u64::try_from(number).ok());
        let number = number.filter(|number| is_call || range.contains(number));
        if number.is_none() {
            self.problem(&match is_call {
                true => "must be a whole number".to_owned(),
                false => format!("must be from {} to {}", range.start(), range.end()),
            });
        }
        number
    }

    /// Reads a boolean.
    pub fn boolean(&self) -> Option<bool> {
        match self.node.tree {
            Tree::Boolean(boolean) => Some(boolean),
            _ => {
                self.expected("true or false", "true or false");
                None
            }
        }
    }

    /// Reads one of `choices` by its word.
    pub fn choice<T: Copy>(&self, choices: &[(&'static str, T)]) -> Option<T> {
        let text = self.string()?;
        let found = choices.iter().find(|(word, _)| *word == text);
        if found.is_none() {
            let words = choices.iter().map(|(word, _)| *word);
            let problem = match self.reader.is_call() {
                true => format!("must be {}", either(words.collect())),
                false => {
                    format!("must be one of {}", words.map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", "))
                }
            };
            self.problem(&problem);
        }
        found.map(|(_, choice)| *choice)
    }

    /// Reads a calendar date: a TOML date or a string `YYYY-MM-DD`.
    pub fn date(&self) -> Option<Date> {
        let date = match &self.node.tree {
            Tree::Text(text) | Tree::Date(text) => Date::parse(text),
            _ => None,
        };
        if date.is_none() {
            self.problem(match self.reader.is_call() {
                true => "must be a day such as 2027-01-31",
                false => "must be a date such as 2027-01-31",
            });
        }
        date
    }

    /// Reads an array of non-empty strings.
    pub fn texts(&self) -> Option<Vec<String>> {
        self.items("an array of strings", |item| item.text().map(str::to_owned))
    }

    /// Reads an array of strings, which may be empty.
    pub fn strings(&self) -> Option<Vec<String>> {
        self.items("an array of strings", |item| item.string().map(str::to_owned))
    }

    /// Reads one value, or an array of at least one, each with `read`.
    pub fn one_or_more<T>(&self, read: impl Fn(&Value<'d>) -> Option<T>) -> Option<Vec<T>> {
        let Tree::Array(nodes) = &self.node.tree else { return read(self).map(|one| vec![one]) };
        if nodes.is_empty() {
            self.problem("must not be empty");
            return None;
        }
        self.items("an array", read)
    }

    fn items<T>(&self, expected: &str, read: impl Fn(&Value<'d>) -> Option<T>) -> Option<Vec<T>> {
        let Tree::Array(nodes) = &self.node.tree else {
            self.expected(expected, "an array");
            return None;
        };
        let items: Vec<Option<T>> =
            nodes.iter().enumerate().map(|(index, node)| read(&self.child(&format!("[{index}]"), node))).collect();
        items.into_iter().collect()
    }

    /// Whether this is a table.
    pub fn is_table(&self) -> bool {
        matches!(self.node.tree, Tree::Table(_))
    }

    /// Whether this is true or false.
    pub fn is_boolean(&self) -> bool {
        matches!(self.node.tree, Tree::Boolean(_))
    }

    /// Whether this is a string.
    pub fn is_string(&self) -> bool {
        matches!(self.node.tree, Tree::Text(_))
    }

    /// Reads a table with fixed keys.
    pub fn section<T>(&self, read: impl FnOnce(&mut Table<'d>) -> Option<T>) -> Option<T> {
        let entries = self.table()?;
        let Self { reader, key, .. } = *self;
        let mut table = Table {
            reader,
            path: self.path.clone(),
            key,
            entries,
            offset: self.node.offset,
            known: Vec::new(),
            refused: Vec::new(),
        };
        let out = read(&mut table);
        table.refuse_unknown();
        out
    }

    /// Reads a table whose keys are names that the user chooses.
    pub fn entries(&self) -> Option<impl Iterator<Item = (&'d str, Value<'d>)>> {
        let entries = self.table()?;
        let child = |entry: &'d Entry| {
            let path = format!("{}.{}", self.path, display::escape(&entry.key));
            (entry.key.as_str(), Value { reader: self.reader, path, key: self.key, node: &entry.value })
        };
        Some(entries.iter().map(child))
    }

    fn table(&self) -> Option<&'d [Entry]> {
        match &self.node.tree {
            Tree::Table(entries) => Some(entries),
            _ => {
                self.expected("a table", "an object");
                None
            }
        }
    }

    /// Reads an array of tables with fixed keys.
    pub fn sections<T>(&self, mut read: impl FnMut(&mut Table<'d>) -> Option<T>) -> Option<Vec<T>> {
        let Tree::Array(nodes) = &self.node.tree else {
            self.expected(&format!("an array of tables, written [[{}]]", self.path), "an array");
            return None;
        };
        let mut read_one = |(index, node)| {
            // In a file the position identifies the table.
            let suffix = if self.reader.is_call() { format!("[{index}]") } else { String::new() };
            let item = self.child(&suffix, node);
            item.section(&mut read)
        };
        let items: Vec<Option<T>> = nodes.iter().enumerate().map(&mut read_one).collect();
        items.into_iter().collect()
    }

    fn child(&self, suffix: &str, node: &'d Node) -> Value<'d> {
        Value { reader: self.reader, path: format!("{}{suffix}", self.path), key: self.key, node }
    }
}

/// `a, b or c`
fn either(words: Vec<&str>) -> String {
    match words.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}
