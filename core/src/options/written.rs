//! Options before they are read, in one form for every source: a `cxvars.toml`, a JavaScript object, a component's
//! record.

use std::path::Path;

/// A value and its position.
pub struct Node {
    /// The byte offset of its start in the text; 0 if there is no text.
    pub offset: usize,
    /// The value.
    pub tree: Tree,
}

/// A value. No `Debug`: it may be a secret in the wrong place.
pub enum Tree {
    /// A string.
    Text(String),
    /// A whole number; `None` if it has more than 127 bits.
    Integer(Option<i128>),
    /// Any other number.
    Fraction(f64),
    /// True or false.
    Boolean(bool),
    /// A TOML date such as `2027-01-31`; empty if it has a time.
    Date(String),
    /// A list.
    Array(Vec<Node>),
    /// Keys and their values.
    Table(Vec<Entry>),
    /// A value of a type that no option has.
    Other,
}

/// A key and its value.
pub struct Entry {
    /// The key.
    pub key: String,
    /// The byte offset of the key in the text.
    pub offset: usize,
    /// Its value.
    pub value: Node,
}

impl Tree {
    /// A table of these entries; a key without a value is left out.
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
            Self::Fraction(_) => "a number with a fraction",
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

/// Who owns a configuration file. The owner decides which sections it may contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A project. Everyone who can change the repository can change the file, so it cannot extend trust.
    Project,
    /// The user.
    User,
}

/// The source of options. It decides how mistakes are worded and how strictly values are checked.
#[derive(Clone, Copy, Debug)]
pub enum Source<'p> {
    /// A configuration file. Numbers must lie within their bounds, and texts that have no meaning when empty are
    /// refused.
    File {
        /// Its path; relative paths in it are relative to its folder.
        path: &'p Path,
        /// Its owner.
        owner: Owner,
    },
    /// A calling program, which chooses its own limits.
    Call,
}
