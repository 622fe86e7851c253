//! A sample bundle, and how entries end.

use std::io::{Cursor, Seek, SeekFrom, Write};

use super::super::Target;
use super::super::verify::tests::manifest_of;
use super::*;

pub(in crate::bundle) const TOP: &str = "qdiag-00123-h-20261123T041500Z";

pub(in crate::bundle) struct Sample {
    pub(in crate::bundle) out: Vec<u8>,
    pub(in crate::bundle) contents: Contents,
}

pub(in crate::bundle) fn started() -> DateTime<Utc> {
    "2026-11-23T04:15:00Z".parse().unwrap()
}

pub(in crate::bundle) fn name(text: &str) -> EntryName {
    EntryName::fixed(text)
}

fn text(text: &str) -> Cleared<'static, Cursor<Vec<u8>>> {
    Cleared::own_text(text.to_owned())
}

pub(in crate::bundle) fn bundle_of(files: &[(&str, &str)]) -> Sample {
    let mut writer = Writer::start(Cursor::new(Vec::new()), TOP, started(), Packing::default());
    for (path, content) in files {
        writer.add(&name(path), &mut text(content), None).unwrap();
    }
    let collected = files.iter().filter(|(path, _)| path.starts_with(PAYLOAD));
    let manifest = manifest_of(collected.map(|(path, content)| (*path, content.as_bytes())));
    let json =
        io::read_to_string(Document::new(&manifest, manifest.entries.iter().cloned()).unwrap()).unwrap();
    let finished = writer.finish_with(&mut text(&json), Some("00123")).unwrap();
    Sample { out: finished.out.into_inner(), contents: finished.contents }
}

/// Files that compress well, badly and not at all, one with a name that is not ASCII, and a tag file.
pub(in crate::bundle) fn sample() -> Sample {
    bundle_of(&[
        ("data/h/a.log", &"2018-06-01 error aaaaaaaaaaaaaaa\r\n".repeat(9)),
        ("data/h/b\u{e4} 100%.txt", "b\r\r\n"),
        ("data/h/empty.txt", ""),
        ("report.html", "<p>hello</p>"),
    ])
}

fn names(bytes: &[u8]) -> Vec<String> {
    let archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    archive
        .file_names()
        .map(|name| name.unwrap().strip_prefix(&format!("{TOP}/")).unwrap().to_owned())
        .collect()
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(sample().out, sample().out);
    let bag = ["manifest.json", "bagit.txt", "bag-info.txt", "manifest-sha256.txt", "packed-crc32.txt"];
    let mut wanted = vec!["data/h/a.log", "data/h/b\u{e4} 100%.txt", "data/h/empty.txt", "report.html"];
    wanted.extend(bag);
    wanted.push("tagmanifest-sha256.txt");
    assert_eq!(names(&sample().out), wanted);
}

/// A source that fails after some bytes.
struct Failing(Cursor<Vec<u8>>);

impl Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::other("the disk is gone")),
            count => Ok(count),
        }
    }
}

#[test]
fn what_was_read_before_a_failure_is_kept() {
    for length in [0, 7, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK] {
        let content = "x".repeat(length);
        let mut writer = Writer::start(Cursor::new(Vec::new()), TOP, started(), Packing::default());
        let source = Failing(Cursor::new(content.clone().into_bytes()));
        let mut cleared = Cleared::test_stream(source, Clearance::default());
        let added = writer.add(&name("data/x.txt"), &mut cleared, None).unwrap();
        assert!(matches!(added.end, End::SourceFailed(_)), "{length}: {:?}", added.end);
        assert_eq!((added.bytes, added.sha256), (length as u64, Sha256Hex::of(content.as_bytes())));
        let finished = writer.finish_with(&mut text("{}"), None).unwrap();
        let mut archive = zip::ZipArchive::new(finished.out).unwrap();
        let stored = io::read_to_string(archive.by_index(0).unwrap()).unwrap();
        assert!(stored == content, "{length}");
    }
}

