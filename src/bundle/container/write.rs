//! Writes the structure of a zip, entry after entry. Its directory is kept packed until the end, since there may be a million
//! entries; what reads the structure is in the files beside this one.

use std::io::{self, Read, SeekFrom, Write};

use crc32fast::Hasher as Crc;
use flate2::Compression;
use flate2::write::DeflateEncoder;

use super::header::{DEFLATED, Record};
use super::{END, END64, END64_SIZE, LOCATOR64, invalid};
use crate::bundle::pack::{Packed, Packer, Packing, crc};
use crate::bundle::{Room, Target};

/// Bytes that are copied at a time.
const COPIED: usize = 64 * 1024;

/// A zip that is being written.
pub(in crate::bundle) struct Archive<W> {
    out: W,
    position: u64,
    directory: DeflateEncoder<Vec<u8>>,
    directory_bytes: u64,
    checks: Vec<u32>,
    packing: Packing,
    open: Option<Open>,
    room: Room,
}

/// An entry whose size is not known yet.
struct Open {
    record: Record,
    content: Crc,
    packed: Crc,
    packer: Option<Packer>,
    /// It would go beyond the room, so nothing more of it is written; it is packed on to learn its size.
    is_over: bool,
}

impl<W: Target> Archive<W> {
    /// Nothing written yet.
    pub(in crate::bundle) fn new(out: W, packing: Packing) -> Self {
        Self {
            out,
            position: 0,
            directory: DeflateEncoder::new(Vec::new(), Compression::fast()),
            directory_bytes: 0,
            checks: Vec::new(),
            packing,
            open: None,
            room: Room::default(),
        }
    }

    /// How far entries may go.
    pub(in crate::bundle) fn room(&mut self) -> &mut Room {
        &mut self.room
    }

    /// Allows entries so many more bytes, if there is a limit.
    pub(in crate::bundle) fn allow(&mut self, bytes: Option<u64>) {
        self.room.limit = bytes.map(|bytes| self.position.saturating_add(bytes));
    }

    /// Bytes written, with the directory as far as it is known.
    pub(in crate::bundle) fn written(&self) -> u64 {
        self.position + self.directory_bytes
    }

    /// CRC-32 of the packed bytes of every finished entry, in order.
    pub(in crate::bundle) fn packed_checks(&self) -> &[u32] {
        &self.checks
    }

    /// How entries are packed.
    pub(in crate::bundle) fn packing(&self) -> &Packing {
        &self.packing
    }

    /// Writes an entry that was packed whole; says whether there was room for it.
    pub(in crate::bundle) fn whole(&mut self, mut record: Record, content: &Packed) -> io::Result<bool> {
        record.set_method(content.method);
        record.place(self.position);
        record.bytes = content.bytes;
        record.packed = content.data.len() as u64;
        record.crc = content.crc;
        let header = record.local_header();
        let end = self.position + (header.len() + content.data.len()) as u64;
        if !self.room.takes(end, self.position, &self.out) {
            self.room.refuse(end - self.position);
            return Ok(false);
        }
        self.put(&header)?;
        self.put(&content.data)?;
        self.note(&record, crc(&content.data))?;
        Ok(true)
    }

    /// Takes an entry of another zip over as it is packed there, under this name.
    pub(in crate::bundle) fn take_over(
        &mut self,
        record: Record,
        name: String,
        packed: &mut dyn Read,
    ) -> io::Result<()> {
        let mut record = record.renamed(name);
        record.place(self.position);
        self.put(&record.local_header())?;
        let mut sum = Crc::new();
        let mut buffer = vec![0; COPIED];
        let mut left = record.packed;
        while left > 0 {
            let room = usize::try_from(left).map_or(COPIED, |left| left.min(COPIED));
            packed.read_exact(&mut buffer[..room])?;
            sum.update(&buffer[..room]);
            self.put(&buffer[..room])?;
            left -= room as u64;
        }
        self.note(&record, sum.finalize())
    }

    /// Starts an entry of unknown size, which gets room for sizes of 64 bits.
    pub(in crate::bundle) fn begin(&mut self, mut record: Record) -> io::Result<()> {
        record.place(self.position);
        record.make_large();
        self.put(&record.local_header())?;
        let packer = (record.method == DEFLATED).then(|| Packer::new(self.packing.clone()));
        self.open = Some(Open { record, content: Crc::new(), packed: Crc::new(), packer, is_over: false });
        Ok(())
    }

