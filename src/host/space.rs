//! Space on the volume that a folder lies on. Never writes.

use std::path::Path;

use super::platform;

/// The most that is left free for others.
const RESERVE: u64 = 256 * 1024 * 1024;

/// Space on a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Space {
    /// Bytes that this account may still write.
    pub free: u64,
    /// Bytes of the whole volume.
    pub total: u64,
}

impl Space {
    /// What is left free, so that nothing else on the host runs out of it: a hundredth of the volume, at most 256 MiB.
    pub fn reserve(&self) -> u64 {
        (self.total / 100).min(RESERVE)
    }

    /// What may be written.
    pub fn spare(&self) -> u64 {
        self.free.saturating_sub(self.reserve())
    }
}

/// Space on the volume where a file is or will be; nothing where the system does not tell.
pub fn space_beside(file: &Path) -> Option<Space> {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => platform::space(folder),
        _ => platform::space(Path::new(".")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_the_volume_stays_free() {
        for (free, total, spare) in
            [(500, 10_000, 400), (50, 10_000, 0), (1 << 40, 1 << 41, (1 << 40) - RESERVE)]
        {
            assert_eq!(Space { free, total }.spare(), spare);
        }
    }

    #[test]
    fn this_system_tells_its_space() {
        let space = space_beside(Path::new("x.zip")).unwrap();
        assert!(space.free > 0 && space.free <= space.total, "{space:?}");
        let folder = tempfile::tempdir().unwrap();
        assert!(space_beside(&folder.path().join("x.zip")).is_some());
        assert_eq!(space_beside(&folder.path().join("no/such/x.zip")), None);
    }
}
