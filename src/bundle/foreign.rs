//! Other people's programs read and check what the writer writes. A program that is not installed is left out.

#![expect(clippy::disallowed_types, reason = "the test runs programs of this machine on its own files")]

use std::io::Cursor;
use std::path::Path;
use std::process::Command;

use super::writer::tests::{TOP, name, started};
use super::{Partial, Writer};
use crate::bundle::document::Document;
use crate::bundle::verify::tests::manifest_of;
use crate::redact::{Clearance, Cleared};

/// Publishes a bundle with an entry of each kind: small, empty, streamed, withheld while streaming, not ASCII.
fn publish(folder: &Path) {
    let big = "2018-06-01 12:00:00 a line of a log\r\n".repeat(30_000);
    let files = [
        ("data/h/a.log", "small"),
        ("data/h/empty.txt", ""),
        ("data/h/b\u{e4} \u{4e2d} 'x' & $y.txt", "name"),
        ("data/h/big.log", big.as_str()),
    ];
    let partial = Partial::create(&folder.join(format!("{TOP}.zip"))).unwrap();
    let mut writer = Writer::start(partial.out().unwrap(), TOP, started(), super::Packing::default());
    for (path, content) in files {
        writer.add(&name(path), &mut Cleared::own_text(content.to_owned()), None).unwrap();
    }
    let withheld = Clearance { withheld: Some("not decodable".to_owned()), ..Clearance::default() };
    let mut stream = Cleared::test_stream(Cursor::new(big.clone().into_bytes()), withheld);
    let stub = writer.add(&name("data/h/stub.bin"), &mut stream, None).unwrap();
    let mut manifest = manifest_of(files.iter().map(|(path, content)| (*path, content.as_bytes())));
    let mut line = manifest.entries[0].clone();
    line.name = "data/h/stub.bin".to_owned();
    line.bytes = stub.bytes;
    line.sha256 = Some(stub.sha256.to_string());
    manifest.entries.push(line);
    let json =
        std::io::read_to_string(Document::new(&manifest, manifest.entries.iter().cloned()).unwrap()).unwrap();
    let finished = writer.finish_with(&mut Cleared::own_text(json), Some("00123")).unwrap();
    let checked = super::check(
        partial.read_back().unwrap(),
        &finished.contents,
        &crate::bundle::check::nothing(),
        None,
    )
    .unwrap();
    assert!(checked.hits.is_empty());
    drop(finished);
    let published = partial.digest().and_then(|digest| partial.publish(digest, None)).unwrap();
    assert_eq!(super::verify(&published.path).unwrap().findings, []);
}

/// Runs a program in a folder; nothing if it is not installed.
fn run(folder: &Path, command: &[&str]) -> Option<(bool, String)> {
    let output = Command::new(command[0]).args(&command[1..]).current_dir(folder).output().ok()?;
    let text = [output.stdout, output.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    // A launcher of a program that is not there says so with this code.
    if output.status.code() == Some(127) { None } else { Some((output.status.success(), text)) }
}

#[test]
fn other_programs_read_and_check_a_bundle() {
    let folder = tempfile::tempdir().unwrap();
    publish(folder.path());
    let zip = format!("{TOP}.zip");
    let side = format!("{zip}.sha256");
    let python = "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); assert z.testzip() is None; print(z.namelist())";
    let commands: &[&[&str]] = &[
        &["sha256sum", "-c", &side],
        &["unzip", "-t", &zip],
        &["7z", "t", &zip],
        &["bsdtar", "-tf", &zip],
        &["jar", "tf", &zip],
        &["python3", "-c", python, &zip],
    ];
    for command in commands {
        if let Some((is_good, text)) = run(folder.path(), command) {
            assert!(is_good && !text.to_lowercase().contains("warning"), "{command:?}: {text}");
        }
    }
    let unpacked = [&["unzip", "-q", &zip][..], &["bsdtar", "-xf", &zip]]
        .iter()
        .any(|command| run(folder.path(), command).is_some_and(|(is_good, _)| is_good));
    if !unpacked {
        return;
    }
    let bag = folder.path().join(TOP);
    let commands: &[&[&str]] = &[
        &["sha256sum", "--strict", "-c", "manifest-sha256.txt"],
        &["sha256sum", "--strict", "-c", "tagmanifest-sha256.txt"],
        &["bagit.py", "--validate", "."],
    ];
    for command in commands {
        if let Some((is_good, text)) = run(&bag, command) {
            assert!(is_good, "{command:?}: {text}");
        }
    }
}
