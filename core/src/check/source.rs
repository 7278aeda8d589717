//! A text that is read once and then used for findings, the manifest, policies and masks.

use crate::check::{Report, foreign, report};
use crate::document::{Document, Resolved};
use crate::options::CheckOptions;
use crate::reader::{self, Tree};

/// A text and its tree.
pub struct Source<'t> {
    input: &'t [u8],
    tree: Tree<'t>,
}

impl<'t> Source<'t> {
    /// Reads a text in the format and within the limits of `options`.
    pub fn read(input: &'t [u8], options: &CheckOptions) -> Self {
        Self { input, tree: reader::read(input, options.reading()) }
    }

    /// What was read.
    pub(crate) fn tree(&self) -> &Tree<'t> {
        &self.tree
    }

    /// Whether the text is clearly not a document. It is judged without the rules, and despite syntax mistakes.
    pub fn is_foreign(&self) -> bool {
        foreign::is_foreign(self.input, &self.tree)
    }

    /// Whether the whole text was read, so that no syntax mistake or limit hides a part of it.
    pub fn is_whole(&self) -> bool {
        self.tree.syntax.is_empty() && self.tree.cap.is_none()
    }

    /// Runs all rules. `resolved` holds values that were fetched from elsewhere. The same rules apply to them as to
    /// values in the document.
    pub fn check<'s>(&'s self, options: &'s CheckOptions, resolved: Option<&'s Resolved>) -> Checked<'s> {
        let document = Document::decode(&self.tree, resolved);
        let report = report(&document, options);
        Checked { text: self.tree.source(), document, report, options }
    }
}

/// A text with its findings. It has no `Debug`, because it holds values.
pub struct Checked<'s> {
    pub(crate) text: &'s str,
    pub(crate) document: Document<'s>,
    pub(crate) report: Report,
    pub(crate) options: &'s CheckOptions,
}

impl Checked<'_> {
    /// The part of the input that was read: all of it, or the part before the first byte that is not UTF-8.
    pub fn text(&self) -> &str {
        self.text
    }

    /// The report of the check.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The report of the check, to which policies add their findings.
    pub fn report_mut(&mut self) -> &mut Report {
        &mut self.report
    }

    /// The report of the check, without the text.
    pub fn into_report(self) -> Report {
        self.report
    }
}
