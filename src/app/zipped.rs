//! A zip archive that has the name of an app: reads the one app in it, a file or the parts of an unbuilt app. Bounded in members and memory.

use std::collections::BTreeSet;
use std::io::{self, Cursor, Read, Seek, SeekFrom};

use zip::{CompressionMethod, ZipArchive};

use super::identify::{START, failed, identify, identify_folder, read_file, read_folder};
use super::{AppKind, AppSummary, Folder, Limited, Source};

/// Members of an archive that is looked into at most.
const MOST_MEMBERS: u64 = 10_000;

/// Bytes of the list of members at most; the library holds it in memory.
const MOST_LIST: u64 = 4 * 1024 * 1024;

/// Bytes of a packed app that is unpacked in memory at most; one that is only stored may be of any size.
const MOST_UNPACKED: u64 = 32 * 1024 * 1024;

/// The record at the end of an archive, and the longest comment behind it.
const END: &[u8] = b"PK\x05\x06";
const MOST_COMMENT: usize = 65_535 + 22;

type Archive<'a> = ZipArchive<&'a mut dyn Source>;

/// What an archive holds that could be read.
enum Inside {
    /// A member that is an app by its first bytes.
    File(usize),
    /// The folder of an unbuilt app, as the beginning of its members' names.
    Folder(String),
}

/// Reads the app in an archive.
pub(super) fn read(source: &mut dyn Source) -> AppSummary {
    let bytes = match Limited::new(source).map(|limited| limited.size()) {
        Ok(bytes) => bytes,
        Err(error) => return failed(AppKind::Zip, 0, &error),
    };
    match inside(source, bytes) {
        Ok(summary) => summary,
        Err(problem) => {
            let mut summary = AppSummary::new(AppKind::Zip, bytes);
            summary.problems.push(problem);
            summary
        }
    }
}

fn inside(source: &mut dyn Source, bytes: u64) -> Result<AppSummary, String> {
    check_size(source).map_err(|error| format!("a damaged zip archive: {error}"))?;
    let mut archive: Archive<'_> =
        ZipArchive::new(source).map_err(|error| format!("a damaged zip archive: {error}"))?;
    let mut found = candidates(&mut archive);
    let count = found.len();
    let Some(one) = found.pop().filter(|_| count == 1) else {
        return Err(match count {
            0 => "a zip archive without an app in it".into(),
            _ => format!("a zip archive with {count} apps in it; unpack it and name one of them"),
        });
    };
    let (mut summary, name) = match one {
        Inside::File(at) => file(archive, at, bytes)?,
        Inside::Folder(prefix) => {
            let name = prefix.trim_end_matches('/').to_owned();
            (read_folder(&mut ZipFolder { archive, prefix }), name)
        }
    };
    summary.packed_as = Some(if name.is_empty() { ".".to_owned() } else { name });
    Ok(summary)
}

/// Looks at the end of an archive before the library does, which takes memory for all that the list of members claims.
fn check_size(source: &mut dyn Source) -> io::Result<()> {
    let mut limited = Limited::new(source)?;
    let from = limited.size().saturating_sub(MOST_COMMENT as u64);
    let tail = limited.at(from, MOST_COMMENT)?;
    let invalid = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why.to_owned());
    let ends = memchr::memmem::find_iter(&tail, END);
    let mut is_any = false;
    for at in ends {
        let Some(record) = tail.get(at..at + 22) else { continue };
        let members = u64::from(u16::from_le_bytes([record[10], record[11]]));
        let list = u64::from(u32::from_le_bytes([record[12], record[13], record[14], record[15]]));
        if members > MOST_MEMBERS || list > MOST_LIST {
            return Err(invalid("it has more files than are looked at"));
        }
        is_any = true;
    }
    if is_any { Ok(()) } else { Err(invalid("its end is missing")) }
}

/// Apps among the members, those in one file first.
fn candidates(archive: &mut Archive<'_>) -> Vec<Inside> {
    let mut found = Vec::new();
    let mut folders: BTreeSet<String> = BTreeSet::new();
    for at in 0..archive.len() {
        let mut start = Vec::new();
        let Ok(member) = archive.by_index(at) else { continue };
        let name = member.name().map(|name| name.replace('\\', "/")).unwrap_or_default();
        folders.insert(name.rfind('/').map_or("", |slash| &name[..=slash]).to_owned());
        let is_read = member.take(START as u64).read_to_end(&mut start).is_ok();
        if is_read && identify(&start).is_binary_app() {
            found.push(Inside::File(at));
        }
    }
    // What lies below an app's folder belongs to it.
    let mut apps: Vec<String> = Vec::new();
    for folder in folders {
        let is_below = apps.iter().any(|app| folder.starts_with(app.as_str()));
        if !is_below && is_app_folder(archive, &folder) {
            apps.push(folder);
        }
    }
    found.extend(apps.into_iter().map(Inside::Folder));
    found
}

fn is_app_folder(archive: &Archive<'_>, prefix: &str) -> bool {
    let names: Vec<String> = archive.file_names().flatten().map(|name| name.replace('\\', "/")).collect();
    identify_folder(names.iter().filter_map(|name| name.strip_prefix(prefix))).is_some()
}

