//! Bytes of an app, read from any place of it.

use std::io::{self, Read, Seek, SeekFrom};

/// Where an app's bytes come from: a file, or bytes in memory in a test.
pub trait Source: Read + Seek {}

impl<T: Read + Seek> Source for T {}

/// The files of an app that is a folder: of a directory, of an archive, or of memory in a test.
pub trait Folder {
    /// Names of the files, relative to the folder, with `/` between.
    ///
    /// # Errors
    /// The folder cannot be listed.
    fn names(&mut self) -> std::io::Result<Vec<String>>;

    /// At most `limit` bytes of a file.
    ///
    /// # Errors
    /// There is no such file, or it cannot be read.
    fn read(&mut self, name: &str, limit: usize) -> std::io::Result<Vec<u8>>;
}

/// Reads of a source that never ask for more memory than they were allowed.
pub struct Limited<'a> {
    source: &'a mut dyn Source,
    size: u64,
}

impl<'a> Limited<'a> {
    /// Looks for the size.
    ///
    /// # Errors
    /// The source cannot seek.
    pub fn new(source: &'a mut dyn Source) -> io::Result<Self> {
        let size = source.seek(SeekFrom::End(0))?;
        Ok(Self { source, size })
    }

    /// Size of the whole in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// At most `length` bytes from `offset`; fewer when the source ends before.
    ///
    /// # Errors
    /// The source cannot be read.
    pub fn at(&mut self, offset: u64, length: usize) -> io::Result<Vec<u8>> {
        let length = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX).min(length);
        self.source.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::with_capacity(length);
        Read::take(&mut self.source, length as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_read_beyond_the_end_gives_what_is_there_and_takes_no_memory_for_the_rest() {
        let mut cursor = Cursor::new(b"0123456789".to_vec());
        let mut limited = Limited::new(&mut cursor).expect("memory seeks");
        assert_eq!(limited.size(), 10);
        assert_eq!(limited.at(8, usize::MAX).expect("memory reads"), b"89");
        assert_eq!(limited.at(u64::MAX, 5).expect("memory reads"), b"");
    }
}
