//! What a person or a pipe sees: results on stdout, everything else on stderr, colour where it is wanted.

use std::io::{self, IsTerminal, Write};

use thiserror::Error;

/// Why a result could not be printed. Exit code 3.
#[derive(Debug, Error)]
pub enum OutputError {
    /// Standard output takes nothing more.
    #[error("cannot write to standard output: {0}")]
    Stdout(#[source] io::Error),
    /// The report cannot be written as JSON.
    #[error("report: {0}")]
    Json(#[from] serde_json::Error),
}

/// The two streams and how to use them.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Whether results are coloured.
    pub color: bool,
    quiet: bool,
    results_to_stderr: bool,
}

impl Terminal {
    /// The streams of this process; `quiet` leaves out notes.
    pub fn new(color: bool, quiet: bool) -> Self {
        Self { color, quiet, results_to_stderr: false }
    }

    /// The same with results on stderr, where stdout belongs to something else.
    pub fn results_to_stderr(self) -> Self {
        Self { results_to_stderr: true, ..self }
    }

    /// Prints a result.
    ///
    /// # Errors
    /// When stdout cannot be written. A reader that went away (`| head`) is no error.
    pub fn result(&self, text: &str) -> Result<(), OutputError> {
        let (mut stdout, mut stderr) = (io::stdout(), io::stderr());
        let out: &mut dyn Write = if self.results_to_stderr { &mut stderr } else { &mut stdout };
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
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

    /// Says something on stderr that the user should see even with `-q`.
    pub fn warn(&self, message: &str) {
        // There is nobody left to tell where stderr is gone.
        let _ = writeln!(io::stderr(), "{message}");
    }

    /// Says something on stderr, unless `-q`.
    pub fn note(&self, message: &str) {
        if !self.quiet {
            self.warn(message);
        }
    }

    /// Whether somebody watches how far a run has come.
    pub fn shows_progress(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// Puts a text in place of the line that the cursor of stderr stands on.
    pub fn rewrite_line(&self, text: &str) {
        let _ = write!(io::stderr(), "\r\u{1b}[K{text}").and_then(|()| io::stderr().flush());
    }

    /// Whether a person can be asked.
    pub fn can_ask(&self) -> bool {
        io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Asks a question that only `yes` (or `y`) answers with yes.
    pub fn ask(&self, question: &str) -> bool {
        let mut answer = String::new();
        let _ = write!(io::stderr(), "{question} [y/N] ").and_then(|()| io::stderr().flush());
        io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim().to_lowercase().as_str(), "y" | "yes")
    }
}
