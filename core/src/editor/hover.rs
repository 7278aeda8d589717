//! What the key, name, reference or finding at an offset means.

use super::markdown::code;
use super::place::{self, Place};
use super::{Facts, symbols};
use crate::base::span::Span;
use crate::check::Checked;
use crate::diagnostic::Diagnostic;
use crate::document::reference::{Reference, read_reference};
use crate::document::{Document, Variable};
use crate::reader::Value;
use crate::rules;
use crate::rules::directive::MARK;

/// The text for an offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// The part of the document that it is about.
    pub span: Span,
    /// Markdown. It never contains the value of a variable.
    pub markdown: String,
}

/// What is known of the text at an offset: what the key means, what the name or reference refers to, and what the rules
/// of the findings there say.
pub fn hover(checked: &Checked<'_>, offset: usize, facts: &Facts<'_>) -> Option<Hover> {
    let document = &checked.document;
    if let Some(found) = in_ignore_comment(document, offset, facts) {
        return Some(found);
    }
    let place = place::at(document, offset);
    let about = place.as_ref().and_then(|place| Some((place.span(), about_place(document, place, facts)?)));
    let findings = checked.report.diagnostics().iter().filter(|finding| is_at(document, finding, offset));
    let mut span = about.as_ref().map(|(span, _)| *span);
    let mut parts: Vec<String> = about.into_iter().map(|(_, text)| text).collect();
    for finding in findings {
        let Some(text) = about_rule(&finding.code, facts) else { continue };
        span = span.or(Some(finding.span));
        if !parts.contains(&text) {
            parts.push(text);
        }
    }
    Some(Hover { span: span?, markdown: parts.join("\n\n---\n\n") })
}

/// The rule that an ignore comment names at an offset.
fn in_ignore_comment(document: &Document<'_>, offset: usize, facts: &Facts<'_>) -> Option<Hover> {
    let comment = document.tree.comments.iter().find(|comment| place::touches(**comment, offset))?;
    let text = document.tree.written(*comment);
    let list = text.find(MARK).and_then(|_| Some(text.find("ignore[")?..text.find(']')?))?;
    let (before, after) = text.split_at_checked(offset - comment.start())?;
    let is_of_code = |letter: char| letter.is_ascii_alphanumeric();
    let start = before.trim_end_matches(is_of_code).len();
    let end = text.len() - after.trim_start_matches(is_of_code).len();
    let code = text.get(start..end).filter(|_| list.contains(&start))?;
    let span = Span::new(comment.start() + start, comment.start() + end);
    Some(Hover { span, markdown: about_rule(code, facts)? })
}

/// Whether a finding is shown at an offset. One that marks several lines is shown at the first of them only.
fn is_at(document: &Document<'_>, finding: &Diagnostic, offset: usize) -> bool {
    let marked = finding.span.of(document.tree.source());
    let first_line = marked.split('\n').next().unwrap_or_default();
    let end = finding.span.start() + first_line.len();
    (finding.span.start()..=end).contains(&offset)
}

/// What a rule says.
pub(super) fn about_rule(rule_code: &str, facts: &Facts<'_>) -> Option<String> {
    if let Some(rule) = rules::find(rule_code) {
        return Some(format!("**{} {}**\n\n{}", rule.code, rule.name, without_examples(&rule.markdown())));
    }
    if let Some(text) = about_custom_rule(rule_code, facts) {
        return Some(text);
    }
    let rule = facts.policy_rules.iter().find(|rule| rule.code == rule_code)?;
    Some(format!("**{} {}**\n\n{}", rule.code, rule.name, rule.summary))
}

/// What a rule of the team's own says.
#[cfg(feature = "config")]
fn about_custom_rule(code: &str, facts: &Facts<'_>) -> Option<String> {
    let rule = facts.custom_rules?.find(code)?;
    Some(format!("**{} {}**\n\n{}", rule.code(), rule.name(), rule.markdown().trim_end()))
}

#[cfg(not(feature = "config"))]
fn about_custom_rule(_: &str, _: &Facts<'_>) -> Option<String> {
    None
}

/// The documentation of a rule without its examples, which are for other texts than the one that is read.
fn without_examples(markdown: &str) -> String {
    let is_example = |section: &str| ["Fires\n", "Does not fire\n"].iter().any(|head| section.starts_with(head));
    let sections = markdown.split("\n## ").filter(|section| !is_example(section));
    sections.map(str::trim_end).collect::<Vec<_>>().join("\n\n## ")
}

fn about_place(document: &Document<'_>, place: &Place<'_>, facts: &Facts<'_>) -> Option<String> {
    if place.is_value_of("name") {
        return about_variable(document, place.variable.as_ref()?, facts);
    }
    let is_about_reference = place.reference.is_some() || place.is_value_of("value_from");
    let reference = match place.is_key && place.entry.key() == "value_from" {
        true => Some(place.entry.value),
        false => place.reference.filter(|_| is_about_reference),
    };
    let target = reference.and_then(|value| about_reference(value, facts));
    let key = place.entry.key();
    let is_word = !place.level.words(key).is_empty();
    let meaning = place.level.describe(key).filter(|_| place.is_key || is_word);
    let meaning = meaning.map(|meaning| format!("**`{key}`**: {meaning}"));
    let parts: Vec<String> = meaning.into_iter().chain(target).collect();
    (!parts.is_empty()).then(|| parts.join("\n\n"))
}

/// A variable by its name: type, scope, whether it is encrypted, and its contract.
fn about_variable(document: &Document<'_>, variable: &Variable<'_>, facts: &Facts<'_>) -> Option<String> {
    let (name, _) = place::name_of(document, variable)?;
    let detail = symbols::detail(variable);
    let contract = facts.contract_of(name).map(|path| format!("\n\nContract: {}", code(path)));
    Some(format!("**{}**: {detail}{}", code(name), contract.unwrap_or_default()))
}

/// What a reference refers to, in words.
fn about_reference(value: Value<'_>, facts: &Facts<'_>) -> Option<String> {
    if value.is_damaged() {
        return None;
    }
    Some(match read_reference(value)? {
        Reference::Env(name) => format!("Environment variable {}", code(&name)),
        Reference::File(path) => format!("File {}", code(&path)),
        Reference::Param(name) => about_param(&name, facts),
        Reference::Command(name) => format!("Command {} of the user's own configuration file", code(&name)),
        Reference::Vault { path, key } => format!("Vault path {}, key {}", code(&path), code(&key)),
    })
}

fn about_param(name: &str, facts: &Facts<'_>) -> String {
    let (with, without) = facts.environments_of(name);
    let defined = match (facts.params, with.is_empty()) {
        (None, _) => return format!("Parameter {}", code(name)),
        (Some(_), true) => ", defined in no environment".to_owned(),
        (Some(_), false) => format!(", defined in {}", with.join(", ")),
    };
    let missing = match with.is_empty() || without.is_empty() {
        true => String::new(),
        false => format!("; missing in {}", without.join(", ")),
    };
    format!("Parameter {}{defined}{missing}", code(name))
}
