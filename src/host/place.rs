//! Host paths to real paths and back, live or under a root. Under a Windows root letter case does not count. Never leaves the root.

#![expect(
    clippy::disallowed_methods,
    reason = "the seam: folders are listed to find a name in another letter case"
)]

use std::collections::HashMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::{HostPath, Os};

/// Where the files of a host really are.
pub(super) struct Place {
    os: Os,
    /// The folder with the drives, or with `/`; none for this machine.
    root: Option<PathBuf>,
    /// Names in folders that were looked into without regard to letter case.
    listings: Mutex<HashMap<PathBuf, Vec<OsString>>>,
}

impl Place {
    pub(super) fn live(os: Os) -> Self {
        Self { os, root: None, listings: Mutex::default() }
    }

    pub(super) fn rooted(os: Os, root: PathBuf) -> Self {
        Self { os, root: Some(root), listings: Mutex::default() }
    }

    pub(super) fn os(&self) -> Os {
        self.os
    }

    /// The real path of a host path, whether or not its last part is there.
    pub(super) fn real(&self, path: &HostPath) -> io::Result<PathBuf> {
        let Some(root) = &self.root else { return Ok(native(path)) };
        let mut real = root.clone();
        if let Some(exact) = path.exact() {
            real.push(os_string(exact.strip_prefix(b"/").unwrap_or(exact)));
            return self.inside(real);
        }
        let slashed = path.slashed();
        let (first, rest) = match slashed.strip_prefix("//") {
            Some(share) => (Some("UNC"), share),
            None => (None, slashed.as_str()),
        };
        let parts = first.into_iter().chain(rest.split('/')).map(|part| part.trim_end_matches(':'));
        for part in parts.filter(|part| !part.is_empty() && *part != ".") {
            if part == ".." || Path::new(part).components().any(|part| !matches!(part, Component::Normal(_)))
            {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "the path leads out of its folder"));
            }
            real = self.child(&real, part);
        }
        self.inside(real)
    }

    /// The host path of a real path.
    pub(super) fn host(&self, real: &Path) -> HostPath {
        let Some(root) = &self.root else {
            return HostPath::from_bytes(self.os, real.as_os_str().as_encoded_bytes());
        };
        let below = real.strip_prefix(root).unwrap_or(real);
        let bytes = below.as_os_str().as_encoded_bytes();
        if self.os != Os::Windows {
            return HostPath::from_bytes(self.os, &[b"/", bytes].concat());
        }
        let text = below.to_string_lossy();
        match text.split_once('/') {
            Some(("UNC", share)) => HostPath::new(self.os, &format!("//{share}")),
            Some((drive, rest)) => HostPath::new(self.os, &format!("{drive}:/{rest}")),
            None => HostPath::new(self.os, &format!("{text}:/")),
        }
    }

    /// A name in a folder; on Windows in whatever letter case it is stored.
    fn child(&self, folder: &Path, name: &str) -> PathBuf {
        let exact = folder.join(name);
        if self.os != Os::Windows || exact.symlink_metadata().is_ok() {
            return exact;
        }
        let folded = name.to_lowercase();
        let mut listings = self.listings.lock().unwrap_or_else(PoisonError::into_inner);
        let names = listings.entry(folder.to_owned()).or_insert_with(|| list(folder));
        let found = names.iter().find(|stored| stored.to_string_lossy().to_lowercase() == folded);
        found.map_or(exact, |stored| folder.join(stored))
    }

    /// Links inside a root may not lead out of it.
    fn inside(&self, real: PathBuf) -> io::Result<PathBuf> {
        let Some(root) = &self.root else { return Ok(real) };
        let Some(folder) = real.parent().filter(|folder| folder.starts_with(root)) else { return Ok(real) };
        match folder.canonicalize() {
            Ok(canonical) if !canonical.starts_with(root) => {
                Err(io::Error::new(io::ErrorKind::InvalidInput, "a link leads out of the root"))
            }
            _ => Ok(real),
        }
    }
}

fn list(folder: &Path) -> Vec<OsString> {
    let mut names: Vec<OsString> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name()).collect();
    names.sort();
    names
}

fn native(path: &HostPath) -> PathBuf {
    path.exact().map_or_else(|| PathBuf::from(path.as_str()), |exact| PathBuf::from(os_string(exact)))
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStrExt;
    OsStr::from_bytes(bytes).to_owned()
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> OsString {
    OsStr::new(&*String::from_utf8_lossy(bytes)).to_owned()
}
