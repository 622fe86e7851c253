//! Writes a bundle as a stream: one entry after the other, then the manifest and the tag files. Takes only `Cleared` bytes,
//! and nothing of a withheld entry stays in the file.

use std::io::{self, Read};
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::container::{Archive, DEFLATED, Record, STORED};
use super::document::Document;
use super::pack::{Packed as PackedContent, Packing};
use super::ready::{self, Ready};
use super::{BAG_INFO, BAGIT, Hashing, MANIFEST, PACKED_CHECKS, PAYLOAD, PAYLOAD_DIGESTS, Refusal};
use super::{Sha256Hex, TAG_DIGESTS, TICKET, Target, bag};
use crate::Error;
use crate::manifest::{Manifest, Packed, PackedLines, Spool};
use crate::plan::{EntryName, Names};
use crate::redact::{Clearance, Cleared, Redaction};

#[cfg(test)]
pub(super) mod tests;

/// Bytes read ahead. An entry that ends within them needs no room for 64-bit sizes and is never aborted.
const CHUNK: usize = 1 << 18;

/// What the headers, records and texts of the files of the bag take, without the top folder in their names.
const OWN_FILES: u64 = 1_350;

/// One file in the zip.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// Its name below the top folder.
    pub name: EntryName,
    /// Bytes before compression.
    pub bytes: u64,
    /// Digest of those bytes.
    pub sha256: Sha256Hex,
}

impl Stored {
    /// Whether it was collected, rather than made to describe the bundle.
    pub fn is_payload(&self) -> bool {
        self.name.as_str().starts_with(PAYLOAD)
    }
}

/// What became of an entry.
#[derive(Debug)]
pub struct Added {
    /// Bytes stored, before compression.
    pub bytes: u64,
    /// Digest of the stored bytes.
    pub sha256: Sha256Hex,
    /// How its source ended.
    pub end: End,
    /// What the redaction says of it.
    pub clearance: Clearance,
}

/// How the source of an entry ended.
#[derive(Debug)]
pub enum End {
    /// It was read to its end.
    Whole,
    /// It must not be passed on, for this reason; a stub that says so stands in its place.
    Withheld(String),
    /// It could not be read any further; what was read so far is stored.
    SourceFailed(io::Error),
    /// There was no room for it; nothing is stored, and its name is free.
    NoRoom(Refusal),
}

/// Everything that a finished bundle holds.
#[derive(Debug)]
pub struct Contents {
    /// The top folder, without a slash.
    pub top: String,
    /// Start of the run.
    pub started: DateTime<Utc>,
    /// What was collected, in the order of the zip.
    pub payload: Packed<Stored>,
    /// What describes it, in the order of the zip.
    pub tags: Vec<Stored>,
}

/// A finished bundle, not published yet.
#[derive(Debug)]
pub struct Finished<W> {
    /// Where it was written to, flushed.
    pub out: W,
    /// What it holds.
    pub contents: Contents,
}

/// Writes a bundle.
pub struct Writer<W: Target> {
    archive: Archive<W>,
    path: PathBuf,
    top: String,
    started: DateTime<Utc>,
    payload: Spool<Stored>,
    payload_bytes: u64,
    tags: Vec<Stored>,
    names: Names,
    chunk: Vec<u8>,
    has_failed: bool,
    refusal: Option<Refusal>,
}

impl<W: Target> Writer<W> {
    /// Starts a bundle. The start of the run is the time of all entries without one of their own.
    pub fn start(out: W, top_folder: &str, started: DateTime<Utc>, packing: Packing) -> Self {
        Self {
            path: out.path().to_owned(),
            archive: Archive::new(out, packing),
            top: top_folder.to_owned(),
            started,
            payload: Spool::default(),
            payload_bytes: 0,
            tags: Vec::new(),
            names: Names::new(),
            chunk: Vec::new(),
            has_failed: false,
            refusal: None,
        }
    }

    /// Stores one entry. Only a failure to write is an error; a failure to read is how the entry ends.
    pub fn add<'a, R: Read + 'a>(
        &mut self,
        name: &EntryName,
        source: &mut Cleared<'a, R>,
        modified: Option<DateTime<Utc>>,
    ) -> Result<Added, Error> {
        self.claim(name)?;
        let record = self.record(name, DEFLATED, modified);
        let mut failure = self.fill(source).err();
        let is_small = failure.is_some() || self.chunk.len() < CHUNK;
        if let (true, Some(reason)) = (is_small, &source.clearance().withheld) {
            let reason = reason.clone();
            return self.stub(name, record, reason, source.clearance().clone());
        }
        let stored = self.pour(name, record.clone(), source, &mut failure)?;
        if let Some(reason) = source.clearance().withheld.clone() {
            self.archive.abort().map_err(|error| self.failed(error))?;
            return self.stub(name, record, reason, source.clearance().clone());
        }
        let end = failure.map_or(End::Whole, End::SourceFailed);
        let added =
            Added { bytes: stored.bytes, sha256: stored.sha256, end, clearance: source.clearance().clone() };
        self.end(is_small, stored)?;
        Ok(self.or_refused(name, added))
    }

