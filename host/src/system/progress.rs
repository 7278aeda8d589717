//! Lines of progress on the terminal. They are off it while anything else is printed.

use std::sync::{Mutex, PoisonError};

use indicatif::{MultiProgress, ProgressBar};

/// The lines that are on the terminal.
static SHOWN: Mutex<Option<MultiProgress>> = Mutex::new(None);

/// Lines of progress on stderr. Dropping this takes them off.
pub(crate) struct ProgressLines(MultiProgress);

impl ProgressLines {
    /// No lines yet. At most one of these is in use at a time.
    pub(crate) fn new() -> Self {
        let lines = MultiProgress::new();
        *SHOWN.lock().unwrap_or_else(PoisonError::into_inner) = Some(lines.clone());
        Self(lines)
    }

    /// Adds a line below the others.
    pub(crate) fn add(&self, line: ProgressBar) -> ProgressBar {
        self.0.add(line)
    }
}

impl Drop for ProgressLines {
    fn drop(&mut self) {
        *SHOWN.lock().unwrap_or_else(PoisonError::into_inner) = None;
        // If stderr cannot be written, there is nothing to take off it.
        let _ = self.0.clear();
    }
}

/// Prints something while no line of progress is on the terminal.
pub(super) fn aside<T>(print: impl FnOnce() -> T) -> T {
    let shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner).clone();
    match shown {
        Some(lines) => lines.suspend(print),
        None => print(),
    }
}
