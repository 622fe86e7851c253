//! Archives inside the stream: a .gz is cleared as it flows, a .zip member by member, within limits; what is over a limit is withheld.

use std::io::{self, Chain, Cursor, Read, Write};

use flate2::Compression;
use flate2::read::{GzEncoder, MultiGzDecoder};
use zip::read::ZipFile;
use zip::write::SimpleFileOptions;
use zip::{System, ZipArchive, ZipWriter};

use super::{Cleared, Hint, Redaction};

/// Largest .zip that is opened, packed; it is held in memory.
const MOST_PACKED: u64 = 12 * 1024 * 1024;

/// Most bytes that an archive may unpack to, and most bytes for each packed one.
const MOST_BYTES: u64 = 4 * 1024 * 1024 * 1024;
const MOST_RATIO: u64 = 1100;

/// Most members of a .zip.
const MOST_MEMBERS: usize = 10_000;

/// Archives within archives.
const DEEPEST: u8 = 3;

/// How archives begin.
const ZIP: &[u8] = b"PK\x03\x04";
const GZIP: &[u8] = b"\x1F\x8B\x08";

/// An archive by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Archive {
    Zip,
    Gzip,
}

impl Archive {
    pub(super) fn of(start: &[u8]) -> Option<Self> {
        match start {
            _ if start.starts_with(ZIP) => Some(Self::Zip),
            _ if start.starts_with(GZIP) => Some(Self::Gzip),
            _ => None,
        }
    }
}

/// A source whose first bytes were looked at.
type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

/// A .gz on its way through the rules.
pub(super) type Gzip<'a> = GzEncoder<Cleared<'a, Box<dyn Read + 'a>>>;