    /// What became of an entry, which may have had no room.
    fn or_refused(&mut self, name: &EntryName, added: Added) -> Added {
        match self.archive.room().take_refusal() {
            Some(refusal) => {
                self.names.release(name);
                self.refusal = Some(refusal);
                Added { end: End::NoRoom(refusal), ..added }
            }
            None => added,
        }
    }

    /// Writes an entry that was made ready.
    pub fn put(
        &mut self,
        name: &EntryName,
        ready: Ready,
        modified: Option<DateTime<Utc>>,
    ) -> Result<Added, Error> {
        self.claim(name)?;
        let Ready { packed, sha256, end, clearance } = ready;
        let record = self.record(name, DEFLATED, modified);
        let is_stored = self.archive.whole(record, &packed).map_err(|error| self.failed(error))?;
        if is_stored {
            self.end(true, Stored { name: name.clone(), bytes: packed.bytes, sha256 })?;
        }
        Ok(self.or_refused(name, Added { bytes: packed.bytes, sha256, end, clearance }))
    }

    /// Allows so many more bytes of entries, if there is a limit; an entry that would take more is not stored.
    pub fn allow(&mut self, bytes: Option<u64>) {
        self.archive.allow(bytes);
    }

    /// Takes everything from here on, as what tells of the run must be.
    pub fn lift_limits(&mut self) {
        self.archive.room().lift();
    }

    /// Keeps some space of the disk free from here on; an entry that would take it is not stored.
    pub fn watch_disk(&mut self) {
        self.archive.room().watch_disk();
    }

    /// Why the entry before had no room, if so; told once.
    pub fn refusal(&mut self) -> Option<Refusal> {
        self.refusal.take()
    }

    /// Bytes of the zip so far, and of what finishing it adds besides the manifest and the lists of digests.
    pub fn written(&self) -> u64 {
        self.archive.written() + OWN_FILES + 12 * self.top.len() as u64
    }

    /// How entries are packed.
    pub fn packing(&self) -> &Packing {
        self.archive.packing()
    }

    /// Writes the text of the ticket, the manifest and the tag files, and closes the zip.
    pub fn finish(
        mut self,
        manifest: &Manifest<PackedLines>,
        ticket: &str,
        redaction: &Redaction,
    ) -> Result<Finished<W>, Error> {
        self.archive.room().lift();
        self.own(TICKET, &mut redaction.clear_own(ticket.as_bytes()))?;
        let document = Document::new(manifest, manifest.entries.iter())
            .map_err(|error| Error::output("write", &self.path, error))?;
        let mut cleared = redaction.clear_own(document);
        self.finish_with(&mut cleared, manifest.run.case_number.as_deref())
    }

    /// As `finish`, with the manifest as a stream.
    pub(super) fn finish_with<'a, R: Read + 'a>(
        mut self,
        manifest: &mut Cleared<'a, R>,
        case: Option<&str>,
    ) -> Result<Finished<W>, Error> {
        self.archive.room().lift();
        self.own(MANIFEST, manifest)?;
        self.own_file(BAGIT, DEFLATED, &mut bag::DECLARATION.as_bytes())?;
        let info = bag::info(self.started, case, self.payload_bytes, self.payload.len());
        self.own_file(BAG_INFO, DEFLATED, &mut info.as_bytes())?;
        let payload = std::mem::take(&mut self.payload).finish();
        self.own_file(PAYLOAD_DIGESTS, DEFLATED, &mut bag::DigestLines::new(payload.iter()))?;
        // From here on nothing is deflated: each change of bytes that no check covers must change content.
        let checks = self.archive.packed_checks().to_vec();
        self.own_file(PACKED_CHECKS, STORED, &mut bag::CheckLines::new(checks.into_iter()))?;
        let tags = self.tags.clone();
        self.own_file(TAG_DIGESTS, STORED, &mut bag::DigestLines::new(tags.into_iter()))?;
        let Self { archive, path, top, started, tags, .. } = self;
        let out = archive.finish().map_err(|error| Error::output("write", &path, error))?;
        Ok(Finished { out, contents: Contents { top, started, payload, tags } })
    }

    /// What tells of the bundle, which must be whole.
    fn own<'a, R: Read + 'a>(&mut self, name: &str, source: &mut Cleared<'a, R>) -> Result<(), Error> {
        match self.add(&EntryName::fixed(name), source, None)?.end {
            End::Whole => Ok(()),
            End::Withheld(reason) => Err(Error::ReadBack(format!("{name} could not be redacted: {reason}"))),
            End::SourceFailed(error) => Err(self.failed(error)),
            End::NoRoom(_) => unreachable!("the limit was lifted"),
        }
    }

