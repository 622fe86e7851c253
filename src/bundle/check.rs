//! Reads a finished bundle back before it is published: the same entries, the same digests, and none of the values that were
//! masked. Changes nothing.

use std::io::{self, Read, Seek};

use chrono::{DateTime, Utc};

use super::container::Walk;
use super::reader::Content;
use super::{Contents, Hashing, PAYLOAD, Stored};
use crate::Error;
use crate::plan::EntryName;

/// Counts the values that must not be in a stream. It is given the name of the entry and its content.
pub type Search<'a> = &'a dyn Fn(&str, &mut dyn Read) -> io::Result<u64>;

/// What the search found in a bundle that reads back as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// Entries that hold values which must not be there, and how many.
    pub hits: Vec<(EntryName, u64)>,
}

/// Reads every entry once, in the order of the zip. An entry that is missing, extra or different is an error.
pub fn check(source: impl Read + Seek, contents: &Contents, search: Search<'_>) -> Result<Checked, Error> {
    let mut checked = Checked::default();
    each(source, contents, &mut |stored, _, content| {
        let name = &stored.name;
        let mut hashing = Hashing::new(content);
        let found = search(name.as_str(), &mut hashing)
            // A search that stops early must not leave the rest of the entry unread.
            .and_then(|hits| io::copy(&mut hashing, &mut io::sink()).map(|_| hits));
        let hits = found.map_err(|error| Error::ReadBack(format!("{name}: {error}")))?;
        if hashing.length() != stored.bytes || hashing.finish() != stored.sha256 {
            return Err(Error::ReadBack(format!("{name} has another content")));
        }
        if hits > 0 {
            checked.hits.push((name.clone(), hits));
        }
        Ok(())
    })?;
    Ok(checked)
}

/// Takes an entry: what was written, when its source was changed, and its content.
pub(super) type Take<'a> =
    &'a mut dyn FnMut(&Stored, Option<DateTime<Utc>>, &mut dyn Read) -> Result<(), Error>;

/// Gives every entry of a bundle that this run wrote, in the order of the zip, each compared with what was written.
pub(super) fn each(source: impl Read + Seek, contents: &Contents, take: Take<'_>) -> Result<(), Error> {
    let mut walk = Walk::new(source).map_err(|error| read_back(&error))?;
    let (mut payload, mut tags) = (contents.payload.iter(), contents.tags.iter().cloned());
    let prefix = format!("{}/", contents.top);
    while let Some((record, span)) = walk.advance().map_err(|error| read_back(&error))? {
        let name = record.name.strip_prefix(&prefix).unwrap_or(&record.name);
        let next = if name.starts_with(PAYLOAD) { payload.next() } else { tags.next() };
        let Some(stored) = next.filter(|stored| stored.name.as_str() == name) else {
            return Err(Error::ReadBack(format!("{} was never written", record.name)));
        };
        let mut content = Content::open(walk.source(), &record, span).map_err(|error| read_back(&error))?;
        take(&stored, record.modified(), &mut content)?;
    }
    match payload.next().or_else(|| tags.next()) {
        Some(stored) => Err(Error::ReadBack(format!("{} is missing", stored.name))),
        None => Ok(()),
    }
}

fn read_back(error: &io::Error) -> Error {
    Error::ReadBack(error.to_string())
}
