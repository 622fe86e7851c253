//! The plan's data: one item per source and entry.

use chrono::{DateTime, Utc};

use super::EntryName;
use crate::host::{FactKind, HostCommand, HostPath, Stat};
use crate::manifest::Outcome;

/// Everything that a run will take, in the order of the bundle.
#[derive(Debug, Default)]
pub struct Plan {
    /// The items; a miss is an item whose outcome is already known.
    pub items: Vec<PlanItem>,
}

/// Where an entry comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Source {
    /// A file.
    File(HostPath),
    /// A program's output.
    Command(HostCommand),
    /// A document of facts.
    Facts(FactKind),
    /// Events of one channel.
    Events(String),
    /// Nothing that could be opened: a pattern without a match, a path that is refused.
    Nothing(String),
}

/// How much of a file is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// All of it.
    Whole,
    /// The first line and the newest part, together at most so many bytes.
    Bytes(u64),
}

/// One source, one entry.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanItem {
    /// Where it comes from.
    pub source: Source,
    /// Its name in the bundle.
    pub name: EntryName,
    /// Category.
    pub category: String,
    /// `definition/item` that asks for it.
    pub origin: String,
    /// Why it is taken, in words for people.
    pub reason: String,
    /// Redaction rules besides the common ones.
    pub rules: Vec<String>,
    /// How much is taken.
    pub limit: Limit,
    /// What listing told of a file.
    pub stat: Option<Stat>,
    /// An outcome that is known already: missing, denied, skipped.
    pub known: Option<(Outcome, String)>,
}

/// A window of time; either end may be open.
pub type Window = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);
