//! Reading a log as a whole, for the commands that look back.

use std::path::Path;

use cxvars_core::audit::{self, Layout, Record, Tip, Verification};

use super::error::AuditError;
use super::files::{self, LogFiles};
use crate::system::terminal::Terminal;

/// A log as it was read.
pub(crate) struct Log {
    /// Its path as messages show it.
    pub(crate) name: String,
    files: LogFiles,
}

impl Log {
    /// Reads the log at this path, which messages call `name`. One that does not exist is empty: nothing was recorded yet.
    ///
    /// # Errors
    /// A log that cannot be read.
    pub(crate) fn read(path: &Path, name: String) -> Result<Self, AuditError> {
        Ok(Self { name, files: files::read(path)? })
    }

    /// Whether nothing was recorded yet, not even a file made.
    pub(crate) fn is_missing(&self) -> bool {
        self.files.files.is_empty()
    }

    /// Checks all of it, also against what a checkpoint signed.
    pub(crate) fn verify(&self, signed: &[Tip]) -> Verification {
        self.files.verify(signed)
    }

    /// The file of a log that has several, else the log.
    pub(crate) fn name_of(&self, file: Option<&str>) -> String {
        match file {
            Some(file) => format!("{} in {}", cxvars_core::base::display::escape(file), self.name),
            None => self.name.clone(),
        }
    }

    /// The records that can be read; lines that cannot are counted on stderr.
    pub(crate) fn records(&self, terminal: Terminal) -> Vec<Record> {
        let (mut records, mut skipped) = (Vec::new(), 0);
        for file in &self.files.files {
            let mut scan = audit::scan(&file.bytes);
            records.extend(scan.by_ref());
            skipped += scan.skipped();
        }
        if skipped > 0 {
            terminal.warn(&format!(
                "warning: {} has lines that are not records ({skipped}), which were passed over; see `cxvars audit verify`",
                self.name
            ));
        }
        if self.files.layout == Layout::Segments {
            // Runs at the same time have a segment each.
            records.sort_by(|a, b| a.entry().timestamp.total_cmp(&b.entry().timestamp));
        }
        records
    }
}
