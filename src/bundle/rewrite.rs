//! Writes a finished bundle once more, with some entries cleared again. All others keep their content, which is
//! compared with its digest on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{Read, Seek};

use super::check::each;
use super::{Added, BAG_INFO, BAGIT, Contents, MANIFEST, PACKED_CHECKS, PAYLOAD_DIGESTS, TAG_DIGESTS};
use super::{End, Packing, Target, Writer};
use crate::Error;
use crate::plan::EntryName;
use crate::redact::{Hint, Redaction};

#[cfg(test)]
mod tests;

/// Files that finishing a bundle writes anew.
const MADE_ANEW: [&str; 6] = [MANIFEST, BAGIT, BAG_INFO, PAYLOAD_DIGESTS, PACKED_CHECKS, TAG_DIGESTS];

/// What changes in the second bundle.
pub struct Again<'a> {
    /// Entries that are cleared again.
    pub contents: &'a BTreeSet<EntryName>,
    /// Entries that get another name.
    pub names: &'a BTreeMap<EntryName, EntryName>,
    /// Clears them.
    pub redaction: &'a Redaction,
    /// How entries are packed, and by how many threads.
    pub packing: &'a Packing,
}

/// The writer of the second bundle, and the entries that were cleared again.
pub type Rewritten<W> = (Writer<W>, Vec<(EntryName, Added)>);

/// Copies a bundle to a fresh output. Gives the writer, ready to be finished with a corrected manifest, and what became of
/// the entries that were cleared again.
pub fn rewrite<W: Target>(
    source: impl Read + Seek,
    contents: &Contents,
    out: W,
    again: &Again<'_>,
) -> Result<Rewritten<W>, Error> {
    let mut writer = Writer::start(out, &contents.top, contents.started, again.packing.clone());
    let mut changed = Vec::new();
    each(source, contents, &mut |stored, modified, mut content| {
        let name = &stored.name;
        if MADE_ANEW.contains(&name.as_str()) {
            return Ok(());
        }
        let new = again.names.get(name).unwrap_or(name);
        if !again.contents.contains(name) {
            return writer.copy((stored, new), modified, &mut content);
        }
        let pool = again.packing.pool.clone();
        let hint = Hint { name: name.file_name().to_owned(), is_second: true, pool, ..Hint::default() };
        let mut cleared = again.redaction.clear(Box::new(content), &hint);
        let added = writer.add(new, &mut cleared, modified)?;
        // It was read and cleared before, so anything but its whole is damage that came since.
        if !matches!(added.end, End::Whole) {
            return Err(Error::ReadBack(format!("{name} could not be cleared again")));
        }
        changed.push((name.clone(), added));
        Ok(())
    })?;
    Ok((writer, changed))
}
