//! The examples beside a rule, as tests of it: `cxvars rule test`.
//!
//! An example is judged by its rule alone, beside the built-in rules. It has to be a document, or a single variable. Findings
//! of built-in rules do not count, unless they say that the example cannot be read as it was meant.

use std::borrow::Cow;

use crate::check::{Report, check};
use crate::diagnostic::Diagnostic;
use crate::options::CheckOptions;
use crate::options::rule::condition::Condition;
use crate::options::rule::set::Ask;
use crate::options::rule::{CustomRule, CustomRules, WrittenExample};
use crate::options::target::{Target, TargetAction};
use crate::reader::format::{DocumentFormat, Reading};
use crate::reader::{self, Shape};

/// The rules that say that a text cannot be read as it was meant. A field may be missing, so that examples are short.
const MISREAD: [&str; 6] = ["CX001", "CX002", "CX003", "CX004", "CX006", "CX007"];

/// What a rule should say of an example.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// One finding.
    Fires,
    /// No finding.
    Passes,
}

impl Expected {
    /// The key of such examples.
    pub fn key(self) -> &'static str {
        match self {
            Self::Fires => "fires",
            Self::Passes => "passes",
        }
    }
}

/// An example of a rule.
#[derive(Clone, Copy, Debug)]
pub struct Example<'r> {
    rule: &'r CustomRule,
    /// What the rule should say of it.
    pub expected: Expected,
    /// Its number among those of the same kind, from 1.
    pub number: usize,
    written: &'r WrittenExample,
}

/// What came of an example.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outcome {
    /// Why it failed; none if it holds.
    pub problem: Option<String>,
    /// The findings that decided: those of the rule, or those that say that the example cannot be read. They hold no value.
    pub found: Vec<Diagnostic>,
}

impl CustomRule {
    /// Its examples: those that should fire, then those that should pass.
    pub fn examples(&self) -> impl Iterator<Item = Example<'_>> {
        let kinds = [(Expected::Fires, &self.fires), (Expected::Passes, &self.passes)];
        kinds.into_iter().flat_map(move |(expected, list)| {
            let one = move |(at, written)| Example { rule: self, expected, number: at + 1, written };
            list.iter().enumerate().map(one)
        })
    }

    /// The rule as it is for an example: of its surroundings, only those count that the example names.
    fn for_example(&self, written: &WrittenExample) -> Self {
        let mut rule = self.clone();
        if written.env.is_none() && written.action.is_none() && written.path.is_none() {
            rule.when.iter_mut().for_each(|when| when.of_document.clear());
            if let Ask::Forbid(condition) = &mut rule.ask {
                condition.of_document.clear();
            }
        }
        rule.when = rule.when.filter(|when: &Condition| when.tests().next().is_some());
        rule
    }
}

impl<'r> Example<'r> {
    /// The rule that it is an example of.
    pub fn rule(&self) -> &'r CustomRule {
        self.rule
    }

    /// The path of its file; none if its text is written beside the rule.
    pub fn file(&self) -> Option<&'r str> {
        let text = self.written.document.trim();
        let has_ending = DocumentFormat::of_file_name(text.rsplit('/').next().unwrap_or_default()).is_some();
        (has_ending && !text.contains(['\n', '{', '['])).then_some(text)
    }

    /// Its text as a document, and the format; that of a path if it is in a file.
    pub fn text(&self) -> (String, DocumentFormat) {
        as_document(&self.written.document)
    }

    /// Checks the example. `file` is the content of its file, and `options` are those of the project.
    pub fn judge(&self, file: Option<&[u8]>, options: &CheckOptions) -> Outcome {
        let mut options = options.clone();
        options.custom_rules = CustomRules::of(vec![self.rule.for_example(self.written)]);
        options.ignores.clear();
        options.validate.severity = None;
        let WrittenExample { env, action, path, .. } = self.written;
        options.target = Target {
            environment: env.clone(),
            action: action.clone().map(|id| TargetAction { id, alias: None }),
            path: path.clone().or_else(|| self.file().map(str::to_owned)),
        };
        let text = match (self.file(), file) {
            (Some(path), Some(bytes)) => {
                options.format = DocumentFormat::of_file_name(path.rsplit('/').next().unwrap_or_default())
                    .unwrap_or(DocumentFormat::Json);
                Cow::Borrowed(bytes)
            }
            _ => {
                let (text, format) = self.text();
                options.format = format;
                Cow::Owned(text.into_bytes())
            }
        };
        self.outcome(&check(&text, &options))
    }

    fn outcome(&self, report: &Report) -> Outcome {
        let of = |is_wanted: &dyn Fn(&str) -> bool| -> Vec<Diagnostic> {
            report.diagnostics().iter().filter(|finding| is_wanted(&finding.code)).cloned().collect()
        };
        let misread = of(&|code| MISREAD.contains(&code));
        if !misread.is_empty() {
            return Outcome { problem: Some("it cannot be read as a document".to_owned()), found: misread };
        }
        let found = of(&|code| code == self.rule.code);
        let problem = match (self.expected, found.len()) {
            (Expected::Fires, 1) | (Expected::Passes, 0) => None,
            (Expected::Fires, 0) => Some("the rule finds nothing in it".to_owned()),
            (Expected::Fires, count) => Some(format!("the rule fires {count} times; an example has one mistake")),
            (Expected::Passes, _) => Some("the rule fires".to_owned()),
        };
        Outcome { problem, found }
    }
}

/// The text of an example as a document, and its format: JSON if it is that, else YAML. A single variable is put into a list.
fn as_document(text: &str) -> (String, DocumentFormat) {
    let limits = CheckOptions::default().limits();
    let read = |format| reader::read(text.as_bytes(), Reading { format, limits });
    let json = read(DocumentFormat::Json);
    let (tree, format) = match json.syntax.is_empty() {
        true => (json, DocumentFormat::Json),
        false => (read(DocumentFormat::Yaml), DocumentFormat::Yaml),
    };
    let has = |key: &str| {
        let root = tree.root().filter(|root| root.shape() == Shape::Object);
        root.is_some_and(|root| root.entries().any(|entry| entry.key() == key))
    };
    if !has("name") || has("variables") {
        return (text.to_owned(), format);
    }
    match text.trim_start().starts_with('{') {
        true => (format!("[{text}]"), format),
        false => (text.lines().map(|line| format!("  {line}\n")).collect::<String>().replacen(' ', "-", 1), format),
    }
}
