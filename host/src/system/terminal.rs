//! Output: results on stdout, everything else on stderr, with colour if it is wanted.

use std::io::{self, BufWriter, IsTerminal, Write};

use thiserror::Error;

use super::environment::{self, Lookup};
use super::progress;

/// Why a result could not be printed. Exit code 3.
#[derive(Debug, Error)]
pub enum OutputError {
    /// Standard output cannot be written.
    #[error("cannot write to standard output: {0}")]
    Stdout(#[source] io::Error),
    /// The report cannot be written as JSON.
    #[error("report: {0}")]
    Json(#[from] serde_json::Error),
}

/// How a part of a text looks where colour is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// What was done, or is new: green.
    Good,
    /// What failed, or is lost: bold red.
    Bad,
    /// What needs a look: yellow.
    Caution,
    /// What stays as it is: dim.
    Quiet,
    /// A heading: bold.
    Strong,
}

impl Style {
    /// The text in this style if `color` is set, else as it is.
    pub fn paint(self, text: &str, color: bool) -> String {
        let code = match self {
            Self::Good => "32",
            Self::Bad => "1;31",
            Self::Caution => "33",
            Self::Quiet => "2",
            Self::Strong => "1",
        };
        if color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// A wait that is shown to the user.
#[derive(Debug)]
pub struct ShownWait {
    terminal: Option<Terminal>,
}

impl Drop for ShownWait {
    fn drop(&mut self) {
        if let Some(terminal) = self.terminal.filter(Terminal::shows_progress) {
            terminal.rewrite_line("");
        }
    }
}

/// The output streams and how to use them.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Whether results are coloured.
    pub color: bool,
    /// Whether messages on stderr are coloured.
    pub message_color: bool,
    quiet: bool,
    /// Whether the terminal, if there is one, can rewrite a line.
    can_rewrite: bool,
    results_to_stderr: bool,
    shows_waits: bool,
}

impl Terminal {
    /// Creates it for the streams of this process. `color` is for results, `message_color` for stderr. `quiet`
    /// suppresses notes. A terminal that `env` calls dumb cannot rewrite a line.
    pub fn new(color: bool, message_color: bool, quiet: bool, env: Lookup<'_>) -> Self {
        let can_rewrite = environment::read(env, "TERM").is_none_or(|term| term != "dumb");
        Self { color, message_color, quiet, can_rewrite, results_to_stderr: false, shows_waits: true }
    }

    /// Sends results to stderr, for runs whose stdout has another use.
    pub fn results_to_stderr(self) -> Self {
        Self { results_to_stderr: true, color: self.message_color, ..self }
    }

    /// Does not show waits, for work that goes on beside others.
    pub fn without_waits(self) -> Self {
        Self { shows_waits: false, ..self }
    }

    /// Prints a result.
    ///
    /// # Errors
    /// If stdout cannot be written. A reader that closed the pipe (`| head`) is not an error.
    pub fn result(&self, text: &str) -> Result<(), OutputError> {
        self.write(|out| out.write_all(text.as_bytes()))
    }

    /// Prints the result that `write` writes.
    fn write(&self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), OutputError> {
        let (mut stdout, mut stderr) = (io::stdout(), io::stderr());
        let out: &mut dyn Write = if self.results_to_stderr { &mut stderr } else { &mut stdout };
        match progress::aside(|| write(out).and_then(|()| out.flush())) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(OutputError::Stdout(error)),
            _ => Ok(()),
        }
    }

    /// Prints a result as JSON.
    ///
    /// # Errors
    /// As [`Terminal::result`].
    pub fn json(&self, report: &impl serde::Serialize) -> Result<(), OutputError> {
        self.result(&(serde_json::to_string_pretty(report)? + "\n"))
    }

    /// Prints a result as [`Terminal::json`] does, without holding the whole text in memory.
    ///
    /// # Errors
    /// As [`Terminal::result`].
    pub fn long_json(&self, report: &impl serde::Serialize) -> Result<(), OutputError> {
        self.write(|out| {
            let mut out = BufWriter::new(out);
            serde_json::to_writer_pretty(&mut out, report)?;
            out.write_all(b"\n").and_then(|()| out.flush())
        })
    }

    /// Prints a result as JSON on one line.
    ///
    /// # Errors
    /// As [`Terminal::result`].
    pub fn json_line(&self, report: &impl serde::Serialize) -> Result<(), OutputError> {
        self.result(&(serde_json::to_string(report)? + "\n"))
    }

    /// Prints a message on stderr, even with `-q`.
    pub fn warn(&self, message: &str) {
        let (style, label) = match message.split_once(": ") {
            Some(("error", _)) => (Style::Bad, "error:"),
            Some(("warning", _)) => (Style::Caution, "warning:"),
            Some(("note", _)) => (Style::Strong, "note:"),
            _ => (Style::Strong, ""),
        };
        let painted = if label.is_empty() { String::new() } else { style.paint(label, self.message_color) };
        progress::aside(|| {
            if self.shows_progress() {
                self.rewrite_line("");
            }
            // If stderr cannot be written, there is no other place to report that.
            let _ = writeln!(io::stderr(), "{painted}{}", &message[label.len()..]);
        });
    }

    /// Prints a message on stderr, unless `-q` was given.
    pub fn note(&self, message: &str) {
        if !self.quiet {
            self.warn(message);
        }
    }

    /// Whether to show progress: stderr is a terminal that can rewrite a line, and `-q` was not given.
    pub fn shows_progress(&self) -> bool {
        !self.quiet && self.can_rewrite && io::stderr().is_terminal()
    }

    /// Replaces the terminal's current line on stderr. What is wider than the terminal is cut off, because only one row
    /// can be replaced.
    pub fn rewrite_line(&self, text: &str) {
        let line = if text.is_empty() { String::new() } else { format!("\u{1b}[?7l{text}\u{1b}[?7h") };
        let _ = write!(io::stderr(), "\r\u{1b}[K{line}").and_then(|()| io::stderr().flush());
    }

    /// Shows a wait: where progress is shown, in the current line and until the result is dropped; else as a note.
    #[must_use = "the wait is shown until this is dropped"]
    pub fn wait(self, announcement: &str) -> ShownWait {
        match self.shows_progress() {
            _ if !self.shows_waits => return ShownWait { terminal: None },
            true => self.rewrite_line(announcement),
            false => self.note(announcement),
        }
        ShownWait { terminal: Some(self) }
    }

    /// Whether a person can be asked: stdin and stderr are terminals.
    pub fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks a question on stderr. Returns true only if the answer is `yes` or `y`.
    pub fn ask(&self, question: &str) -> bool {
        let mut answer = String::new();
        let _ = write!(io::stderr(), "{question} [y/N] ").and_then(|()| io::stderr().flush());
        io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
    }
}
