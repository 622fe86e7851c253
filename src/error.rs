//! The one fatal error: what was being done, to which path, why it failed, what to do, and the exit code.
//!
//! What happens to a single item is never an `Error`; it is an outcome in the manifest.

use std::io;
use std::path::{Path, PathBuf};

/// A failure that ends the run. Messages are lower-case facts without a period and never quote file content.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// An option whose value makes no sense.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to type instead.
        hint: String,
    },
    /// A definition or rule file that does not load.
    #[error("{file}:{line}: {message}")]
    Definition {
        /// The file, as the user knows it.
        file: String,
        /// Line, counted from 1.
        line: usize,
        /// The field and what is wrong with it.
        message: String,
        /// What would be right.
        hint: String,
    },
    /// The bundle cannot be written.
    #[error("cannot {operation} {}", path.display())]
    Output {
        /// The operation, as a verb.
        operation: &'static str,
        /// The path it was tried on.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A bundle, a root or a file given on the command line cannot be read.
    #[error("cannot {operation} {}", path.display())]
    Input {
        /// The operation, as a verb.
        operation: &'static str,
        /// The path it was tried on.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// The finished bundle still held a secret and was not published.
    #[error("the finished bundle still held a secret in {}, and was not published", entries.join(", "))]
    Leak {
        /// Names of the entries, never their content.
        entries: Vec<String>,
    },
    /// The finished bundle did not read back as it was written, and was not published.
    #[error("the finished bundle does not read back as it was written: {0}")]
    ReadBack(String),
    /// The user stopped the run before a bundle could be finished.
    #[error("interrupted, nothing was written")]
    Interrupted,
}

impl Error {
    /// An output error with its context.
    pub fn output(operation: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Output { operation, path: path.to_owned(), source }
    }

    /// An input error with its context.
    pub fn input(operation: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Input { operation, path: path.to_owned(), source }
    }

    /// A usage error with what to type instead.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), hint: hint.into() }
    }

    /// What the user can do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Usage { hint, .. } | Self::Definition { hint, .. } => Some(hint.clone()),
            Self::Output { source, .. } => Some(output_hint(source)),
            Self::Leak { .. } => Some(
                "leave them out with --exclude, and report this to the maintainers; no data left this host"
                    .into(),
            ),
            Self::ReadBack(_) => {
                Some("check the disk, then run again, or choose another place with --output".into())
            }
            Self::Input { .. } | Self::Interrupted => None,
        }
    }
}

fn output_hint(source: &io::Error) -> String {
    match source.kind() {
        io::ErrorKind::AlreadyExists => {
            "an existing file is never overwritten; name another with --output".into()
        }
        io::ErrorKind::StorageFull => {
            "free some space, choose another disk with --output DIR, or take less with --max-bundle 25MB"
                .into()
        }
        io::ErrorKind::FileTooLarge => "give a somewhat different --max-bundle".into(),
        _ => "choose a folder that you may write to with --output DIR".into(),
    }
}

/// The reason of an I/O error in plain words, the same on every platform where one word fits.
pub fn io_reason(error: &io::Error) -> String {
    let word = match error.kind() {
        io::ErrorKind::NotFound => "it is not there any more",
        io::ErrorKind::PermissionDenied => "this account may not read it",
        io::ErrorKind::TimedOut => "no answer in time",
        _ => return error.to_string(),
    };
    word.to_owned()
}