    /// Takes over an entry of a finished bundle as it is packed there, under this name.
    pub(super) fn take_over(
        &mut self,
        (stored, name): (&Stored, &EntryName),
        record: Record,
        packed: &mut dyn Read,
    ) -> Result<(), Error> {
        self.claim(name)?;
        let full = format!("{}/{name}", self.top);
        self.archive.take_over(record, full, packed).map_err(|error| self.failed(error))?;
        self.end(true, Stored { name: name.clone(), ..stored.clone() })
    }

    fn record(&self, name: &EntryName, method: u16, modified: Option<DateTime<Utc>>) -> Record {
        Record::new(format!("{}/{name}", self.top), method, modified.unwrap_or(self.started))
    }

    fn claim(&mut self, name: &EntryName) -> Result<(), Error> {
        if self.has_failed {
            return Err(self.failed(io::Error::other("an earlier write failed")));
        }
        if !self.names.claim(name) {
            return Err(self.failed(io::Error::other(format!("two entries have the name {name}"))));
        }
        Ok(())
    }

    /// Reads ahead into the chunk, which keeps what was read before a failure.
    fn fill(&mut self, source: &mut impl Read) -> io::Result<usize> {
        self.chunk.clear();
        self.chunk.reserve_exact(CHUNK);
        source.by_ref().take(CHUNK as u64).read_to_end(&mut self.chunk)
    }

    /// Writes what was read ahead, whole if that is all; else it starts an entry and adds all that follows.
    fn pour(
        &mut self,
        name: &EntryName,
        record: Record,
        source: &mut impl Read,
        failure: &mut Option<io::Error>,
    ) -> Result<Stored, Error> {
        if failure.is_some() || self.chunk.len() < CHUNK {
            let packed = match record.method {
                STORED => PackedContent::stored(&self.chunk),
                _ => PackedContent::of(&self.chunk, self.archive.packing().compression),
            };
            self.archive.whole(record, &packed).map_err(|error| self.failed(error))?;
            let (bytes, sha256) = (self.chunk.len() as u64, Sha256Hex::of(&self.chunk));
            return Ok(Stored { name: name.clone(), bytes, sha256 });
        }
        self.archive.begin(record).map_err(|error| self.failed(error))?;
        let mut written = Hashing::new(io::sink());
        while !self.chunk.is_empty() {
            let passed = self.archive.push(&self.chunk);
            let passed = passed.and_then(|()| io::Write::write_all(&mut written, &self.chunk));
            passed.map_err(|error| self.failed(error))?;
            // What is over its limit is still packed, since its size must not depend on when that is noticed.
            if failure.is_some() || self.chunk.len() < CHUNK || self.archive.room().is_disk_full() {
                break;
            }
            *failure = self.fill(source).err();
        }
        Ok(Stored { name: name.clone(), bytes: written.length(), sha256: written.finish() })
    }

    /// Ends an entry that `pour` wrote.
    fn end(&mut self, is_whole: bool, stored: Stored) -> Result<(), Error> {
        if !is_whole {
            self.archive.end().map_err(|error| self.failed(error))?;
        }
        if self.archive.room().has_refused() {
            return Ok(());
        }
        if stored.is_payload() {
            self.payload_bytes += stored.bytes;
            self.payload.push(&stored);
        } else {
            self.tags.push(stored);
        }
        Ok(())
    }

    /// Says in place of an entry why it is not there. Its name is claimed already.
    fn stub(
        &mut self,
        name: &EntryName,
        record: Record,
        reason: String,
        clearance: Clearance,
    ) -> Result<Added, Error> {
        let text = ready::stub(&reason);
        let mut failure = self.fill(&mut text.as_slice()).err();
        let stored = self.pour(name, record, &mut io::empty(), &mut failure)?;
        let added =
            Added { bytes: stored.bytes, sha256: stored.sha256, end: End::Withheld(reason), clearance };
        self.end(true, stored)?;
        Ok(self.or_refused(name, added))
    }

    /// A file of the bag itself: made of digests and of names that are in the zip anyway.
    fn own_file(&mut self, name: &str, method: u16, text: &mut impl Read) -> Result<(), Error> {
        let name = EntryName::fixed(name);
        self.claim(&name)?;
        let record = self.record(&name, method, None);
        let mut failure = self.fill(text).err();
        let is_small = failure.is_some() || self.chunk.len() < CHUNK;
        let stored = self.pour(&name, record, text, &mut failure)?;
        self.end(is_small, stored)?;
        failure.map_or(Ok(()), |error| Err(self.failed(error)))
    }

    /// The error of a failed write, after which nothing more is written.
    fn failed(&mut self, error: io::Error) -> Error {
        self.has_failed = true;
        Error::output("write", &self.path, error)
    }
}