/// Unpacks, clears and packs again while it is read.
pub(super) fn gzip<'a, R: Read + 'a>(redaction: &'a Redaction, source: Whole<R>, hint: &Hint) -> Gzip<'a> {
    let name = hint.name.strip_suffix(".gz").unwrap_or(&hint.name).to_owned();
    let hint = Hint { name, depth: hint.depth + 1, ..hint.clone() };
    let unpacked: Box<dyn Read + 'a> = Box::new(Bounded::new(source));
    let cleared = if hint.depth > DEEPEST {
        Cleared::withheld(unpacked, "archives within archives, too deep")
    } else {
        redaction.clear(unpacked, &hint)
    };
    GzEncoder::new(cleared, Compression::new(6))
}

/// Unpacked bytes, up to what a sound archive would hold.
struct Bounded<R> {
    source: MultiGzDecoder<Counted<R>>,
    bytes: u64,
}

struct Counted<R> {
    source: R,
    bytes: u64,
}

impl<R: Read> Bounded<R> {
    fn new(source: R) -> Self {
        Self { source: MultiGzDecoder::new(Counted { source, bytes: 0 }), bytes: 0 }
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.bytes += read as u64;
        let most = self.source.get_ref().bytes.saturating_mul(MOST_RATIO).max(1 << 20);
        if self.bytes > MOST_BYTES || self.bytes > most {
            return Err(io::Error::new(io::ErrorKind::InvalidData, TOO_LARGE));
        }
        Ok(read)
    }
}

const TOO_LARGE: &str = "the archive unpacks to more than qdiag clears";

/// What became of a .zip.
pub(super) struct Repacked {
    pub(super) bytes: Vec<u8>,
    pub(super) clearance: super::Clearance,
}

/// Clears a .zip member by member; `Err` says why it is withheld.
pub(super) fn zip(redaction: &Redaction, source: impl Read, hint: &Hint) -> Result<Repacked, String> {
    if hint.depth >= DEEPEST {
        return Err("archives within archives, too deep".into());
    }
    let bytes = read_packed(source)?;
    let mut clearance = super::Clearance {
        encoding: Some("zip".into()),
        source_bytes: bytes.len() as u64,
        ..Default::default()
    };
    let mut archive = open(&bytes)?;
    let mut out = ZipWriter::new(Cursor::new(Vec::new()));
    let (mut passed, mut unpacked) = (0, 0_u64);
    for at in 0..archive.len() {
        let mut member = archive.by_index(at).map_err(|error| format!("a damaged zip archive: {error}"))?;
        let name = redaction.clear_path(&name_of(&member));
        let options = SimpleFileOptions::default()
            .last_modified_time(member.last_modified().unwrap_or_default())
            // The same bytes on each kind of system.
            .system(System::Unix)
            .large_file(member.size() > u64::from(u32::MAX));
        if member.is_dir() {
            out.add_directory(name, options).map_err(|error| error.to_string())?;
            continue;
        }
        out.start_file(name, options).map_err(|error| error.to_string())?;
        passed += u64::from(self::member(
            redaction,
            &mut member,
            (hint, &mut unpacked),
            (&mut out, &mut clearance),
        )?);
    }
    if passed == 0 {
        return Err("a zip archive without any text".into());
    }
    let bytes = out.finish().map_err(|error| error.to_string())?.into_inner();
    Ok(Repacked { bytes, clearance })
}

/// Clears one member; gives whether it was passed on. One that is withheld becomes a text that says so.
fn member<R: Read>(
    redaction: &Redaction,
    member: &mut ZipFile<'_, R>,
    (hint, unpacked): (&Hint, &mut u64),
    (out, clearance): (&mut ZipWriter<Cursor<Vec<u8>>>, &mut super::Clearance),
) -> Result<bool, String> {
    let hint = Hint { name: name_of(member), depth: hint.depth + 1, ..hint.clone() };
    let most = member.compressed_size().saturating_mul(MOST_RATIO).max(1 << 20);
    // Once over the limit nothing is written any more; a second reading would be needed to know whether the whole may pass.
    let mut text = Vec::new();
    let source: Box<dyn Read + '_> = Box::new(member.take(most + 1));
    let mut cleared = redaction.clear(source, &hint);
    (&mut cleared)
        .take(MOST_PACKED * 4 + 1)
        .read_to_end(&mut text)
        .map_err(|error| format!("a damaged zip archive: {error}"))?;
    let found = cleared.clearance();
    *unpacked += found.source_bytes;
    if text.len() as u64 > MOST_PACKED * 4 || found.source_bytes > most || *unpacked > MOST_BYTES {
        return Err(TOO_LARGE.into());
    }
    for (rule, count) in &found.masks {
        *clearance.masks.entry(rule.clone()).or_default() += count;
    }
    let withheld = found.withheld.clone();
    if let Some(reason) = &withheld {
        text = format!("withheld by qdiag: this file was read but not passed on\nreason: {reason}\n")
            .into_bytes();
    }
    out.write_all(&text).map_err(|error| error.to_string())?;
    Ok(withheld.is_none())
}

/// The name of a member, which other systems than Windows may have written with backslashes.
fn name_of<R: Read>(member: &ZipFile<'_, R>) -> String {
    member.name().map_or_else(|_| "unreadable-name".to_owned(), |name| name.replace('\\', "/"))
}

fn read_packed(source: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    source
        .take(MOST_PACKED + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("reading failed: {error}"))?;
    if bytes.len() as u64 > MOST_PACKED {
        return Err(format!(
            "a zip archive of more than {} MB, which qdiag does not open",
            MOST_PACKED / 1024 / 1024
        ));
    }
    Ok(bytes)
}

fn open(bytes: &[u8]) -> Result<ZipArchive<Cursor<&[u8]>>, String> {
    let archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|error| format!("a damaged zip archive: {error}"))?;
    if archive.len() > MOST_MEMBERS {
        return Err(format!("a zip archive of more than {MOST_MEMBERS} files"));
    }
    Ok(archive)
}

/// Adds up what a count gives for every text in a stream: itself, or what is inside if it is an archive.
pub(super) fn each_text(
    source: &mut dyn Read,
    depth: u8,
    count: &mut dyn FnMut(&mut dyn Read) -> io::Result<u64>,
) -> io::Result<u64> {
    let mut start = Vec::new();
    (&mut *source).take(4).read_to_end(&mut start)?;
    let kind = Archive::of(&start).filter(|_| depth < DEEPEST);
    let mut whole = Cursor::new(start).chain(source);
    match kind {
        None => count(&mut whole),
        Some(Archive::Gzip) => each_text(&mut Bounded::new(whole), depth + 1, count),
        Some(Archive::Zip) => {
            let bytes = read_packed(whole).map_err(io::Error::other)?;
            let Ok(mut archive) = open(&bytes) else { return count(&mut bytes.as_slice()) };
            let mut names = archive.file_names().flatten().collect::<Vec<_>>().join("\n").into_bytes();
            names.push(b'\n');
            let mut sum = count(&mut names.as_slice())?;
            for at in 0..archive.len() {
                let mut member = archive.by_index(at).map_err(io::Error::other)?;
                sum += each_text(&mut member, depth + 1, count)?;
            }
            Ok(sum)
        }
    }
}
