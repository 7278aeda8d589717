//! A copy of a document that can be shared: it has the same mistakes, and no secret.
//!
//! What stays is what shows no secret for certain: names, the words of types and scopes, `encrypted`, and short plain
//! words and addresses of variables that are not encrypted and whose name does not say secret. Every other value is
//! replaced by one of its type: `placeholder`, `0`, `true` or `{}`. Comments lose their text, because it may be a value
//! that was there before; an ignore comment keeps its codes.

use std::collections::BTreeMap;

use super::note::{name_of, refuse_unread};
use super::{Converted, Refused, rewritten};
use crate::base::mask::{hides_a_secret, is_mask};
use crate::base::secret::Secret;
use crate::base::span::Span;
use crate::base::vocabulary::{DOCUMENT_FIELDS, STATE_ABSENT, Scope, VARIABLE_FIELDS, VariableType};
use crate::check::Source;
use crate::check::fix::replace_all;
use crate::check::ignore_comments::content;
use crate::diagnostic::Edit;
use crate::document::reference::Kind;
use crate::document::{Document, Variable, is_text_field};
use crate::options::CheckOptions;
use crate::reader::format::DocumentFormat;
use crate::reader::{Dialect, Entry, KeyWord, Shape, Tree, Value, read_json};
use crate::rules::directive;
use crate::rules::may_be_secret;

/// What stands for a text. No rule takes it for a secret or for a mask.
const PLACEHOLDER: &str = "placeholder";
/// What stands for a mask that may show a part of a secret.
const MASK: &str = "********";
/// The longest text that stays, in bytes.
const MAX_KEPT: usize = 200;
/// The longest word that stays, in bytes.
const MAX_WORD: usize = 15;
/// The longest word of digits, or of letters and digits, that stays.
const MAX_DIGITS: usize = 5;
/// Length of the shortest secret that is searched for in what stays, in bytes.
const MIN_SEARCHED: usize = 4;
/// Number of secrets that are searched for.
const MAX_SEARCHED: usize = 200;

/// Replaces what may be a secret. The result is in the same format.
///
/// # Errors
/// A text with syntax mistakes: nobody knows what in it is a value.
pub fn mask(text: &str, options: &CheckOptions) -> Result<Converted, Refused> {
    let source = Source::read(text.as_bytes(), options);
    refuse_unread(source.tree())?;
    let document = Document::decode(source.tree(), None);
    let masked = match masked(&document, options) {
        Some(masked) => masked,
        // In another layout, nothing is between the values but what the format needs.
        None => {
            let plain = rewritten(&document, options, options.format)?;
            let source = Source::read(plain.text.expose().as_bytes(), options);
            let masked = masked(&Document::decode(source.tree(), None), options);
            masked.ok_or(Refused::CannotHold { format: name_of(options.format) })?
        }
    };
    Ok(Converted { text: masked, notes: Vec::new() })
}

/// The masked text; none if it has text between its values, or is not read with the same layout.
fn masked(document: &Document<'_>, options: &CheckOptions) -> Option<Secret> {
    let tree = document.tree;
    if tree.format == DocumentFormat::Yaml && !has_only_signs_between(tree) {
        return None;
    }
    let mut masker = Masker { document, edits: Vec::new(), names: BTreeMap::new(), secrets: Vec::new() };
    masker.secrets = masker.secrets();
    masker.root(tree.root()?);
    masker.edits.sort_by_key(|edit| edit.span);
    // The header of a block may end with a comment, which goes with the block.
    let is_inside = |comment: &&Span| {
        let next = masker.edits.partition_point(|edit| edit.span.end() <= comment.start());
        masker.edits.get(next).is_some_and(|edit| edit.span.start() < comment.end())
    };
    let apart = tree.comments.iter().filter(|comment| !is_inside(comment));
    let comments: Vec<Edit> =
        apart.map(|comment| Edit { span: *comment, text: without_text(tree.written(*comment)) }).collect();
    masker.edits.extend(comments);
    let result = replace_all(tree.source(), &masker.edits)?;
    let source = Source::read(result.expose().as_bytes(), options);
    let read = Document::decode(source.tree(), None);
    let is_alike = |(one, other): (Variable<'_>, Variable<'_>)| {
        one.variable_type() == other.variable_type()
            && one.is_encrypted() == other.is_encrypted()
            && one.scope() == other.scope()
            && one.object().entries().count() == other.object().entries().count()
    };
    let is_same = source.is_whole()
        && read.len() == document.len()
        && read.faults.len() == document.faults.len()
        && document.variables().zip(read.variables()).all(is_alike);
    is_same.then_some(result)
}

