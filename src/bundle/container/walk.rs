//! Goes through a zip that this program wrote, record by record, in constant memory. The first byte that is not as it was
//! written is an error.

use std::io::{self, Read, Seek, SeekFrom};

use super::header::Record;
use super::layout::{Span, difference};
use super::{Ending, invalid, locate};

/// Room for one record; a bundle's own names are shorter than half of it.
const WINDOW: u64 = 1024;

/// A walk through the directory and the entries it names, which must lie in its order without a gap.
pub(in crate::bundle) struct Walk<R> {
    source: R,
    /// Where the next record is.
    at: u64,
    /// Where the directory ends.
    end: u64,
    /// Where it starts.
    start: u64,
    /// Where the next entry must start.
    expected: u64,
    /// Records still to come.
    left: u64,
}

impl<R: Read + Seek> Walk<R> {
    pub(in crate::bundle) fn new(mut source: R) -> io::Result<Self> {
        let ending = Ending::find(&mut source)?;
        if let Some(detail) = ending.oddities.first() {
            return Err(invalid(detail.as_str()));
        }
        let (start, base) = locate(&mut source, &ending)?;
        if base != 0 || ending.position - start != ending.size || start != ending.offset {
            return Err(invalid("its directory is not where its end says"));
        }
        let end = ending.position;
        Ok(Self { source, at: start, end, start, expected: 0, left: ending.count })
    }

    /// The next entry: what the directory says of it and where its content lies.
    pub(in crate::bundle) fn advance(&mut self) -> io::Result<Option<(Record, Span)>> {
        if self.at == self.end {
            let is_whole = self.left == 0 && self.expected == self.start;
            return if is_whole { Ok(None) } else { Err(invalid("its directory does not fit its entries")) };
        }
        let room = WINDOW.min(self.end - self.at);
        let mut window = Vec::new();
        self.source.seek(SeekFrom::Start(self.at))?;
        self.source.by_ref().take(room).read_to_end(&mut window)?;
        let mut rest = window.as_slice();
        let record = Record::read(&mut rest)?;
        self.at += (window.len() - rest.len()) as u64;
        self.left = self.left.checked_sub(1).ok_or_else(|| invalid("its directory has too many records"))?;
        let odd = |what: &str| invalid(format!("{}: {what}", record.name.escape_debug()));
        if let Some(field) = record.odd {
            return Err(odd(field));
        }
        let header = record.local_header();
        if record.offset != self.expected {
            return Err(odd("it does not follow the entry before it"));
        }
        if let Some(detail) = difference(&mut self.source, record.offset, &header)? {
            return Err(odd(&detail));
        }
        let span = Span { start: record.offset + header.len() as u64, packed: record.packed };
        self.expected = span.start.saturating_add(span.packed);
        Ok(Some((record, span)))
    }

    /// What is read.
    pub(in crate::bundle) fn source(&mut self) -> &mut R {
        &mut self.source
    }
}
