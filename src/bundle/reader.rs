//! Reads a bundle without trust: names, sizes and structure are checked before anything is unpacked, and nothing is ever
//! written. What it hands out is a stream with a limit.

#![expect(clippy::disallowed_types, reason = "the seam")]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use crc32fast::Hasher as Crc;
use flate2::bufread::DeflateDecoder;

use super::container::{Directory, Record, Span, invalid, lay_out};
use crate::Error;
use crate::plan::EntryName;

#[cfg(test)]
mod tests;

/// What a bundle may cost its reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most entries.
    pub entries: u64,
    /// Most bytes that one packed byte may become.
    pub ratio: u64,
    /// Most bytes of all entries together, unpacked.
    pub bytes: u64,
}

impl Limits {
    /// For a bundle that this very run wrote.
    pub const NONE: Self = Self { entries: u64::MAX, ratio: u64::MAX, bytes: u64::MAX };
}

impl Default for Limits {
    fn default() -> Self {
        // Deflate cannot do better than 1032 to 1, and logs that repeat one line come close to it.
        Self { entries: 1_000_000, ratio: 1_032, bytes: 1 << 42 }
    }
}

/// One entry of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its name below the top folder.
    pub name: EntryName,
    /// Bytes before compression.
    pub bytes: u64,
    /// When its source was last changed, to two seconds; absent if the zip says no valid time.
    pub modified: Option<DateTime<Utc>>,
}

/// A bundle whose structure holds. Its content is not compared with its digests; `verify` does that.
#[derive(Debug)]
pub struct Reader<R = File> {
    source: R,
    path: PathBuf,
    top: String,
    items: Vec<Item>,
    records: Vec<(Record, Span)>,
    by_name: BTreeMap<EntryName, usize>,
}

impl Reader<File> {
    /// Opens a bundle.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Self::new(open_file(path)?, path, Limits::default())
    }
}

impl<R: Read + Seek> Reader<R> {
    /// A bundle from any source; the path is for messages.
    pub fn new(mut source: R, path: &Path, limits: Limits) -> Result<Self, Error> {
        let context = |error| Error::input("read the bundle", path, error);
        let mut directory = Directory::read(&mut source, limits.entries).map_err(context)?;
        let spans = lay_out(&mut source, &mut directory).map_err(context)?;
        if let Some(odd) = directory.oddities.first() {
            let entry = odd.entry.as_ref().map(|name| format!("{}: ", name.escape_debug()));
            let message = format!("{}{}", entry.unwrap_or_default(), odd.detail);
            return Err(context(invalid(message)));
        }
        let mut reader = Self {
            source,
            path: path.to_owned(),
            top: top_folder(&directory).map_err(context)?,
            items: Vec::new(),
            records: Vec::new(),
            by_name: BTreeMap::new(),
        };
        reader.take(directory, spans, limits).map_err(context)?;
        Ok(reader)
    }

    fn take(&mut self, directory: Directory, spans: Vec<Option<Span>>, limits: Limits) -> io::Result<()> {
        let mut folded = std::collections::HashSet::new();
        let mut total = 0_u64;
        for (record, span) in directory.records.into_iter().zip(spans) {
            let shown = record.name.escape_debug().to_string();
            let below = record.name.strip_prefix(&self.top).and_then(|rest| rest.strip_prefix('/'));
            let name = below.ok_or_else(|| invalid(format!("{shown}: it lies beside the top folder")))?;
            let name = EntryName::parse(name).map_err(|reason| invalid(format!("{shown}: {reason}")))?;
            if !folded.insert(name.folded()) {
                return Err(invalid(format!("{shown}: it is there twice")));
            }
            let span = span.ok_or_else(|| invalid(format!("{shown}: its place cannot be trusted")))?;
            total = total.saturating_add(record.bytes);
            if total > limits.bytes || !is_ratio_possible(&record, limits) {
                return Err(invalid(format!("{shown}: it claims to unpack to {} bytes", record.bytes)));
            }
            self.by_name.insert(name.clone(), self.items.len());
            self.items.push(Item { name, bytes: record.bytes, modified: record.modified() });
            self.records.push((record, span));
        }
        Ok(())
    }

    /// The top folder, without a slash.
    pub fn top(&self) -> &str {
        &self.top
    }

    /// All entries, in the order of the zip.
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// Whether there is an entry of that name.
    pub fn contains(&self, name: &EntryName) -> bool {
        self.by_name.contains_key(name)
    }

    /// An entry as a stream. It fails at its end if the content is not as the zip says.
    pub fn read(&mut self, name: &EntryName) -> Result<Content<'_, R>, Error> {
        let context = |error| Error::input("read the bundle", &self.path, error);
        let Some(index) = self.by_name.get(name) else {
            return Err(context(io::Error::new(io::ErrorKind::NotFound, format!("it holds no {name}"))));
        };
        let (record, span) = &self.records[*index];
        Content::open(&mut self.source, record, *span).map_err(context)
    }

    /// An entry whole; one of more than `limit` bytes is an error.
    pub fn read_small(&mut self, name: &EntryName, limit: u64) -> Result<Vec<u8>, Error> {
        let path = self.path.clone();
        let mut entry = self.read(name)?;
        let mut bytes = Vec::new();
        let whole = if entry.left > limit {
            Err(invalid(format!("{name} has more than {limit} bytes")))
        } else {
            entry.read_to_end(&mut bytes).map(drop)
        };
        whole.map(|()| bytes).map_err(|error| Error::input("read the bundle", &path, error))
    }
}

