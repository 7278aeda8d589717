//! Writes a document as lines of `.env`. All comments of a variable are above its line.

use zeroize::Zeroizing;

use super::comment::Comment;
use super::model::{Member, Model};
use super::note::{Notes, Refused, name_of};
use crate::base::display::escape;
use crate::base::limits::{Limits, MAX_DEPTH};
use crate::base::vocabulary::{Scope, VariableType};
use crate::document::{Document, Fault, Variable};
use crate::manifest::pulled::env::written_forms;
use crate::reader::format::DocumentFormat;
use crate::reader::read_env;

/// Writes a model.
///
/// # Errors
/// A mistake that no line can hold.
pub(super) fn write(
    model: &Model<'_>,
    document: &Document<'_>,
    notes: &mut Notes<'_>,
) -> Result<Zeroizing<String>, Refused> {
    refuse_faults(document, notes)?;
    let mut text = model.buffer();
    let mut variables = document.variables();
    outer(&mut text, &model.root, model, &mut variables, notes);
    lines(&mut text, model.foot.iter());
    Ok(text)
}

/// Unknown fields are left out, with a note. Other faults mean that the author has something else in mind.
fn refuse_faults(document: &Document<'_>, notes: &Notes<'_>) -> Result<(), Refused> {
    let span = |fault: &Fault<'_>| match fault {
        Fault::Unknown { .. } => None,
        Fault::Duplicate { span, .. } | Fault::Missing { span, .. } => Some(*span),
        Fault::Unquoted { found, .. } => Some(found.span()),
        Fault::WrongShape(wrong) => Some(wrong.span()),
    };
    match document.faults.iter().find_map(span) {
        Some(span) => Err(Refused::Mistake { line: notes.line_of(span), format: name_of(DocumentFormat::Env) }),
        None => Ok(()),
    }
}

/// Writes what is around the list, and the list.
fn outer<'d>(
    text: &mut Zeroizing<String>,
    member: &Member<'_>,
    model: &Model<'_>,
    variables: &mut impl Iterator<Item = Variable<'d>>,
    notes: &mut Notes<'_>,
) {
    lines(text, member.before.iter().chain(&member.opener));
    for inner in &member.members {
        if model.is_list(member) {
            if inner.is_apart && !text.is_empty() {
                text.push('\n');
            }
            lines(text, inner.all_comments());
            if let Some(variable) = variables.next() {
                line(text, &variable, inner, notes);
            }
        } else if model.is_list(inner) {
            outer(text, inner, model, variables, notes);
        } else {
            notes.left_out(inner.span, inner.key.unwrap_or_default(), "a line of .env is a variable");
            lines(text, inner.all_comments());
        }
    }
    lines(text, member.end.iter().chain(&member.after));
}

fn lines<'c>(text: &mut Zeroizing<String>, comments: impl IntoIterator<Item = &'c Comment>) {
    for line in comments.into_iter().flat_map(Comment::in_env) {
        text.push_str(&line);
        text.push('\n');
    }
}

/// Writes a variable. One that no line can hold is named in a comment.
fn line(text: &mut Zeroizing<String>, variable: &Variable<'_>, member: &Member<'_>, notes: &mut Notes<'_>) {
    let name = variable.name().map_or("", |(name, _)| name);
    let value = variable.value().map_or("", |(value, _)| value.text);
    let why = if variable.value_from().is_some() {
        ".env has no references"
    } else {
        let note = note(variable, member, notes);
        let forms =
            written_forms(value).map(Zeroizing::new).map(|form| Zeroizing::new(format!("{name}={}{note}\n", *form)));
        if let Some(line) = forms.iter().find(|line| reads_back(line, variable)) {
            text.push_str(line);
            return;
        }
        "no line of .env is read as its name and value by all programs"
    };
    notes.left_out(member.span, name, why);
    let text_of_line = format!("# {} is not written: {why}\n", escape(name));
    text.push_str(&text_of_line);
}

/// The fields that are no part of `NAME=value`, as a comment. What it cannot hold is left out.
fn note(variable: &Variable<'_>, member: &Member<'_>, notes: &mut Notes<'_>) -> String {
    let mut words = String::new();
    for field in &member.members {
        let key = field.key.unwrap_or_default();
        let text = field.value.as_str();
        let is_word =
            |word: &&str| !word.contains(|letter: char| letter.is_whitespace() || letter.is_control() || letter == ',');
        match (key, text.filter(is_word)) {
            ("name" | "value", _) => {}
            ("type", Some(word)) if word == VariableType::String.as_str() => {}
            ("scope", Some(word)) if word == Scope::default().as_str() => {}
            ("encrypted", _) if variable.is_encrypted() == Some(true) => words += " encrypted",
            ("encrypted", _) => {}
            ("type" | "scope" | "secret_version" | "state", Some(word)) => {
                words += &format!(" {key}={word}");
            }
            _ => notes.left_out(field.span, key, ".env has no such field"),
        }
    }
    if words.is_empty() { words } else { format!(" # cxvars:{words}") }
}

/// Whether a line is read as the variable that it was written for.
fn reads_back(line: &str, variable: &Variable<'_>) -> bool {
    let tree = read_env(line, Limits { bytes: line.len(), depth: MAX_DEPTH });
    let document = Document::decode(&tree, None);
    let mut read = document.variables();
    let (Some(found), None) = (read.next(), read.next()) else { return false };
    let value = |variable: &Variable<'_>| variable.value().map(|(value, _)| value.text.to_owned());
    tree.syntax.is_empty()
        && document.faults.is_empty()
        && !line.contains('\0')
        && found.name().map(|(name, _)| name) == variable.name().map(|(name, _)| name)
        && (value(&found) == value(variable) || variable.is_to_be_absent())
}
