//! A line on the terminal that says how far a long run has come.

use std::time::{Duration, Instant};

use crate::cli::terminal::Terminal;

/// Shorter runs show nothing.
const QUIET_FOR: Duration = Duration::from_secs(1);
const BETWEEN: Duration = Duration::from_millis(100);

/// A counter that rewrites its line. Dropping it erases the line.
pub(super) struct Progress {
    terminal: Terminal,
    total: usize,
    next: Option<Instant>,
    shown: bool,
}

impl Progress {
    pub(super) fn new(terminal: Terminal, total: usize) -> Self {
        let next = terminal.shows_progress().then(|| Instant::now() + QUIET_FOR);
        Self { terminal, total, next, shown: false }
    }

    pub(super) fn tick(&mut self, done: usize) {
        let Some(next) = self.next else { return };
        let now = Instant::now();
        if now >= next {
            self.terminal.rewrite_line(&format!("checked {done} of {} files", self.total));
            self.next = Some(now + BETWEEN);
            self.shown = true;
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.shown {
            self.terminal.rewrite_line("");
        }
    }
}
