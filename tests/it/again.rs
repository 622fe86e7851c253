//! Archives inside a bundle, bundles made of others, rules and words of the user, preview, and the word that gives redaction up.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::support::{Bundle, Root, Run, bundle_path, case_key, is_foreign};
use crate::trust::assert_absent;

fn packed(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in members {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).expect("as the test laid it out");
        zip.write_all(content).expect("as the test laid it out");
    }
    zip.finish().expect("as the test laid it out").into_inner()
}

fn unpacked(bytes: &[u8]) -> BTreeMap<String, String> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("as the test laid it out");
    (0..zip.len())
        .map(|at| {
            let mut member = zip.by_index(at).expect("as the test laid it out");
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).expect("as the test laid it out");
            (
                member.name().expect("as the test laid it out").into_owned(),
                String::from_utf8_lossy(&bytes).into_owned(),
            )
        })
        .collect()
}

fn gzipped(content: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::new(6));
    gzip.write_all(content).expect("as the test laid it out");
    gzip.finish().expect("as the test laid it out")
}

#[test]
fn archives_are_cleared_inside_and_bombs_are_withheld() {
    let inner = packed(&[("deep.log", b"Password=Umber44Trellis\n")]);
    let zip = packed(&[
        ("a.log", b"pwd=Umber44Trellis\n"),
        ("in\\b.zip", &inner),
        ("c.bin", b"\0\x01\x02\0\0\xFF"),
    ]);
    let bomb = gzipped(&vec![b'x'; 64 << 20]);
    let bomb = gzipped(&gzipped(&gzipped(&gzipped(&bomb))));
    let root = Root::linux()
        .file("/data/logs.zip", zip)
        .file("/data/rolled.log.gz", gzipped(b"user=etl;Password=Umber44Trellis;x=1\nplain line\n"))
        .file("/data/bomb.gz", bomb)
        .file("/data/cut.gz", &gzipped(b"Password=Umber44Trellis and more of it\n")[..30]);
    let (bundle, _) = root.collect(&["--add", "/data"]);
    assert_absent(&bundle, "Umber44Trellis");
    let logs = unpacked(bundle.bytes("logs.zip"));
    assert!(logs["a.log"].starts_with("pwd=REDACTED_"), "{logs:?}");
    assert!(logs["c.bin"].starts_with("withheld by qdiag"), "{logs:?}");
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bundle.bytes("logs.zip")))
        .expect("as the test laid it out");
    let mut deep = Vec::new();
    zip.by_name("in/b.zip")
        .expect("as the test laid it out")
        .read_to_end(&mut deep)
        .expect("as the test laid it out");
    assert!(unpacked(&deep)["deep.log"].starts_with("Password=REDACTED_"));
    let mut text = String::new();
    GzDecoder::new(bundle.bytes("rolled.log.gz")).read_to_string(&mut text).expect("as the test laid it out");
    assert!(
        text.starts_with("user=etl;Password=REDACTED_") && text.ends_with(";x=1\nplain line\n"),
        "{text}"
    );
    for name in ["bomb.gz", "cut.gz"] {
        assert!(bundle.bytes(name).starts_with(b"withheld by qdiag"), "{name}");
    }
}

/// A bundle of a folder, a zip with backslashes in its names, or a bundle.
fn redo(input: &Path, folder: &Path, more: &[&str]) -> (Bundle, serde_json::Value) {
    let key = case_key(folder);
    let ran = Run::new(["redact", "--json", "--output"])
        .arg(folder)
        .arg("--case-key")
        .arg(&key)
        .arg(input)
        .args(more)
        .run();
    let document = ran.json();
    (Bundle::open(&bundle_path(&document)), document)
}

