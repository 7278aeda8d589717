//! What a team's own policy can see of a document, and how its findings join the report.
//!
//! A policy is third-party code. It sees names, words and flags, but no value: only three classes of each value, which
//! many values share. Its findings are checked before they join a report.

mod description;
mod facts;
mod settings;
mod verdict;

use std::borrow::Cow;

use serde::Deserialize;

use crate::base::display;
use crate::base::small_map::SmallMap;
use crate::base::span::Span;
use crate::check::{Checked, Report};
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::{List, Variable};
use description::is_one_line;
pub use description::{Described, Description, PolicyRule, Refused};
pub use facts::{
    EntropyClass, Facts, LengthClass, PrefixClass, Source, Target, TargetAction, ValueClass, VariableFacts,
};
pub use settings::{MAX_SETTINGS, MAX_SETTINGS_BYTES, Setting, SettingValue, Settings, SettingsTable};
pub use verdict::{PassedSetting, Verdict};

/// The most findings that a policy may have in one document.
pub const MAX_FINDINGS: usize = 1_000;
/// The longest message or help of a policy, in characters.
pub const MAX_TEXT: usize = 1_000;
/// The code of the finding that a policy gave no verdict.
pub const FAILED: &str = "PX000";

/// A field of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Field {
    /// `name`
    Name,
    /// `type`
    Type,
    /// `value_from` if the variable has one, else `value`.
    Value,
    /// `encrypted`
    Encrypted,
    /// `scope`
    Scope,
}

impl Field {
    const ALL: [Self; 5] = [Self::Name, Self::Type, Self::Value, Self::Encrypted, Self::Scope];
}

/// Where a policy marks a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "tag", content = "val", rename_all = "lowercase")]
pub enum Place {
    /// The document as a whole.
    Document,
    /// A variable, by its index in the list.
    Variable(u32),
    /// A field of a variable, by the variable's index. If the document does not have the field, the variable.
    Field(u32, Field),
}

/// A finding, as a policy reports it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Finding {
    /// The code of one of the policy's rules.
    pub code: String,
    /// Where it is marked.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// How to fix it.
    pub help: Option<String>,
}

/// A span, the JSON pointer to it, and the name of the variable there.
#[derive(Clone)]
struct Mark {
    span: Span,
    pointer: String,
    variable: Option<String>,
}

/// A document as policies see it. It contains no values.
pub struct Subject {
    facts: Facts,
    document: Span,
    /// Each variable, and its fields in the order of [`Field::ALL`].
    variables: Vec<(Mark, [Option<Mark>; Field::ALL.len()])>,
}

impl Subject {
    /// The subject for a checked document. `None` if the document could not be read to its end; its report says so.
    pub fn of(checked: &Checked<'_>) -> Option<Self> {
        if checked.report().is_unread() {
            return None;
        }
        let document = &checked.document;
        let facts = Facts::of(document, checked.options);
        let variables = document.variables().map(|variable| marks(&variable)).collect();
        // The opening bracket only: a mark below every line of the list would hide the list.
        let bracket = |list: List| Span::new(list.span.start(), list.span.end().min(list.span.start() + 1));
        let whole = document.list.map_or(Span::point(0), bracket);
        Some(Self { facts, document: whole, variables })
    }

    /// What policies can see.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Adds the findings of a policy to the report on this document. If one of them is refused, none is added.
    ///
    /// # Errors
    /// There are too many findings, or one of them has a code that the policy does not declare, a place that the
    /// document does not have, or a text that is not one line.
    pub fn judge(&self, policy: &Description, findings: Vec<Finding>, report: &mut Report) -> Result<(), Refused> {
        if findings.len() > MAX_FINDINGS {
            let count = findings.len();
            return Err(Refused(format!("it has {count} findings in one document; at most {MAX_FINDINGS} are taken")));
        }
        let diagnostics: Result<Vec<_>, _> =
            findings.into_iter().map(|finding| self.diagnostic(policy, finding)).collect();
        report.join(diagnostics?);
        Ok(())
    }

    /// Adds the verdict of a policy to the report on this document: its findings, or PX000 with the reason why there are
    /// none that can be taken.
    pub fn conclude(&self, policy: &Description, answer: Result<Vec<Finding>, String>, report: &mut Report) {
        let taken =
            answer.and_then(|findings| self.judge(policy, findings, report).map_err(|refused| refused.to_string()));
        if let Err(problem) = taken {
            self.fail(&policy.name, &problem, report);
        }
    }

