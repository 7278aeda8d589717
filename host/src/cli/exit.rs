//! How a command ends: the exit codes that scripts rely on, and the error that carries one.

use std::fmt;
use std::process::ExitCode;

use cxvars_core::base::display;
use cxvars_core::service::outcome::Outcome;
use cxvars_flow::Failure;

use crate::audit_log::writer::RecordError;
use crate::project::ProjectError;
use crate::service::{ReadError, ServiceError};
use crate::system::runtime::RuntimeError;
use crate::system::signals;
use crate::system::terminal::OutputError;

/// The exit codes of `cxvars`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Success, without findings at or above the fail level.
    Success,
    /// Findings, an invalid document, a broken audit log, a rotation that is due.
    Findings,
    /// The command line or the configuration is wrong, or credentials are missing.
    Usage,
    /// A file could not be read or written, or an internal operation failed.
    Io,
    /// The service refused the request.
    Refused,
    /// The service or a value source stayed unavailable. The update is known not to be applied.
    Unavailable,
    /// Somebody else changed the action, the action is busy, or a variable blocks the update.
    Conflict,
    /// The outcome is not known, or what is stored differs from what was sent.
    Unknown,
    /// Some of several actions are done, and some are not.
    Partial,
    /// `plan --detailed-exitcode`: changes are pending.
    Pending,
    /// Interrupted before the PUT.
    Interrupted,
}

impl Exit {
    /// The number that the process exits with.
    pub fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Io => 3,
            Self::Refused => 4,
            Self::Unavailable => 5,
            Self::Conflict => 6,
            Self::Unknown => 7,
            Self::Partial => 8,
            Self::Pending => 9,
            Self::Interrupted => 130,
        }
    }

    /// The kind of error that this is, in one word for programs. `None` for success.
    pub fn error(self) -> Option<&'static str> {
        match self {
            Self::Success => None,
            Self::Findings => Some("findings"),
            Self::Usage => Some("usage"),
            Self::Io => Some("io"),
            Self::Refused => Some("refused"),
            Self::Unavailable => Some("unavailable"),
            Self::Conflict => Some("conflict"),
            Self::Unknown => Some("unknown"),
            Self::Partial => Some("partial"),
            Self::Pending => Some("pending"),
            Self::Interrupted => Some("interrupted"),
        }
    }

    /// The code for a registration with this outcome.
    pub fn of(outcome: Outcome, interrupted: bool) -> Self {
        match outcome {
            Outcome::Applied | Outcome::Unchanged => Self::Success,
            Outcome::Invalid => Self::Findings,
            Outcome::Refused => Self::Refused,
            Outcome::Unavailable if interrupted => Self::Interrupted,
            Outcome::Unavailable => Self::Unavailable,
            Outcome::Conflict => Self::Conflict,
            Outcome::Unknown | Outcome::Mismatch => Self::Unknown,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Why a command could not do its work. The text is one line for people, and never holds a value.
#[derive(Debug)]
pub struct CommandError {
    exit: Exit,
    message: String,
}

impl CommandError {
    /// An error of the user: the command line, the configuration or the environment has to be changed.
    pub fn usage(message: impl fmt::Display) -> Self {
        Self { exit: Exit::Usage, message: message.to_string() }
    }

    /// An error of the machine: a file could not be read or written.
    pub fn io(message: impl fmt::Display) -> Self {
        Self { exit: Exit::Io, message: message.to_string() }
    }

    /// The same error, in a run over several environments.
    pub fn in_environment(self, name: &str) -> Self {
        Self { message: format!("environment {}: {}", display::quote(name), self.message), ..self }
    }

    /// An error with any exit code.
    pub fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self { exit, message: message.to_string() }
    }

    /// The same error, with the name of what it is about.
    #[must_use]
    pub fn about(self, name: &str) -> Self {
        Self { message: format!("{}: {}", display::escape(name), self.message), ..self }
    }

    /// The same error, with the exit code of an interruption if there was one: what was interrupted has failed because of
    /// that. For work before the PUT.
    #[must_use]
    pub fn or_interrupted(self) -> Self {
        if signals::came() { Self { exit: Exit::Interrupted, ..self } } else { self }
    }

    /// The exit code of the command.
    pub fn exit(&self) -> Exit {
        self.exit
    }
}

impl From<OutputError> for CommandError {
    fn from(error: OutputError) -> Self {
        Self::io(error)
    }
}

impl From<RecordError> for CommandError {
    fn from(error: RecordError) -> Self {
        Self::io(error)
    }
}

impl From<RuntimeError> for CommandError {
    fn from(error: RuntimeError) -> Self {
        Self::io(error)
    }
}

impl From<ProjectError> for CommandError {
    fn from(error: ProjectError) -> Self {
        let exit = match error {
            ProjectError::Usage(_) => Exit::Usage,
            ProjectError::Io(_) => Exit::Io,
            ProjectError::Unavailable(_) => Exit::Unavailable,
        };
        Self::new(exit, error)
    }
}

impl From<ServiceError> for CommandError {
    fn from(error: ServiceError) -> Self {
        match error {
            ServiceError::Usage(_) => Self::usage(error),
            ServiceError::Io(_) => Self::io(error),
        }
    }
}

impl From<ReadError> for CommandError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Ours(error) => error.into(),
            ReadError::Service { outcome, interrupted, failure } => {
                Self::new(Exit::of(outcome, interrupted), failure_text(&failure))
            }
        }
    }
}

/// A failure as text: what happened and, on a second line, what to do.
pub fn failure_text(failure: &Failure) -> String {
    let mut text = failure.message.clone();
    if let Some(id) = &failure.correlation_id {
        text += &format!(" (correlation id {id})");
    }
    if let Some(advice) = &failure.advice {
        text += &format!("\n  {advice}");
    }
    text
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // It may quote a file or a library that quotes one. Each name in it is escaped where it is put in, and this makes
        // sure that nothing acts on a terminal all the same.
        for (at, line) in self.message.split('\n').enumerate() {
            f.write_str(if at == 0 { "" } else { "\n" })?;
            f.write_str(&display::escape(line))?;
        }
        Ok(())
    }
}

/// What a command returns: its exit code, or why it could not do its work.
pub type CommandResult = Result<Exit, CommandError>;
