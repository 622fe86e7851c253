//! The plan's data: one item per source and entry. Kept packed, since a host may have a million files.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::EntryName;
use super::wanted::AppPart;
use crate::host::{FactKind, HostCommand, HostPath, Stat};
use crate::manifest::{Outcome, Packed, Spool};
use crate::qrs::Endpoint;

/// Everything that a run will take, in the order of the bundle.
#[derive(Debug, Default)]
pub struct Plan {
    /// The items; a miss is an item whose outcome is already known.
    pub items: Packed<PlanItem>,
    to_read: (u64, u64),
}

impl Plan {
    /// Number and bytes of the files that will be opened; a limited file counts as its limit.
    pub fn to_read(&self) -> (u64, u64) {
        self.to_read
    }

    /// The same items in another order.
    #[must_use]
    pub fn with_items(&self, items: Packed<PlanItem>) -> Self {
        Self { items, to_read: self.to_read }
    }
}

/// A plan in the making.
#[derive(Default)]
pub(super) struct Items {
    spool: Spool<PlanItem>,
    to_read: (u64, u64),
    has_logs: bool,
}

impl Items {
    pub(super) fn len(&self) -> u64 {
        self.spool.len()
    }

    pub(super) fn push(&mut self, item: &PlanItem) {
        self.has_logs |= item.category == Category::Logs && item.known.is_none();
        if item.known.is_none() {
            self.to_read.0 += 1;
            self.to_read.1 += item.expected_bytes();
        }
        self.spool.push(item);
    }

    /// Whether any log will be opened.
    pub(super) fn has_logs(&self) -> bool {
        self.has_logs
    }

    pub(super) fn finish(self) -> Plan {
        Plan { items: self.spool.finish(), to_read: self.to_read }
    }
}

/// What an entry is about; also its folder in the bundle, and the order in which entries are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Category {
    /// Facts about the host.
    Environment,
    /// Configuration.
    Config,
    /// License state.
    License,
    /// What the product says of its own state.
    State,
    /// A sample app.
    App,
    /// Logs.
    Logs,
    /// What the user named with `--add`.
    Added,
    /// What the program says of itself.
    Qdiag,
}

impl Category {
    /// The word used in definitions, in the manifest and as a folder.
    pub fn word(self) -> &'static str {
        match self {
            Self::Environment => "environment",
            Self::Config => "config",
            Self::License => "license",
            Self::State => "state",
            Self::App => "app",
            Self::Logs => "logs",
            Self::Added => "added",
            Self::Qdiag => "qdiag",
        }
    }

    /// The category of a definition's word; definitions are checked when they are loaded.
    pub fn of_definition(word: &str) -> Self {
        [Self::Environment, Self::Config, Self::License, Self::State, Self::App]
            .into_iter()
            .find(|category| category.word() == word)
            .unwrap_or(Self::Logs)
    }
}

/// Where an entry comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Source {
    /// A file.
    File(HostPath),
    /// A program's output.
    Command(Box<HostCommand>),
    /// A document of facts.
    Facts(FactKind),
    /// Events of one channel.
    Events(Box<str>),
    /// An app, or what is told of it.
    App(Box<AppPart>),
    /// A document that a service of the site is asked for.
    Qrs(Endpoint),
    /// What the program did, written at the end.
    RunLog,
    /// What the collected logs tell, written at the end.
    Analysis,
    /// Nothing that could be opened: a pattern without a match, a path that is refused.
    Nothing(Box<str>),
}

impl Source {
    /// The source as the host writes it.
    pub fn describe(&self) -> String {
        match self {
            Self::File(path) => path.to_string(),
            Self::Command(command) => format!("command: {}", command.argv.join(" ")),
            Self::Facts(kind) => format!("facts: {}", kind.word()),
            Self::Events(channel) => format!("events: {channel}"),
            Self::App(part) => part.describe(),
            Self::Qrs(endpoint) => endpoint.describe(),
            Self::RunLog => "qdiag".into(),
            Self::Analysis => "analysis of the logs".into(),
            Self::Nothing(what) => what.to_string(),
        }
    }
}

/// How much of a file is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Limit {
    /// All of it.
    Whole,
    /// The first line and the newest part, together at most so many bytes.
    Bytes(u64),
    /// Some first lines and the newest part, together at most so many bytes, since no more of it fits into the bundle.
    Fit(u64),
}

/// One source, one entry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanItem {
    /// Where it comes from.
    pub source: Source,
    /// Its name in the bundle.
    pub name: EntryName,
    /// Category.
    pub category: Category,
    /// `definition/item` that asks for it.
    pub origin: Arc<str>,
    /// Why it is taken, in words for people.
    pub reason: Arc<str>,
    /// Redaction rules besides the common ones.
    pub rules: Arc<[String]>,
    /// How much is taken.
    pub limit: Limit,
    /// What listing told of a file.
    pub stat: Option<Stat>,
    /// An outcome that is known already: missing, denied, skipped.
    pub known: Option<(Outcome, Arc<str>)>,
}

impl PlanItem {
    /// Bytes that will be read for it, as far as listing told.
    pub fn expected_bytes(&self) -> u64 {
        let bytes = self.stat.map_or(0, |stat| stat.bytes);
        match self.limit {
            Limit::Whole => bytes,
            Limit::Bytes(limit) | Limit::Fit(limit) => bytes.min(limit),
        }
    }
}
