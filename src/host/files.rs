//! Opens, stats and searches host files. The only module that opens them: shared, read-only, regular files only.

#![expect(clippy::disallowed_types, reason = "the seam")]

use std::fs::{File, Metadata};
use std::io::{self, Read, Seek, SeekFrom, Take};

use chrono::{DateTime, Utc};

use super::place::Place;
use super::{HostPath, Os, platform};

#[cfg(test)]
mod tests;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, junction or other reparse point; never followed below a search's fixed part.
    Link,
    /// A file whose content lies with a cloud service and would have to be fetched; never opened.
    Placeholder,
    /// A FIFO, socket or device; never opened.
    Other,
}

/// What is known of a file without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Stat {
    /// What it is.
    pub kind: Kind,
    /// Size in bytes.
    pub bytes: u64,
    /// Last modification.
    pub modified: Option<DateTime<Utc>>,
}

/// An open regular file. Reading it never blocks and never runs past the size it had when it was opened.
pub struct OpenFile {
    inner: Take<File>,
    /// What was known when it was opened.
    pub stat: Stat,
}

impl Read for OpenFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

/// An open regular file that is read here and there, up to the size it had when it was opened.
pub struct SeekFile {
    inner: File,
    /// What was known when it was opened.
    pub stat: Stat,
}

impl SeekFile {
    /// Reads some bytes at an offset; none at the end.
    pub fn read_at(&mut self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.stat.bytes.saturating_sub(at)).unwrap_or(usize::MAX);
        let room = buffer.len().min(left);
        self.inner.seek(SeekFrom::Start(at))?;
        self.inner.read(&mut buffer[..room])
    }
}

/// The files of a host.
pub struct Files {
    pub(super) place: Place,
    /// Under a root, the time all files count as modified.
    pub(super) modified: Option<DateTime<Utc>>,
}

/// A time of a file; nothing for one that no calendar has.
fn time_of(time: std::time::SystemTime) -> Option<DateTime<Utc>> {
    let (seconds, nanoseconds) = match time.duration_since(std::time::UNIX_EPOCH) {
        Ok(after) => (i64::try_from(after.as_secs()).ok()?, after.subsec_nanos()),
        Err(error) => (-i64::try_from(error.duration().as_secs()).ok()? - 1, 0),
    };
    DateTime::from_timestamp(seconds, nanoseconds)
}

impl Files {
    pub(super) fn new(place: Place, modified: Option<DateTime<Utc>>) -> Self {
        Self { place, modified }
    }

    /// The files of this machine.
    pub fn live(os: Os) -> Self {
        Self::new(Place::live(os), None)
    }

    /// What a name stands for, without following a link at its end.
    pub fn stat(&self, path: &HostPath) -> io::Result<Stat> {
        Ok(self.stat_of(&self.place.real(path)?.symlink_metadata()?))
    }

    /// Opens a regular file for shared reading; links, devices and folders are refused.
    pub fn open(&self, path: &HostPath) -> io::Result<OpenFile> {
        self.open_at(path, 0)
    }

    /// A regular file as it is, for readers that go to and fro in it.
    pub(super) fn open_file(&self, path: &HostPath) -> io::Result<File> {
        let real = self.place.real(path)?;
        if self.stat_of(&real.symlink_metadata()?).kind == Kind::Link {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a link, which is not followed"));
        }
        let file = platform::open(&real)?;
        // Asked of the open file, since the name may have been given to something else meanwhile.
        if self.stat_of(&file.metadata()?).kind != Kind::File {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        Ok(file)
    }

    /// As `open`, starting at an offset.
    pub fn open_at(&self, path: &HostPath, offset: u64) -> io::Result<OpenFile> {
        let mut file = self.open_file(path)?;
        let stat = self.stat_of(&file.metadata()?);
        if offset > 0 {
            file.seek(SeekFrom::Start(offset))?;
        }
        Ok(OpenFile { inner: file.take(stat.bytes.saturating_sub(offset)), stat })
    }

    /// Opens a regular file that is not read from end to end.
    pub fn open_seek(&self, path: &HostPath) -> io::Result<SeekFile> {
        let inner = self.open_file(path)?;
        let stat = self.stat_of(&inner.metadata()?);
        Ok(SeekFile { inner, stat })
    }

    /// A small file, whole; one that is larger than `limit` is an error.
    pub fn read_small(&self, path: &HostPath, limit: u64) -> io::Result<Vec<u8>> {
        let mut file = self.open(path)?;
        if file.stat.bytes > limit {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {limit} bytes")));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Whether a path is a folder without anything in it.
    pub fn is_empty_folder(&self, path: &HostPath) -> bool {
        let is_folder = self.stat(path).is_ok_and(|stat| stat.kind == Kind::Folder);
        let entries = self.place.real(path).and_then(|real| platform::stored(real).read_dir());
        is_folder && entries.is_ok_and(|mut entries| entries.next().is_none())
    }

    pub(super) fn stat_of(&self, metadata: &Metadata) -> Stat {
        let kind = metadata.file_type();
        let kind = match (kind.is_symlink(), kind.is_dir(), kind.is_file()) {
            (true, ..) => Kind::Link,
            (_, true, _) => Kind::Folder,
            _ if platform::is_placeholder(metadata) => Kind::Placeholder,
            (_, _, true) => Kind::File,
            _ => Kind::Other,
        };
        let modified = self.modified.or_else(|| metadata.modified().ok().and_then(time_of));
        Stat { kind, bytes: metadata.len(), modified }
    }
}
