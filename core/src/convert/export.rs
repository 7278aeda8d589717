//! Exports of a document: a manifest for version control, and the JSON that the service takes.

use std::collections::BTreeSet;

use zeroize::Zeroizing;

use super::json::string;
use super::note::{Notes, name_of, refuse_unread};
use super::{Converted, Refused, convert, rewritten};
use crate::base::display::quote;
use crate::base::secret::Secret;
use crate::base::span::Span;
use crate::check::fix::replace_all;
use crate::check::{Checked, Source};
use crate::diagnostic::{Edit, place_in_list};
use crate::document::reference::{Reference, read_reference};
use crate::document::{Document, Variable};
use crate::manifest::pulled::environment_variable;
use crate::options::CheckOptions;
use crate::reader::KeyWord;
use crate::reader::format::DocumentFormat;

/// Length of the shortest value that is searched for in comments, in bytes.
const MIN_SEARCHED: usize = 4;
/// Number of values that are searched for.
const MAX_SEARCHED: usize = 200;

/// Writes a document as a manifest in this format. The values of encrypted variables, and values that look like
/// secrets, become references to environment variables: `CXV_` and the name in upper case, with a number if another
/// variable has that already.
///
/// # Errors
/// As [`convert`]; and `.env`, which has no references.
pub fn manifest(text: &str, options: &CheckOptions, to: DocumentFormat) -> Result<Converted, Refused> {
    if to == DocumentFormat::Env {
        return Err(Refused::CannotHold { format: name_of(to) });
    }
    let source = Source::read(text.as_bytes(), options);
    let checked = source.check(options, None);
    let converted = convert(text, options, to)?;
    let mut options_of_result = options.clone();
    options_of_result.format = to;
    let secrets = secrets(&checked);
    let result = referring(converted.text.expose(), &options_of_result, &secrets);
    let result = match result {
        Some(text) => text,
        // In another layout, such as a key after `?`, the fields are where the edits expect them.
        None => {
            let again = Source::read(converted.text.expose().as_bytes(), &options_of_result);
            let plain = rewritten(&Document::decode(again.tree(), None), &options_of_result, to)?;
            let text = referring(plain.text.expose(), &options_of_result, &secrets);
            text.ok_or(Refused::CannotHold { format: name_of(to) })?
        }
    };
    let mut notes = Notes::new(text);
    note_secrets(&checked, &secrets, &mut notes);
    let mut notes = notes.sorted();
    notes.extend(converted.notes);
    notes.sort();
    Ok(Converted { text: result, notes })
}

/// The variables whose values are secrets, by their positions.
fn secrets(checked: &Checked<'_>) -> Vec<usize> {
    let suspected: BTreeSet<usize> = checked
        .report()
        .diagnostics()
        .iter()
        .filter(|finding| matches!(finding.code.as_ref(), "CX501" | "CX505"))
        .filter_map(|finding| Some(place_in_list(&finding.pointer)?.0))
        .collect();
    let is_secret = |variable: &Variable<'_>| {
        let index = place_in_list(&variable.pointer().to_variable()).map(|(index, _)| index);
        // What is not certainly plain is a secret.
        variable.is_encrypted() != Some(false) || index.is_some_and(|index| suspected.contains(&index))
    };
    let variables = checked.document.variables().enumerate();
    let found = variables.filter(|(_, variable)| values(variable).next().is_some() && is_secret(variable));
    found.map(|(position, _)| position).collect()
}

/// The fields `value` of a variable: the span of the entry and that of the value.
fn values(variable: &Variable<'_>) -> impl Iterator<Item = (Span, Span)> {
    let values = variable.object().entries().filter(|entry| entry.word() == KeyWord::Value);
    values.map(|entry| {
        let value = entry.value.span();
        (Span::new(entry.key_span().start(), value.end()), value)
    })
}

/// The text with a reference in place of each secret; none if it is not read that way.
fn referring(text: &str, options: &CheckOptions, secrets: &[usize]) -> Option<Secret> {
    let source = Source::read(text.as_bytes(), options);
    let document = Document::decode(source.tree(), None);
    let mut taken: BTreeSet<String> = document
        .variables()
        .filter_map(|variable| match read_reference(variable.value_from()?.0)? {
            Reference::Env(name) => Some(name),
            _ => None,
        })
        .collect();
    let mut edits = Vec::new();
    let mut references = Vec::new();
    for position in secrets {
        let variable = document.variable_at(*position)?;
        let has_reference = variable.object().entries().any(|entry| entry.word() == KeyWord::ValueFrom);
        let mut values = values(&variable);
        if !has_reference {
            let (entry, _) = values.next()?;
            let name = environment_variable(variable.name().map_or("", |(name, _)| name), &mut taken);
            let text = match options.format {
                DocumentFormat::Yaml => format!("value_from: {{env: {name}}}"),
                _ => format!("\"value_from\": {{\"env\": \"{name}\"}}"),
            };
            edits.push(Edit { span: entry, text });
            references.push((*position, name));
        }
        // A field that is there twice, or beside a reference, is a mistake that stays; its value does not.
        edits.extend(values.map(|(_, value)| Edit { span: value, text: "\"\"".to_owned() }));
    }
    let result = replace_all(text, &edits)?;
    is_as_meant(&document, result.expose(), options, secrets, &references).then_some(result)
}

