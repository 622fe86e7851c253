//! Writes a finished bundle once more, with some entries cleared again, side by side. All others are taken over as they are packed; the
//! check that follows compares them with their digests.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use super::check::{AHEAD, AHEAD_BYTES, SMALL, SMALL_PACKED, each_record, read_back, read_packed};
use super::container::{Record, Span};
use super::reader::Content;
use super::{
    Added, BAG_INFO, BAGIT, Contents, MANIFEST, PACKED_CHECKS, PAYLOAD_DIGESTS, TAG_DIGESTS, TICKET,
};
use super::{Compression, End, Packing, Ready, Stored, Target, Writer};
use crate::Error;
use crate::plan::EntryName;
use crate::pool::InOrder;
use crate::redact::{Hint, Redaction};

#[cfg(test)]
mod tests;

/// Files that finishing a bundle writes anew.
const MADE_ANEW: [&str; 7] = [TICKET, MANIFEST, BAGIT, BAG_INFO, PAYLOAD_DIGESTS, PACKED_CHECKS, TAG_DIGESTS];

/// What changes in the second bundle.
pub struct Again<'a> {
    /// Entries that are cleared again.
    pub contents: &'a BTreeSet<EntryName>,
    /// Entries that get another name.
    pub names: &'a BTreeMap<EntryName, EntryName>,
    /// Clears them.
    pub redaction: &'a Arc<Redaction>,
    /// How entries are packed, and by how many threads.
    pub packing: &'a Packing,
}

/// The writer of the second bundle, and the entries that were cleared again.
pub type Rewritten<W> = (Writer<W>, Vec<(EntryName, Added)>);

/// Copies a bundle to a fresh output. Gives the writer, ready to be finished with a corrected manifest, and what became of
/// the entries that were cleared again.
pub fn rewrite<W: Target>(
    mut source: impl Read + Seek,
    contents: &Contents,
    out: W,
    again: &Again<'_>,
) -> Result<Rewritten<W>, Error> {
    let writer = Writer::start(out, &contents.top, contents.started, again.packing.clone());
    let mut second = Second { again, writer, ahead: InOrder::default(), changed: Vec::new() };
    each_record(&mut source, contents, &mut |stored, place, source| {
        if MADE_ANEW.contains(&stored.name.as_str()) { Ok(()) } else { second.take(stored, place, *source) }
    })?;
    second.drain()?;
    Ok((second.writer, second.changed))
}

/// The second bundle in the making.
struct Second<'a, W: Target> {
    again: &'a Again<'a>,
    writer: Writer<W>,
    ahead: InOrder<Entry>,
    changed: Vec<(EntryName, Added)>,
}

/// An entry that only has to be written.
struct Entry {
    stored: Stored,
    record: Record,
    content: Result<Held, Error>,
}

/// What it holds.
enum Held {
    /// What it held before, packed.
    Same(Vec<u8>),
    /// What it holds now.
    Cleared(Ready),
}

impl<W: Target> Second<'_, W> {
    fn take(
        &mut self,
        stored: Stored,
        (record, span): (Record, Span),
        source: &mut (impl Read + Seek),
    ) -> Result<(), Error> {
        let is_cleared = self.again.contents.contains(&stored.name);
        if span.packed > SMALL_PACKED || record.bytes > SMALL {
            self.drain()?;
            return if is_cleared {
                self.clear(&stored, (&record, span), source)
            } else {
                self.copy(&stored, (record, span), source)
            };
        }
        let packed = read_packed(source, span).map_err(|error| read_back(&error))?;
        let (redaction, compression) = (Arc::clone(self.again.redaction), self.again.packing.compression);
        let pool = self.again.packing.pool.as_ref().filter(|_| is_cleared);
        self.ahead.give(pool, span.packed, move || {
            let content = if is_cleared {
                ready(&redaction, compression, (&stored, &record), packed).map(Held::Cleared)
            } else {
                Ok(Held::Same(packed))
            };
            Entry { stored, record, content }
        });
        let threads = self.again.packing.pool.as_ref().map_or(0, |pool| pool.threads());
        while let Some(entry) = self.ahead.take_over(threads * AHEAD, threads as u64 * AHEAD_BYTES) {
            self.put(entry)?;
        }
        Ok(())
    }

    fn drain(&mut self) -> Result<(), Error> {
        while let Some(entry) = self.ahead.take() {
            self.put(entry)?;
        }
        Ok(())
    }

    fn put(&mut self, entry: Entry) -> Result<(), Error> {
        let Entry { stored, record, content } = entry;
        match content? {
            Held::Same(packed) => {
                let name = self.name(&stored);
                self.writer.take_over((&stored, &name), record, &mut packed.as_slice())
            }
            Held::Cleared(ready) => {
                let added = self.writer.put(&self.name(&stored), ready, record.modified())?;
                self.note(stored.name, added)
            }
        }
    }

    /// A large entry as it is.
    fn copy(
        &mut self,
        stored: &Stored,
        (record, span): (Record, Span),
        source: &mut (impl Read + Seek),
    ) -> Result<(), Error> {
        source.seek(SeekFrom::Start(span.start)).map_err(|error| read_back(&error))?;
        let name = self.name(stored);
        self.writer.take_over((stored, &name), record, source)
    }

    /// A large entry, cleared again by all threads.
    fn clear(
        &mut self,
        stored: &Stored,
        (record, span): (&Record, Span),
        source: &mut (impl Read + Seek),
    ) -> Result<(), Error> {
        let content = Content::open(source, record, span).map_err(|error| read_back(&error))?;
        let hint = Hint { pool: self.again.packing.pool.clone(), ..hint(&stored.name) };
        let mut cleared = self.again.redaction.clear(content, &hint);
        let added = self.writer.add(&self.name(stored), &mut cleared, record.modified())?;
        self.note(stored.name.clone(), added)
    }

    fn note(&mut self, name: EntryName, added: Added) -> Result<(), Error> {
        // It was read and cleared before, so anything but its whole is damage that came since.
        if !matches!(added.end, End::Whole) {
            return Err(Error::ReadBack(format!("{name} could not be cleared again")));
        }
        self.changed.push((name, added));
        Ok(())
    }

    fn name(&self, stored: &Stored) -> EntryName {
        self.again.names.get(&stored.name).unwrap_or(&stored.name).clone()
    }
}

fn hint(name: &EntryName) -> Hint {
    Hint { name: name.file_name().to_owned(), is_second: true, ..Hint::default() }
}

fn ready(
    redaction: &Redaction,
    compression: Compression,
    (stored, record): (&Stored, &Record),
    packed: Vec<u8>,
) -> Result<Ready, Error> {
    let span = Span { start: 0, packed: packed.len() as u64 };
    let mut source = Cursor::new(packed);
    let content = Content::open(&mut source, record, span).map_err(|error| read_back(&error))?;
    Ok(Ready::of(&mut redaction.clear(content, &hint(&stored.name)), compression))
}
