//! Options as they are written, whoever writes them: a `cxvars.toml`, an object of JavaScript, the record of a component.

use std::path::Path;

/// A value and where it is written.
pub struct Node {
    /// Where it starts in the text, in bytes; 0 where there is no text.
    pub offset: usize,
    /// The value.
    pub tree: Tree,
}

/// A value. No `Debug`: it may be a secret in the wrong place.
pub enum Tree {
    /// A string.
    Text(String),
    /// A whole number; none where it is negative or has more than 64 bits.
    Integer(Option<u64>),
    /// Another number.
    Fraction,
    /// True or false.
    Boolean(bool),
    /// A date of TOML, as `2027-01-31`; empty where it has a time.
    Date(String),
    /// A list.
    Array(Vec<Node>),
    /// Keys and their values.
    Table(Vec<Entry>),
    /// Nothing that an option could be.
    Other,
}

/// A key and its value.
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key starts in the text, in bytes.
    pub offset: usize,
    /// Its value.
    pub value: Node,
}

impl Tree {
    /// A table of these keys; a key without a value is left out.
    pub fn table<K: Into<String>>(entries: impl IntoIterator<Item = (K, Option<Self>)>) -> Self {
        let entries = entries.into_iter().filter_map(|(key, value)| Some((key, value?)));
        Self::Table(entries.map(|(key, value)| Entry { key: key.into(), offset: 0, value: value.into() }).collect())
    }

    /// A list of these values.
    pub fn array(values: impl IntoIterator<Item = Self>) -> Self {
        Self::Array(values.into_iter().map(Node::from).collect())
    }

    /// A list of strings.
    pub fn texts(texts: impl IntoIterator<Item = String>) -> Self {
        Self::array(texts.into_iter().map(Self::Text))
    }

    /// What it is, for a message.
    pub(crate) fn noun(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Fraction => "a number with a fraction",
            Self::Boolean(_) => "a boolean",
            Self::Date(_) => "a date",
            Self::Array(_) => "an array",
            Self::Table(_) => "a table",
            Self::Other => "something else",
        }
    }
}

impl From<Tree> for Node {
    fn from(tree: Tree) -> Self {
        Self { offset: 0, tree }
    }
}

/// Who owns a file, which decides what it may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A project: whoever can change the repository can change it, so that it cannot widen trust.
    Project,
    /// The user.
    User,
}

/// Where options come from. It decides how mistakes are worded, and what is asked of a value.
#[derive(Clone, Copy, Debug)]
pub enum Source<'p> {
    /// A configuration file. Numbers are held to their bounds, and no text may be empty where that has no meaning.
    File {
        /// Its path; relative paths in it start from its folder.
        path: &'p Path,
        /// Whose it is.
        owner: Owner,
    },
    /// The call of a program, which knows what it can afford.
    Call,
}
