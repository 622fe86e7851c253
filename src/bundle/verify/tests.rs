//! Every way to tamper with a bundle gives a finding that names the entry.

use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;

use super::super::writer::tests::{TOP, sample};
use super::*;
use crate::manifest::{self, Manifest};

/// A manifest with a line for each of these files.
pub(in crate::bundle) fn manifest_of<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> Manifest {
    let entries = files.map(|(name, content)| manifest::Entry {
        name: name.to_owned(),
        source: format!("/{name}"),
        source_base64: None,
        category: "logs".to_owned(),
        item: "x/log".to_owned(),
        outcome: manifest::Outcome::Collected,
        reason: None,
        bytes: content.len() as u64,
        source_bytes: content.len() as u64,
        sha256: Some(Sha256Hex::of(content).to_string()),
        source_modified: None,
        source_modified_after: None,
        encoding: None,
        masks: std::collections::BTreeMap::new(),
        unredacted: false,
        cut: None,
        command: None,
        duration_ms: 0,
    });
    let text = r#"{
        "schema": "1.0", "installations": [], "probe_failures": [], "entries": [],
        "tool": {"name": "qdiag", "version": "0", "build": "", "rules": ""},
        "run": {"started": "", "finished": "", "durations_ms": {}, "slowest": [], "arguments": [], "mode": "live",
                "interrupted": false},
        "host": {"os": "linux", "name": "h", "utc_offset": "+00:00"},
        "totals": {"entries": 0, "bytes": 0, "source_bytes": 0, "outcomes": {}},
        "redaction": {"privacy": "secrets", "masks": {}, "learned_values": 0}
    }"#;
    Manifest { entries: entries.collect(), ..serde_json::from_str(text).unwrap() }
}

pub(in crate::bundle) fn findings(bytes: &[u8]) -> io::Result<Vec<Finding>> {
    let mut result = Verification {
        path: PathBuf::new(),
        bytes: bytes.len() as u64,
        sha256: Sha256Hex::of(bytes),
        side_file: SideFile::Missing,
        schema: None,
        entries: 0,
        findings: Vec::new(),
        notes: Vec::new(),
    };
    verify_zip(Cursor::new(bytes), Limits::default(), &mut result)?;
    Ok(result.findings)
}

fn has(found: &[Finding], kind: FindingKind, name: &str) -> bool {
    found.iter().any(|finding| finding.kind == kind && finding.entry.as_deref() == Some(name))
}

#[test]
fn a_bundle_as_it_was_written_has_no_findings() {
    assert_eq!(findings(&sample().out).unwrap(), []);
}

/// The full name of the entry that each byte of a zip belongs to, in its header, its content or the directory.
fn owners(bytes: &[u8]) -> Vec<Option<String>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut owners = vec![None; bytes.len()];
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).unwrap();
        let name = entry.name().unwrap().strip_prefix(&format!("{TOP}/")).unwrap().to_owned();
        let body = entry.data_start().unwrap() + entry.compressed_size();
        let central = entry.central_header_start();
        let extra = u64::from(bytes[usize::try_from(central).unwrap() + 30]);
        let record = central + 46 + entry.name().unwrap().len() as u64 + extra;
        for at in (entry.header_start()..body).chain(central..record) {
            owners[usize::try_from(at).unwrap()] = Some(name.clone());
        }
    }
    owners
}

#[test]
fn a_flip_of_any_byte_is_found_and_names_its_entry() {
    let original = sample().out;
    let owners = owners(&original);
    let mut bytes = original.clone();
    for flip in [0x01, 0x80, 0xff] {
        for at in 0..original.len() {
            bytes[at] ^= flip;
            match (findings(&bytes), &owners[at]) {
                (Ok(found), Some(name)) => {
                    let is_named = found.iter().any(|finding| finding.entry.as_deref() == Some(name));
                    assert!(is_named, "byte {at} ^ {flip:#x} of {name}: {found:?}");
                }
                (Ok(found), None) => assert!(!found.is_empty(), "byte {at} ^ {flip:#x} of the end"),
                (Err(error), name) => panic!("byte {at} ^ {flip:#x} of {name:?}: {error}"),
            }
            bytes[at] = original[at];
        }
    }
}

/// The same archive, written anew by another program's rules, with some entries changed on the way.
fn rebuilt(bytes: &[u8], change: impl Fn(&str, Vec<u8>) -> Vec<(String, Vec<u8>)>) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut out = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).unwrap();
        let full = entry.name().unwrap().into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap();
        for (name, content) in change(full.strip_prefix(&format!("{TOP}/")).unwrap(), content) {
            out.start_file(format!("{TOP}/{name}"), SimpleFileOptions::default().unix_permissions(0o644))
                .unwrap();
            out.write_all(&content).unwrap();
        }
    }
    out.finish().unwrap().into_inner()
}

