//! What a run has to say while it works. The run never prints; whoever listens does.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::manifest::Outcome;

/// Something that happened.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// Collecting starts.
    Started {
        /// Items that will be opened.
        items: u64,
        /// Bytes they are expected to have.
        bytes: u64,
    },
    /// An item is opened.
    Item {
        /// Its source, as the host writes it; not safe to print as it is.
        source: &'a str,
    },
    /// So many more bytes of a source were read.
    Read(u64),
    /// An item is done.
    Done {
        /// What became of it.
        outcome: Outcome,
    },
    /// The finished bundle is being read back.
    Checking,
    /// All is done.
    Finished,
}

/// Listens to a run.
pub trait Reporter {
    /// Takes note of an event; must not fail and must be quick.
    fn tell(&self, event: Event<'_>);
}

/// Listens to nothing.
pub struct Silent;

impl Reporter for Silent {
    fn tell(&self, _: Event<'_>) {}
}

/// Set when the user asks the run to end early.
#[derive(Debug, Default)]
pub struct Stop(AtomicBool);

impl Stop {
    /// A stop that nobody has asked for.
    pub const fn new() -> Self {
        Self(AtomicBool::new(false))
    }

    /// Asks the run to end; gives whether it had been asked before.
    pub fn ask(&self) -> bool {
        self.0.swap(true, Ordering::SeqCst)
    }

    /// Whether the run was asked to end.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
