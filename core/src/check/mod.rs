//! The entry point of validation: a text in, a report out.

pub mod fix;
mod foreign;
pub mod ignore_comments;
pub mod ignores;

use crate::check::ignore_comments::Silenced;
use crate::check::ignores::Ignored;
use crate::diagnostic::{Diagnostic, Severity};
use crate::document::Document;
pub use crate::document::Resolved;
use crate::options::CheckOptions;
use crate::reader::format::Reading;
use crate::reader::read;
use crate::rules;
use crate::rules::context::Context;

/// What a check found in one text.
///
/// It refers to the text by byte spans and holds no part of it but names and keys.
#[derive(Clone, Debug)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
    reading: Reading,
    variables: usize,
    encrypted: usize,
    ignored: Vec<Ignored>,
    silenced: Vec<Silenced>,
    unread: bool,
    foreign: bool,
}

impl Report {
    /// The findings, in the order of the text, then of their codes.
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.diagnostics
    }

    /// How many findings are of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.diagnostics.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Adds findings that were made elsewhere.
    pub(crate) fn join(&mut self, diagnostics: Vec<Diagnostic>) {
        self.diagnostics.extend(diagnostics);
        sort(&mut self.diagnostics);
    }

    /// Whether the document may be sent: no finding is an error.
    pub fn is_valid(&self) -> bool {
        self.count(Severity::Error) == 0
    }

    /// How many variables the document lists.
    pub fn variable_count(&self) -> usize {
        self.variables
    }

    /// How many of them are to be encrypted.
    pub fn encrypted_count(&self) -> usize {
        self.encrypted
    }

    /// What became of the findings that [`CheckOptions::ignores`] is about. Silenced ones are not among the
    /// diagnostics.
    pub fn ignored(&self) -> &[Ignored] {
        &self.ignored
    }

    /// The findings that comments of the document silenced; they are not among the diagnostics.
    pub fn silenced(&self) -> &[Silenced] {
        &self.silenced
    }

    /// How the text was read.
    pub(crate) fn reading(&self) -> Reading {
        self.reading
    }

    /// Whether the text could not be read to its end, so that findings may be missing.
    pub fn is_unread(&self) -> bool {
        self.unread
    }

    /// Whether the text plainly is something else than a document: well-formed, and without any field of ours.
    pub fn is_foreign(&self) -> bool {
        self.foreign
    }
}

/// Checks a text.
///
/// Never fails and never panics: whatever the text holds, the answer is a report. A text that is not UTF-8 is a
/// finding like any other.
pub fn check(input: &[u8], options: &CheckOptions) -> Report {
    let tree = read(input, options.reading());
    report(&Document::decode(&tree, None), options)
}

/// Checks a text in which some values come from elsewhere, so that they are held to the same rules.
pub fn check_resolved(input: &[u8], options: &CheckOptions, resolved: &Resolved) -> Report {
    let tree = read(input, options.reading());
    report(&Document::decode(&tree, Some(resolved)), options)
}

pub(crate) fn report<'t>(document: &'t Document<'t>, options: &'t CheckOptions) -> Report {
    let tree = document.tree;
    let context = Context::new(document, options);
    let mut diagnostics = Vec::new();
    rules::run(&context, &mut diagnostics);
    sort(&mut diagnostics);
    let (silenced, idle) = ignore_comments::silence(&mut diagnostics, &context);
    if !idle.is_empty() {
        rules::run_over_comments(&context, &idle, &mut diagnostics);
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
        unread: !tree.syntax.is_empty() || tree.cap.is_some(),
        foreign: foreign::is_foreign(document),
    }
}

/// By position, then by code.
fn sort(diagnostics: &mut [Diagnostic]) {
    diagnostics.sort_by(|a, b| (a.span, &a.code).cmp(&(b.span, &b.code)));
}
