//! What a team's own policy is told of a document, and what its findings become.
//!
//! A policy is code of somebody else. It is told names, words and flags, and of a value three classes that many values
//! share; what it says is checked before it joins a report.

use std::borrow::Cow;

use thiserror::Error;

use crate::check::{Report, Resolved, parent_scope, read};
use crate::diagnostic::{Diagnostic, Severity};
use crate::display;
use crate::document::{Document, List, Variable};
use crate::manifest::{Reference, read_reference};
use crate::options::CheckOptions;
use crate::rules::{Suspicion, is_random, suspicion};
use crate::small_map::SmallMap;
use crate::span::Span;
use crate::vocabulary::{Scope, VariableType};

/// The most findings that a policy may have in one document.
pub const MAX_FINDINGS: usize = 1_000;
/// The longest message or help of a policy, in characters.
pub const MAX_TEXT: usize = 1_000;
/// The longest name or version of a policy, and the longest name of a rule, in characters.
const MAX_NAME: usize = 64;
/// The most rules of one policy.
const MAX_RULES: usize = 100;
/// The code that says that a policy gave no verdict.
pub const FAILED: &str = "PX000";

/// How many characters a value has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LengthClass {
    /// None.
    Empty,
    /// Up to 7.
    Under8,
    /// Up to 15.
    Under16,
    /// Up to 31.
    Under32,
    /// Up to 63.
    Under64,
    /// Up to 255.
    Under256,
    /// 256 or more.
    Longer,
}

impl LengthClass {
    fn of(value: &str) -> Self {
        // Whoever has more bytes than four for each of 255 characters has more characters.
        match value.chars().take(256).count() {
            0 => Self::Empty,
            1..8 => Self::Under8,
            8..16 => Self::Under16,
            16..32 => Self::Under32,
            32..64 => Self::Under64,
            64..256 => Self::Under256,
            _ => Self::Longer,
        }
    }
}

/// How disordered a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntropyClass {
    /// Words, numbers, addresses.
    Ordinary,
    /// As a generated key is: what CX501 goes by.
    Random,
}

/// What a value is by its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrefixClass {
    /// None of these.
    Other,
    /// `https://…`
    HttpsUrl,
    /// `http://…`
    HttpUrl,
    /// A URL of another scheme.
    Url,
    /// A known kind of credential.
    Credential,
}

impl PrefixClass {
    fn of(value: &str) -> Self {
        let scheme = || value.split_once("://").map(|(scheme, _)| scheme);
        match suspicion(value) {
            Some(Suspicion::Known(_)) => Self::Credential,
            _ => match scheme() {
                Some(scheme) if scheme.eq_ignore_ascii_case("https") => Self::HttpsUrl,
                Some(scheme) if scheme.eq_ignore_ascii_case("http") => Self::HttpUrl,
                Some(scheme) if is_scheme(scheme) => Self::Url,
                _ => Self::Other,
            },
        }
    }
}

/// RFC 3986 section 3.1.
fn is_scheme(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// All that a policy is told of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueClass {
    /// How long it is.
    pub length: LengthClass,
    /// How disordered it is.
    pub entropy: EntropyClass,
    /// What it is by its form.
    pub prefix: PrefixClass,
}

impl ValueClass {
    fn of(value: &str) -> Self {
        let entropy = if is_random(value) { EntropyClass::Random } else { EntropyClass::Ordinary };
        Self { length: LengthClass::of(value), entropy, prefix: PrefixClass::of(value) }
    }
}

/// Where the value of a variable comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    /// There is none, or it is malformed.
    Missing,
}

/// What a policy is told of a variable.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VariableFacts {
    /// Its name, whatever text it is; none where there is no text.
    pub name: Option<String>,
    /// Its type; none where the word names none.
    pub variable_type: Option<VariableType>,
    /// Its scope; none where the word names none.
    pub scope: Option<Scope>,
    /// Whether it is to be encrypted.
    pub encrypted: bool,
    /// Whether it is to be removed.
    pub absent: bool,
    /// Whether it has a `secret_version`.
    pub has_secret_version: bool,
    /// Where its value comes from.
    pub source: Source,
    /// The classes of its value; none where that is not known.
    pub value: Option<ValueClass>,
    /// Where the contract for its value came from.
    pub contract: Option<String>,
}

/// What a policy is told of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Facts {
    /// What the document says that it is for.
    pub data_action: Option<String>,
    /// The scope that variables may not exceed.
    pub parent_scope: Scope,
    /// The variables, in the order of the document.
    pub variables: Vec<VariableFacts>,
}

