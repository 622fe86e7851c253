//! How long a run and each of its items may take. What was read by then is kept, and the rest is told.

use std::io::{self, Read, Seek, SeekFrom};
use std::time::Duration;

use crate::host::{Clock, Mark};

/// What stands in the manifest for items that were not reached.
pub(super) const REACHED: &str = "the time that the run may take was over";

/// The time that a run may take, and each item. It is real time, also for a host whose clock stands still.
pub struct Deadline {
    clock: Clock,
    start: Mark,
    run: Option<Duration>,
    item: Option<Duration>,
}

impl Deadline {
    /// Both count from now on.
    pub fn new(run: Option<Duration>, item: Option<Duration>) -> Self {
        let clock = Clock::live();
        Self { start: clock.mark(), clock, run, item }
    }

    /// Whether the time of the run is over.
    pub(super) fn is_over(&self) -> bool {
        self.run.is_some_and(|run| self.clock.since(self.start) >= run)
    }

    /// The time that an item which begins now may take at most.
    pub(super) fn left(&self) -> Option<Duration> {
        let run = self.run.map(|run| run.saturating_sub(self.clock.since(self.start)));
        [run, self.item].into_iter().flatten().min()
    }

    /// A reader that ends with an error once the time of the item, which begins now, or of the run is over.
    pub(super) fn watch<R>(&self, source: R) -> Watched<'_, R> {
        Watched { source, clock: &self.clock, start: self.clock.mark(), left: self.left() }
    }
}

/// No limit.
impl Default for Deadline {
    fn default() -> Self {
        Self::new(None, None)
    }
}

/// A source that is watched.
pub(super) struct Watched<'a, R> {
    source: R,
    clock: &'a Clock,
    start: Mark,
    left: Option<Duration>,
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left.is_some_and(|left| self.clock.since(self.start) >= left) {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "the time limit was reached"));
        }
        self.source.read(buffer)
    }
}

impl<R: Seek> Seek for Watched<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.source.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_read_in_time_is_kept() {
        let none = Deadline::default();
        assert!(!none.is_over() && none.left().is_none());
        assert_eq!(io::read_to_string(none.watch(&b"abc"[..])).expect("in time"), "abc");
        let over = Deadline::new(Some(Duration::ZERO), None);
        assert!(over.is_over());
        let error = io::read_to_string(over.watch(&b"abc"[..])).expect_err("over");
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        let item = Deadline::new(Some(Duration::from_hours(1)), Some(Duration::ZERO));
        assert!(!item.is_over() && item.watch(&b"abc"[..]).read(&mut [0; 3]).is_err());
    }
}
