//! A text that is read once for everything that is asked of it: findings, manifest, policies, masks.

use crate::check::{Report, report};
use crate::document::{Document, Resolved};
use crate::options::CheckOptions;
use crate::reader::{self, Tree, readable_text};

/// A text that was read.
pub struct Source<'t> {
    text: &'t str,
    tree: Tree<'t>,
}

impl<'t> Source<'t> {
    /// Reads a text in the format and within the limits of `options`.
    pub fn read(input: &'t [u8], options: &CheckOptions) -> Self {
        Self { text: readable_text(input), tree: reader::read(input, options.reading()) }
    }

    /// Runs all rules. `resolved` holds values that were fetched from elsewhere; they are held to the same rules as
    /// values that are written out.
    pub fn check<'s>(&'s self, options: &'s CheckOptions, resolved: Option<&'s Resolved>) -> Checked<'s> {
        let document = Document::decode(&self.tree, resolved);
        let report = report(&document, options);
        Checked { text: self.text, document, report, options }
    }
}

/// A text with what was found in it. No `Debug`: it holds values.
pub struct Checked<'s> {
    pub(crate) text: &'s str,
    pub(crate) document: Document<'s>,
    pub(crate) report: Report,
    pub(crate) options: &'s CheckOptions,
}

impl Checked<'_> {
    /// What was read of the input: all of it, or what comes before the first byte that is not UTF-8.
    pub fn text(&self) -> &str {
        self.text
    }

    /// What was found.
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// What was found, for policies to add to.
    pub fn report_mut(&mut self) -> &mut Report {
        &mut self.report
    }

    /// What was found, without the text.
    pub fn into_report(self) -> Report {
        self.report
    }
}