    /// Adds the finding that a policy gave no verdict. It is an error, because nothing may be sent without the verdict.
    pub fn fail(&self, policy: &str, problem: &str, report: &mut Report) {
        let message = format!("the policy {policy} gave no verdict: {}", display::escape(problem));
        let help = "nothing is sent without its verdict; fix or replace the plugin, or ask its owner".to_owned();
        let mark = self.whole();
        let failed = diagnostic(FAILED, "policy-failed", Severity::Error, mark, message, Some(help));
        report.join(vec![Diagnostic { policy: Some(policy.to_owned()), ..failed }]);
    }

    fn diagnostic(&self, policy: &Description, finding: Finding) -> Result<Diagnostic, Refused> {
        let Finding { code, place, message, help } = finding;
        let quoted = display::quote(&code);
        let rule =
            policy.rule(&code).ok_or_else(|| Refused(format!("it found {quoted}, which is none of its rules")))?;
        let mark =
            self.mark(place).ok_or_else(|| Refused(format!("{quoted} is about a variable that does not exist")))?;
        if !is_one_line(&message, MAX_TEXT) || !help.iter().all(|help| is_one_line(help, MAX_TEXT)) {
            return Err(Refused(format!("the text of {quoted} is not one line of at most {MAX_TEXT} characters")));
        }
        let message = format!("{message} (policy {})", policy.name);
        let found = diagnostic(&rule.code, &rule.name, rule.severity, mark, message, help);
        Ok(Diagnostic { policy: Some(policy.name.clone()), ..found })
    }

    fn whole(&self) -> Mark {
        Mark { span: self.document, pointer: String::new(), variable: None }
    }

    fn mark(&self, place: Place) -> Option<Mark> {
        let at = |index: u32| self.variables.get(usize::try_from(index).ok()?);
        match place {
            Place::Document => Some(self.whole()),
            Place::Variable(index) => at(index).map(|(variable, _)| variable.clone()),
            Place::Field(index, field) => at(index).map(|(variable, fields)| {
                let own =
                    Field::ALL.iter().zip(fields).find_map(|(other, mark)| mark.as_ref().filter(|_| *other == field));
                own.unwrap_or(variable).clone()
            }),
        }
    }
}

fn diagnostic(
    code: &str,
    name: &str,
    severity: Severity,
    mark: Mark,
    message: String,
    help: Option<String>,
) -> Diagnostic {
    Diagnostic {
        code: Cow::Owned(code.to_owned()),
        name: Cow::Owned(name.to_owned()),
        severity,
        message,
        label: None,
        help,
        pointer: mark.pointer,
        variable: mark.variable,
        span: mark.span,
        related: Vec::new(),
        fixes: Vec::new(),
        params: SmallMap::new(),
        policy: None,
    }
}