/// Whether nothing is between the values and comments of a text of YAML but white space and signs: no directive, no
/// tag.
fn has_only_signs_between(tree: &Tree<'_>) -> bool {
    let mut spans: Vec<Span> = tree.tokens().map(|(span, _)| span).chain(tree.comments.iter().copied()).collect();
    spans.sort_unstable();
    let is_sign = |character: char| character.is_ascii_whitespace() || ",:{}[]-?.\u{feff}".contains(character);
    let mut at = 0;
    spans.push(Span::point(tree.source().len()));
    spans.iter().all(|span| {
        let gap = Span::new(at, span.start().max(at)).of(tree.source());
        at = at.max(span.end());
        gap.chars().all(is_sign)
    })
}

/// A comment without its text. An ignore keeps its codes.
fn without_text(written: &str) -> String {
    let text = match directive::parse(content(written)) {
        Some(Ok((codes, _))) => format!("{} ignore[{}] masked", directive::MARK, codes.join(", ")),
        _ => "masked".to_owned(),
    };
    match written {
        _ if written.starts_with("/*") => format!("/* {text} */"),
        _ if written.starts_with("//") => format!("// {text}"),
        _ => format!("# {text}"),
    }
}

struct Masker<'d> {
    document: &'d Document<'d>,
    edits: Vec<Edit>,
    /// What stands for names and keys, so that a name that is there twice stays so.
    names: BTreeMap<&'d str, String>,
    /// The values that must be in nothing that stays.
    secrets: Vec<&'d str>,
}

impl<'d> Masker<'d> {
    fn secrets(&self) -> Vec<&'d str> {
        let variables = self.document.variables().filter(is_secret);
        let fields = variables.flat_map(|variable| variable.object().entries());
        let values = fields.filter(|field| field.word() == KeyWord::Value).filter_map(|field| field.value.as_str());
        let texts = values.map(str::trim).filter(|text| text.len() >= MIN_SEARCHED);
        texts.take(MAX_SEARCHED).collect()
    }

    fn root(&mut self, root: Value<'d>) {
        if self.is_list(root) {
            return self.list(root);
        }
        if root.shape() != Shape::Object {
            return self.other(root);
        }
        for entry in root.entries() {
            self.key(entry, &DOCUMENT_FIELDS);
            match entry.word() {
                KeyWord::Variables if entry.shape().is_container() => self.root(entry.value),
                KeyWord::ParentScope if entry.value.as_str().is_some_and(|word| Scope::parse(word).is_some()) => {}
                _ => self.field(entry),
            }
        }
    }

    fn is_list(&self, value: Value<'_>) -> bool {
        value.shape() == Shape::Array && self.document.list.is_some_and(|list| list.span == value.span())
    }

    fn list(&mut self, list: Value<'d>) {
        let mut variables = self.document.variables();
        for item in list.items() {
            match item.shape() {
                Shape::Object => {
                    if let Some(variable) = variables.next() {
                        self.variable(&variable);
                    }
                }
                _ => self.other(item),
            }
        }
    }

    fn variable(&mut self, variable: &Variable<'d>) {
        for entry in variable.object().entries() {
            self.key(entry, &VARIABLE_FIELDS);
            let is_word = |is_known: fn(&str) -> bool| entry.value.as_str().is_some_and(is_known);
            match entry.word() {
                KeyWord::Name if entry.shape() == Shape::String => self.name(entry.value),
                KeyWord::Type if is_word(|word| VariableType::parse(word).is_some()) => {}
                KeyWord::Scope if is_word(|word| Scope::parse(word).is_some()) => {}
                KeyWord::State if is_word(|word| word == STATE_ABSENT) => {}
                KeyWord::Value if entry.shape() == Shape::String => self.value(variable, entry.value),
                _ => self.field(entry),
            }
        }
    }

    /// The value of a field that is not among those of a variable that have a meaning of their own.
    fn field(&mut self, entry: Entry<'d>) {
        match entry.shape() {
            // Its keys may be part of a value.
            Shape::Object if is_text_field(entry.key()) => self.replace(entry.value.span(), "{}"),
            Shape::Array if is_text_field(entry.key()) => self.replace(entry.value.span(), "[]"),
            _ => self.other(entry.value),
        }
    }

    fn other(&mut self, value: Value<'d>) {
        match value.shape() {
            Shape::Null | Shape::Boolean(_) | Shape::Unreadable => {}
            Shape::Number => self.replace(value.span(), "0"),
            Shape::Ambiguous => self.replace(value.span(), "yes"),
            Shape::String => {
                let text = value.as_str().unwrap_or_default();
                if !text.is_empty() && !self.may_stay(text) {
                    self.string(value.span(), PLACEHOLDER);
                }
            }
            Shape::Array => value.items().for_each(|item| self.other(item)),
            Shape::Object => {
                for entry in value.entries() {
                    if Kind::of(entry.key()).is_none() {
                        self.key(entry, &["path", "key"]);
                    }
                    self.other(entry.value);
                }
            }
        }
    }

    fn key(&mut self, entry: Entry<'d>, known: &[&str]) {
        let key = entry.key();
        // A word of a note in `.env` resembles a field.
        let is_env = self.document.tree.format == DocumentFormat::Env;
        if !is_env && !known.contains(&key) && !self.may_name(key) {
            let stand_in = self.stand_in(key);
            self.string(entry.key_span(), &stand_in);
        }
    }

    /// A name stays, unless it has the form of a secret.
    fn name(&mut self, value: Value<'d>) {
        let name = value.as_str().unwrap_or_default();
        let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
        let is_name = name.len() <= MAX_KEPT && name.bytes().all(is_letter);
        let stays = if is_name { !may_be_secret("", name) && !self.holds_secret(name) } else { self.may_name(name) };
        if !name.is_empty() && !stays {
            let stand_in = self.stand_in(name);
            self.string(value.span(), &stand_in);
        }
    }

    fn stand_in(&mut self, name: &'d str) -> String {
        let count = self.names.len() + 1;
        self.names.entry(name).or_insert_with(|| format!("masked_{count}")).clone()
    }

    fn value(&mut self, variable: &Variable<'d>, value: Value<'d>) {
        let text = value.as_str().unwrap_or_default();
        let is_secret = is_secret(variable);
        if text.trim().is_empty() || !is_secret && self.may_stay(text) {
            return;
        }
        let is_integer = || text.parse::<i64>().is_ok() && !text.starts_with('+');
        // White space stays on its side, where it is a finding; around a key in PEM it is none.
        let is_pem = text.trim_start().starts_with("-----BEGIN ");
        let blank = |is_padded: bool| if is_padded && !is_pem { " " } else { "" };
        let (before, after) = (blank(text.trim_start() != text), blank(text.trim_end() != text));
        let padded = format!("{before}{PLACEHOLDER}{after}");
        let stand_in = match variable.variable_type() {
            Some(VariableType::Integer) if is_integer() => "0",
            Some(VariableType::Boolean) if matches!(text, "true" | "false") => "true",
            Some(VariableType::Object) if is_object(text) => "{}",
            _ if is_mask(text) || hides_a_secret(text) => MASK,
            _ => &padded,
        };
        self.string(value.span(), stand_in);
    }

    /// Whether a text shows no secret for certain.
    fn may_stay(&self, text: &str) -> bool {
        !may_be_secret(text, text) && is_plain(text) && !self.holds_secret(text)
    }

    /// The same for a name or a key, which may say what the secret is for.
    fn may_name(&self, text: &str) -> bool {
        !may_be_secret("", text) && is_plain(text) && !self.holds_secret(text)
    }

    fn holds_secret(&self, text: &str) -> bool {
        self.secrets.iter().any(|secret| text.contains(secret))
    }

    fn string(&mut self, span: Span, text: &str) {
        let is_bare = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'*'));
        let written = match self.document.tree.format {
            DocumentFormat::Env if is_bare => text.to_owned(),
            DocumentFormat::Env => format!("'{text}'"),
            _ => format!("\"{text}\""),
        };
        self.replace(span, &written);
    }

    fn replace(&mut self, span: Span, text: &str) {
        self.edits.push(Edit { span, text: text.to_owned() });
    }
}

