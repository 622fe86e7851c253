//! The host's clock: the only place that asks for the time, so that tests can fix it.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, Utc};

/// The clock of a host. A fixed clock does not move, so that two runs give the same bytes.
#[derive(Debug, Clone)]
pub struct Clock {
    fixed: Option<DateTime<FixedOffset>>,
}

/// A moment to measure from.
#[derive(Debug, Clone, Copy)]
pub struct Mark(Option<std::time::Instant>);

#[expect(clippy::disallowed_methods, reason = "the seam")]
impl Clock {
    /// The clock of this machine.
    pub fn live() -> Self {
        Self { fixed: None }
    }

    /// A clock that stands still.
    pub fn fixed(at: DateTime<FixedOffset>) -> Self {
        Self { fixed: Some(at) }
    }

    /// Now, with the host's offset from UTC.
    pub fn now(&self) -> DateTime<FixedOffset> {
        self.fixed.unwrap_or_else(|| chrono::Local::now().fixed_offset())
    }

    /// Now in UTC.
    pub fn utc(&self) -> DateTime<Utc> {
        self.now().to_utc()
    }

    /// Starts measuring.
    pub fn mark(&self) -> Mark {
        Mark(self.fixed.is_none().then(std::time::Instant::now))
    }

    /// Time since the mark; nothing on a fixed clock.
    pub fn since(&self, mark: Mark) -> Duration {
        mark.0.map_or(Duration::ZERO, |start| start.elapsed())
    }
}