fn marks(variable: &Variable<'_>) -> (Mark, [Option<Mark>; Field::ALL.len()]) {
    let pointer = variable.pointer();
    let name = variable.name().map(|(name, _)| name.to_owned());
    let fields = Field::ALL.map(|field| {
        let (key, span) = match field {
            Field::Name => ("name", variable.name()?.1),
            Field::Type => ("type", variable.type_word()?.1),
            Field::Value => match variable.value_from() {
                Some((_, span)) => ("value_from", span),
                None => ("value", variable.value()?.1),
            },
            Field::Encrypted => ("encrypted", variable.encrypted()?.1),
            Field::Scope => ("scope", variable.scope_word()?.1),
        };
        Some(Mark { span, pointer: pointer.to_field(key), variable: name.clone() })
    });
    (Mark { span: variable.span(), pointer: pointer.to_variable(), variable: name }, fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Source, check};
    use crate::options::CheckOptions;
    use crate::reader::format::DocumentFormat;
    use crate::render::json_v1::diagnostics;

    fn options(format: DocumentFormat) -> CheckOptions {
        CheckOptions { format, ..CheckOptions::default() }
    }

    fn subject(text: &str, format: DocumentFormat) -> Subject {
        let options = options(format);
        Subject::of(&Source::read(text.as_bytes(), &options).check(&options, None)).unwrap()
    }

    pub(super) fn rule(code: &str) -> PolicyRule {
        PolicyRule {
            code: code.to_owned(),
            name: "must-encrypt".to_owned(),
            severity: Severity::Error,
            summary: "A token is not encrypted.".to_owned(),
        }
    }

    fn policy() -> Description {
        Description::new("acme".to_owned(), "1.0.0".to_owned(), vec![rule("PX001")]).unwrap()
    }

    fn finding(place: Place) -> Finding {
        Finding { code: "PX001".to_owned(), place, message: "encrypt it".to_owned(), help: None }
    }

    #[test]
    fn what_cannot_be_read_to_its_end_is_shown_to_no_policy() {
        let options = CheckOptions::default();
        assert!(Subject::of(&Source::read(b"[{\"name\": \"a\"", &options).check(&options, None)).is_none());
    }

    #[test]
    fn a_finding_stands_where_it_belongs() {
        let text = r#"[{"type": "string", "name": "a", "value": "x"}, {"name": "b"}]"#;
        let subject = subject(text, DocumentFormat::Json);
        let mut report = check(text.as_bytes(), &options(DocumentFormat::Json));
        let before = report.diagnostics().len();
        let places = [
            (Place::Document, "", 0..1),
            (Place::Field(0, Field::Name), "/0/name", 28..31),
            (Place::Field(1, Field::Scope), "/1", 48..61),
            (Place::Variable(0), "/0", 1..46),
        ];
        let findings = places.iter().map(|(place, ..)| finding(*place)).collect();
        subject.judge(&policy(), findings, &mut report).unwrap();
        assert_eq!(report.diagnostics().len(), before + 4);
        let shown = diagnostics(text, &report);
        for (_, pointer, range) in places {
            let own =
                |shown: &&crate::render::json_v1::DiagnosticReport| shown.code == "PX001" && shown.pointer == pointer;
            let finding = shown.iter().find(own).unwrap();
            let variable = match pointer {
                "" => None,
                "/1" => Some("b"),
                _ => Some("a"),
            };
            assert_eq!(finding.variable.as_deref(), variable);
            assert_eq!(finding.range.start.offset..finding.range.end.offset, range, "{pointer}");
            assert_eq!((finding.message.as_str(), finding.name.as_str()), ("encrypt it (policy acme)", "must-encrypt"));
        }
    }

    #[test]
    fn an_answer_that_breaks_a_rule_is_not_taken_in_part() {
        let text = r#"[{"name": "a", "type": "string", "value": "x"}]"#;
        let subject = subject(text, DocumentFormat::Json);
        let good = finding(Place::Document);
        let unknown = Finding { code: "PX002".to_owned(), ..good.clone() };
        let two_lines = Finding { message: "a\u{1b}[2J".to_owned(), ..good.clone() };
        let long = Finding { help: Some("x".repeat(MAX_TEXT + 1)), ..good.clone() };
        let nothing = Finding { message: " ".to_owned(), ..good.clone() };
        let hidden =
            |character: char| Finding { message: format!("encrypt{character} it"), ..finding(Place::Document) };
        let nowhere = finding(Place::Variable(1));
        for (bad, why) in [
            (unknown, "none of its rules"),
            (two_lines, "not one line"),
            (long, "not one line"),
            (nothing, "not one line"),
            (hidden('\u{3164}'), "not one line"),
            (hidden('\u{2800}'), "not one line"),
            (hidden('\u{fe0f}'), "not one line"),
            (hidden('\u{e01ef}'), "not one line"),
            (nowhere, "does not exist"),
        ] {
            let mut report = check(text.as_bytes(), &CheckOptions::default());
            let refused = subject.judge(&policy(), vec![good.clone(), bad], &mut report).unwrap_err();
            assert!(refused.to_string().contains(why), "{refused}");
            assert!(report.diagnostics().is_empty());
        }
        let mut report = check(text.as_bytes(), &CheckOptions::default());
        let many = vec![good.clone(); MAX_FINDINGS + 1];
        assert!(subject.judge(&policy(), many, &mut report).unwrap_err().to_string().contains("1001 findings"));
        assert!(subject.judge(&policy(), vec![good; MAX_FINDINGS], &mut report).is_ok());
    }

    #[test]
    fn a_policy_that_fails_makes_the_document_invalid() {
        let text = r#"[{"name": "a", "type": "string", "value": "x"}]"#;
        let mut report = check(text.as_bytes(), &CheckOptions::default());
        assert!(report.is_valid());
        subject(text, DocumentFormat::Json).fail("acme", "it ran out of fuel\u{1b}", &mut report);
        assert!(!report.is_valid());
        let failed = &report.diagnostics()[0];
        assert_eq!((failed.code.as_ref(), failed.name.as_ref()), (FAILED, "policy-failed"));
        assert_eq!(failed.message, "the policy acme gave no verdict: it ran out of fuel\\u{1b}");
    }
}
