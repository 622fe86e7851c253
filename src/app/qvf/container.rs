//! The file system inside a container: sectors, inodes, tables of extents, streams in pieces. All of it bounded, none of it trusted.

use std::collections::HashSet;

use zeroize::Zeroizing;

use super::super::{Limited, Source};
use super::drift::Drift;
use super::trouble::Trouble;

/// Bytes that every container begins with.
pub(super) const MAGIC: [u8; 12] = [0xff, 0xff, 1, 0, 0xc1, 6, 0, 0, 0, 0, 0, 0];
/// Unit in which a container grows.
pub(super) const SECTOR: u64 = 512;
/// Where the inode of the root directory stands.
const ROOT: u64 = 0x200;
/// The bit that tells a pointer to a further table from an extent.
const TABLE: u64 = 1 << 63;
/// Bytes of a table that are read at once.
const TABLE_PIECE: usize = 4096;
/// What a read costs beside its bytes, so that countless small ones end too.
const READ_COST: u64 = 64;

/// What may be read of one container, however large it is or says to be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Bytes of one stream as it is stored.
    pub(super) stored: u64,
    /// Bytes of one stream when it is unpacked.
    pub(super) unpacked: usize,
    /// Bytes in all, stored and unpacked.
    pub(super) all: u64,
    /// Entries of all directories.
    pub(super) entries: usize,
    /// Extents of one stream.
    pub(super) extents: usize,
    /// Folders within folders.
    pub(super) depth: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            stored: 32 << 20,
            unpacked: 64 << 20,
            all: 512 << 20,
            entries: 100_000,
            extents: 65_536,
            depth: 3,
        }
    }
}

/// Where a stream is described.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inode {
    /// Length of the stream in bytes.
    pub(super) size: u64,
    table: (u64, u64),
}

/// Bytes of a stream; they may hold a script, so they are wiped.
pub(super) struct Content {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    /// Whether this is all that was asked for.
    pub(super) whole: bool,
}

/// A container and what may still be read of it.
pub(super) struct Container<'a> {
    bytes: Limited<'a>,
    drift: Drift,
    pub(super) limits: Limits,
    left: u64,
}

/// The number at this place, if the bytes reach so far.
pub(super) fn number64(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..at.checked_add(8)?)?;
    Some(u64::from_le_bytes(bytes.try_into().ok()?))
}

/// The number at this place, if the bytes reach so far.
pub(super) fn number32(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

impl<'a> Container<'a> {
    /// Looks at size and first bytes; `None` when these are no container's.
    pub(super) fn open(source: &'a mut dyn Source, limits: Limits) -> Result<Option<Self>, Trouble> {
        let unreadable = |error: std::io::Error| Trouble::Unreadable(error.kind());
        let mut bytes = Limited::new(source).map_err(unreadable)?;
        if bytes.at(0, MAGIC.len()).map_err(unreadable)? != MAGIC {
            return Ok(None);
        }
        Ok(Some(Self { bytes, drift: Drift::default(), limits, left: limits.all }))
    }

    /// Size of the file.
    pub(super) fn size(&self) -> u64 {
        self.bytes.size()
    }

    /// Finds out where bytes were lost, when the size says that some were. Tells whether that was so.
    pub(super) fn mend(&mut self) -> bool {
        if self.size().is_multiple_of(SECTOR) {
            return false;
        }
        self.drift = Drift::find(&mut self.bytes);
        true
    }

    /// Takes from what may be read in all.
    pub(super) fn charge(&mut self, bytes: u64) -> Result<(), Trouble> {
        self.left = self.left.checked_sub(bytes.saturating_add(READ_COST)).ok_or(Trouble::Exhausted)?;
        Ok(())
    }

    /// At most `length` bytes from where `offset` was before bytes were lost.
    fn at(&mut self, offset: u64, length: usize) -> Result<Vec<u8>, Trouble> {
        let offset = self.drift.now(offset);
        self.charge(self.size().saturating_sub(offset).min(length as u64))?;
        self.bytes.at(offset, length).map_err(|error| Trouble::Unreadable(error.kind()))
    }

    /// The inode of the root directory.
    pub(super) fn root(&mut self) -> Result<Inode, Trouble> {
        self.inode(ROOT)
    }

    /// The inode at this place: size, allocated size, 16 bytes of a key, and a pointer to the first table.
    pub(super) fn inode(&mut self, offset: u64) -> Result<Inode, Trouble> {
        let head = self.at(offset, 48)?;
        let field = |at| number64(&head, at).ok_or(Trouble::Misplaced);
        let (size, table, length) = (field(0)?, field(32)?, field(40)?);
        if length & TABLE == 0 || size > self.size().saturating_add(SECTOR) {
            return Err(Trouble::Misplaced);
        }
        Ok(Inode { size, table: (table, length & !TABLE) })
    }

    /// The first extents of a stream, until they hold `wanted` bytes.
    fn extents(&mut self, first: (u64, u64), wanted: u64) -> Result<Vec<(u64, u64)>, Trouble> {
        let (mut found, mut held) = (Vec::new(), 0_u64);
        let (mut tables, mut seen) = (vec![first], HashSet::from([first.0]));
        while let Some((offset, length)) = tables.pop() {
            let piece = usize::try_from(length).unwrap_or(TABLE_PIECE).min(TABLE_PIECE);
            let bytes = self.at(offset, piece)?;
            let (mut used, mut next, mut is_over) = (0, None, false);
            while let (Some(start), Some(size)) = (number64(&bytes, used), number64(&bytes, used + 8)) {
                if held >= wanted || found.len() >= self.limits.extents {
                    return Ok(found);
                }
                used += 16;
                if (start, size) == (0, 0) {
                    is_over = true;
                    break;
                } else if size & TABLE == 0 {
                    found.push((start, size));
                    held = held.saturating_add(size);
                } else if seen.len() < self.limits.extents && seen.insert(start) {
                    // One that was followed before is a loop.
                    next = Some((start, size & !TABLE));
                    break;
                }
            }
            let rest = length.saturating_sub(used as u64);
            if !is_over && used > 0 && rest >= 16 {
                tables.push((offset.saturating_add(used as u64), rest));
            }
            // What a pointer points to comes before what follows the pointer.
            tables.extend(next);
        }
        Ok(found)
    }

    /// The first `limit` bytes of a stream.
    pub(super) fn read(&mut self, inode: &Inode, limit: u64) -> Result<Content, Trouble> {
        let wanted = inode.size.min(limit);
        let extents = self.extents(inode.table, wanted)?;
        let wanted = usize::try_from(wanted).map_err(|_| Trouble::TooLarge)?;
        let known = extents.iter().fold(0_u64, |sum, (_, size)| sum.saturating_add((*size).min(self.size())));
        let mut bytes =
            Zeroizing::new(Vec::with_capacity(wanted.min(usize::try_from(known).unwrap_or(wanted))));
        for (offset, size) in extents {
            let length = usize::try_from(size).unwrap_or(usize::MAX).min(wanted - bytes.len());
            let piece = Zeroizing::new(self.at(offset, length)?);
            bytes.extend_from_slice(&piece);
            if piece.len() < length {
                break;
            }
        }
        let whole = bytes.len() == wanted;
        Ok(Content { bytes, whole })
    }
}