/// Whether the value of a variable may be a secret. What is not certainly plain is one.
fn is_secret(variable: &Variable<'_>) -> bool {
    let name = variable.name().map_or("", |(name, _)| name);
    let value = variable.value().map_or("", |(value, _)| value.text);
    variable.is_encrypted() != Some(false) || may_be_secret(name, value)
}

fn is_object(text: &str) -> bool {
    let tree = read_json(text, Dialect::Strict, CheckOptions::default().limits());
    tree.syntax.is_empty() && tree.cap.is_none() && tree.root().is_some_and(|root| root.shape() == Shape::Object)
}

/// Whether a text consists of short words, none of which has letters and digits like a key, and has no place for a
/// password or a parameter.
fn is_plain(text: &str) -> bool {
    let is_plain_word = |word: &str| {
        let has = |wanted: fn(char) -> bool| word.chars().any(wanted);
        let has_digits = has(char::is_numeric);
        let pairs = word.as_bytes().windows(2);
        let humps = pairs.filter(|pair| matches!(pair, [a, b] if a.is_ascii_lowercase() && b.is_ascii_uppercase()));
        word.len() <= if has_digits { MAX_DIGITS } else { MAX_WORD } && humps.count() <= 2
    };
    text.len() <= MAX_KEPT
        && !text.contains(['=', '@', '%', '&', '#', '\n', '\\', '+'])
        && text.split(|character: char| !character.is_alphanumeric()).all(is_plain_word)
}

#[cfg(test)]
#[path = "mask_tests.rs"]
mod tests;
