//! One record of the directory, the header before its content, and how both must look.

use std::io::{self, Read};

use chrono::{DateTime, Datelike, NaiveDate, Timelike, Utc};

use super::{CENTRAL, LOCAL, invalid, u16_at, u32_at, u64_at};

/// The longest name that is read; a bundle's own are far shorter.
const MAX_NAME: usize = 4096;

/// Unix, which the bundle writer gives on every platform; the lower byte is the version needed.
const UNIX: u16 = 3 << 8;

/// A regular file that all may read and its owner may write.
const ATTRIBUTES: u32 = 0o100_644 << 16;

/// The name is UTF-8.
const UTF8: u16 = 1 << 11;

pub(in crate::bundle) const DEFLATED: u16 = 8;
pub(in crate::bundle) const STORED: u16 = 0;

/// What the directory says of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::bundle) struct Record {
    /// Its full name, with the top folder.
    pub(in crate::bundle) name: String,
    /// Whether the name is Unicode; if not, `name` shows what could be read.
    pub(in crate::bundle) is_unicode: bool,
    pub(in crate::bundle) method: u16,
    pub(in crate::bundle) crc: u32,
    pub(in crate::bundle) packed: u64,
    pub(in crate::bundle) bytes: u64,
    pub(in crate::bundle) offset: u64,
    pub(super) flags: u16,
    pub(super) needed: u16,
    pub(super) time: u32,
    /// Whether sizes are written with 64 bits.
    pub(super) is_large: bool,
    /// The first field that the bundle writer would write otherwise.
    pub(super) odd: Option<&'static str>,
}

impl Record {
    /// An entry to be written. Its sizes, its digest and its place are not known yet.
    pub(in crate::bundle) fn new(name: String, method: u16, modified: DateTime<Utc>) -> Self {
        Self {
            is_unicode: true,
            method,
            crc: 0,
            packed: 0,
            bytes: 0,
            offset: 0,
            flags: if name.is_ascii() { 0 } else { UTF8 },
            needed: if method == DEFLATED { 20 } else { 10 },
            time: dos_time(modified),
            is_large: false,
            odd: None,
            name,
        }
    }

    /// The same entry under another name, to be placed anew.
    pub(super) fn renamed(self, name: String) -> Self {
        let mut record = Self { flags: if name.is_ascii() { 0 } else { UTF8 }, name, ..self };
        record.set_method(record.method);
        if record.is_large {
            record.make_large();
        }
        record
    }

    /// Says how it is packed. Before its place is known.
    pub(super) fn set_method(&mut self, method: u16) {
        self.method = method;
        self.needed = if method == DEFLATED { 20 } else { 10 };
    }

    /// Says where it is; whoever reads a place beyond 4 GiB needs 64 bits.
    pub(super) fn place(&mut self, offset: u64) {
        self.offset = offset;
        if offset >= u64::from(u32::MAX) {
            self.needed = 45;
        }
    }

    /// Gives it room for sizes of 64 bits.
    pub(super) fn make_large(&mut self) {
        self.is_large = true;
        self.needed = 45;
    }

    /// Reads one record; what is broken so that the next cannot be found is an error.
    pub(super) fn read(input: &mut impl Read) -> io::Result<Self> {
        let mut fixed = [0; 46];
        input.read_exact(&mut fixed)?;
        if !fixed.starts_with(&CENTRAL) {
            return Err(invalid("no directory record"));
        }
        let name = read_bytes(input, u16_at(&fixed, 28))?;
        let extra = read_bytes(input, u16_at(&fixed, 30))?;
        let comment = read_bytes(input, u16_at(&fixed, 32))?;
        if name.len() > MAX_NAME {
            return Err(invalid("a name of more than 4096 bytes"));
        }
        let is_unicode = std::str::from_utf8(&name).is_ok();
        let mut record = Self {
            name: String::from_utf8_lossy(&name).into_owned(),
            is_unicode,
            method: u16_at(&fixed, 10),
            crc: u32_at(&fixed, 16),
            packed: u64::from(u32_at(&fixed, 20)),
            bytes: u64::from(u32_at(&fixed, 24)),
            offset: u64::from(u32_at(&fixed, 42)),
            flags: u16_at(&fixed, 8),
            needed: u16_at(&fixed, 6),
            time: u32_at(&fixed, 12),
            is_large: u32_at(&fixed, 20) == u32::MAX && u32_at(&fixed, 24) == u32::MAX,
            odd: None,
        };
        let is_extra_right = record.take_large(&extra);
        record.odd = record.first_oddity(&fixed, is_extra_right, comment.is_empty());
        Ok(record)
    }