    /// Adds content to the entry that was started.
    pub(in crate::bundle) fn push(&mut self, content: &[u8]) -> io::Result<()> {
        let open = self.open.as_mut().ok_or_else(|| invalid("no entry was started"))?;
        open.content.update(content);
        open.record.bytes += content.len() as u64;
        let (out, position) = ((&mut self.out, &mut self.room), &mut self.position);
        match open.packer.take() {
            None => open.pass(content, out, position),
            Some(mut packer) => {
                let (out, room) = out;
                packer.push(content, &mut |bytes| open.pass(bytes, (out, room), position))?;
                open.packer = Some(packer);
                Ok(())
            }
        }
    }

    /// Ends the entry that was started: its header is written anew. Says whether there was room for it; if not, nothing of it stays.
    pub(in crate::bundle) fn end(&mut self) -> io::Result<bool> {
        let mut open = self.open.take().ok_or_else(|| invalid("no entry was started"))?;
        let (out, room, position) = (&mut self.out, &mut self.room, &mut self.position);
        if let Some(mut packer) = open.packer.take() {
            packer.end(&mut |bytes| open.pass(bytes, (out, room), position))?;
        }
        if open.is_over {
            self.room.refuse(open.record.local_header().len() as u64 + open.record.packed);
            self.open = Some(open);
            self.abort()?;
            return Ok(false);
        }
        open.record.crc = open.content.finalize();
        self.out.seek(SeekFrom::Start(open.record.offset))?;
        self.out.write_all(&open.record.local_header())?;
        self.out.seek(SeekFrom::Start(self.position))?;
        self.note(&open.record, open.packed.finalize())?;
        Ok(true)
    }

    /// Throws away the entry that was started; nothing of it stays.
    pub(in crate::bundle) fn abort(&mut self) -> io::Result<()> {
        let open = self.open.take().ok_or_else(|| invalid("no entry was started"))?;
        self.position = open.record.offset;
        self.out.cut(self.position)?;
        self.out.seek(SeekFrom::Start(self.position))?;
        Ok(())
    }

    /// Writes the directory and its end; gives what was written to, flushed.
    pub(in crate::bundle) fn finish(mut self) -> io::Result<W> {
        let start = self.position;
        let packed =
            std::mem::replace(&mut self.directory, DeflateEncoder::new(Vec::new(), Compression::none()));
        let packed = packed.finish()?;
        let mut directory = flate2::read::DeflateDecoder::new(packed.as_slice());
        self.position += io::copy(&mut directory, &mut self.out)?;
        let count = self.checks.len() as u64;
        let end = end_records(count, self.directory_bytes, start);
        self.put(&end)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.position += bytes.len() as u64;
        Ok(())
    }

    fn note(&mut self, record: &Record, check: u32) -> io::Result<()> {
        let central = record.central_header();
        self.directory_bytes += central.len() as u64;
        self.checks.push(check);
        self.directory.write_all(&central)
    }
}

impl Open {
    fn pass<W: Target>(
        &mut self,
        bytes: &[u8],
        (out, room): (&mut W, &mut Room),
        position: &mut u64,
    ) -> io::Result<()> {
        self.packed.update(bytes);
        self.record.packed += bytes.len() as u64;
        let end = *position + bytes.len() as u64;
        self.is_over = self.is_over || !room.takes(end, *position, out);
        if self.is_over {
            return Ok(());
        }
        *position = end;
        out.write_all(bytes)
    }
}

/// The end of the archive, with a 64-bit one before it where the numbers need it.
fn end_records(count: u64, size: u64, offset: u64) -> Vec<u8> {
    let mut end = Vec::new();
    let small = |number: u64, most: u64| number.min(most).to_le_bytes();
    if count >= 0xffff || size >= 0xffff_ffff || offset >= 0xffff_ffff {
        end.extend_from_slice(&END64);
        end.extend_from_slice(&(END64_SIZE - 12).to_le_bytes());
        end.extend_from_slice(&[45, 0, 45, 0]);
        end.extend_from_slice(&[0; 8]);
        for number in [count, count, size, offset] {
            end.extend_from_slice(&number.to_le_bytes());
        }
        end.extend_from_slice(&LOCATOR64);
        end.extend_from_slice(&[0; 4]);
        end.extend_from_slice(&(offset + size).to_le_bytes());
        end.extend_from_slice(&[1, 0, 0, 0]);
    }
    end.extend_from_slice(&END);
    end.extend_from_slice(&[0; 4]);
    end.extend_from_slice(&small(count, 0xffff)[..2]);
    end.extend_from_slice(&small(count, 0xffff)[..2]);
    end.extend_from_slice(&small(size, 0xffff_ffff)[..4]);
    end.extend_from_slice(&small(offset, 0xffff_ffff)[..4]);
    end.extend_from_slice(&[0; 2]);
    end
}
