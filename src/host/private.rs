//! Makes the one file that a run writes readable by its owner only. Never opens a file that exists.

#![expect(clippy::disallowed_types, reason = "the seam")]

use std::fs::File;
use std::io;
use std::path::Path;

use super::platform;

/// Creates a new file that only its owner may read, open for reading and writing.
///
/// # Platform behavior
/// On Unix its mode is 0600; on Windows its owner, the administrators and the system have all rights, and nobody else has any.
pub fn create_private(path: &Path) -> io::Result<File> {
    platform::create_private(path)
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
