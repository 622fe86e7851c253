//! The host's clock: the only place that asks for the time, so that tests can fix it.

use std::time::Duration;

use chrono::{DateTime, FixedOffset, LocalResult, Offset, TimeDelta, TimeZone, Utc};

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

/// The zone in which a host writes local times.
#[derive(Debug, Clone)]
pub enum Zone {
    /// Always the same offset.
    Fixed(FixedOffset),
    /// The zone of this machine, which knows summer time.
    Local,
    /// Two offsets, the second one from a time on in seconds of UTC.
    #[cfg(test)]
    Change(i64, i32, i32),
}

impl Zone {
    /// Seconds that the wall may have been ahead of UTC when it showed this time: the larger first, so the earlier of two
    /// times. They differ in the hour that comes twice, and in the one that is left out.
    pub fn offsets(&self, wall: i64) -> (i32, i32) {
        let of = |offset: FixedOffset| offset.local_minus_utc();
        match self {
            Self::Fixed(offset) => (of(*offset), of(*offset)),
            Self::Local => {
                let local = |wall: i64| {
                    let naive = DateTime::from_timestamp(wall, 0).unwrap_or_default().naive_utc();
                    chrono::Local.offset_from_local_datetime(&naive).map(|offset| of(offset.fix()))
                };
                let day = TimeDelta::days(1).num_seconds();
                let pair = match local(wall) {
                    LocalResult::Single(offset) => (offset, offset),
                    LocalResult::Ambiguous(one, other) => (one, other),
                    LocalResult::None => (
                        local(wall - day).earliest().unwrap_or_default(),
                        local(wall + day).earliest().unwrap_or_default(),
                    ),
                };
                (pair.0.max(pair.1), pair.0.min(pair.1))
            }
            #[cfg(test)]
            Self::Change(at, before, after) => {
                let is_before = wall - i64::from(*before) < *at;
                let is_after = wall - i64::from(*after) >= *at;
                match (is_before, is_after) {
                    (true, false) => (*before, *before),
                    (false, true) => (*after, *after),
                    _ => ((*before).max(*after), (*before).min(*after)),
                }
            }
        }
    }
}