#[test]
fn bundles_zips_and_folders_are_redacted_into_new_bundles() {
    let folder = tempfile::TempDir::new().expect("as the test laid it out");
    let root = Root::linux()
        .file("/data/x.log", "by jane.doe@corp.example from 10.1.2.3, Password=Umber44Trellis\n");
    let (first, _) = root.collect(&["--add", "/data"]);
    let (second, document) = redo(&first.path, folder.path(), &["--privacy", "identities"]);
    let text = String::from_utf8(second.bytes("x.log").to_vec()).expect("as the test laid it out");
    assert!(
        !text.contains("jane") && !text.contains("10.1.2.3") && text.contains("Password=REDACTED_"),
        "{text}"
    );
    let origin = &second.manifest()["run"]["redacted_from"];
    assert_eq!(origin["kind"], "bundle");
    assert_eq!(origin["sha256"].as_str().map(str::len), Some(64), "{origin}");
    assert!(document["table"].is_string());
    Run::new(["verify"]).arg(&second.path).run().code(0);

    let zip = folder.path().join("QlikLogs.zip");
    std::fs::write(
        &zip,
        packed(&[("Log\\Engine\\x.txt", b"Password=Umber44Trellis\n"), ("../up.txt", b"fine\n")]),
    )
    .expect("as the test laid it out");
    let (third, _) = redo(&zip, folder.path(), &[]);
    assert_absent(&third, "Umber44Trellis");
    assert!(
        third.entries.keys().any(|name| name.ends_with("Log/Engine/x.txt")),
        "{:?}",
        third.entries.keys()
    );
    assert!(third.entries.keys().all(|name| !name.contains("..")), "{:?}", third.entries.keys());
    Run::new(["verify"]).arg(&third.path).run().code(0);

    // A bundle that is not as it was written is not made to look whole.
    let mut bytes = std::fs::read(&first.path).expect("as the test laid it out");
    let at = bytes.len() / 3;
    bytes[at] ^= 1;
    let damaged = folder.path().join("damaged.zip");
    std::fs::write(&damaged, bytes).expect("as the test laid it out");
    let ran = Run::new(["redact", "--output"]).arg(folder.path()).arg(&damaged).run();
    assert!(ran.code == 2 || ran.code == 6, "{ran}");
    let neither = folder.path().join("neither.txt");
    std::fs::write(&neither, "text").expect("as the test laid it out");
    Run::new(["redact", "--output"]).arg(folder.path()).arg(&neither).run().code(6);
}

#[test]
fn words_and_rules_of_the_user_are_masked_and_held_to_their_examples() {
    let folder = tempfile::TempDir::new().expect("as the test laid it out");
    let file = |name: &str, text: &str| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("as the test laid it out");
        path
    };
    let words = file("words.txt", "# customers\nAcme Corp\nM\u{fc}ller\n");
    let rules = file(
        "rules.toml",
        "[[rule]]\nid = \"badge\"\nclass = \"token\"\nneedles = [\"badge-\"]\npattern = 'badge-(?P<secret>[0-9]{6})'\n\
         hides = [\"badge-\u{ab}123456\u{bb}\"]\nkeeps = [\"badge-12\"]\nsource = \"our own doors\"\n",
    );
    let input = file("x.log", "acme corp, M\u{dc}LLER, badge-654321, badge-12\n");
    let ran =
        Run::new(["redact", "--mask-word"]).arg(&words).arg("--rules").arg(&rules).arg(&input).run().code(0);
    let text = ran.text();
    assert!(text.starts_with("REDACTED_mask_word") && text.contains("badge-REDACTED_badge"), "{ran}");
    assert!(text.ends_with(", badge-12\n") && !text.to_lowercase().contains("ller"), "{ran}");
    for (wrong, says) in [
        ("[[rule]]\nid = \"x\"", "missing field"),
        (
            &std::fs::read_to_string(&rules)
                .expect("as the test laid it out")
                .replace("badge-\u{ab}123456\u{bb}", "badge-\u{ab}12\u{bb}"),
            "example",
        ),
        (
            &std::fs::read_to_string(&rules)
                .expect("as the test laid it out")
                .replace("[0-9]{6})", "[0-9]{6}"),
            "pattern",
        ),
        (
            &std::fs::read_to_string(&rules)
                .expect("as the test laid it out")
                .replace("id = \"badge\"", "id = \"jwt\""),
            "already",
        ),
    ] {
        let path = file("wrong.toml", wrong);
        let ran = Run::new(["redact", "--rules"]).arg(&path).arg(&input).run().code(4);
        assert!(ran.stderr.contains(says), "{says}: {ran}");
    }
    let short = file("short.txt", "ab\n");
    Run::new(["redact", "--mask-word"]).arg(&short).arg(&input).run().code(2);
}