#[test]
fn removed_added_renamed_and_duplicated_entries_are_named() {
    let original = sample().out;
    let keep = |name: &str, content: Vec<u8>| (name.to_owned(), content);
    let removed = rebuilt(&original, |name, content| match name {
        "data/h/a.log" => vec![],
        _ => vec![keep(name, content)],
    });
    assert!(has(&findings(&removed).unwrap(), FindingKind::Missing, "data/h/a.log"));
    let added = rebuilt(&original, |name, content| match name {
        "data/h/a.log" => vec![keep(name, content), keep("data/h/new.log", b"new".to_vec())],
        _ => vec![keep(name, content)],
    });
    assert!(has(&findings(&added).unwrap(), FindingKind::Extra, "data/h/new.log"));
    let tag = rebuilt(&original, |name, content| match name {
        "bagit.txt" => vec![keep(name, content), keep("autorun.inf", b"new".to_vec())],
        _ => vec![keep(name, content)],
    });
    assert!(has(&findings(&tag).unwrap(), FindingKind::Extra, "autorun.inf"));
    let twice = rebuilt(&original, |name, content| match name {
        "data/h/a.log" => vec![keep(name, content.clone()), keep("data/h/A.LOG", content)],
        _ => vec![keep(name, content)],
    });
    assert!(has(&findings(&twice).unwrap(), FindingKind::Duplicate, "data/h/A.LOG"));
    let altered = rebuilt(&original, |name, content| match name {
        "data/h/a.log" => vec![keep(name, b"other".to_vec())],
        _ => vec![keep(name, content)],
    });
    assert!(has(&findings(&altered).unwrap(), FindingKind::Altered, "data/h/a.log"));
    let unsafe_name = rebuilt(&original, |name, content| match name {
        "data/h/a.log" => vec![keep("../../a.log", content)],
        _ => vec![keep(name, content)],
    });
    assert!(has(&findings(&unsafe_name).unwrap(), FindingKind::UnsafeName, "../../a.log"));
    for list in
        ["bagit.txt", "bag-info.txt", "manifest.json", "manifest-sha256.txt", "tagmanifest-sha256.txt"]
    {
        let removed =
            rebuilt(&original, |name, content| if name == list { vec![] } else { vec![keep(name, content)] });
        assert!(has(&findings(&removed).unwrap(), FindingKind::Missing, list), "{list}");
    }
}

#[test]
fn schemas_that_cannot_be_read_are_findings() {
    let original = sample().out;
    for (schema, kind) in [
        ("1.7", None),
        ("2.0", Some(FindingKind::UnknownSchema)),
        ("0.9", Some(FindingKind::UnknownSchema)),
        ("one", Some(FindingKind::UnknownSchema)),
    ] {
        let changed = rebuilt(&original, |name, content| {
            let text = String::from_utf8_lossy(&content).replace("\"1.0\"", &format!("\"{schema}\""));
            let content = if name == "manifest.json" { text.into_bytes() } else { content };
            vec![(name.to_owned(), content)]
        });
        let found = findings(&changed).unwrap();
        let is_unknown = has(&found, FindingKind::UnknownSchema, "manifest.json");
        assert_eq!(is_unknown, kind.is_some(), "{schema}");
    }
    let broken = rebuilt(&original, |name, content| {
        let content = if name == "manifest.json" { b"{\"schema\": \"1.0\", ".to_vec() } else { content };
        vec![(name.to_owned(), content)]
    });
    assert!(has(&findings(&broken).unwrap(), FindingKind::Altered, "manifest.json"));
}

#[test]
fn bytes_before_and_after_the_archive_are_found() {
    let original = sample().out;
    let found = findings(&[b"junk".as_slice(), &original].concat()).unwrap();
    assert!(found.iter().any(|finding| finding.detail.contains("4 bytes stand before")), "{found:?}");
    let found = findings(&[&original, b"junk".as_slice()].concat()).unwrap();
    assert!(found.iter().any(|finding| finding.detail.contains("4 bytes follow")), "{found:?}");
    for length in [0, 3, original.len() / 2] {
        assert!(findings(&original[..length]).is_err(), "{length}");
    }
    for length in [original.len() - 1, original.len() - 22] {
        assert_eq!(findings(&original[..length]).unwrap().len(), 1, "{length}");
    }
}

#[test]
fn the_digest_beside_the_bundle_is_compared() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.zip");
    let side = folder.path().join("x.zip.sha256");
    let bytes = sample().out;
    std::fs::write(&path, &bytes).unwrap();
    let result = verify(&path).unwrap();
    assert_eq!((result.side_file, result.findings.len(), result.notes.len()), (SideFile::Missing, 0, 1));
    assert_eq!((result.entries, result.schema.as_deref()), (10, Some("1.0")));
    let right = format!("{}  x.zip\n", Sha256Hex::of(&bytes));
    let wrong = format!("{}  x.zip\n", Sha256Hex::of(b""));
    let cases = [
        (right.as_str(), SideFile::Matches, 0),
        (&wrong, SideFile::Differs, 1),
        ("nonsense", SideFile::Differs, 1),
    ];
    for (text, wanted, count) in cases {
        std::fs::write(&side, text).unwrap();
        let result = verify(&path).unwrap();
        assert_eq!((result.side_file, result.findings.len()), (wanted, count), "{text}");
    }
    assert!(matches!(verify(folder.path()), Err(Error::Input { .. })));
    std::fs::write(&path, "no zip").unwrap();
    assert!(matches!(verify(&path), Err(Error::Input { .. })));
}

#[test]
fn a_bundle_of_very_many_entries_is_as_sound() {
    let names: Vec<String> = (0..66_000).map(|number| format!("data/h/{number}.log")).collect();
    let files: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    let mut bytes = super::super::writer::tests::bundle_of(&files).out;
    assert_eq!(findings(&bytes).unwrap(), []);
    // The 64-bit end, its locator and the end: 98 bytes, of which most say nothing of any entry.
    let end = bytes.len() - 98;
    for at in (end..bytes.len()).step_by(9) {
        bytes[at] ^= 0xff;
        let directory = Directory::read(&mut Cursor::new(&bytes), 1_000_000);
        assert!(directory.is_err() || !directory.unwrap().oddities.is_empty(), "byte {}", at - end);
        bytes[at] ^= 0xff;
    }
}
