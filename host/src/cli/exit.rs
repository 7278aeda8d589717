//! How a command ends: the exit codes that scripts rely on, and the error that carries one.

use std::fmt;
use std::process::ExitCode;

use cxvars_core::service::outcome::Outcome;

/// The exit codes of `cxvars`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done; nothing at or above the fail level.
    Success,
    /// Findings, an invalid document, a broken audit log, a rotation that is due.
    Findings,
    /// The command line or the configuration is wrong, or credentials are missing.
    Usage,
    /// A file could not be read or written, or something failed inside.
    Io,
    /// The service refused.
    Refused,
    /// The service or a value source stayed unavailable; known not applied.
    Unavailable,
    /// The action was changed by somebody else, is busy, or a variable is in the way.
    Conflict,
    /// The outcome is not known, or what is stored differs from what was sent.
    Unknown,
    /// Of several actions some are done and some are not.
    Partial,
    /// `plan --detailed-exitcode`: changes are pending.
    Pending,
    /// Interrupted before the PUT.
    Interrupted,
}

impl Exit {
    /// The number.
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

    /// The code of a registration that ended so.
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
    /// The command line, the configuration or the environment has to be changed.
    pub fn usage(message: impl fmt::Display) -> Self {
        Self { exit: Exit::Usage, message: message.to_string() }
    }

    /// A file could not be read or written.
    pub fn io(message: impl fmt::Display) -> Self {
        Self { exit: Exit::Io, message: message.to_string() }
    }

    /// Any other code.
    pub fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self { exit, message: message.to_string() }
    }

    /// The code to end with.
    pub fn exit(&self) -> Exit {
        self.exit
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// What a command returns.
pub type CommandResult = Result<Exit, CommandError>;
