//! The entry point of validation: takes a text and returns a report.

mod about;
pub mod baseline;
pub mod fix;
mod foreign;
pub mod ignore_comments;
pub mod ignores;
#[cfg(feature = "config")]
pub mod rule_examples;
mod source;

use crate::check::ignore_comments::Silenced;
use crate::check::ignores::Ignored;
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::Document;
pub use crate::document::Resolved;
use crate::options::CheckOptions;
use crate::options::ignore::UNREADABLE;
#[cfg(feature = "config")]
use crate::options::rule::CustomRules;
use crate::reader::format::Reading;
use crate::rules;
use crate::rules::context::Context;
pub use source::{Checked, Source};

/// The result of checking one text.
///
/// It refers to the text by byte spans. Names and keys are the only parts of the text that it contains.
#[derive(Clone, Debug)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
    reading: Reading,
    variables: usize,
    encrypted: usize,
    ignored: Vec<Ignored>,
    silenced: Vec<Silenced>,
    known: usize,
    unread: bool,
    #[cfg(feature = "config")]
    custom_rules: CustomRules,
}

impl Report {
    /// The findings, sorted by position, then by code.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// Number of findings of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Adds findings from another source, such as policies.
    pub(crate) fn join(&mut self, diagnostics: Vec<Diagnostic>) {
        self.diagnostics.extend(diagnostics);
        sort(&mut self.diagnostics);
    }

    /// Whether the document may be sent, because no finding is an error.
    pub fn is_valid(&self) -> bool {
        self.count(Severity::Error) == 0
    }

    /// Number of variables in the document.
    pub fn variable_count(&self) -> usize {
        self.variables
    }

    /// Number of variables that are to be encrypted.
    pub fn encrypted_count(&self) -> usize {
        self.encrypted
    }

    /// The findings that match an entry of [`CheckOptions::ignores`]. They are not among the diagnostics, unless the
    /// entry has expired.
    pub fn ignored(&self) -> &[Ignored] {
        &self.ignored
    }

    /// The findings that comments of the document silenced. They are not among the diagnostics.
    pub fn silenced(&self) -> &[Silenced] {
        &self.silenced
    }

    /// Number of findings that a baseline knows. They are not among the diagnostics.
    pub fn known(&self) -> usize {
        self.known
    }

    /// The rules of the team's own by which it was checked.
    #[cfg(feature = "config")]
    pub fn custom_rules(&self) -> &CustomRules {
        &self.custom_rules
    }

    /// Whether findings of this code can become known, so that a baseline hides them. A text that could not be read is never
    /// accepted, because nobody knows what else is wrong with it; an enforced rule holds for old documents as well.
    pub(crate) fn may_become_known(&self, code: &str) -> bool {
        #[cfg(feature = "config")]
        if self.custom_rules.enforces(code) {
            return false;
        }
        !UNREADABLE.contains(&code)
    }

    /// How the text was read.
    pub(crate) fn reading(&self) -> Reading {
        self.reading
    }

    /// Whether part of the text could not be read, so that findings may be missing.
    pub fn is_unread(&self) -> bool {
        self.unread
    }
}

/// Checks a text.
///
/// It returns a report for every input, and never fails or panics. Input that is not UTF-8 is reported as a finding.
pub fn check(input: &[u8], options: &CheckOptions) -> Report {
    Source::read(input, options).check(options, None).into_report()
}

/// As [`check`], for a text in which some values were fetched from elsewhere. The same rules apply to these values.
pub fn check_resolved(input: &[u8], options: &CheckOptions, resolved: &Resolved) -> Report {
    Source::read(input, options).check(options, Some(resolved)).into_report()
}

fn report<'t>(document: &'t Document<'t>, options: &'t CheckOptions) -> Report {
    let context = Context::new(document, options);
    let mut diagnostics = findings(&context);
    about::name_variables(&mut diagnostics, &context);
    sort(&mut diagnostics);
    let (silenced, idle) = ignore_comments::silence(&mut diagnostics, &context);
    if !idle.is_empty() {
        diagnostics.extend(rules::run_over_comments(&context, &idle));
        sort(&mut diagnostics);
    }
    let ignored = ignores::silence(&mut diagnostics, &context);
    Report {
        diagnostics,
        reading: options.reading(),
        variables: document.len(),
        encrypted: document.encrypted_count(),
        ignored,
        silenced,
        known: 0,
        unread: !document.is_read(),
        #[cfg(feature = "config")]
        custom_rules: options.custom_rules.clone(),
    }
}

/// The findings of all rules, in no order.
pub(crate) fn findings(context: &Context<'_>) -> Vec<Diagnostic> {
    #[cfg_attr(not(feature = "config"), expect(unused_mut, reason = "only the rules of a team add to it"))]
    let mut findings = rules::run(context);
    #[cfg(feature = "config")]
    findings.extend(crate::custom_rules::run(context));
    findings
}

/// Sorts by position, then by code.
fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| (a.span, &a.code).cmp(&(b.span, &b.code)));
}
