//! What became of an item. Data only.

use serde::{Deserialize, Serialize};

use super::Entry;

/// What became of one planned item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Taken whole.
    Collected,
    /// Taken in part, within a limit or up to an error; `reason` and `cut` say which.
    Truncated,
    /// There, with nothing in it.
    Empty,
    /// Not there; on many hosts this is normal.
    Missing,
    /// There, but this account may not read it.
    Denied,
    /// Did not answer in time.
    TimedOut,
    /// Left out on purpose: a limit, a link, a device, the never list.
    Skipped,
    /// Read, but not passed on, since it could not be redacted with certainty.
    Withheld,
    /// Failed otherwise.
    Failed,
}

impl Outcome {
    /// The word used in JSON and in tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Collected => "collected",
            Self::Truncated => "truncated",
            Self::Empty => "empty",
            Self::Missing => "missing",
            Self::Denied => "denied",
            Self::TimedOut => "timed_out",
            Self::Skipped => "skipped",
            Self::Withheld => "withheld",
            Self::Failed => "failed",
        }
    }

    /// Whether the zip holds a file for it (possibly a stub).
    pub fn is_stored(self) -> bool {
        matches!(self, Self::Collected | Self::Truncated | Self::Empty | Self::Withheld)
    }
}

impl Entry {
    /// Whether it makes the bundle partial: it failed, was withheld, or was cut by an error. A limit, a missing path and a link are no
    /// gaps.
    pub fn is_gap(&self) -> bool {
        match self.outcome {
            Outcome::Denied | Outcome::TimedOut | Outcome::Withheld | Outcome::Failed => true,
            Outcome::Truncated => self.cut.is_none(),
            Outcome::Collected | Outcome::Empty | Outcome::Missing | Outcome::Skipped => false,
        }
    }
}
