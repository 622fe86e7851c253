//! Reads a finished bundle back before it is published: the same entries, the same digests, and none of the values that were
//! masked. Changes nothing.

use std::collections::BTreeMap;
use std::io::{self, Read, Seek};
use std::path::Path;

use super::{Contents, Hashing, Limits, Reader, Stored};
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

/// Reads every entry once. An entry that is missing, extra or different is an error.
pub fn check(source: impl Read + Seek, contents: &Contents, search: Search<'_>) -> Result<Checked, Error> {
    let mut reader = Reader::new(source, Path::new(&contents.top), Limits::NONE).map_err(read_back)?;
    let mut expected: BTreeMap<&EntryName, &Stored> =
        contents.stored.iter().map(|stored| (&stored.name, stored)).collect();
    let names: Vec<EntryName> = reader.items().iter().map(|item| item.name.clone()).collect();
    let mut checked = Checked::default();
    for name in names {
        let Some(stored) = expected.remove(&name) else {
            return Err(Error::ReadBack(format!("{name} was never written")));
        };
        let hits = check_entry(&mut reader, stored, search)?;
        if hits > 0 {
            checked.hits.push((name, hits));
        }
    }
    match expected.keys().next() {
        Some(name) => Err(Error::ReadBack(format!("{name} is missing"))),
        None if reader.top() != contents.top => Err(Error::ReadBack("the top folder differs".to_owned())),
        None => Ok(checked),
    }
}

fn check_entry(
    reader: &mut Reader<impl Read + Seek>,
    stored: &Stored,
    search: Search<'_>,
) -> Result<u64, Error> {
    let name = &stored.name;
    let mut hashing = Hashing::new(reader.read(name).map_err(read_back)?);
    let found = search(name.as_str(), &mut hashing)
        // A search that stops early must not leave the rest of the entry unread.
        .and_then(|hits| io::copy(&mut hashing, &mut io::sink()).map(|_| hits));
    let hits = found.map_err(|error| Error::ReadBack(format!("{name}: {error}")))?;
    if hashing.length() != stored.bytes || hashing.finish() != stored.sha256 {
        return Err(Error::ReadBack(format!("{name} has another content")));
    }
    Ok(hits)
}

fn read_back(error: Error) -> Error {
    match error {
        Error::Input { source, .. } => Error::ReadBack(source.to_string()),
        other => other,
    }
}
