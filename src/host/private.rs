//! Makes the one file that a run writes readable by its owner only. Never opens a file that exists.

#![expect(clippy::disallowed_types, reason = "the seam")]

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Creates a new file that only its owner may read, open for reading and writing.
///
/// # Platform behavior
/// On Unix its mode is 0600; elsewhere it has the rights of its folder.
pub fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_opens_what_exists() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x");
        create_private(&path).unwrap();
        assert_eq!(create_private(&path).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_it() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let file = create_private(&folder.path().join("x")).unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}
