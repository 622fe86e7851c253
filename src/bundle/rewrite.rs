//! Writes a finished bundle once more, with some entries cleared again. All others keep their content, which is
//! compared with its digest on the way.

use std::collections::BTreeSet;
use std::io::{Read, Seek};

use super::check::each;
use super::{Added, BAG_INFO, BAGIT, Contents, MANIFEST, PACKED_CHECKS, PAYLOAD_DIGESTS, TAG_DIGESTS};
use super::{End, Target, Writer};
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
    let mut writer = Writer::start(out, &contents.top, contents.started);
    let mut changed = Vec::new();
    each(source, contents, &mut |stored, modified, mut content| {
        let name = &stored.name;
        if MADE_ANEW.contains(&name.as_str()) {
            return Ok(());
        }
        if !named.contains(name) {
            return writer.copy(stored, modified, &mut content);
        }
        let mut cleared = again(name, Box::new(content));
        let added = writer.add(name, &mut cleared, modified)?;
        // It was read and cleared before, so anything but its whole is damage that came since.
        if !matches!(added.end, End::Whole) {
            return Err(Error::ReadBack(format!("{name} could not be cleared again")));
        }
        changed.push((name.clone(), added));
        Ok(())
    })?;
    Ok((writer, changed))
}