/// A field of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `name`
    Name,
    /// `type`
    Type,
    /// `value`, or what stands in for it.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The document as a whole.
    Document,
    /// A variable, by its index in the list.
    Variable(u32),
    /// A field of a variable; where the document does not have it, the variable.
    Field(u32, Field),
}

/// A rule of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRule {
    /// `PX` and three to six digits.
    pub code: String,
    /// In kebab case.
    pub name: String,
    /// How grave its findings are.
    pub severity: Severity,
    /// What it finds, on one line.
    pub summary: String,
}

/// What a policy says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Description {
    /// Its name, in kebab case.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its rules, in its own order.
    pub rules: Vec<PolicyRule>,
}

/// Why what a policy said is not taken. It quotes nothing but names and codes.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct Refused(String);

impl Description {
    /// A description whose every part has the form that reports rely on.
    ///
    /// # Errors
    /// The first part that has not.
    pub fn new(name: String, version: String, mut rules: Vec<PolicyRule>) -> Result<Self, Refused> {
        let refuse = |problem: String| Err(Refused(problem));
        if !is_kebab(&name) {
            return refuse(format!(
                "its name {} is not in kebab case of at most {MAX_NAME} characters",
                display::quote(&name)
            ));
        }
        if !is_one_line(&version, MAX_NAME) {
            return refuse(format!("its version is not one line of at most {MAX_NAME} characters"));
        }
        if rules.is_empty() || rules.len() > MAX_RULES {
            return refuse(format!("it has {} rules; a policy has 1 to {MAX_RULES}", rules.len()));
        }
        for (at, rule) in rules.iter_mut().enumerate() {
            let code = display::quote(&rule.code);
            if !is_code(&rule.code) {
                return refuse(format!("the code {code} of its rule {} is not PX and three to six digits", at + 1));
            }
            if rule.code == FAILED {
                return refuse(format!("the code {FAILED} says that a policy failed, and is no rule's"));
            }
            if !is_kebab(&rule.name) {
                let name = display::quote(&rule.name);
                return refuse(format!(
                    "the name {name} of {code} is not in kebab case of at most {MAX_NAME} characters"
                ));
            }
            if !is_one_line(&rule.summary, MAX_TEXT) {
                return refuse(format!("the summary of {code} is not one line of at most {MAX_TEXT} characters"));
            }
        }
        let mut codes: Vec<&str> = rules.iter().map(|rule| rule.code.as_str()).collect();
        codes.sort_unstable();
        if let Some(twin) = codes.windows(2).find_map(|pair| pair.first().filter(|code| pair.last() == Some(*code))) {
            return refuse(format!("two of its rules have the code {twin}"));
        }
        Ok(Self { name, version, rules })
    }

    /// The rule of a code.
    pub fn rule(&self, code: &str) -> Option<&PolicyRule> {
        self.rules.iter().find(|rule| rule.code == code)
    }
}

