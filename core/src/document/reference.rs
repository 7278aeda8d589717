//! `value_from`: where to fetch a value from.

use serde::Serialize;

use super::{Variable, first_of_each};
use crate::reader::Value;

/// Where to fetch a value from. The texts are names and paths, never a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reference {
    /// `{env: NAME}`: an environment variable.
    Env(String),
    /// `{file: PATH}`: a file of the project.
    File(String),
    /// `{param: NAME}`: a parameter of the environment in the configuration.
    Param(String),
    /// `{command: NAME}`: a command that the user's own configuration file defines.
    Command(String),
    /// `{vault: {path, key}}`: a key of a secret on a Vault-compatible server.
    Vault {
        /// Path of the secret.
        path: String,
        /// Key within it.
        key: String,
    },
}

/// Where the value of a variable comes from, as policies see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// It is written in the document.
    Inline,
    /// `value_from: {env: …}`
    Env,
    /// `value_from: {file: …}`
    File,
    /// `value_from: {param: …}`
    Param,
    /// `value_from: {command: …}`
    Command,
    /// `value_from: {vault: …}`
    Vault,
    /// It has neither `value` nor `value_from`, or `value_from` is malformed.
    Missing,
}

/// A kind of reference. A new kind is a variant of [`Reference`], an entry of [`KINDS`], and the host's file that fetches it.
pub(crate) struct Kind {
    /// The key. A reference has exactly one of them.
    pub(crate) key: &'static str,
    /// What it is, for the schema.
    pub(crate) description: &'static str,
    /// What is below the key.
    pub(crate) form: Form,
    /// Where the value comes from, if everything there is a secret: `a vault`.
    pub(crate) secret_store: Option<&'static str>,
    /// What policies see.
    pub(crate) source: Source,
    /// Makes the reference of its texts; of a plain text, the name is empty.
    read: fn(&TextOf<'_>) -> Option<Reference>,
}

/// Gives the text of a member by its name; none if it is not a text or empty.
type TextOf<'v> = dyn Fn(&str) -> Option<String> + 'v;

/// What is below the key of a reference.
pub(crate) enum Form {
    /// A text.
    Text,
    /// An object with these members and no others, all of them texts: name and description.
    Members(&'static [(&'static str, &'static str)]),
}

/// Every kind of reference, in the order in which messages list them.
pub(crate) static KINDS: [Kind; 5] = [
    Kind {
        key: "env",
        description: "Name of an environment variable",
        form: Form::Text,
        secret_store: None,
        source: Source::Env,
        read: |text| text("").map(Reference::Env),
    },
    Kind {
        key: "file",
        description: "Path of a file in the project, relative to the document's folder",
        form: Form::Text,
        secret_store: None,
        source: Source::File,
        read: |text| text("").map(Reference::File),
    },
    Kind {
        key: "param",
        description: "Parameter of the chosen environment",
        form: Form::Text,
        secret_store: None,
        source: Source::Param,
        read: |text| text("").map(Reference::Param),
    },
    Kind {
        key: "command",
        description: "Name of a command in the user's own configuration file",
        form: Form::Text,
        secret_store: Some("a command"),
        source: Source::Command,
        read: |text| text("").map(Reference::Command),
    },
    Kind {
        key: "vault",
        description: "A key of a secret on a Vault-compatible server",
        form: Form::Members(&[("path", "Path of the secret"), ("key", "Key within it")]),
        secret_store: Some("a vault"),
        source: Source::Vault,
        read: |text| Some(Reference::Vault { path: text("path")?, key: text("key")? }),
    },
];

impl Kind {
    /// The kind of a key.
    pub(crate) fn of(key: &str) -> Option<&'static Self> {
        KINDS.iter().find(|kind| kind.key == key)
    }

    /// The kind of a `value_from` object; none if the reference is malformed, which CX601 reports.
    pub(crate) fn of_reference(value: Value<'_>) -> Option<&'static Self> {
        read(value).map(|(kind, _)| kind)
    }

    /// The keys of all kinds.
    pub(crate) fn keys() -> impl Iterator<Item = &'static str> + Clone {
        KINDS.iter().map(|kind| kind.key)
    }

    /// Whether an object is below this key.
    pub(crate) fn has_members(key: &str) -> bool {
        Self::of(key).is_some_and(|kind| matches!(kind.form, Form::Members(_)))
    }
}

/// Reads the reference of a `value_from` object; none if it is malformed, which CX601 reports.
pub(crate) fn read_reference(value: Value<'_>) -> Option<Reference> {
    read(value).map(|(_, reference)| reference)
}

fn read(value: Value<'_>) -> Option<(&'static Kind, Reference)> {
    let mut entries = first_of_each(value);
    let (entry, None) = (entries.next()?, entries.next()) else { return None };
    let kind = Kind::of(entry.key())?;
    let text = |value: Value<'_>| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let reference = match kind.form {
        Form::Text => (kind.read)(&|_| text(entry.value)),
        Form::Members(members) if first_of_each(entry.value).count() != members.len() => None,
        Form::Members(_) => {
            (kind.read)(&|name| text(first_of_each(entry.value).find(|member| member.key() == name)?.value))
        }
    };
    Some((kind, reference?))
}

/// Where the value of a variable comes from.
pub(crate) fn source(variable: &Variable<'_>) -> Source {
    if variable.value_is_literal() {
        return Source::Inline;
    }
    let kind = variable.value_from().and_then(|(reference, _)| Kind::of_reference(reference));
    kind.map_or(Source::Missing, |kind| kind.source)
}

/// Whether a text is the scheme of a URL (RFC 3986 section 3.1).
pub(crate) fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}