#[test]
fn a_preview_shows_masks_and_no_secret() {
    let folder = tempfile::TempDir::new().expect("as the test laid it out");
    let input = folder.path().join("x.log");
    std::fs::write(&input, "one\nPassword=Umber44Trellis;x=1\nthree\n").expect("as the test laid it out");
    let ran = Run::new(["preview"]).arg(&input).run().code(0);
    assert!(
        ran.text().contains("     2 - Password=") && ran.text().contains("+ Password=REDACTED_keyed_secret_"),
        "{ran}"
    );
    assert!(
        !ran.text().contains("Umber44") && !ran.text().contains("three") && !ran.text().contains('\u{1b}'),
        "{ran}"
    );
    let json = Run::new(["preview", "--json"]).arg(&input).run().code(0).json();
    assert_eq!((json["lines"].as_u64(), json["changed"][0]["line"].as_u64()), (Some(3), Some(2)), "{json}");
}

/// Collects with a terminal on which a word is typed; gives the exit code.
fn typed(root: &Root, word: &str) -> Option<i32> {
    let folder = root.output.path();
    let command = format!(
        "{} collect --yes --environment-only --no-redact --add /data --root {} --output {}",
        env!("CARGO_BIN_EXE_qdiag"),
        root.path().display(),
        folder.display()
    );
    let mut child = std::process::Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("as the test laid it out");
    child
        .stdin
        .take()
        .expect("as the test laid it out")
        .write_all(format!("{word}\n").as_bytes())
        .expect("as the test laid it out");
    child.wait().expect("as the test laid it out").code()
}

#[test]
fn redaction_is_given_up_only_by_a_typed_word() {
    let root = Root::linux().file("/data/x.log", "Password=Umber44Trellis\n");
    let folder = root.output.path();
    let collect = |input: &str| {
        Run::new(["collect", "--yes", "--environment-only", "--no-redact", "--add", "/data", "--root"])
            .arg(root.path())
            .arg("--output")
            .arg(folder)
            .input(input.to_owned())
            .run()
    };
    let ran = collect("unredacted\n").code(2);
    assert!(ran.stderr.contains("terminal"), "{ran}");
    assert_eq!(std::fs::read_dir(folder).expect("as the test laid it out").count(), 0);
    if is_foreign() || !Path::new("/usr/bin/script").exists() {
        return;
    }
    let typed = |word: &str| typed(&root, word);
    assert_eq!(typed("yes"), Some(130));
    assert_eq!(std::fs::read_dir(folder).expect("as the test laid it out").count(), 0);
    assert_eq!(typed("unredacted"), Some(0));
    let path = std::fs::read_dir(folder)
        .expect("as the test laid it out")
        .map(|entry| entry.expect("as the test laid it out").path())
        .find(|path| path.extension().is_some_and(|end| end == "zip"))
        .expect("as the test laid it out");
    assert!(
        path.file_name().expect("as the test laid it out").to_string_lossy().starts_with("UNREDACTED-"),
        "{}",
        path.display()
    );
    let bundle = Bundle::open(&path);
    assert_eq!(bundle.manifest()["redaction"]["privacy"], "none");
    assert_eq!(bundle.bytes("x.log"), b"Password=Umber44Trellis\n");
}
