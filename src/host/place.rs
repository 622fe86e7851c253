//! Host paths to real paths and back, live or under a root. Under a Windows root letter case does not count. Never leaves the root.

#![expect(
    clippy::disallowed_methods,
    reason = "the seam: folders are listed to find a name in another letter case"
)]

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::{HostPath, Os, platform};

/// Where the files of a host really are.
pub(super) struct Place {
    os: Os,
    /// The folder with the drives, or with `/`; none for this machine.
    root: Option<PathBuf>,
    /// Names in folders that were looked into without regard to letter case.
    listings: Mutex<HashMap<PathBuf, Vec<OsString>>>,
    /// Shares that were asked whether they answer.
    shares: Mutex<HashMap<String, Answer>>,
}

/// What a share answered; an error cannot be kept as it is.
type Answer = Result<(), (io::ErrorKind, String)>;

impl Place {
    pub(super) fn live(os: Os) -> Self {
        Self { os, root: None, listings: Mutex::default(), shares: Mutex::default() }
    }

    pub(super) fn rooted(os: Os, root: PathBuf) -> Self {
        Self { os, root: Some(root), listings: Mutex::default(), shares: Mutex::default() }
    }

    pub(super) fn os(&self) -> Os {
        self.os
    }

    /// The real path of a host path, whether or not its last part is there.
    pub(super) fn real(&self, path: &HostPath) -> io::Result<PathBuf> {
        let Some(root) = &self.root else { return self.live_path(path) };
        let mut real = root.clone();
        if let Some(exact) = path.exact() {
            exact.split(|byte| *byte == b'/').for_each(|part| real.push(platform::os_string(part)));
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
            return platform::host_path(self.os, real);
        };
        let below = real.strip_prefix(root).unwrap_or(real);
        let parts: Vec<&[u8]> = below.iter().map(std::ffi::OsStr::as_encoded_bytes).collect();
        let bytes = parts.join(&b'/');
        if self.os != Os::Windows {
            return HostPath::from_bytes(self.os, &[b"/", &*bytes].concat());
        }
        let text = String::from_utf8_lossy(&bytes);
        match text.split_once('/') {
            Some(("UNC", share)) => HostPath::new(self.os, &format!("//{share}")),
            Some((drive, rest)) => HostPath::new(self.os, &format!("{drive}:/{rest}")),
            None => HostPath::new(self.os, &format!("{text}:/")),
        }
    }

    /// A path on this machine. A server that does not answer is asked once, and not for long.
    fn live_path(&self, path: &HostPath) -> io::Result<PathBuf> {
        let is_plain = |rest: &&str| self.os == Os::Windows && !rest.starts_with(['?', '.']);
        let share = path.as_str().strip_prefix(r"\\").filter(is_plain);
        if let Some(share) = share {
            let share = share.splitn(3, '\\').take(2).collect::<Vec<_>>().join(r"\");
            let mut asked = self.shares.lock().unwrap_or_else(PoisonError::into_inner);
            let answer = asked.entry(share.to_lowercase()).or_insert_with(|| {
                platform::reach(&share).map_err(|error| (error.kind(), error.to_string()))
            });
            if let Err((kind, reason)) = answer {
                return Err(io::Error::new(*kind, reason.clone()));
            }
        }
        Ok(platform::native(path))
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
