//! Reading a whole log, for the commands that evaluate it.

use std::path::Path;

use cxvars_core::audit::{self, Layout, Record, Tip, Verification};

use super::error::AuditError;
use super::files::{self, LogFiles};
use super::merge::merged;
use crate::system::terminal::Terminal;

/// The content of a log.
pub(crate) struct Log {
    /// Its path, in the form for messages.
    pub(crate) name: String,
    files: LogFiles,
}

impl Log {
    /// Reads the log at `path`. Messages call it `name`. A log that does not exist counts as empty.
    ///
    /// # Errors
    /// If the log cannot be read.
    pub(crate) fn read(path: &Path, name: String) -> Result<Self, AuditError> {
        Ok(Self { name, files: files::read(path)? })
    }

    /// Whether the log does not exist.
    pub(crate) fn is_missing(&self) -> bool {
        self.files.files.is_empty()
    }

    /// Whether the log is a folder of segments.
    pub(crate) fn is_folder(&self) -> bool {
        self.files.layout == Layout::Segments
    }

    /// Verifies the whole log, also against the heads that are known from elsewhere.
    pub(crate) fn verify(&self, known: &[Tip]) -> Verification {
        self.files.verify(known)
    }

    /// Where and why the log cannot be continued, for people. `None` if it can.
    pub(crate) fn broken(&self) -> Option<String> {
        let bad = self.files.broken()?;
        Some(format!("{} is BROKEN at line {}: {}", self.name_of(bad.file.as_deref()), bad.line, bad.reason))
    }

    /// The name of a file of the log for messages, or of the log itself if `file` is `None`.
    pub(crate) fn name_of(&self, file: Option<&str>) -> String {
        match file {
            Some(file) => format!("{} in {}", cxvars_core::base::display::escape(file), self.name),
            None => self.name.clone(),
        }
    }

    /// Returns the readable records, in the order in which they were written. Warns on stderr how many lines are not records.
    pub(crate) fn records(&self, terminal: Terminal) -> Vec<Record> {
        let mut skipped = 0;
        let files = self.files.files.iter().map(|file| {
            let mut scan = audit::scan(&file.bytes);
            let records: Vec<Record> = scan.by_ref().collect();
            skipped += scan.skipped();
            records
        });
        let files: Vec<Vec<Record>> = files.collect();
        if skipped > 0 {
            terminal.warn(&format!(
                "warning: {} has lines that are not records ({skipped}); they were skipped; see `cxvars audit verify`",
                self.name
            ));
        }
        match self.files.layout {
            Layout::Chain => files.into_iter().flatten().collect(),
            Layout::Segments => merged(files),
        }
    }
}
