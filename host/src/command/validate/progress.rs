//! A line on the terminal that shows the progress of a long run.

use std::time::Duration;

use crate::system::System;
use crate::system::terminal::Terminal;

/// Shorter runs show nothing.
const QUIET_FOR: Duration = Duration::from_secs(1);
const REDRAW_INTERVAL: Duration = Duration::from_millis(100);

/// A counter that rewrites its line. Dropping it erases the line.
pub(super) struct Progress {
    terminal: Terminal,
    system: &'static dyn System,
    total: usize,
    next: Option<Duration>,
    shown: bool,
}

impl Progress {
    pub(super) fn new(terminal: Terminal, system: &'static dyn System, total: usize) -> Self {
        let next = terminal.shows_progress().then(|| system.monotonic() + QUIET_FOR);
        Self { terminal, system, total, next, shown: false }
    }

    pub(super) fn tick(&mut self, done: usize) {
        let Some(next) = self.next else { return };
        let now = self.system.monotonic();
        if now >= next {
            self.terminal.rewrite_line(&format!("checked {done} of {} files", self.total));
            self.next = Some(now + REDRAW_INTERVAL);
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
