//! How far a bundle may grow: up to a limit of the user's, and as far as the disk has space. Never writes.

use super::Target;

/// Bytes between two looks at the free space of the disk.
const LOOK: u64 = 64 * 1024 * 1024;

/// Why there was no room for an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It would have taken so many bytes, more than it was allowed.
    OverLimit(u64),
    /// The disk has too little space left.
    DiskFull,
}

/// How far entries may go.
#[derive(Debug, Default)]
pub struct Room {
    /// Where the last byte of an entry may be, if there is a limit.
    pub(super) limit: Option<u64>,
    /// Where it may be for the sake of the disk, and where that is asked again, if it is watched.
    disk: Option<(u64, u64)>,
    refused: Option<u64>,
    is_disk_full: bool,
}

impl Room {
    /// From here on the disk is watched.
    pub(super) fn watch_disk(&mut self) {
        self.disk = Some((0, 0));
    }

    /// From here on everything is taken, as what describes the bundle must be.
    pub(super) fn lift(&mut self) {
        *self = Self::default();
    }

    /// Whether bytes may be written from `position` up to `end`.
    pub(super) fn takes(&mut self, end: u64, position: u64, out: &impl Target) -> bool {
        if self.is_disk_full {
            return false;
        }
        if let Some((most, next)) = &mut self.disk {
            if position >= *next {
                *most = out.spare().map_or(u64::MAX, |spare| position + room_for_two(spare, position));
                *next = position + LOOK;
            }
            if end > *most {
                self.is_disk_full = true;
                return false;
            }
        }
        self.limit.is_none_or(|limit| end <= limit)
    }

    /// Whether the disk has too little space left for what was to be written.
    pub(super) fn is_disk_full(&self) -> bool {
        self.is_disk_full
    }

    /// Remembers that an entry of so many bytes was refused.
    pub(super) fn refuse(&mut self, bytes: u64) {
        self.refused = Some(bytes);
    }

    /// Whether the last entry was refused.
    pub(super) fn has_refused(&self) -> bool {
        self.refused.is_some()
    }

    /// Why the last entry was refused, if it was.
    pub(super) fn take_refusal(&mut self) -> Option<Refusal> {
        let bytes = self.refused.take()?;
        Some(if self.is_disk_full { Refusal::DiskFull } else { Refusal::OverLimit(bytes) })
    }
}

/// What may still be written, so that all of it can be written once more when it has to be mended.
fn room_for_two(spare: u64, written: u64) -> u64 {
    spare.saturating_sub(written) / 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    struct Disk(u64);

    impl std::io::Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl std::io::Seek for Disk {
        fn seek(&mut self, _: std::io::SeekFrom) -> std::io::Result<u64> {
            Ok(0)
        }
    }

    impl Target for Disk {
        fn cut(&mut self, _: u64) -> std::io::Result<()> {
            Ok(())
        }
        fn path(&self) -> &std::path::Path {
            std::path::Path::new("disk")
        }
        fn spare(&self) -> Option<u64> {
            Some(self.0)
        }
    }

    #[test]
    fn without_a_limit_everything_is_taken() {
        assert!(Room::default().takes(u64::MAX, 0, &Disk(0)));
    }

    #[test]
    fn a_limit_holds_to_the_byte() {
        let mut room = Room { limit: Some(100), ..Room::default() };
        let nowhere = Cursor::new(Vec::new());
        assert!(room.takes(100, 90, &nowhere));
        assert!(!room.takes(101, 90, &nowhere));
        room.refuse(11);
        assert_eq!(room.take_refusal(), Some(Refusal::OverLimit(11)));
        assert_eq!(room.take_refusal(), None);
        room.lift();
        assert!(room.takes(101, 90, &nowhere));
    }

    #[test]
    fn the_disk_keeps_space_for_a_second_copy_and_is_asked_now_and_then() {
        let mut room = Room::default();
        room.watch_disk();
        assert!(room.takes(1000, 0, &Disk(2000)));
        assert!(!room.takes(1001, 0, &Disk(2000)));
        room.refuse(1001);
        assert_eq!(room.take_refusal(), Some(Refusal::DiskFull));
        assert!(!room.takes(1, 0, &Disk(2000)), "nothing more, so that no entry is half there");
        // What others write to the disk is noticed at the next look.
        room.lift();
        room.watch_disk();
        assert!(room.takes(LOOK, 0, &Disk(u64::MAX)));
        assert!(room.takes(LOOK + 10, LOOK - 1, &Disk(0)));
        assert!(!room.takes(LOOK + 10, LOOK, &Disk(0)));
    }
}