#[test]
fn nothing_of_a_withheld_entry_stays() {
    for length in [10, CHUNK, 4 * CHUNK] {
        let mut state = 1_u64;
        // Noise does not compress, so it would be found again in the file.
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            u8::try_from(state >> 56).unwrap()
        })
        .take(length)
        .collect();
        let withheld = Clearance { withheld: Some("not\ndecodable".to_owned()), ..Clearance::default() };
        let mut writer = Writer::start(Cursor::new(Vec::new()), TOP, started(), Packing::default());
        writer.add(&name("data/before.txt"), &mut text("before"), None).unwrap();
        let mut cleared = Cleared::test_stream(Cursor::new(noise.clone()), withheld);
        let added = writer.add(&name("data/x.bin"), &mut cleared, None).unwrap();
        assert!(matches!(&added.end, End::Withheld(reason) if reason == "not\ndecodable"));
        writer.add(&name("data/after.txt"), &mut text("after"), None).unwrap();
        let finished = writer.finish_with(&mut text("{}"), None).unwrap();
        let bytes = finished.out.into_inner();
        assert!(bytes.len() < 6000, "{length}: {}", bytes.len());
        assert!(!bytes.windows(8).any(|window| window == &noise[..8]));
        let checked = super::super::check(
            Cursor::new(&bytes),
            &finished.contents,
            &crate::bundle::check::nothing(),
            None,
        )
        .unwrap();
        assert!(checked.hits.is_empty());
        let mut archive = zip::ZipArchive::new(Cursor::new(&bytes)).unwrap();
        let stub = io::read_to_string(archive.by_index(1).unwrap()).unwrap();
        assert!(stub.lines().count() == 2 && stub.contains("not decodable"), "{stub}");
        assert_eq!(added.sha256, Sha256Hex::of(stub.as_bytes()));
    }
}

#[test]
fn a_name_is_never_used_twice() {
    let mut writer = Writer::start(Cursor::new(Vec::new()), TOP, started(), Packing::default());
    writer.add(&name("data/a.txt"), &mut text("1"), None).unwrap();
    let error = writer.add(&name("data/A.TXT"), &mut text("2"), None).unwrap_err();
    assert!(matches!(error, Error::Output { .. }));
    assert!(writer.add(&name("data/b.txt"), &mut text("2"), None).is_err());
}

/// A disk that is full after some bytes.
struct Full(Cursor<Vec<u8>>, usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.position() + bytes.len() as u64 > self.1 as u64 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Full {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

impl Target for Full {
    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.0.cut(length)
    }

    fn path(&self) -> &std::path::Path {
        std::path::Path::new("full.zip")
    }
}

fn write_within(room: usize) -> Result<usize, Error> {
    let mut writer = Writer::start(Full(Cursor::new(Vec::new()), room), TOP, started(), Packing::default());
    let mut result = Ok(());
    for path in ["data/a.txt", "data/b.txt", "data/c.txt"] {
        let added = writer.add(&name(path), &mut text(&path.repeat(99)), None);
        result = result.and(added.map(drop));
    }
    let finished = writer.finish_with(&mut text("{}"), None);
    result.and(finished).map(|finished| finished.out.0.into_inner().len())
}

#[test]
fn a_full_disk_ends_the_run_wherever_it_happens() {
    let whole = write_within(usize::MAX).unwrap();
    assert_eq!(write_within(whole).unwrap(), whole);
    for room in 0..whole {
        let error = write_within(room).unwrap_err();
        let is_full = |source: &io::Error| source.kind() == io::ErrorKind::StorageFull;
        assert!(matches!(&error, Error::Output { source, .. } if is_full(source)), "{room}: {error:?}");
    }
}

#[test]
fn an_entry_without_room_leaves_nothing_and_may_be_tried_again() {
    let noise: String =
        (0..700_000_u32).map(|n| char::from(b'a' + (n.wrapping_mul(n) >> 7).to_le_bytes()[0] % 26)).collect();
    for content in ["a small one ".repeat(90), noise] {
        let mut writer = Writer::start(Cursor::new(Vec::new()), TOP, started(), Packing::default());
        let before = writer.written();
        writer.allow(Some(60));
        let added = writer.add(&name("data/a.txt"), &mut text(&content), None).unwrap();
        let End::NoRoom(Refusal::OverLimit(size)) = added.end else { panic!("{added:?}") };
        assert_eq!((writer.refusal(), writer.written()), (Some(Refusal::OverLimit(size)), before));
        writer.allow(Some(size - 1));
        writer.add(&name("data/a.txt"), &mut text(&content), None).unwrap();
        assert_eq!(writer.refusal(), Some(Refusal::OverLimit(size)), "one byte is too much");
        writer.allow(Some(size));
        let added = writer.add(&name("data/a.txt"), &mut text(&content), None).unwrap();
        assert!(matches!(added.end, End::Whole) && writer.refusal().is_none(), "{added:?}");
        let finished = writer.finish_with(&mut text("{}"), None).unwrap().out.into_inner();

        let mut plain = Writer::start(Cursor::new(Vec::new()), TOP, started(), Packing::default());
        plain.add(&name("data/a.txt"), &mut text(&content), None).unwrap();
        assert!(finished == plain.finish_with(&mut text("{}"), None).unwrap().out.into_inner());
    }
}
