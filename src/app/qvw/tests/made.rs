//! Documents that tests make, laid out as real ones are.

use std::io::{self, Read, Seek, SeekFrom, Write};

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::app::qvw::MAGIC;
use crate::app::qvw::number::write;

pub(super) const INFORMATION: &str = "\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n<DocumentInfo>\r\n\
    <DocumentInternalInfo><LastReloadTimeISO>2024-02-03 04:05:06</LastReloadTimeISO><WindowTitle>Sales &amp; more</WindowTitle>\
    <HasSectionAccess>false</HasSectionAccess></DocumentInternalInfo></DocumentInfo>";
pub(super) const SUMMARY: &str = "\u{FEFF}<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n<DocumentSummary>\r\n\
    <Sheet><SheetId>Document\\SH01</SheetId><Title></Title></Sheet>\
    <SheetObject><ObjectId>Document\\LB01</ObjectId><Caption>Year</Caption><Type>List Box</Type></SheetObject>\
    <Bookmark><BookmarkId>BM01</BookmarkId><Name>Best</Name></Bookmark>\
    <LineageInfo><Discriminator>C:\\data\\a.qvd;</Discriminator><Statement>canary statement</Statement></LineageInfo>\
    <LineageInfo><Discriminator>DSN=INLINE;</Discriminator></LineageInfo>\
    <LineageInfo><Discriminator>C:\\data\\a.qvd;</Discriminator></LineageInfo>\
    <TableDescription><Name>T</Name><IsSystem>false</IsSystem><NoOfRows>7</NoOfRows><NoOfFields>2</NoOfFields></TableDescription>\
    <FieldDescription><Name>$Field</Name><IsSystem>true</IsSystem><Cardinal>9</Cardinal></FieldDescription>\
    <FieldDescription><Name>A</Name><IsSystem>false</IsSystem><Cardinal>7</Cardinal></FieldDescription>\
    <VariableDescription><Name>CD</Name><IsConfig>true</IsConfig></VariableDescription>\
    <VariableDescription><Name>vPassword</Name><IsConfig>false</IsConfig><ShownValue>canary shown</ShownValue>\
    <RawValue>canary raw</RawValue></VariableDescription></DocumentSummary>";

/// What a document is made of.
pub(super) struct Made {
    pub(super) title: Vec<u8>,
    pub(super) folder: Vec<u8>,
    pub(super) script: Vec<u8>,
    /// What stands between the script and the version.
    pub(super) layout: Vec<u8>,
    pub(super) version: &'static str,
    pub(super) information: &'static str,
    pub(super) summary: &'static str,
}

impl Default for Made {
    fn default() -> Self {
        Self {
            title: Vec::new(),
            folder: b"C:\\Users\\someone\\Sales".to_vec(),
            script: b"///$tab Main\r\nSET a=1;\r\n///$tab Load\r\nLIB CONNECT TO 'Shop';\r\n".to_vec(),
            layout: vec![0; 300],
            version: "12.40.20100.0",
            information: INFORMATION,
            summary: SUMMARY,
        }
    }
}

fn text(text: &[u8]) -> Vec<u8> {
    [write(text.len()), text.to_vec()].concat()
}

impl Made {
    /// The stream at the front, unpacked.
    pub(super) fn stream(&self) -> Vec<u8> {
        let numbers = |count: usize| vec![0; count];
        [
            [write(360_000), numbers(3), write(33_000), numbers(12), write(6000), numbers(13)].concat(),
            [text(&self.title), text(&self.folder)].concat(),
            [numbers(3), write(10_240), numbers(1), text(&self.script), numbers(1)].concat(),
            self.layout.clone(),
            [text(self.version.as_bytes()), numbers(3), text("5F6E".repeat(16).as_bytes()), numbers(400)]
                .concat(),
        ]
        .concat()
    }

    /// What stands before the data.
    pub(super) fn front(&self) -> Vec<u8> {
        let stream = self.stream();
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&stream).expect("memory takes it");
        let packed = encoder.finish().expect("memory takes it");
        let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("a short one").to_le_bytes();
        [&MAGIC[..], &[2, 0, 0, 0, 0x97, 0x25, 0], &length(&stream), &length(&packed), &packed].concat()
    }

    /// What stands behind the data.
    pub(super) fn back(&self) -> Vec<u8> {
        let mut bytes = self.information.as_bytes().to_vec();
        bytes.resize(bytes.len().next_multiple_of(2048), 0);
        bytes.extend(self.summary.bytes());
        bytes.resize(bytes.len().next_multiple_of(512) + 508, 0);
        bytes.extend(b"EXEX");
        bytes
    }

    /// The whole document, with a picture.
    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.front();
        bytes.resize(bytes.len().next_multiple_of(256), 0);
        bytes.extend(b"\x89PNG\r\n\x1A\n");
        bytes.resize(bytes.len().next_multiple_of(256), 0);
        [bytes, self.back()].concat()
    }
}

/// A document with gigabytes of zeros in the middle, which are nowhere.
pub(super) struct Vast {
    pub(super) front: Vec<u8>,
    pub(super) middle: u64,
    pub(super) back: Vec<u8>,
    pub(super) at: u64,
    /// How much was read of it, and the most in one call.
    pub(super) read: u64,
    pub(super) most: usize,
}

impl Vast {
    pub(super) fn size(&self) -> u64 {
        self.front.len() as u64 + self.middle + self.back.len() as u64
    }
}

impl Read for Vast {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (front, back) = (self.front.len() as u64, self.front.len() as u64 + self.middle);
        let read = if self.at < front {
            let from = usize::try_from(self.at).expect("in memory");
            (&self.front[from..]).read(buffer)?
        } else if self.at < back {
            let length = buffer.len().min(usize::try_from(back - self.at).expect("64 bits"));
            buffer[..length].fill(0);
            length
        } else {
            let from = usize::try_from(self.at - back).expect("in memory");
            self.back.get(from..).unwrap_or_default().read(buffer)?
        };
        self.at += read as u64;
        self.read += read as u64;
        self.most = self.most.max(buffer.len());
        Ok(read)
    }
}

impl Seek for Vast {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => self.size().saturating_add_signed(by),
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
        };
        Ok(self.at)
    }
}