/// Reads the app that is a member: where it lies if it is only stored, or else unpacked.
fn file(mut archive: Archive<'_>, at: usize, bytes: u64) -> Result<(AppSummary, String), String> {
    let damaged = |error: &dyn std::fmt::Display| format!("a damaged zip archive: {error}");
    let mut member = archive.by_index(at).map_err(|error| damaged(&error))?;
    let name = member.name().map(|name| name.replace('\\', "/")).unwrap_or_default();
    let size = member.size();
    let is_stored = member.compression() == CompressionMethod::Stored && member.compressed_size() == size;
    if let (true, Some(start)) = (is_stored, member.data_start()) {
        drop(member);
        let size = size.min(bytes.saturating_sub(start));
        let mut part = Part { source: archive.into_inner(), start, size, at: 0 };
        return Ok((read_file(&mut part), name));
    }
    if size > MOST_UNPACKED {
        return Err(format!(
            "a zip archive with an app of {size} bytes in it, too large to be unpacked in memory; unpack it and name the app itself"
        ));
    }
    let mut unpacked = Vec::new();
    let read = (&mut member).take(MOST_UNPACKED).read_to_end(&mut unpacked);
    let mut summary = read_file(&mut Cursor::new(unpacked));
    if let Err(error) = read {
        summary.problems.push(damaged(&error));
    }
    Ok((summary, name))
}

/// A part of a source as a source of its own.
struct Part<'a> {
    source: &'a mut dyn Source,
    start: u64,
    size: u64,
    at: u64,
}

impl Read for Part<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let room = buffer.len().min(left);
        if room == 0 {
            return Ok(0);
        }
        self.source.seek(SeekFrom::Start(self.start.saturating_add(self.at)))?;
        let read = self.source.read(&mut buffer[..room])?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for Part<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = seek_to(to, self.at, self.size)?;
        Ok(self.at)
    }
}

/// Where a seek leads, which may lie behind the end, and never before the start.
pub(super) fn seek_to(to: SeekFrom, at: u64, size: u64) -> io::Result<u64> {
    let moved = match to {
        SeekFrom::Start(to) => Some(to),
        SeekFrom::Current(by) => at.checked_add_signed(by),
        SeekFrom::End(by) => size.checked_add_signed(by),
    };
    moved.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a place before the start"))
}

/// An unbuilt app in an archive.
struct ZipFolder<'a> {
    archive: Archive<'a>,
    prefix: String,
}

impl Folder for ZipFolder<'_> {
    fn names(&mut self) -> io::Result<Vec<String>> {
        let names = self.archive.file_names().flatten().map(|name| name.replace('\\', "/"));
        let mut below: Vec<String> = names
            .filter_map(|name| name.strip_prefix(&self.prefix).map(str::to_owned))
            .filter(|name| !name.is_empty() && !name.ends_with('/'))
            .collect();
        below.sort();
        Ok(below)
    }

    fn read(&mut self, name: &str, limit: usize) -> io::Result<Vec<u8>> {
        let wanted = format!("{}{name}", self.prefix);
        let at = self
            .archive
            .file_names()
            .position(|found| found.is_ok_and(|found| found.replace('\\', "/") == wanted));
        let at = at.ok_or(io::ErrorKind::NotFound)?;
        let member = self.archive.by_index(at).map_err(io::Error::other)?;
        let mut bytes = Vec::new();
        member.take(limit as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in members {
            zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
            zip.write_all(content).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn stub() -> Vec<u8> {
        let mut bytes = b"\xFF\xFF\x01\x00\xC1\x06\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00".to_vec();
        bytes.resize(2048, 0);
        bytes
    }

    #[test]
    fn one_app_is_read_and_none_of_several() {
        let app = stub();
        let problem = |members: &[(&str, &[u8])]| {
            let bytes = archive(members, CompressionMethod::Deflated);
            let summary = read_file(&mut Cursor::new(bytes));
            (summary.kind, summary.packed_as, summary.problems.join("; "))
        };
        let (kind, name, _) = problem(&[("a", b"x"), ("b/c", &app)]);
        assert_eq!((kind, name.as_deref()), (AppKind::Qvf, Some("b/c")));
        let (kind, name, why) = problem(&[("a", &app), ("b", &app)]);
        assert_eq!((kind, name), (AppKind::Zip, None));
        assert!(why.contains("2 apps"), "{why}");
        assert!(problem(&[("a", b"x")]).2.contains("without an app"));
    }

    #[test]
    fn a_part_is_read_as_a_whole() {
        let mut source = Cursor::new(b"0123456789".to_vec());
        let mut part = Part { source: &mut source, start: 3, size: 4, at: 0 };
        let mut limited = Limited::new(&mut part).unwrap();
        assert_eq!((limited.size(), limited.at(1, 100).unwrap()), (4, b"456".to_vec()));
        assert!(part.seek(SeekFrom::Current(-900)).is_err());
    }

    #[test]
    fn no_change_of_a_byte_makes_it_panic() {
        let unbuilt: &[(&str, &[u8])] =
            &[("x/app-properties.json", b"{\"qTitle\": \"T\"}"), ("x/script.qvs", b"LET a = 1;")];
        let app = stub();
        for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
            for whole in [archive(unbuilt, method), archive(&[("a", &app[..600])], method)] {
                for at in 0..whole.len() {
                    for change in [0x01, 0x80, 0xFF] {
                        let mut bytes = whole.clone();
                        bytes[at] ^= change;
                        read_file(&mut Cursor::new(bytes));
                    }
                    read_file(&mut Cursor::new(whole[..at].to_vec()));
                }
            }
        }
    }
}