    /// The time as UTC, if it is one.
    pub(in crate::bundle) fn modified(&self) -> Option<DateTime<Utc>> {
        let bits = |from: u32, count: u32| self.time >> from & ((1 << count) - 1);
        let year = i32::try_from(1980 + bits(25, 7)).ok()?;
        let date = NaiveDate::from_ymd_opt(year, bits(21, 4), bits(16, 5))?;
        Some(date.and_hms_opt(bits(11, 5), bits(5, 6), bits(0, 5) * 2)?.and_utc())
    }

    /// Large numbers stand in an extra field: sizes, then the offset, each only if its own field cannot say it.
    fn take_large(&mut self, extra: &[u8]) -> bool {
        let wanted = [(self.is_large, 16), (self.offset == u64::from(u32::MAX), 8)];
        let length: usize = wanted.iter().filter(|(is_wanted, _)| *is_wanted).map(|(_, length)| length).sum();
        if length == 0 {
            return extra.is_empty();
        }
        if extra.len() != 4 + length || u16_at(extra, 0) != 1 || usize::from(u16_at(extra, 2)) != length {
            return false;
        }
        let mut at = 4;
        if self.is_large {
            self.bytes = u64_at(extra, 4);
            self.packed = u64_at(extra, 12);
            at = 20;
        }
        if wanted[1].0 {
            self.offset = u64_at(extra, at);
        }
        true
    }

    fn first_oddity(
        &self,
        fixed: &[u8; 46],
        is_extra_right: bool,
        has_no_comment: bool,
    ) -> Option<&'static str> {
        let flags = if self.name.is_ascii() { 0 } else { UTF8 };
        let needed = match self.method {
            _ if self.is_large || self.offset >= u64::from(u32::MAX) => 45,
            DEFLATED => 20,
            _ => 10,
        };
        let table = [
            (u16_at(fixed, 4) == UNIX | needed, "version made by"),
            (self.needed == needed, "version needed"),
            (self.flags == flags, "flags"),
            (matches!(self.method, DEFLATED | STORED), "method"),
            (u16_at(fixed, 34) == 0, "disk number"),
            (u16_at(fixed, 36) == 0, "internal attributes"),
            (u32_at(fixed, 38) == ATTRIBUTES, "attributes"),
            (is_extra_right, "extra field"),
            (has_no_comment, "comment"),
            (self.method != STORED || self.packed == self.bytes, "sizes"),
            (self.is_unicode, "name"),
        ];
        table.into_iter().find(|(is_right, _)| !is_right).map(|(_, what)| what)
    }

    /// What stands in the directory.
    pub(super) fn central_header(&self) -> Vec<u8> {
        let mut extra = Vec::new();
        if self.is_large {
            extra.extend_from_slice(&self.bytes.to_le_bytes());
            extra.extend_from_slice(&self.packed.to_le_bytes());
        }
        if self.offset >= u64::from(u32::MAX) {
            extra.extend_from_slice(&self.offset.to_le_bytes());
        }
        let sizes = if self.is_large { [u64::from(u32::MAX); 2] } else { [self.packed, self.bytes] };
        let mut header = CENTRAL.to_vec();
        for value in [UNIX | self.needed, self.needed, self.flags, self.method] {
            header.extend_from_slice(&value.to_le_bytes());
        }
        header.extend_from_slice(&self.time.to_le_bytes());
        header.extend_from_slice(&self.crc.to_le_bytes());
        for size in sizes {
            header.extend_from_slice(&size.to_le_bytes()[..4]);
        }
        let extra_length = if extra.is_empty() { 0 } else { extra.len() + 4 };
        // Then a comment, a disk number and internal attributes, none of which there is.
        for length in [self.name.len(), extra_length, 0, 0, 0] {
            header.extend_from_slice(&length.to_le_bytes()[..2]);
        }
        header.extend_from_slice(&ATTRIBUTES.to_le_bytes());
        header.extend_from_slice(&self.offset.min(u64::from(u32::MAX)).to_le_bytes()[..4]);
        header.extend_from_slice(self.name.as_bytes());
        if extra_length > 0 {
            header.extend_from_slice(&[1, 0]);
            header.extend_from_slice(&extra.len().to_le_bytes()[..2]);
            header.extend_from_slice(&extra);
        }
        header
    }

    /// The header that must stand before the content.
    pub(super) fn local_header(&self) -> Vec<u8> {
        let sizes = if self.is_large { [u64::from(u32::MAX); 2] } else { [self.packed, self.bytes] };
        let mut header = LOCAL.to_vec();
        for value in [self.needed, self.flags, self.method] {
            header.extend_from_slice(&value.to_le_bytes());
        }
        header.extend_from_slice(&self.time.to_le_bytes());
        header.extend_from_slice(&self.crc.to_le_bytes());
        for size in sizes {
            header.extend_from_slice(&size.to_le_bytes()[..4]);
        }
        let name = self.name.as_bytes();
        for length in [name.len(), if self.is_large { 20 } else { 0 }] {
            header.extend_from_slice(&length.to_le_bytes()[..2]);
        }
        header.extend_from_slice(name);
        if self.is_large {
            header.extend_from_slice(&[1, 0, 16, 0]);
            header.extend_from_slice(&self.bytes.to_le_bytes());
            header.extend_from_slice(&self.packed.to_le_bytes());
        }
        header
    }
}

