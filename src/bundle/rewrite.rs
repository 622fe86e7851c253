//! Writes a finished bundle once more, with some entries cleared again; all others are copied as they are packed.

use std::collections::BTreeSet;
use std::io::{self, Read, Seek};

use super::{Added, BAG_INFO, BAGIT, Contents, MANIFEST, PACKED_CHECKS, PAYLOAD_DIGESTS, TAG_DIGESTS};
use super::{Target, Writer};
use crate::Error;
use crate::plan::EntryName;
use crate::redact::Cleared;

#[cfg(test)]
mod tests;

/// Files that finishing a bundle writes anew.
const MADE_ANEW: [&str; 6] = [MANIFEST, BAGIT, BAG_INFO, PAYLOAD_DIGESTS, PACKED_CHECKS, TAG_DIGESTS];

/// Clears the content of an entry once more.
pub type Again<'a, 'c> =
    &'a dyn for<'r> Fn(&EntryName, Box<dyn Read + 'r>) -> Cleared<'c, Box<dyn Read + 'r>>;

/// The writer of the second bundle, and the entries that were cleared again.
pub type Rewritten<W> = (Writer<W>, Vec<(EntryName, Added)>);

/// Copies a bundle to a fresh output. Gives the writer, ready to be finished with a corrected manifest, and what became of
/// the entries that were cleared again.
pub fn rewrite<W: Target>(
    source: impl Read + Seek,
    contents: &Contents,
    out: W,
    named: &BTreeSet<EntryName>,
    again: Again<'_, '_>,
) -> Result<Rewritten<W>, Error> {
    let path = out.path().to_owned();
    let context = |error: io::Error| Error::output("read back", &path, error);
    let mut archive = zip::ZipArchive::new(source).map_err(|error| context(error.into()))?;
    let mut writer = Writer::start(out, &contents.top, contents.started);
    let mut changed = Vec::new();
    for stored in &contents.stored {
        if MADE_ANEW.contains(&stored.name.as_str()) {
            continue;
        }
        if !named.contains(&stored.name) {
            writer.copy(stored, &mut archive)?;
            continue;
        }
        let full = format!("{}/{}", contents.top, stored.name);
        let entry = archive.by_name(&full).map_err(|error| context(error.into()))?;
        let time = entry.last_modified().unwrap_or_default();
        let mut cleared = again(&stored.name, Box::new(entry));
        let added = writer.add_at(&stored.name, &mut cleared, time)?;
        drop(cleared);
        changed.push((stored.name.clone(), added));
    }
    Ok((writer, changed))
}
