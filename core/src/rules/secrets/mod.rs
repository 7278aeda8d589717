//! Finds what gives a value away as a secret: the form of a credential, a secret that it carries, or that it is random.
//! Each way is a file of its own. Shared by the rules on secrets.

mod base64_text;
mod checksum;
mod forms;
mod harmless;
mod header;
mod jwt;
mod key_material;
mod names;
pub(in crate::rules) mod object;
mod pairs;
pub(in crate::rules) mod placeholder;
mod plain;
mod randomness;
mod url;
mod webhooks;

use crate::base::limits::{Limits, MAX_BYTES, MAX_DEPTH};
use crate::base::span::Span;
use crate::base::swar;
use crate::diagnostic::Edit;
use crate::document::Variable;
use crate::rules::context::Context;
use forms::Level;

pub(in crate::rules) use names::says_secret;
pub(in crate::rules) use plain::{is_address, is_plain};
pub(in crate::rules) use url::is_bare;

/// What makes a value look like a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Suspicion {
    /// It has the form of a known kind of credential; the text names the kind.
    Known(&'static str),
    /// It has the form of one that is worth less, or that is less certain; the text names the kind.
    Likely(&'static str),
    /// It is random enough to be a token.
    Random,
}

/// Length of the shortest value that is judged, in bytes.
const MIN_BYTES: usize = 10;

/// What makes a value look like a secret. `None` if nothing does. `name` is the name that the value has, or is empty.
///
/// Runs for every value that is not encrypted. Most values are URLs, which take a short way.
pub(crate) fn suspicion(name: &str, value: &str) -> Option<Suspicion> {
    if value.len() < MIN_BYTES {
        return None;
    }
    let value = value.trim_ascii();
    if value.starts_with("https://") {
        return value.get("https".len()..).and_then(url::url);
    }
    match carried(value) {
        Carried::Nothing => random(name, value),
        Carried::Public => None,
        Carried::Secret(suspicion) => Some(suspicion),
    }
}

/// Whether a name, or a value under that name, gives a reason to take the value for a secret, also inside of an object.
pub(crate) fn may_be_secret(name: &str, value: &str) -> bool {
    const LIMITS: Limits = Limits { bytes: MAX_BYTES, depth: MAX_DEPTH };
    says_secret(name)
        || suspicion(name, value).is_some()
        || value.starts_with(['{', '[']) && object::named_secret(value, LIMITS).is_some()
}

/// The kind of credential that a value certainly is or carries.
pub(crate) fn credential(value: &str) -> Option<&'static str> {
    if value.len() < MIN_BYTES {
        return None;
    }
    match carried(value.trim_ascii()) {
        Carried::Secret(Suspicion::Known(kind)) => Some(kind),
        _ => None,
    }
}

/// Whether a value is as random as a generated key. White space around it is ignored.
pub(crate) fn is_random(value: &str) -> bool {
    random("", value.trim_ascii()).is_some()
}

/// What a value is by its form.
#[derive(Clone, Copy)]
enum Carried {
    Secret(Suspicion),
    /// Something that is meant to be seen.
    Public,
    /// Nothing that has a form.
    Nothing,
}

impl From<Option<Suspicion>> for Carried {
    fn from(suspicion: Option<Suspicion>) -> Self {
        suspicion.map_or(Self::Nothing, Self::Secret)
    }
}

/// What a value is by its form, as a whole or in a part of it.
fn carried(value: &str) -> Carried {
    match whole(value) {
        Carried::Nothing => {}
        found => return found,
    }
    // Most texts are a single word.
    if !swar::has_one_of(value.as_bytes(), [b':', b' ', b'=', b',', b'\n', b'"']) {
        return Carried::Nothing;
    }
    // The first byte that no token has tells what kind of text it is.
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-' | b'.');
    let Some(end) = value.bytes().position(|byte| !is_token(&byte)) else { return pairs_or_parts(value).into() };
    let rest = value.get(end..).unwrap_or_default();
    if rest.starts_with("://") && !value.contains(char::is_whitespace) {
        return url::url(rest).or_else(|| pairs::pairs(value)).into();
    }
    composed(value).into()
}

