//! The exit codes: a contract with scripts.

use std::process::ExitCode;

use crate::Error;

/// How a command ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exit {
    /// Nothing to report.
    Ok = 0,
    /// Ran to the end, the answer is no.
    Finding = 1,
    /// Flags.
    Usage = 2,
    /// Valid bundle with gaps.
    Partial = 3,
    /// A definition, rule or answers file does not load.
    Definition = 4,
    /// No bundle could be written; nothing is left behind.
    Output = 5,
    /// A bundle or root cannot be read.
    Input = 6,
    /// The finished bundle still held a secret, so it was not published.
    Leak = 7,
    /// Nothing was written.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

impl From<&Error> for Exit {
    fn from(error: &Error) -> Self {
        match error {
            Error::Usage { .. } => Self::Usage,
            Error::Definition { .. } => Self::Definition,
            Error::Output { .. } | Error::ReadBack(_) => Self::Output,
            Error::Input { .. } => Self::Input,
            Error::Leak { .. } => Self::Leak,
            Error::Interrupted => Self::Interrupted,
        }
    }
}
