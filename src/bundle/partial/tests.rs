//! Real files in a temporary folder.

#![expect(clippy::disallowed_methods, reason = "tests look at what was written")]

use super::*;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_published_bundle_has_its_digest_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("x.zip");
    let partial = Partial::create(&target).unwrap();
    assert_eq!(names(folder.path()), ["x.zip.partial"]);
    let mut out = partial.out().unwrap();
    out.write_all(b"content, too long").unwrap();
    out.seek(SeekFrom::Start(7)).unwrap();
    out.cut(7).unwrap();
    out.flush().unwrap();
    drop(out);
    let published = partial.digest().and_then(|digest| partial.publish(digest, None)).unwrap();
    assert_eq!(names(folder.path()), ["x.zip", "x.zip.sha256"]);
    assert_eq!(fs::read(&target).unwrap(), b"content");
    assert_eq!((published.bytes, published.sha256), (7, Sha256Hex::of(b"content")));
    let side = fs::read_to_string(&published.side).unwrap();
    assert_eq!(side, format!("{}  x.zip\n", Sha256Hex::of(b"content")));
}

#[test]
fn nothing_is_left_of_a_bundle_that_was_not_published() {
    let folder = tempfile::tempdir().unwrap();
    drop(Partial::create(&folder.path().join("x.zip")).unwrap());
    assert!(names(folder.path()).is_empty());
}

#[test]
fn what_exists_is_never_overwritten() {
    for taken in ["x.zip", "x.zip.sha256", "x.zip.partial"] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(taken), "old").unwrap();
        let error = Partial::create(&folder.path().join("x.zip")).unwrap_err();
        assert!(matches!(&error, Error::Output { path, .. } if path.ends_with(taken)), "{error}");
        assert_eq!(names(folder.path()), [taken]);
    }
}

#[test]
fn what_appears_meanwhile_is_not_overwritten_either() {
    for (taken, left) in [("x.zip", vec!["x.zip"]), ("x.zip.sha256", vec!["x.zip.sha256"])] {
        let folder = tempfile::tempdir().unwrap();
        let partial = Partial::create(&folder.path().join("x.zip")).unwrap();
        fs::write(folder.path().join(taken), "foreign").unwrap();
        let error = partial.digest().and_then(|digest| partial.publish(digest, None)).unwrap_err();
        assert!(matches!(&error, Error::Output { path, .. } if path.ends_with(taken)), "{error}");
        assert_eq!(names(folder.path()), left);
        assert_eq!(fs::read(folder.path().join(taken)).unwrap(), b"foreign");
    }
}

#[test]
fn a_missing_folder_is_an_error_that_names_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let error = Partial::create(&folder.path().join("no/x.zip")).unwrap_err();
    assert!(error.to_string().ends_with("x.zip.partial"), "{error}");
}

#[test]
fn a_second_partial_takes_the_place_of_the_first() {
    let folder = tempfile::tempdir().unwrap();
    let target = folder.path().join("x.zip");
    let first = Partial::create(&target).unwrap();
    first.out().unwrap().write_all(b"first").unwrap();
    let second = first.second().unwrap();
    second.out().unwrap().write_all(b"second").unwrap();
    assert_eq!(io::read_to_string(first.read_back().unwrap()).unwrap(), "first");
    drop(first);
    assert_eq!(second.digest().and_then(|digest| second.publish(digest, None)).unwrap().path, target);
    assert_eq!(names(folder.path()), ["x.zip", "x.zip.sha256"]);
    assert_eq!(fs::read(&target).unwrap(), b"second");
}