/// What a text without further parts is.
fn whole(text: &str) -> Carried {
    let form = forms::issued(text).or_else(|| forms::issued_by_body(text));
    match form {
        Some((Level::Public, _)) => Carried::Public,
        Some((Level::Half, kind)) => Carried::Secret(Suspicion::Likely(kind)),
        Some((_, kind)) => Carried::Secret(Suspicion::Known(kind)),
        None => match (jwt::jwt(text), key_material::der(text)) {
            (Some(true), _) => Carried::Secret(Suspicion::Known("a JSON Web Token")),
            (_, Some(key_material::Der::PrivateKey)) => Carried::Secret(Suspicion::Known("a private key")),
            (Some(false), _) | (_, Some(key_material::Der::Public)) => Carried::Public,
            (None, None) => Carried::Nothing,
        },
    }
}

/// The secret in a text of several parts.
fn composed(text: &str) -> Option<Suspicion> {
    if key_material::holds_private_key(text) {
        return Some(Suspicion::Known("a private key"));
    }
    if text.starts_with(['{', '[']) {
        const LIMITS: Limits = Limits { bytes: MAX_BYTES, depth: MAX_DEPTH };
        if let Some((found, _)) = object::secret(text, LIMITS) {
            return Some(found);
        }
    }
    header::header(text).or_else(|| pairs_or_parts(text))
}

/// The secret in a pair of a text or in one of its words. What is certain comes first.
fn pairs_or_parts(text: &str) -> Option<Suspicion> {
    match pairs::pairs(text) {
        certain @ Some(Suspicion::Known(_)) => certain,
        pair => parts(text).or(pair),
    }
}

/// The secret in one of the words of a text.
fn parts(text: &str) -> Option<Suspicion> {
    let separates = |character: char| character.is_whitespace() || "\"'`,;|()[]{}<>=".contains(character);
    text.split(separates).filter(|part| part.len() >= MIN_BYTES).find_map(|part| match whole(part) {
        Carried::Secret(found) => Some(found),
        Carried::Public => None,
        Carried::Nothing => part.find("://").and_then(|at| url::url(part.get(at..)?)),
    })
}

/// What the words of a value are that are as random as a generated key, unless their form or the name says why.
fn random(name: &str, value: &str) -> Option<Suspicion> {
    // What is left of PEM is public.
    if value.contains("-----BEGIN ") || placeholder::is_template(value) || is_json(value) {
        return None;
    }
    let words = value.split(|character: char| character.is_whitespace() || !character.is_ascii());
    words.filter(|word| randomness::is_random(word) && !word.contains("://")).find_map(|word| {
        let encoded = || base64_text::plain_text(word).and_then(|plain| credential(&plain)).map(Suspicion::Known);
        let is_secret = || !placeholder::is_placeholder(word) && !harmless::is_harmless(name, word);
        encoded().or_else(|| is_secret().then_some(Suspicion::Random))
    })
}

/// Whether a value is the text of an object or a list. Its strings were judged one by one.
fn is_json(value: &str) -> bool {
    (value.starts_with('{') && value.ends_with('}') || value.starts_with('[') && value.ends_with(']'))
        && value.contains('"')
}

/// The edit that sets `encrypted` to true. It changes the flag if there is one, and otherwise adds it after the field
/// at `after`. `None` if the flag is missing and the format is not JSON: it is then uncertain how to write the field.
pub(super) fn encrypt(context: &Context<'_>, variable: &Variable<'_>, after: Span) -> Option<Edit> {
    if let Some((_, span)) = variable.encrypted() {
        return Some(Edit { span, text: "true".to_owned() });
    }
    context
        .options
        .format
        .is_json()
        .then(|| Edit { span: Span::point(after.end()), text: ", \"encrypted\": true".to_owned() })
}

#[cfg(test)]
mod tests;
