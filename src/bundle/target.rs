//! Where a bundle is written to. Never opens a file.

use std::io::{self, Cursor, Seek, Write};
use std::path::Path;

/// Where a bundle is written to.
pub trait Target: Write + Seek {
    /// Throws away everything from this position on, so that nothing of a withheld entry stays.
    fn cut(&mut self, length: u64) -> io::Result<()>;

    /// The path to name in messages.
    fn path(&self) -> &Path;

    /// Bytes that may still be written without filling the disk, where that is known.
    fn spare(&self) -> Option<u64> {
        None
    }
}

impl Target for Cursor<Vec<u8>> {
    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.get_mut().truncate(usize::try_from(length).map_err(io::Error::other)?);
        Ok(())
    }

    fn path(&self) -> &Path {
        Path::new("bundle in memory")
    }
}
