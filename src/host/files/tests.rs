//! Files of a host under a temporary folder.

use std::path::Path;

use super::*;
use crate::host::place::Place;

fn windows(folder: &Path) -> Files {
    Files::new(Place::rooted(Os::Windows, folder.canonicalize().expect("is there")), None)
}

fn lay(folder: &Path, path: &str, content: &str) {
    let path = folder.join(path);
    std::fs::create_dir_all(path.parent().expect("below")).expect("writable");
    std::fs::write(path, content).expect("writable");
}

fn texts(files: &Files, pattern: &str) -> Vec<String> {
    files.find(pattern).iter().map(|found| found.path.to_string()).collect()
}

#[test]
fn letter_case_does_not_count_on_windows() {
    let folder = tempfile::TempDir::new().expect("temporary folder");
    lay(folder.path(), "C/ProgramData/Qlik/Größe.TXT", "a");
    lay(folder.path(), "UNC/DC1/share/x.log", "b");
    let files = windows(folder.path());
    let read = |path: &str| files.read_small(&HostPath::new(Os::Windows, path), 10);
    assert_eq!(read(r"c:\programdata\QLIK\größe.txt").expect("is there"), b"a");
    assert_eq!(read(r"\\dc1\Share\X.LOG").expect("is there"), b"b");
    assert_eq!(texts(&files, r"C:\PROGRAMDATA\**\*.txt"), [r"C:\ProgramData\Qlik\Größe.TXT"]);
    assert_eq!(texts(&files, r"\\dc1\share\*"), [r"\\DC1\share\x.log"]);
    assert_eq!(texts(&files, r"c:\programdata\qlik\GRÖSSE.txt"), [""; 0]);
}

#[test]
fn patterns() {
    let folder = tempfile::TempDir::new().expect("temporary folder");
    for path in ["C/a/1.log", "C/a/b/2.log", "C/a/b/c/3.log", "C/a/b/c/3.txt", "C/a/[x]/4.log"] {
        lay(folder.path(), path, "x");
    }
    let files = windows(folder.path());
    for (pattern, names) in [
        (r"C:\a\*.log", &["1.log"][..]),
        (r"C:\a\**\*.log", &["1.log", "4.log", "2.log", "3.log"]),
        (r"C:\a\*\*.log", &["4.log", "2.log"]),
        (r"C:\a\**\c\*", &["3.log", "3.txt"]),
        (r"C:\a\b\**", &["2.log", "3.log", "3.txt"]),
        (r"C:\a\[[]x]\*", &["4.log"]),
        (r"C:\a\[[]x[]]\4.log", &["4.log"]),
        (r"C:\a\b\2.log", &["2.log"]),
        (r"C:\a\b", &[]),
        (r"C:\gone\**", &[]),
        (r"C:\a\***", &[]),
    ] {
        let found: Vec<String> =
            files.find(pattern).iter().map(|found| found.path.file_name().to_owned()).collect();
        assert_eq!(found, names, "{pattern}");
    }
}

#[test]
fn a_root_is_never_left() {
    let folder = tempfile::TempDir::new().expect("temporary folder");
    lay(folder.path(), "root/C/x.txt", "x");
    lay(folder.path(), "secret.txt", "secret");
    let files = windows(&folder.path().join("root"));
    for path in [r"C:\..\..\secret.txt", r"..\secret.txt", r"C:\x\..\..\..\secret.txt"] {
        assert!(files.read_small(&HostPath::new(Os::Windows, path), 10).is_err(), "{path}");
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(folder.path(), folder.path().join("root/C/away")).expect("a link");
        assert!(files.read_small(&HostPath::new(Os::Windows, r"C:\away\secret.txt"), 10).is_err());
    }
}

#[test]
fn a_file_is_read_to_the_size_it_had_when_opened() {
    let folder = tempfile::TempDir::new().expect("temporary folder");
    lay(folder.path(), "C/x.log", "before");
    let mut open = windows(folder.path()).open(&HostPath::new(Os::Windows, r"C:\x.log")).expect("is there");
    lay(folder.path(), "C/x.log", "before and after");
    let mut text = String::new();
    open.read_to_string(&mut text).expect("readable");
    assert_eq!((text.as_str(), open.stat.bytes), ("before", 6));
}

#[test]
fn a_folder_and_a_large_file_are_refused() {
    let folder = tempfile::TempDir::new().expect("temporary folder");
    lay(folder.path(), "C/a/x.log", "0123456789");
    let files = windows(folder.path());
    assert!(files.open(&HostPath::new(Os::Windows, r"C:\a")).is_err());
    let error = files.read_small(&HostPath::new(Os::Windows, r"C:\a\x.log"), 9).expect_err("is too large");
    assert_eq!(error.kind(), io::ErrorKind::FileTooLarge);
}

#[test]
fn a_time_beyond_all_calendars_is_none() {
    let seconds = std::time::Duration::from_secs;
    assert_eq!(time_of(std::time::UNIX_EPOCH + seconds(9_000_000_000_000_000)), None);
    assert!(time_of(std::time::UNIX_EPOCH + seconds(1)).is_some_and(|time| time.timestamp() == 1));
    assert!(time_of(std::time::UNIX_EPOCH - seconds(5)).is_some_and(|time| time.timestamp() < 0));
}
