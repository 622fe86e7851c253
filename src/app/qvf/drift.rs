//! Where a container lost bytes: version control that converts line ends takes the carriage returns before line feeds, and what
//! stands behind moves forward. Inodes tell, for they name their own place.

use super::super::Limited;
use super::container::{SECTOR, number64};

/// The largest file that is searched.
const LARGEST: u64 = 256 << 20;
/// Bytes that are searched at once.
const PIECE: usize = 1 << 20;
/// Most places that are kept.
const MOST: usize = 100_000;
/// An inode's first pair points to the rest of its sector: this far behind its beginning, this long.
const TABLE_AFTER: u64 = 0x30;
const TABLE_LENGTH: [u8; 8] = [0xd0, 1, 0, 0, 0, 0, 0, 0x80];
/// Bytes of an inode up to the end of that pair.
const HEAD: usize = 48;
/// More lost bytes than this between two inodes are none.
const WILD: u64 = 1 << 20;

/// How far what stood at an offset has moved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Drift {
    /// Former offset of an inode and the bytes that were lost before it, in the order of the file.
    marks: Vec<(u64, u64)>,
}

impl Drift {
    /// Looks for the inodes of a file that is known to have lost bytes.
    pub(super) fn find(bytes: &mut Limited<'_>) -> Self {
        let mut found = Self::default();
        if bytes.size() > LARGEST {
            return found;
        }
        let mut offset = 0;
        while offset < bytes.size() && found.marks.len() < MOST {
            // Pieces overlap, so that no inode is missed between two.
            let Ok(piece) = bytes.at(offset, PIECE + HEAD - 1) else { break };
            found.search(&piece, offset);
            offset = offset.saturating_add(PIECE as u64);
        }
        if found.marks.iter().all(|(_, lost)| *lost == 0) {
            found.marks.clear();
        }
        found
    }

    fn search(&mut self, piece: &[u8], offset: u64) {
        for at in memchr::memmem::find_iter(piece, &TABLE_LENGTH) {
            let Some(start) = at.checked_sub(HEAD - TABLE_LENGTH.len()) else { continue };
            let now = offset.saturating_add(start as u64);
            let Some(former) = number64(piece, at - 8).and_then(|table| table.checked_sub(TABLE_AFTER))
            else {
                continue;
            };
            let Some(lost) = former.checked_sub(now) else { continue };
            let (before, lost_before) = self.marks.last().copied().unwrap_or_default();
            let fits = former >= before && lost >= lost_before && lost - lost_before <= WILD;
            if former.is_multiple_of(SECTOR) && fits {
                self.marks.push((former, lost));
            }
        }
    }

    /// Where that now stands which stood at this offset.
    pub(super) fn now(&self, offset: u64) -> u64 {
        let next = self.marks.partition_point(|(former, _)| *former <= offset);
        let lost = next.checked_sub(1).and_then(|at| self.marks.get(at)).map_or(0, |(_, lost)| *lost);
        offset.saturating_sub(lost)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    /// An inode at this place, with a key of which bytes may be lost.
    fn inode(place: u64) -> Vec<u8> {
        let mut bytes = [[0; 32].as_slice(), &(place + TABLE_AFTER).to_le_bytes(), &TABLE_LENGTH].concat();
        bytes.resize(512, 7);
        bytes
    }

    #[test]
    fn what_stands_behind_lost_bytes_is_found_where_it_moved() {
        let mut bytes: Vec<u8> = (0..8).flat_map(|sector| inode(sector * 512)).collect();
        bytes.remove(1200);
        bytes.drain(2600..2602);
        let mut source = Cursor::new(bytes);
        let drift = Drift::find(&mut Limited::new(&mut source).expect("memory seeks"));
        let moved: Vec<u64> = (0..8).map(|sector| sector * 512 - drift.now(sector * 512)).collect();
        assert_eq!(moved, [0, 0, 0, 1, 1, 1, 3, 3]);
    }

    #[test]
    fn a_file_that_lost_nothing_has_no_drift() {
        let mut source = Cursor::new((0..4).flat_map(|sector| inode(sector * 512)).collect::<Vec<_>>());
        let drift = Drift::find(&mut Limited::new(&mut source).expect("memory seeks"));
        assert_eq!(drift, Drift::default());
    }
}