/// Whether the result has the same variables, and the references.
fn is_as_meant(
    document: &Document<'_>,
    result: &str,
    options: &CheckOptions,
    secrets: &[usize],
    references: &[(usize, String)],
) -> bool {
    let source = Source::read(result.as_bytes(), options);
    let read = Document::decode(source.tree(), None);
    let text = |variable: &Variable<'_>| variable.value().map(|(value, _)| value.text.to_owned());
    let has_reference = |(position, name): &(usize, String)| {
        let reference = read.variable_at(*position).and_then(|variable| read_reference(variable.value_from()?.0));
        reference.is_some_and(|reference| reference == Reference::Env(name.clone()))
    };
    let is_kept = |(position, (one, other)): (usize, (Variable<'_>, Variable<'_>))| {
        let value = text(&other).unwrap_or_default();
        let has_value =
            if secrets.binary_search(&position).is_ok() { value.is_empty() } else { text(&one) == text(&other) };
        has_value && one.name().map(|(name, _)| name) == other.name().map(|(name, _)| name)
    };
    source.is_whole()
        && document.len() == read.len()
        && references.iter().all(has_reference)
        && document.variables().zip(read.variables()).enumerate().all(is_kept)
}

/// Says which values were replaced although their variable is not encrypted, and which are in a comment.
fn note_secrets(checked: &Checked<'_>, secrets: &[usize], notes: &mut Notes<'_>) {
    let tree = checked.document.tree;
    for variable in secrets.iter().filter_map(|position| checked.document.variable_at(*position)) {
        let (name, span) = variable.name().unwrap_or(("", variable.span()));
        if variable.is_encrypted() == Some(false) {
            notes.add(span, |line| {
                format!(
                    "{} in line {line} is not encrypted, but its value looks like a secret: it was replaced",
                    quote(name)
                )
            });
        }
    }
    let values = secrets.iter().filter_map(|position| {
        let variable = checked.document.variable_at(*position)?;
        let text = variable.value()?.0.text.trim();
        (text.len() >= MIN_SEARCHED).then_some((variable.name().map_or("", |(name, _)| name), text))
    });
    for (name, value) in values.take(MAX_SEARCHED) {
        for comment in tree.comments.iter().filter(|comment| tree.written(**comment).contains(value)) {
            notes.add(*comment, |line| {
                format!("the comment in line {line} holds the value of {}: delete it", quote(name))
            });
        }
    }
}

/// Writes the variables as the JSON that the service takes, with all values. A value that comes from elsewhere is left
/// empty, and a variable that is to be removed is left out, each with a note.
///
/// # Errors
/// A text with syntax mistakes.
pub fn wire(text: &str, options: &CheckOptions) -> Result<Converted, Refused> {
    let source = Source::read(text.as_bytes(), options);
    refuse_unread(source.tree())?;
    let document = Document::decode(source.tree(), None);
    let mut notes = Notes::new(text);
    let mut result = Zeroizing::new(String::with_capacity(2 * text.len()));
    result.push_str("{\n  \"variables\": [");
    let mut is_first = true;
    for variable in document.variables() {
        let (name, span) = variable.name().unwrap_or(("", variable.span()));
        if variable.is_to_be_absent() {
            notes.left_out(span, name, "it is to be removed");
            continue;
        }
        if variable.value_from().is_some() {
            notes.add(span, |line| format!("{} in line {line} is empty: its value comes from elsewhere", quote(name)));
        }
        // A value of the wrong type is taken as it is written.
        let written = values(&variable).next().map_or("", |(_, value)| source.tree().written(value));
        result.push_str(if is_first { "\n" } else { ",\n" });
        is_first = false;
        result.push_str("    {\"name\": ");
        string(&mut result, name);
        result.push_str(", \"type\": ");
        string(&mut result, variable.type_word().map_or("string", |(word, _)| word));
        result.push_str(", \"value\": ");
        string(&mut result, variable.value().map_or(written, |(value, _)| value.text));
        result.push_str(if variable.is_encrypted() == Some(true) {
            ", \"encrypted\": true"
        } else {
            ", \"encrypted\": false"
        });
        result.push_str(", \"scope\": ");
        string(&mut result, variable.scope_word().map_or("action", |(word, _)| word));
        result.push('}');
    }
    result.push_str(if is_first { "]\n}\n" } else { "\n  ]\n}\n" });
    Ok(Converted { text: Secret::new(std::mem::take(&mut *result)), notes: notes.sorted() })
}

#[cfg(test)]
#[path = "export_tests.rs"]
mod tests;
