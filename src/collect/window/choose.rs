//! Which part of a log belongs to a window of time.
//!
//! It goes from the first record of the window to the last one, with all between, whatever their times. Before it comes one
//! record more, if that was written before the window: it may still be running, or be the last words before a silence. All
//! records are whole, with the lines that continue them.

use std::io;

use super::index::{self, Block, Tuning};
use super::walk::{At, Walk};
use crate::logline::{Moment, Stamps, Text};

/// The lines of one file, and the window.
pub(super) struct Search<'a, S> {
    pub(super) source: &'a mut S,
    pub(super) text: Text,
    pub(super) stamps: &'a Stamps,
    /// First and last microsecond of the window.
    pub(super) window: (i64, i64),
    pub(super) tuning: Tuning,
}

/// What of a file belongs to a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chosen {
    /// The file has no records.
    NoRecords,
    /// All records are later.
    Nothing,
    /// This part of it.
    Part(Part),
}

/// A part of a file that begins and ends with a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// Where the first record of the file begins; what stands before is no record.
    pub(super) records: u64,
    /// Where the part begins.
    pub(super) from: u64,
    /// Where it ends.
    pub(super) to: u64,
    /// Time of its first record.
    pub(super) first: Moment,
    /// Time of its last record.
    pub(super) last: Moment,
}

/// A record: its offset and its time.
type Record = (u64, Moment);

impl<S: At> Search<'_, S> {
    /// Looks for the window.
    pub(super) fn choose(&mut self) -> io::Result<Chosen> {
        let blocks = index::blocks(self.source, (self.text, self.stamps), self.window, &self.tuning)?;
        let Some(records) = blocks.first().map(|block| block.from) else { return Ok(Chosen::NoRecords) };
        let Some((before, first)) = self.first(&blocks)? else {
            let running = self.last(&blocks, |moment, (since, _)| moment.late < since)?;
            return Ok(running.map_or(Chosen::Nothing, |((from, time), to)| {
                Chosen::Part(Part { records, from, to, first: time, last: time })
            }));
        };
        let start = before.filter(|(_, moment)| moment.late < self.window.0).unwrap_or(first);
        let (last, to) = self
            .last(&blocks, is_inside)?
            .expect("there is a first record of the window, so there is a last one");
        Ok(Chosen::Part(Part { records, from: start.0, to, first: start.1, last: last.1 }))
    }

    /// The first record of the window, and the one before it.
    fn first(&mut self, blocks: &[Block]) -> io::Result<Option<(Option<Record>, Record)>> {
        for (number, block) in blocks.iter().enumerate().filter(|(_, block)| block.is_candidate) {
            let window = self.window;
            let mut before = None;
            let mut found = None;
            self.each(block, |record| {
                if is_inside(record.1, window) {
                    found = Some(record);
                } else {
                    before = Some(record);
                }
                found.is_none()
            })?;
            if let Some(found) = found {
                if before.is_none() && number > 0 {
                    self.each(&blocks[number - 1], |record| {
                        before = Some(record);
                        true
                    })?;
                }
                return Ok(Some((before, found)));
            }
        }
        Ok(None)
    }

    /// The last record that is wanted, and where it ends.
    fn last(
        &mut self,
        blocks: &[Block],
        is_wanted: impl Fn(Moment, (i64, i64)) -> bool,
    ) -> io::Result<Option<(Record, u64)>> {
        let window = self.window;
        for block in blocks.iter().rev().filter(|block| block.is_candidate) {
            let mut found: Option<(Record, u64)> = None;
            let mut is_open = false;
            self.each(block, |record| {
                if let Some((_, end)) = found.as_mut().filter(|_| is_open) {
                    *end = record.0;
                }
                is_open = is_wanted(record.1, window);
                if is_open {
                    found = Some((record, block.to));
                }
                true
            })?;
            if found.is_some() {
                return Ok(found);
            }
        }
        Ok(None)
    }

    /// Shows the records of a block until enough was seen.
    fn each(&mut self, block: &Block, mut see: impl FnMut(Record) -> bool) -> io::Result<()> {
        let mut walk = Walk::new(self.source, self.text, block.from, self.tuning.piece);
        while let Some(record) = walk.record(self.stamps, block.to)? {
            if !see(record) {
                break;
            }
        }
        Ok(())
    }

    /// The newest records of a part, at most so many bytes; of a record that is longer, its last lines.
    pub(super) fn newest(&mut self, part: Part, bytes: u64) -> io::Result<(u64, Option<Moment>)> {
        let from = part.to.saturating_sub(bytes).max(part.from);
        let piece = self.tuning.piece;
        if let Some((at, moment)) =
            Walk::new(self.source, self.text, from, piece).record(self.stamps, part.to)?
        {
            return Ok((at, Some(moment)));
        }
        let line = Walk::new(self.source, self.text, from, piece).line()?;
        let unit = self.text.unit() as u64;
        Ok((line.filter(|at| *at < part.to).unwrap_or(from.next_multiple_of(unit)), None))
    }
}

/// Whether a record may have been written in the window.
fn is_inside(moment: Moment, (since, until): (i64, i64)) -> bool {
    moment.late >= since && moment.early <= until
}
