//! The structure of a zip, read without trust: where its directory is, what its headers say, and every byte that is not as
//! the bundle writer writes it; and the one that writes it. Knows no bag and no manifest, and unpacks nothing.

use std::io::{self, BufReader, Read, Seek, SeekFrom};

mod header;
mod layout;
mod walk;
mod write;

pub(super) use header::{DEFLATED, Record, STORED};
pub(super) use layout::{Span, lay_out};
pub(super) use walk::Walk;
pub(super) use write::Archive;

/// Something in the structure that the bundle writer does not write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Oddity {
    /// The full name of the entry that it concerns.
    pub(super) entry: Option<String>,
    /// What is odd.
    pub(super) detail: String,
}

/// The directory at the end of a zip.
#[derive(Debug)]
pub(super) struct Directory {
    /// What it says of each entry, in its order.
    pub(super) records: Vec<Record>,
    /// Bytes that stand before the archive; offsets count from there.
    pub(super) base: u64,
    /// Where the directory starts.
    pub(super) start: u64,
    /// What is odd about it.
    pub(super) oddities: Vec<Oddity>,
    /// Whether a record could not be read, so that the rest of the directory is unknown.
    pub(super) is_broken: bool,
}

const CENTRAL: [u8; 4] = *b"PK\x01\x02";
const LOCAL: [u8; 4] = *b"PK\x03\x04";
const END: [u8; 4] = *b"PK\x05\x06";
const END64: [u8; 4] = *b"PK\x06\x06";
const LOCATOR64: [u8; 4] = *b"PK\x06\x07";
/// The largest directory that is taken into memory; a million entries need about half of it.
const MAX_SIZE: u64 = 1 << 29;

const END_SIZE: u64 = 22;
const END64_SIZE: u64 = 56;
const LOCATOR64_SIZE: u64 = 20;

pub(super) fn invalid(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message.into())
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

pub(super) fn read_at<const N: usize>(source: &mut (impl Read + Seek), at: u64) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    source.seek(SeekFrom::Start(at))?;
    source.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// What the end of the archive says of the directory.
struct Ending {
    count: u64,
    size: u64,
    offset: u64,
    /// Where the directory must end.
    position: u64,
    oddities: Vec<String>,
}

impl Directory {
    /// Reads the directory. Fails if there is none, or if it names more than `most` entries.
    pub(super) fn read(source: &mut (impl Read + Seek), most: u64) -> io::Result<Self> {
        let ending = Ending::find(source)?;
        if ending.count > most {
            return Err(invalid(format!("it claims to hold {} entries, more than {most}", ending.count)));
        }
        let (start, base) = locate(source, &ending)?;
        if ending.position - start > MAX_SIZE {
            return Err(invalid(format!("its directory has more than {MAX_SIZE} bytes")));
        }
        let oddities = ending.oddities.iter().map(|detail| Oddity { entry: None, detail: detail.clone() });
        let mut directory =
            Self { records: Vec::new(), base, start, oddities: oddities.collect(), is_broken: false };
        directory.read_records(source, ending.position, most)?;
        directory.compare(&ending);
        Ok(directory)
    }