fn is_code(text: &str) -> bool {
    let digits = text.strip_prefix("PX").unwrap_or_default();
    (3..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_kebab(text: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    text.len() <= MAX_NAME && text.starts_with(|first: char| first.is_ascii_lowercase()) && text.split('-').all(is_word)
}

fn is_one_line(text: &str, longest: usize) -> bool {
    !text.trim().is_empty() && text.chars().count() <= longest && !text.chars().any(display::is_invisible)
}

/// A finding as a policy has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Of one of the policy's rules.
    pub code: String,
    /// Where it is marked.
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// The way out.
    pub help: Option<String>,
}

/// A place and the pointer to it.
#[derive(Clone)]
struct Mark {
    span: Span,
    pointer: String,
}

/// A document as policies see it. It holds no value.
pub struct Subject {
    facts: Facts,
    document: Span,
    /// Each variable, and its fields in the order of [`Field::ALL`].
    variables: Vec<(Mark, [Option<Mark>; Field::ALL.len()])>,
}

impl Subject {
    /// Reads a document; none where it could not be read to its end, which the report on it says. `resolved` are values
    /// that were fetched from elsewhere.
    pub fn of(input: &[u8], options: &CheckOptions, resolved: &Resolved) -> Option<Self> {
        let tree = read(input, options.reading());
        if !tree.syntax.is_empty() || tree.cap.is_some() {
            return None;
        }
        let document = Document::decode(&tree, Some(resolved));
        let facts = Facts {
            data_action: document.data_action().map(str::to_owned),
            parent_scope: parent_scope(&document, options),
            variables: document.variables().map(|variable| variable_facts(&variable, options)).collect(),
        };
        let variables = document.variables().map(|variable| marks(&variable)).collect();
        // The bracket alone: a mark below every line of the list would hide it.
        let bracket = |list: List| Span::new(list.span.start(), list.span.end().min(list.span.start() + 1));
        let whole = document.list.map_or(Span::point(0), bracket);
        Some(Self { facts, document: whole, variables })
    }

    /// What policies are told.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Adds the findings of a policy to the report on this document, or says why they are not taken: then none is.
    ///
    /// # Errors
    /// A code that is none of the policy's, a place that the document does not have, a text that is not one line, or too
    /// many findings.
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

    /// Adds the finding that a policy gave no verdict, which is an error: without its verdict nothing may be sent.
    pub fn fail(&self, policy: &str, problem: &str, report: &mut Report) {
        let message = format!("the policy {policy} gave no verdict: {}", display::escape(problem));
        let help = "nothing is sent without its verdict; mend or replace the plugin, or ask who owns it".to_owned();
        let mark = Mark { span: self.document, pointer: String::new() };
        report.join(vec![diagnostic(FAILED, "policy-failed", Severity::Error, mark, message, Some(help))]);
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
        Ok(diagnostic(&rule.code, &rule.name, rule.severity, mark, message, help))
    }

    fn mark(&self, place: Place) -> Option<Mark> {
        let at = |index: u32| self.variables.get(usize::try_from(index).ok()?);
        match place {
            Place::Document => Some(Mark { span: self.document, pointer: String::new() }),
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
        span: mark.span,
        related: Vec::new(),
        fixes: Vec::new(),
        params: SmallMap::new(),
    }
}

fn variable_facts(variable: &Variable<'_>, options: &CheckOptions) -> VariableFacts {
    let name = variable.name().map(|(name, _)| name);
    VariableFacts {
        name: name.map(str::to_owned),
        variable_type: variable.variable_type(),
        scope: variable.scope(),
        encrypted: variable.is_encrypted() == Some(true),
        absent: variable.is_to_be_absent(),
        has_secret_version: variable.secret_version().is_some(),
        source: source(variable),
        value: variable.value().map(|(value, _)| ValueClass::of(value.text)),
        contract: contract(name, options),
    }
}

fn source(variable: &Variable<'_>) -> Source {
    if variable.value_is_literal() {
        return Source::Inline;
    }
    match variable.value_from().and_then(|(reference, _)| read_reference(reference)) {
        Some(Reference::Env(_)) => Source::Env,
        Some(Reference::File(_)) => Source::File,
        Some(Reference::Param(_)) => Source::Param,
        Some(Reference::Command(_)) => Source::Command,
        Some(Reference::Vault { .. }) => Source::Vault,
        None => Source::Missing,
    }
}

#[cfg(feature = "contracts")]
fn contract(name: Option<&str>, options: &CheckOptions) -> Option<String> {
    options.contracts.get(name?).map(|contract| contract.origin().to_owned())
}

#[cfg(not(feature = "contracts"))]
fn contract(_: Option<&str>, _: &CheckOptions) -> Option<String> {
    None
}

fn marks(variable: &Variable<'_>) -> (Mark, [Option<Mark>; Field::ALL.len()]) {
    let pointer = variable.pointer();
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
        Some(Mark { span, pointer: pointer.to_field(key) })
    });
    (Mark { span: variable.span(), pointer: pointer.to_variable() }, fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::check;
    use crate::options::DocumentFormat;
    use crate::render::json_v1::diagnostics;
    use crate::secret::Secret;

    fn options(format: DocumentFormat) -> CheckOptions {
        CheckOptions { format, ..CheckOptions::default() }
    }

    fn subject(text: &str, format: DocumentFormat) -> Subject {
        Subject::of(text.as_bytes(), &options(format), &Resolved::new()).unwrap()
    }

    fn class(value: &str) -> (LengthClass, EntropyClass, PrefixClass) {
        let class = ValueClass::of(value);
        (class.length, class.entropy, class.prefix)
    }

    fn rule(code: &str) -> PolicyRule {
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
    fn of_a_value_three_classes_are_told() {
        use EntropyClass::{Ordinary, Random};
        use LengthClass::{Empty, Longer, Under8, Under16, Under32, Under64, Under256};
        use PrefixClass::{Credential, HttpUrl, HttpsUrl, Other, Url};
        for (value, expected) in [
            ("", (Empty, Ordinary, Other)),
            ("ä", (Under8, Ordinary, Other)),
            ("12345678", (Under16, Ordinary, Other)),
            ("https://example.com", (Under32, Ordinary, HttpsUrl)),
            ("HTTP://example.com", (Under32, Ordinary, HttpUrl)),
            ("wss://example.com", (Under32, Ordinary, Url)),
            ("no scheme://here", (Under32, Ordinary, Other)),
            ("https://user:pass1word@example.com/path", (Under64, Ordinary, Credential)),
            ("Zk3vQ9xT7mB2nR8wL5pY1cH6", (Under32, Random, Other)),
        ] {
            assert_eq!(class(value), expected, "{value}");
        }
        assert_eq!(LengthClass::of(&"ä".repeat(255)), Under256);
        assert_eq!(LengthClass::of(&"x".repeat(256)), Longer);
    }

    #[test]
    fn names_words_and_flags_are_told_and_no_value_is() {
        let text = "parent_scope: template\ndata_action: da-1\nvariables:\n  - name: a\n    type: string\n    \
                    value: canary-5d41\n  - name: b\n    type: strnig\n    scope: global\n    encrypted: true\n    \
                    secret_version: '7'\n    value_from: {vault: {path: p, key: k}}\n  - name: c\n    state: absent\n  - {}\n";
        let subject = subject(text, DocumentFormat::Yaml);
        let facts = subject.facts();
        assert_eq!((facts.data_action.as_deref(), facts.parent_scope), (Some("da-1"), Scope::Template));
        let [a, b, c, d] = &facts.variables[..] else { panic!("{facts:?}") };
        assert_eq!((a.source, a.scope, a.encrypted), (Source::Inline, Some(Scope::Action), false));
        assert_eq!(a.value.map(|value| value.length), Some(LengthClass::Under16));
        assert_eq!((b.variable_type, b.scope, b.encrypted), (None, Some(Scope::Global), true));
        assert_eq!((b.source, b.value, b.has_secret_version), (Source::Vault, None, true));
        assert_eq!((c.absent, c.source, c.value), (true, Source::Missing, None));
        assert_eq!((d.name.as_deref(), d.source), (None, Source::Missing));
        assert!(!format!("{facts:?}").contains("canary"));
    }

    #[test]
    fn of_a_fetched_value_the_same_classes_are_told() {
        let text = br#"[{"name": "a", "type": "string", "encrypted": true, "value_from": {"env": "A"}}]"#;
        let fetched = Resolved::from([("a".to_owned(), Secret::new("canary-5d41"))]);
        let subject = Subject::of(text, &CheckOptions::default(), &fetched).unwrap();
        let [a] = &subject.facts().variables[..] else { panic!() };
        assert_eq!((a.source, a.value.map(|value| value.length)), (Source::Env, Some(LengthClass::Under16)));
        assert!(!format!("{:?}", subject.facts()).contains("canary"));
    }

    #[test]
    fn what_cannot_be_read_to_its_end_is_shown_to_no_policy() {
        assert!(Subject::of(b"[{\"name\": \"a\"", &CheckOptions::default(), &Resolved::new()).is_none());
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
        let nowhere = finding(Place::Variable(1));
        for (bad, why) in [
            (unknown, "none of its rules"),
            (two_lines, "not one line"),
            (long, "not one line"),
            (nothing, "not one line"),
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

    #[test]
    fn what_a_policy_says_of_itself_is_checked() {
        let describe = |name: &str, version: &str, rules: Vec<PolicyRule>| {
            Description::new(name.to_owned(), version.to_owned(), rules).map_err(|refused| refused.to_string())
        };
        let named = |name: &str| PolicyRule { name: name.to_owned(), ..rule("PX001") };
        let summed = |summary: &str| PolicyRule { summary: summary.to_owned(), ..rule("PX001") };
        assert!(describe("acme-2", "1", vec![rule("PX001"), rule("PX999999")]).is_ok());
        for (refused, why) in [
            (describe("Acme", "1", vec![rule("PX001")]), "its name `Acme`"),
            (describe("", "1", vec![rule("PX001")]), "its name ``"),
            (describe("a--b", "1", vec![rule("PX001")]), "its name"),
            (describe(&"a".repeat(65), "1", vec![rule("PX001")]), "its name"),
            (describe("acme", "1\n", vec![rule("PX001")]), "its version"),
            (describe("acme", "1", vec![]), "it has 0 rules"),
            (describe("acme", "1", vec![rule("PX001"); 101]), "it has 101 rules"),
            (describe("acme", "1", vec![rule("PX01")]), "the code `PX01` of its rule 1"),
            (describe("acme", "1", vec![rule("PX001"), rule("CX103")]), "the code `CX103` of its rule 2"),
            (describe("acme", "1", vec![rule("PX1234567")]), "the code"),
            (describe("acme", "1", vec![rule("PX000")]), "PX000"),
            (describe("acme", "1", vec![named("Must")]), "the name `Must` of `PX001`"),
            (describe("acme", "1", vec![summed("")]), "the summary of `PX001`"),
            (describe("acme", "1", vec![rule("PX001"), rule("PX002"), rule("PX001")]), "have the code PX001"),
        ] {
            let problem = refused.unwrap_err();
            assert!(problem.contains(why), "{problem}");
        }
    }
}
