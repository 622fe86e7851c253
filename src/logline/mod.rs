//! When a line of a log was written: finds the time stamps of all formats that the products and the systems beneath them use.
//!
//! The writing and the place of a file's stamps are told once, from lines of its start, middle and end; then only those are
//! looked for. A line without a stamp belongs to the record before it. What else a line says, the formats tell, which are
//! data (`collectors/formats/`).

mod cursor;
mod detect;
mod format;
mod formats;
mod glance;
mod place;
mod record;
mod stamp;
mod wide;

use std::cell::Cell;

use chrono::{DateTime, Utc};

use crate::host::Zone;
pub use format::Format;
pub use formats::Formats;
pub use glance::Glance;
use place::Place;
pub use record::{Level, Line, Parser, Record};
use stamp::{Context, SECOND, Writing};
pub use wide::Text;

/// Longest part of a line that is looked at, in characters.
pub const REACH: usize = 320;

/// Quarters of an hour: zones change at no other times.
const QUARTER: i64 = 900 * SECOND;

/// When a record was written, in microseconds since 1970 in UTC. A local time of the hour that comes twice is either of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The earliest that it may mean.
    pub early: i64,
    /// The latest that it may mean.
    pub late: i64,
}

impl Moment {
    /// A time as a calendar has it.
    pub fn time(micros: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }
}

/// What is known of a file besides its lines.
#[derive(Debug, Clone)]
pub struct Origin {
    /// The zone of the host that wrote it.
    pub zone: Zone,
    /// When it was written last.
    pub modified: Option<DateTime<Utc>>,
}

/// The time stamps of one file.
pub struct Stamps {
    /// The commonest first.
    forms: Vec<(Place, Writing)>,
    context: Context,
    zone: Zone,
    /// The offsets of the quarter of an hour that was asked for last.
    last: Cell<(i64, (i32, i32))>,
}

impl Stamps {
    /// Tells the format of a file from some of its lines, the first line first. Nothing if too few of them have a stamp.
    pub fn of(lines: &[Vec<u8>], origin: &Origin) -> Option<Self> {
        detect::stamps(lines, origin, &[])
    }

    /// As `of`, for a file whose format is known. What the format says comes first; where the file does not fit, and for lines
    /// of another program in it, its content tells.
    pub fn of_format(format: Option<&Format>, lines: &[Vec<u8>], origin: &Origin) -> Option<Self> {
        detect::stamps(lines, origin, &format.map(|format| format.times(lines)).unwrap_or_default())
    }

    /// When the record was written that begins with this line; nothing for a line that continues one.
    pub fn moment(&self, line: &[u8]) -> Option<Moment> {
        self.forms.iter().find_map(|(place, writing)| {
            let written = writing.read(line, place.find(line)?, self.context)?;
            Some(match written.offset {
                Some(offset) => Self::at(written.wall, (offset, offset)),
                None => self.local(written.wall),
            })
        })
    }

    fn local(&self, wall: i64) -> Moment {
        let quarter = wall.div_euclid(QUARTER);
        let (known, mut offsets) = self.last.get();
        if known != quarter {
            offsets = self.zone.offsets(quarter * (QUARTER / SECOND));
            self.last.set((quarter, offsets));
        }
        Self::at(wall, offsets)
    }

    fn at(wall: i64, (larger, smaller): (i32, i32)) -> Moment {
        Moment { early: wall - i64::from(larger) * SECOND, late: wall - i64::from(smaller) * SECOND }
    }
}

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests;
