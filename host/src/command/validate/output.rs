//! Where the findings go: one rendering to standard output.

use cxvars_core::render::text::Color;
use cxvars_core::render::{Checked, Format, Totals};

use crate::cli::{ReportFormat, ValidateArgs};
use crate::exit::CommandError;
use crate::terminal::Terminal;

/// The renderings that were asked for.
pub(super) struct Outputs {
    format: Format,
    terminal: Terminal,
}

impl Outputs {
    pub(super) fn new(args: &ValidateArgs, terminal: Terminal) -> Self {
        let format = match args.format {
            ReportFormat::Text => Format::Text,
            ReportFormat::Concise => Format::Concise,
            ReportFormat::Json => Format::Json,
        };
        Self { format, terminal }
    }

    /// What was found in one document, one part for each output.
    pub(super) fn render(&self, checked: Checked<'_>) -> Vec<String> {
        let color = if self.terminal.color { Color::On } else { Color::Off };
        vec![self.format.part(checked, color)]
    }

    /// Writes every output; `parts` are those of all documents, in order.
    pub(super) fn write(&self, parts: &[Vec<String>], totals: &Totals) -> Result<(), CommandError> {
        if self.format != Format::Json {
            for error in &totals.unread {
                self.terminal.warn(&format!("error: {}", error.message));
            }
        }
        let parts: Vec<String> = parts.iter().filter_map(|parts| parts.first().cloned()).collect();
        self.terminal.result(&self.format.whole(&parts, totals))
    }
}