/// Opens a bundle, or a file beside one. A missing or unreadable file is an input error.
pub(super) fn open_file(path: &Path) -> Result<File, Error> {
    let file = File::open(path).map_err(|error| Error::input("open", path, error))?;
    let is_file = file.metadata().is_ok_and(|metadata| metadata.is_file());
    if is_file { Ok(file) } else { Err(Error::input("open", path, invalid("it is not a file"))) }
}

/// Whether so few packed bytes can become so many; a few more are allowed where they are very few.
pub(super) fn is_ratio_possible(record: &Record, limits: Limits) -> bool {
    record.bytes <= record.packed.saturating_mul(limits.ratio).saturating_add(1024)
}

/// The folder that all entries lie in, as the first entry says it.
pub(super) fn top_folder(directory: &Directory) -> io::Result<String> {
    let first = directory.records.first().ok_or_else(|| invalid("it holds no entries"))?;
    let (top, _) = first.name.split_once('/').ok_or_else(|| invalid("it has no top folder"))?;
    EntryName::parse(top).map_err(|reason| invalid(format!("its top folder: {reason}")))?;
    Ok(top.to_owned())
}

type Packed<'r, R> = BufReader<Summed<io::Take<&'r mut R>>>;

/// Sums up what is read.
struct Summed<R> {
    inner: R,
    crc: Crc,
}

impl<R: Read> Read for Summed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.crc.update(&buffer[..count]);
        Ok(count)
    }
}

enum Unpacked<'r, R> {
    Stored(Packed<'r, R>),
    Deflated(DeflateDecoder<Packed<'r, R>>),
}

/// The content of one entry as a stream, which ends with an error if it is not what the zip says.
pub struct Content<'r, R> {
    inner: Unpacked<'r, R>,
    crc: Crc,
    expected: u32,
    /// Bytes still to come.
    left: u64,
    is_checked: bool,
}

impl<'r, R: Read + Seek> Content<'r, R> {
    pub(super) fn open(source: &'r mut R, record: &Record, span: Span) -> io::Result<Self> {
        source.seek(SeekFrom::Start(span.start))?;
        let packed =
            BufReader::with_capacity(1 << 16, Summed { inner: source.take(span.packed), crc: Crc::new() });
        let inner = match record.method {
            super::container::STORED => Unpacked::Stored(packed),
            super::container::DEFLATED => Unpacked::Deflated(DeflateDecoder::new(packed)),
            method => return Err(invalid(format!("it is packed by an unknown method, {method}"))),
        };
        Ok(Self { inner, crc: Crc::new(), expected: record.crc, left: record.bytes, is_checked: false })
    }

    /// CRC-32 of the packed bytes; reads what was not read yet.
    pub(super) fn packed_crc(self) -> io::Result<u32> {
        let mut packed = match self.inner {
            Unpacked::Stored(packed) => packed,
            Unpacked::Deflated(decoder) => decoder.into_inner(),
        };
        io::copy(&mut packed, &mut io::sink())?;
        Ok(packed.get_ref().crc.clone().finalize())
    }

    /// At the end: nothing may be missing, left over or different.
    fn check(&mut self) -> io::Result<()> {
        if self.left > 0 {
            return Err(invalid(format!("it unpacks to {} bytes less than the zip says", self.left)));
        }
        if self.crc.clone().finalize() != self.expected {
            return Err(invalid("its content does not have the CRC-32 that the zip says"));
        }
        let packed: &mut dyn Read = match &mut self.inner {
            Unpacked::Stored(packed) => packed,
            Unpacked::Deflated(decoder) => decoder.get_mut(),
        };
        if packed.read(&mut [0])? > 0 {
            return Err(invalid("bytes that belong to no content follow its packed content"));
        }
        self.is_checked = true;
        Ok(())
    }
}

impl<R: Read + Seek> Read for Content<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_checked || buffer.is_empty() {
            return Ok(0);
        }
        let count = match &mut self.inner {
            Unpacked::Stored(packed) => packed.read(buffer)?,
            Unpacked::Deflated(decoder) => decoder.read(buffer)?,
        };
        if count == 0 {
            self.check()?;
            return Ok(0);
        }
        self.crc.update(&buffer[..count]);
        let left = self.left.checked_sub(count as u64);
        self.left = left.ok_or_else(|| {
            io::Error::new(io::ErrorKind::FileTooLarge, "it unpacks to more bytes than the zip says")
        })?;
        Ok(count)
    }
}
