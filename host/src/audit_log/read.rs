//! Reading a whole log, for the commands that evaluate it.

use std::path::Path;

use cxvars_core::audit::{self, Layout, Record, Tip, Verification};

use super::error::AuditError;
use super::files::{self, LogFiles};
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

    /// Verifies the whole log, also against the signed heads of a checkpoint.
    pub(crate) fn verify(&self, signed: &[Tip]) -> Verification {
        self.files.verify(signed)
    }

    /// The name of a file of the log for messages, or of the log itself if `file` is `None`.
    pub(crate) fn name_of(&self, file: Option<&str>) -> String {
        match file {
            Some(file) => format!("{} in {}", cxvars_core::base::display::escape(file), self.name),
            None => self.name.clone(),
        }
    }

    /// Returns the readable records. Warns on stderr how many lines are not records.
    pub(crate) fn records(&self, terminal: Terminal) -> Vec<Record> {
        let (mut records, mut skipped) = (Vec::new(), 0);
        for file in &self.files.files {
            let mut scan = audit::scan(&file.bytes);
            records.extend(scan.by_ref());
            skipped += scan.skipped();
        }
        if skipped > 0 {
            terminal.warn(&format!(
                "warning: {} has lines that are not records ({skipped}); they were skipped; see `cxvars audit verify`",
                self.name
            ));
        }
        if self.files.layout == Layout::Segments {
            // Runs at the same time write to separate segments, so their records have to be merged by time.
            records.sort_by(|a, b| a.entry().timestamp.total_cmp(&b.entry().timestamp));
        }
        records
    }
}
