//! Hostile archives are refused with a message that says why.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;

use super::super::writer::tests::{TOP, bundle_of, name, sample, started};
use super::*;

fn open(bytes: &[u8], limits: Limits) -> Result<Reader<Cursor<&[u8]>>, String> {
    Reader::new(Cursor::new(bytes), Path::new("x.zip"), limits).map_err(|error| match error {
        Error::Input { source, .. } => source.to_string(),
        other => panic!("{other}"),
    })
}

fn zip_of(names: &[&str]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for name in names {
        let options = SimpleFileOptions::default().system(zip::System::Unix).unix_permissions(0o644);
        zip.start_file(*name, options).unwrap();
        zip.write_all(b"content").unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_bundle_is_listed_and_read() {
    let sample = sample();
    let mut reader = open(&sample.out, Limits::default()).unwrap();
    assert_eq!(reader.top(), TOP);
    let stored = sample.contents.payload.iter().count() + sample.contents.tags.len();
    assert_eq!(reader.items().len(), stored);
    assert!(reader.items().iter().all(|item| item.modified == Some(started())));
    let path = name("data/h/b\u{e4} 100%.txt");
    assert_eq!(reader.read_small(&path, 4).unwrap(), b"b\r\r\n");
    assert!(reader.read_small(&path, 3).is_err());
    assert!(reader.contains(&path) && !reader.contains(&name("data/h/none")));
    assert!(reader.read(&name("data/h/none")).is_err());
}

#[test]
fn unsafe_names_are_refused() {
    let cases: &[(&[&str], &str)] = &[
        (&["t/../../x"], ". or .."),
        (&["/etc/passwd"], "top folder"),
        (&["t/a", "u/b"], "beside the top folder"),
        (&["t/a", "t/A"], "twice"),
        (&["t/nul"], "reserved"),
        (&["t/a\u{202e}b"], "not shown"),
        (&["t\\..\\x/a"], "top folder"),
        (&["C:/x"], "top folder"),
        (&["plain"], "no top folder"),
    ];
    for (names, wanted) in cases {
        let message = open(&zip_of(names), Limits::default()).unwrap_err();
        assert!(message.contains(wanted), "{names:?}: {message}");
    }
}

#[test]
fn limits_hold_before_anything_is_unpacked() {
    let big = bundle_of(&[("data/big.txt", &"x".repeat(1 << 20))]).out;
    assert!(open(&big, Limits::default()).is_ok());
    let few = Limits { entries: 3, ..Limits::default() };
    assert!(open(&big, few).unwrap_err().contains("more than 3"));
    let flat = Limits { ratio: 10, ..Limits::default() };
    assert!(open(&big, flat).unwrap_err().contains("claims to unpack"));
    let small = Limits { bytes: 1 << 20, ..Limits::default() };
    assert!(open(&big, small).unwrap_err().contains("claims to unpack"));
}

#[test]
fn entries_that_share_bytes_are_refused() {
    // The second record is made to point at the first entry.
    let mut bytes = zip_of(&["t/a", "t/b"]);
    let second = bytes.windows(4).rposition(|window| window == b"PK\x01\x02").unwrap();
    bytes[second + 42..second + 46].copy_from_slice(&[0; 4]);
    assert!(open(&bytes, Limits::default()).unwrap_err().contains("overlaps"));
}

#[test]
fn what_is_no_zip_is_an_input_error() {
    for bytes in [&b""[..], b"hello", &[0; 4096], b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"] {
        assert!(open(bytes, Limits::default()).is_err(), "{bytes:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    for path in [folder.path(), &folder.path().join("none.zip")] {
        assert!(matches!(Reader::open(path), Err(Error::Input { .. })), "{path:?}");
    }
}

#[test]
fn any_cut_or_flip_is_an_error_or_reads_within_the_limits() {
    let original = sample().out;
    for length in 0..original.len() {
        assert!(open(&original[..length], Limits::default()).is_err(), "{length}");
    }
    let mut bytes = original.clone();
    for at in 0..original.len() {
        bytes[at] ^= 0xff;
        if let Ok(mut reader) = open(&bytes, Limits::default()) {
            let names: Vec<EntryName> = reader.items().iter().map(|item| item.name.clone()).collect();
            for name in names {
                let _ = reader.read_small(&name, 1 << 20);
            }
        }
        bytes[at] = original[at];
    }
}