/// The time as a zip says it: UTC, two seconds exact, from 1980 to 2107.
fn dos_time(time: DateTime<Utc>) -> u32 {
    let parts = match time.year() {
        ..1980 => [1980, 1, 1, 0, 0, 0],
        2108.. => [2107, 12, 31, 23, 59, 58],
        year => [
            year.unsigned_abs(),
            time.month(),
            time.day(),
            time.hour(),
            time.minute(),
            // A leap second is second 59 of this format.
            time.second().min(59),
        ],
    };
    let [year, month, day, hour, minute, second] = parts;
    ((year - 1980) << 25) | (month << 21) | (day << 16) | (hour << 11) | (minute << 5) | (second / 2)
}

fn read_bytes(input: &mut impl Read, length: u16) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; usize::from(length)];
    input.read_exact(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        for (bytes, offset, is_large) in
            [(7, 9, false), (7, 1 << 33, false), (1 << 40, 9, true), (1 << 40, u64::from(u32::MAX), true)]
        {
            for (name, method) in [("t/a.txt", DEFLATED), ("t/\u{e4}.txt", STORED)] {
                let mut record = Record::new(name.to_owned(), method, DateTime::UNIX_EPOCH);
                record.place(offset);
                (record.bytes, record.packed, record.crc) = (bytes, bytes, 77);
                if is_large {
                    record.make_large();
                }
                let written = record.central_header();
                let mut input = written.as_slice();
                assert_eq!(Record::read(&mut input).unwrap(), record);
                assert!(input.is_empty());
            }
        }
    }

    #[test]
    fn times_outside_the_format_are_clamped() {
        for (time, wanted) in [
            ("1970-01-01T00:00:00Z", "1980-01-01T00:00:00Z"),
            ("2018-06-01T13:05:59Z", "2018-06-01T13:05:58Z"),
            ("2016-12-31T23:59:60Z", "2016-12-31T23:59:58Z"),
            ("2200-01-01T00:00:00Z", "2107-12-31T23:59:58Z"),
        ] {
            let record = Record::new("x".to_owned(), STORED, time.parse().unwrap());
            assert_eq!(record.modified(), Some(wanted.parse().unwrap()), "{time}");
        }
    }
}
