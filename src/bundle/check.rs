//! Reads a finished bundle back before it is published: the same entries, the same digests, and none of the values that were
//! masked. Changes nothing.

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use super::ahead::read_ahead;
use super::container::{Record, Span, Walk};
use super::reader::Content;
use super::{Contents, Hashing, PAYLOAD, Stored};
use crate::Error;
use crate::plan::EntryName;
use crate::pool::{InOrder, Pool};

/// Counts the values that must not be in a stream. It is given the name of an entry and its content, and threads that help if it is a
/// large one. It need not read all.
pub type Search = Arc<dyn Fn(&EntryName, &mut dyn Read, Option<&Arc<Pool>>) -> io::Result<u64> + Send + Sync>;

/// Packed bytes, and content, of an entry that a thread checks by itself.
pub(super) const SMALL_PACKED: u64 = 1 << 20;
pub(super) const SMALL: u64 = 1 << 23;

/// Entries under way, and their packed bytes, for each thread.
pub(super) const AHEAD: usize = 32;
pub(super) const AHEAD_BYTES: u64 = 1 << 21;

/// What the search found in a bundle that reads back as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Entries that hold values which must not be there, and how many.
    pub hits: Vec<(EntryName, u64)>,
}

/// Reads every entry once, in the order of the zip; small ones side by side. An entry that is missing, extra or different is an error.
pub fn check<R: Read + Seek + Send>(
    source: R,
    contents: &Contents,
    search: &Search,
    pool: Option<&Arc<Pool>>,
) -> Result<Checked, Error> {
    let mut checked = Checked::default();
    let mut ahead: InOrder<Result<(EntryName, u64), Error>> = InOrder::default();
    let threads = pool.map_or(0, |pool| pool.threads());
    each_record(source, contents, &mut |stored, (record, span), source: &mut R| {
        if span.packed > SMALL_PACKED || record.bytes > SMALL {
            // Behind the small ones, all threads work on it.
            while let Some(result) = ahead.take() {
                checked.note(result?);
            }
            let mut content = Content::open(source, &record, span).map_err(|error| read_back(&error))?;
            let whole =
                |content: &mut dyn Read| compare(&stored, content, |part| search(&stored.name, part, pool));
            // One thread unpacks, this one hashes, all others search.
            let result = if pool.is_some() { read_ahead(content, whole) } else { whole(&mut content) };
            checked.note(result?);
            return Ok(());
        }
        let packed = read_packed(source, span).map_err(|error| read_back(&error))?;
        let search = Arc::clone(search);
        ahead.give(pool, span.packed, move || {
            let mut source = Cursor::new(packed);
            let span = Span { start: 0, packed: span.packed };
            let mut content = Content::open(&mut source, &record, span).map_err(|error| read_back(&error))?;
            compare(&stored, &mut content, |content| search(&stored.name, content, None))
        });
        while let Some(result) = ahead.take_over(threads * AHEAD, threads as u64 * AHEAD_BYTES) {
            checked.note(result?);
        }
        Ok(())
    })?;
    while let Some(result) = ahead.take() {
        checked.note(result?);
    }
    Ok(checked)
}

impl Checked {
    fn note(&mut self, (name, hits): (EntryName, u64)) {
        if hits > 0 {
            self.hits.push((name, hits));
        }
    }
}

pub(super) fn read_packed(source: &mut (impl Read + Seek), span: Span) -> io::Result<Vec<u8>> {
    let mut packed = Vec::new();
    source.seek(SeekFrom::Start(span.start))?;
    source.by_ref().take(span.packed).read_to_end(&mut packed)?;
    Ok(packed)
}

/// Reads an entry to its end; gives its name and what the search found.
pub(super) fn compare(
    stored: &Stored,
    content: &mut dyn Read,
    search: impl FnOnce(&mut dyn Read) -> io::Result<u64>,
) -> Result<(EntryName, u64), Error> {
    let name = &stored.name;
    let mut hashing = Hashing::new(content);
    let found = search(&mut hashing)
        // A search that stops early must not leave the rest of the entry unread.
        .and_then(|hits| io::copy(&mut hashing, &mut io::sink()).map(|_| hits));
    let hits = found.map_err(|error| Error::ReadBack(format!("{name}: {error}")))?;
    if hashing.length() != stored.bytes || hashing.finish() != stored.sha256 {
        return Err(Error::ReadBack(format!("{name} has another content")));
    }
    Ok((name.clone(), hits))
}

/// Takes an entry: what was written, where it lies, and the whole bundle.
pub(super) type TakeRecord<'a, R> = &'a mut dyn FnMut(Stored, (Record, Span), &mut R) -> Result<(), Error>;

/// Gives every entry of a bundle that this run wrote, in the order of the zip.
pub(super) fn each_record<R: Read + Seek>(
    source: R,
    contents: &Contents,
    take: TakeRecord<'_, R>,
) -> Result<(), Error> {
    let mut walk = Walk::new(source).map_err(|error| read_back(&error))?;
    let (mut payload, mut tags) = (contents.payload.iter(), contents.tags.iter().cloned());
    let prefix = format!("{}/", contents.top);
    while let Some((record, span)) = walk.advance().map_err(|error| read_back(&error))? {
        let name = record.name.strip_prefix(&prefix).unwrap_or(&record.name);
        let next = if name.starts_with(PAYLOAD) { payload.next() } else { tags.next() };
        let Some(stored) = next.filter(|stored| stored.name.as_str() == name) else {
            return Err(Error::ReadBack(format!("{} was never written", record.name)));
        };
        take(stored, (record, span), walk.source())?;
    }
    match payload.next().or_else(|| tags.next()) {
        Some(stored) => Err(Error::ReadBack(format!("{} is missing", stored.name))),
        None => Ok(()),
    }
}

pub(super) fn read_back(error: &io::Error) -> Error {
    Error::ReadBack(error.to_string())
}

/// A search that finds nothing.
#[cfg(test)]
pub(super) fn nothing() -> Search {
    Arc::new(|_, _, _| Ok(0))
}
