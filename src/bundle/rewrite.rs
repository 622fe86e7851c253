//! Writes a finished bundle once more, with some entries cleared again. All others keep their content, which is
//! compared with its digest on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

use chrono::{DateTime, Utc};

use super::{Added, BAG_INFO, BAGIT, Contents, MANIFEST, PACKED_CHECKS, PAYLOAD_DIGESTS, TAG_DIGESTS};
use super::{Limits, Reader, Target, Writer};
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
    let mut reader = Reader::new(source, out.path(), Limits::NONE)?;
    let items: BTreeMap<EntryName, Option<DateTime<Utc>>> =
        reader.items().iter().map(|item| (item.name.clone(), item.modified)).collect();
    let mut writer = Writer::start(out, &contents.top, contents.started);
    let mut changed = Vec::new();
    for stored in &contents.stored {
        let name = &stored.name;
        if MADE_ANEW.contains(&name.as_str()) {
            continue;
        }
        let modified = items.get(name).copied().flatten();
        let mut content = reader.read(name)?;
        if named.contains(name) {
            let mut cleared = again(name, Box::new(content));
            changed.push((name.clone(), writer.add(name, &mut cleared, modified)?));
        } else {
            writer.copy(stored, modified, &mut content)?;
        }
    }
    Ok((writer, changed))
}
