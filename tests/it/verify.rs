//! `qdiag verify`: whatever is done to a bundle is found and named.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::support::{Bundle, Root, Run};

fn small() -> (Root, Bundle) {
    let root = Root::linux()
        .file("/data/app.log", "all is well\n".repeat(20))
        .file("/data/other.log", "password=Hunter2-Hunter2\n");
    let (bundle, _) = root.collect(&["--add", "/data"]);
    (root, bundle)
}

fn findings(path: &Path) -> (i32, String) {
    let ran = Run::new(["verify", "--json"]).arg(path).run();
    let document = ran.json();
    (ran.code, document[0]["findings"].to_string() + &document[0]["error"].to_string())
}

/// Writes the zip anew with changed entries, as somebody with a zip program would; the side file is gone.
fn rewritten(bundle: &Bundle, change: impl Fn(&str, &[u8]) -> Vec<(String, Vec<u8>)>) -> PathBuf {
    let path = bundle.path.with_file_name("changed").join(bundle.path.file_name().expect("a name"));
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
    let mut zip = zip::ZipWriter::new(std::fs::File::create(&path).expect("writable"));
    for (name, bytes) in &bundle.entries {
        for (name, bytes) in change(name, bytes) {
            zip.start_file(format!("{}/{name}", bundle.top), zip::write::SimpleFileOptions::default())
                .expect("a name");
            zip.write_all(&bytes).expect("writable");
        }
    }
    zip.finish().expect("writable");
    path
}

fn entry<'a>(bundle: &'a Bundle, end: &str) -> &'a str {
    bundle.entries.keys().find(|name| name.ends_with(end)).expect("is in the bundle")
}

#[test]
fn an_untouched_bundle_is_as_it_was_written() {
    let (_root, bundle) = small();
    let ran = Run::new(["verify"]).arg(&bundle.path).run().code(0);
    assert!(ran.text().contains("as it was written"), "{ran}");
    assert!(!ran.text().contains("NOT"), "{ran}");
}

#[test]
fn every_flipped_byte_is_found() {
    let (_root, bundle) = small();
    let original = std::fs::read(&bundle.path).expect("readable");
    let folder = tempfile::TempDir::new().expect("temporary folder");
    // Without the side file, so that the zip must speak for itself.
    let path = folder.path().join(bundle.path.file_name().expect("a name"));
    let step = (original.len() / 150).max(1);
    for at in (0..original.len()).step_by(step) {
        let mut bytes = original.clone();
        bytes[at] ^= 0x41;
        std::fs::write(&path, bytes).expect("writable");
        let (code, what) = findings(&path);
        assert_eq!(code, 1, "byte {at} of {} was changed, and verify says {what}", original.len());
    }
}

#[test]
fn a_changed_side_file_or_zip_is_found() {
    let (_root, bundle) = small();
    let side = PathBuf::from(format!("{}.sha256", bundle.path.display()));
    let text = std::fs::read_to_string(&side).expect("the side file");
    std::fs::write(&side, text.replacen(|c: char| c.is_ascii_digit(), "f", 1)).expect("writable");
    assert_eq!(findings(&bundle.path).0, 1);
}

#[test]
fn an_altered_entry_is_named() {
    let (_root, bundle) = small();
    let path = rewritten(&bundle, |name, bytes| {
        let bytes = if name.ends_with("app.log") { bytes.to_ascii_uppercase() } else { bytes.to_vec() };
        vec![(name.to_owned(), bytes)]
    });
    let (code, what) = findings(&path);
    assert_eq!(code, 1);
    assert!(what.contains(entry(&bundle, "app.log")) && what.contains("altered"), "{what}");
}

#[test]
fn a_removed_entry_is_named() {
    let (_root, bundle) = small();
    for gone in bundle.entries.keys() {
        let path =
            rewritten(
                &bundle,
                |name, bytes| if name == gone { vec![] } else { vec![(name.to_owned(), bytes.to_vec())] },
            );
        let (code, what) = findings(&path);
        assert!(
            code == 1 && what.contains(gone.as_str()),
            "{gone} was removed, and verify says {code} {what}"
        );
    }
}

#[test]
fn an_added_entry_is_named() {
    let (_root, bundle) = small();
    for extra in ["data/testhost/added/extra.log", "extra.html"] {
        let path = rewritten(&bundle, |name, bytes| {
            let mut entries = vec![(name.to_owned(), bytes.to_vec())];
            if name == "bagit.txt" {
                entries.push((extra.to_owned(), b"extra".to_vec()));
            }
            entries
        });
        let (code, what) = findings(&path);
        assert!(code == 1 && what.contains(extra), "{extra} was added, and verify says {code} {what}");
    }
}

#[test]
fn a_doubled_entry_is_named() {
    let (_root, bundle) = small();
    let twin = entry(&bundle, "app.log").replace("app.log", "APP.log");
    let path = rewritten(&bundle, |name, bytes| {
        let mut entries = vec![(name.to_owned(), bytes.to_vec())];
        if name.ends_with("app.log") {
            entries.push((twin.clone(), bytes.to_vec()));
        }
        entries
    });
    let (code, what) = findings(&path);
    assert!(code == 1 && what.contains(&twin), "{what}");

    // Two entries of exactly one name, which zip programs refuse to write: the name is patched in place, everywhere it stands.
    let mut bytes = std::fs::read(&path).expect("readable");
    let (from, to) = (twin.as_bytes(), entry(&bundle, "app.log").as_bytes().to_vec());
    let places: Vec<usize> =
        (0..bytes.len() - from.len()).filter(|at| &bytes[*at..*at + from.len()] == from).collect();
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(&to);
    }
    std::fs::write(&path, bytes).expect("writable");
    let (code, what) = findings(&path);
    assert!(
        code == 1 && what.contains(entry(&bundle, "app.log")) && what.contains("duplicate"),
        "{code} {what}"
    );
}

#[test]
fn what_is_no_bundle_is_an_input_error() {
    let folder = tempfile::TempDir::new().expect("temporary folder");
    let text = folder.path().join("text.zip");
    std::fs::write(&text, "no zip at all").expect("writable");
    let ran = Run::new(["verify"]).arg(&text).run().code(6);
    assert!(ran.stderr.starts_with("error: "), "{ran}");
    Run::new(["verify"]).arg(folder.path().join("gone.zip")).run().code(6);
}

#[test]
fn a_cut_bundle_is_never_taken_for_whole() {
    let (_root, bundle) = small();
    let original = std::fs::read(&bundle.path).expect("readable");
    let path = bundle.path.with_file_name("cut.zip");
    for keep in [original.len() - 1, original.len() - 30, original.len() / 2, 100, 4, 0] {
        std::fs::write(&path, &original[..keep]).expect("writable");
        let (code, _) = findings(&path);
        assert!(code == 1 || code == 6, "cut to {keep} bytes");
    }
}
