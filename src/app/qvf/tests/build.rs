//! Containers made for a test, by the rules that real ones follow.

use std::io::{self, Read, Seek, SeekFrom, Write};

use super::super::container::MAGIC;

const SECTOR: usize = 512;
const POINTER: u64 = 1 << 63;

/// A container in the making.
pub(super) struct Build {
    bytes: Vec<u8>,
    /// Slots of the folder that is being filled, and of those around it.
    slots: Vec<Vec<u8>>,
}

/// JSON as a stream stores it.
pub(super) fn packed(json: &str) -> Vec<u8> {
    let text = [json.as_bytes(), b"\0"].concat();
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&text).expect("memory takes bytes");
    let packed = encoder.finish().expect("memory takes bytes");
    [
        &number(20),
        b"{\"format\":\"gzjson\"}\0".as_slice(),
        &number(text.len()),
        &number(packed.len()),
        &packed,
    ]
    .concat()
}

/// The stream of a table with one field.
pub(super) fn table(name: &str, source: &str, rows: u32) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).expect("short")], text.as_bytes()].concat();
    [text(name), text(source), vec![0; 8], number(1).to_vec(), rows.to_le_bytes().to_vec(), vec![0xff; 40]]
        .concat()
}

fn number(value: usize) -> [u8; 4] {
    u32::try_from(value).expect("short").to_le_bytes()
}

fn pairs(pairs: &[(u64, u64)]) -> Vec<u8> {
    pairs.iter().flat_map(|(a, b)| [a.to_le_bytes(), b.to_le_bytes()].concat()).collect()
}

impl Build {
    pub(super) fn new() -> Self {
        let mut bytes = MAGIC.to_vec();
        bytes.resize(2 * SECTOR, 0);
        Self { bytes, slots: vec![Vec::new()] }
    }

    /// Where the next sector begins.
    fn next(&mut self) -> u64 {
        self.bytes.resize(self.bytes.len().next_multiple_of(SECTOR), 0);
        self.bytes.len() as u64
    }

    /// Puts an inode there that has these extents.
    fn inode(&mut self, place: u64, size: u64, extents: &[(u64, u64)]) {
        let inode =
            [pairs(&[(size, size), (7, 7), (place + 0x30, 0x1d0 | POINTER)]), pairs(extents)].concat();
        let place = usize::try_from(place).expect("short");
        self.bytes.resize(self.bytes.len().max(place + SECTOR), 0);
        self.bytes[place..place + inode.len()].copy_from_slice(&inode);
    }

    /// Stores a stream in pieces of a sector, with sectors of others between, the second half behind a further table.
    fn stored(&mut self, content: &[u8]) -> Vec<(u64, u64)> {
        let mut extents = Vec::new();
        for piece in content.chunks(SECTOR) {
            let place = self.next();
            self.bytes.extend_from_slice(piece);
            extents.push((place, SECTOR as u64));
            self.next();
            self.bytes.extend([0xaa; SECTOR]);
        }
        let behind = extents.split_off(extents.len() / 2);
        let table = self.next();
        let behind = pairs(&behind);
        self.bytes.extend_from_slice(&behind);
        extents.push((table, behind.len() as u64 | POINTER));
        extents
    }

    fn slot(&mut self, kind: u32, place: u64, name: &str, meta: &str) {
        let inode = pairs(&[(place, SECTOR as u64)]);
        let parts = [
            &[0; 8],
            inode.as_slice(),
            &number(name.len()),
            name.as_bytes(),
            &number(meta.len()),
            meta.as_bytes(),
        ];
        let mut body = parts.concat();
        let more = body.len().saturating_sub(56).div_ceil(60);
        body.resize(56 + 60 * more, 0);
        let slots = self.slots.last_mut().expect("the root is always there");
        slots.extend([&kind.to_le_bytes(), &number(more), &body[..56]].concat());
        for piece in body[56..].chunks(60) {
            slots.extend([&1_u32.to_le_bytes(), piece].concat());
        }
    }

    /// A stream with a title and a kind in the directory.
    pub(super) fn stream(mut self, name: &str, kind: &str, content: &[u8]) -> Self {
        let extents = self.stored(content);
        let place = self.next();
        self.inode(place, content.len() as u64, &extents);
        self.slot(3, place, name, &format!(r#"{{"Type":"{kind}","Title":"{name} of the directory"}}"#));
        self
    }

    pub(super) fn json(self, name: &str, json: &str) -> Self {
        self.stream(name, "x", &packed(json))
    }

    /// A stream that has these extents, whatever they are.
    pub(super) fn strange(mut self, name: &str, size: u64, extents: &[(u64, u64)]) -> Self {
        let place = self.next();
        self.inode(place, size, extents);
        self.slot(3, place, name, "{");
        self
    }

    /// A stream that begins with this content and takes up the rest of the file, and more.
    pub(super) fn vast(mut self, name: &str, content: &[u8], size: u64) -> Self {
        let place = self.next();
        self.bytes.extend_from_slice(content);
        self.strange(name, size, &[(place, size)])
    }

    /// A folder whose inode is said to stand there.
    pub(super) fn folder_at(mut self, name: &str, place: u64) -> Self {
        self.slot(7, place, name, "{}");
        self
    }

    pub(super) fn folder(mut self, name: &str, fill: impl FnOnce(Self) -> Self) -> Self {
        self.slots.push(Vec::new());
        self = fill(self);
        let content = self.slots.pop().expect("it was pushed");
        let extents = self.stored(&content);
        let place = self.next();
        self.inode(place, content.len() as u64, &extents);
        self.slot(7, place, name, "{}");
        self
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        let content = self.slots.pop().expect("the root is always there");
        let extents = self.stored(&content);
        self.inode(SECTOR as u64, content.len() as u64, &extents);
        self.next();
        self.bytes
    }
}

/// A file of gigabytes that is a container and then nothing, and that knows how much was read of it.
pub(super) struct Huge {
    head: Vec<u8>,
    size: u64,
    at: u64,
    /// Bytes that were given.
    pub(super) given: u64,
}

impl Huge {
    pub(super) fn new(head: Vec<u8>, size: u64) -> Self {
        Self { head, size, at: 0, given: 0 }
    }
}

impl Read for Huge {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let count = buffer.len().min(left);
        buffer[..count].fill(0);
        let from = usize::try_from(self.at).unwrap_or(usize::MAX).min(self.head.len());
        let known = count.min(self.head.len() - from);
        buffer[..known].copy_from_slice(&self.head[from..from + known]);
        self.at += count as u64;
        self.given += count as u64;
        Ok(count)
    }
}

impl Seek for Huge {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => self.size.saturating_add_signed(by),
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
        };
        Ok(self.at)
    }
}