    fn read_records(&mut self, source: &mut (impl Read + Seek), end: u64, most: u64) -> io::Result<()> {
        source.seek(SeekFrom::Start(self.start))?;
        let mut input = BufReader::with_capacity(1 << 16, source.by_ref()).take(end - self.start);
        while input.limit() > 0 {
            if self.records.len() as u64 == most {
                return Err(invalid(format!("it holds more than {most} entries")));
            }
            match Record::read(&mut input) {
                Ok(record) => self.records.push(record),
                Err(error) if is_content_error(&error) => {
                    self.is_broken = true;
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        drop(input);
        if self.is_broken { self.name_broken(source) } else { Ok(()) }
    }

    /// A wrong length in a record is only noticed at the next one, so the last one that was read is looked at again.
    fn name_broken(&mut self, source: &mut (impl Read + Seek)) -> io::Result<()> {
        let mut number = self.records.len();
        let mut name_of = |number| layout::name_by_walk(source, self.base, self.start, number);
        let mut entry = name_of(number)?;
        if let Some(last) = self.records.last() {
            let name = name_of(number - 1)?;
            if last.odd.is_some() || name.as_ref().is_some_and(|name| *name != last.name) {
                number -= 1;
                entry = name;
            }
        }
        let detail = format!("record {} of the zip directory cannot be read", number + 1);
        self.oddities.push(Oddity { entry, detail });
        Ok(())
    }

    fn compare(&mut self, ending: &Ending) {
        let mut odd = |detail: String| self.oddities.push(Oddity { entry: None, detail });
        if self.base > 0 {
            odd(format!("{} bytes stand before the archive", self.base));
        }
        let count = self.records.len() as u64;
        if !self.is_broken && count != ending.count {
            odd(format!("the end of the archive says {} entries, its directory has {count}", ending.count));
        }
        let size = ending.position - self.start;
        if size != ending.size {
            odd(format!("the end of the archive says {} bytes of directory, there are {size}", ending.size));
        }
        if ending.offset.checked_add(self.base) != Some(self.start) {
            odd("the directory is not where the end of the archive says".to_owned());
        }
    }
}

/// Whether what cannot be read was a zip once: it begins with an entry, and records of a directory stand near its end.
pub(super) fn is_damaged(source: &mut (impl Read + Seek), error: &io::Error) -> io::Result<bool> {
    if !is_content_error(error) || read_at::<4>(source, 0).ok() != Some(LOCAL) {
        return Ok(false);
    }
    let length = source.seek(SeekFrom::End(0))?;
    source.seek(SeekFrom::Start(length.saturating_sub(1 << 17)))?;
    let mut tail = Vec::new();
    source.by_ref().take(1 << 17).read_to_end(&mut tail)?;
    Ok(memchr::memmem::find(&tail, &CENTRAL).is_some())
}

fn is_content_error(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
}

/// Where the directory starts, and how many bytes stand before the archive. Believes the offset, or else the size.
fn locate(source: &mut (impl Read + Seek), ending: &Ending) -> io::Result<(u64, u64)> {
    let by_size = ending.position.checked_sub(ending.size);
    for start in [Some(ending.offset), by_size].into_iter().flatten() {
        // If both agree, a broken signature is a finding of that record.
        let is_agreed = Some(start) == by_size && start == ending.offset;
        if start.saturating_add(46) > ending.position
            || (read_at::<4>(source, start)? != CENTRAL && !is_agreed)
        {
            continue;
        }
        let shift = start.saturating_sub(ending.offset);
        let first: [u8; 46] = read_at(source, start)?;
        let local = u64::from(u32_at(&first, 42)).saturating_add(shift);
        let is_shifted =
            shift > 0 && local.saturating_add(4) < start && read_at::<4>(source, local)? == LOCAL;
        return Ok((start, if is_shifted { shift } else { 0 }));
    }
    Err(invalid("its directory is not where its end says"))
}

impl Ending {
    fn find(source: &mut (impl Read + Seek)) -> io::Result<Self> {
        let length = source.seek(SeekFrom::End(0))?;
        let window = length.min(END_SIZE + u64::from(u16::MAX));
        source.seek(SeekFrom::Start(length - window))?;
        let mut tail = Vec::new();
        source.by_ref().take(window).read_to_end(&mut tail)?;
        let last = tail.len().checked_sub(22).ok_or_else(|| invalid("it is no zip archive"))?;
        let found = (0..=last).rev().find(|at| tail[*at..].starts_with(&END));
        let at = found.ok_or_else(|| invalid("it is no zip archive, or its end is missing"))?;
        let block = &tail[at..];
        let mut ending = Self {
            count: u64::from(u16_at(block, 10)),
            size: u64::from(u32_at(block, 12)),
            offset: u64::from(u32_at(block, 16)),
            position: length - window + at as u64,
            oddities: Vec::new(),
        };
        if u32_at(block, 4) != 0 || u16_at(block, 8) != u16_at(block, 10) {
            ending.oddities.push("the end of the archive speaks of several disks".to_owned());
        }
        let following = block.len() - 22;
        if following > 0 {
            ending.oddities.push(format!("{following} bytes follow the end of the archive"));
        }
        if usize::from(u16_at(block, 20)) != following {
            ending.oddities.push("the end of the archive has a wrong comment length".to_owned());
        }
        ending.read_64(source)?;
        Ok(ending)
    }

    /// Larger numbers stand in a second block before the end.
    fn read_64(&mut self, source: &mut (impl Read + Seek)) -> io::Result<()> {
        let needs = self.count == 0xffff || self.size == 0xffff_ffff || self.offset == 0xffff_ffff;
        let Some(at) = self.position.checked_sub(LOCATOR64_SIZE + END64_SIZE) else { return Ok(()) };
        let block: [u8; 76] = read_at(source, at)?;
        let (end, locator) = block.split_at(56);
        let is_marked = [end.starts_with(&END64), locator.starts_with(&LOCATOR64)];
        if is_marked == [false, false] {
            return if needs { Err(invalid("its 64-bit directory end is missing")) } else { Ok(()) };
        }
        let versions = [u16_at(end, 12), u16_at(end, 14)];
        let is_ours = is_marked == [true, true]
            && u64_at(end, 4) == 44
            && versions[0] == versions[1]
            && versions[0] == 45
            && u64_at(end, 16) == 0
            && u64_at(end, 24) == u64_at(end, 32)
            && u32_at(locator, 4) == 0
            && u32_at(locator, 16) == 1
            && u64_at(locator, 8) <= at;
        if !is_ours {
            self.oddities.push("the 64-bit end of the archive is not as qdiag writes it".to_owned());
        }
        if u64_at(locator, 8) != at {
            self.oddities.push("the 64-bit end of the archive is not where its locator says".to_owned());
        }
        let stated = (self.count, self.size, self.offset);
        self.count = u64_at(end, 32);
        self.size = u64_at(end, 40);
        self.offset = u64_at(end, 48);
        self.position = at;
        // The small numbers are the large ones as far as they can say them.
        let expected = (self.count.min(0xffff), self.size.min(0xffff_ffff), self.offset.min(0xffff_ffff));
        if stated != expected {
            self.oddities.push("the two ends of the archive do not agree".to_owned());
        }
        Ok(())
    }
}
