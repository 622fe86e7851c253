//! What detection asks of a host: a narrow seam, so that it can be tested without one.

use std::io::{self, Read};

use crate::host::{Host, HostPath, InstalledPackage, KeyPath, Miss, Os, Process, Service, Value, Vars};

/// Configuration and version files are small; a larger one is something else.
pub(super) const FILE_LIMIT: u64 = 1 << 20;

/// The questions that detection asks.
pub(super) trait Look {
    /// Family of the operating system.
    fn os(&self) -> Os;
    /// Environment variables.
    fn vars(&self) -> &Vars;
    /// Whether a file or folder is there.
    fn exists(&self, path: &str) -> io::Result<()>;
    /// Whether a path is a folder without anything in it.
    fn is_empty_folder(&self, path: &str) -> bool;
    /// A file, whole, up to the limit.
    fn read(&self, path: &str) -> io::Result<Vec<u8>>;
    /// At most so many bytes of a file from an offset.
    fn read_at(&self, path: &str, offset: u64, bytes: usize) -> io::Result<Vec<u8>>;
    /// Files that match a glob, sorted.
    fn search(&self, pattern: &str) -> Vec<String>;
    /// All values of a registry key; none if there is no such key.
    fn registry(&self, key: &str) -> Result<Option<Vec<(String, Value)>>, Miss>;
    /// Installed services or units.
    fn services(&self) -> Result<Vec<Service>, Miss>;
    /// Installed software.
    fn installed(&self) -> Result<Vec<InstalledPackage>, Miss>;
    /// Running processes.
    fn processes(&self) -> Result<Vec<Process>, Miss>;
}

impl Look for Host {
    fn os(&self) -> Os {
        self.os
    }

    fn vars(&self) -> &Vars {
        &self.vars
    }

    fn exists(&self, path: &str) -> io::Result<()> {
        self.files.stat(&HostPath::new(self.os, path)).map(drop)
    }

    fn is_empty_folder(&self, path: &str) -> bool {
        self.files.is_empty_folder(&HostPath::new(self.os, path))
    }

    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.files.read_small(&HostPath::new(self.os, path), FILE_LIMIT)
    }

    fn read_at(&self, path: &str, offset: u64, bytes: usize) -> io::Result<Vec<u8>> {
        let file = self.files.open_at(&HostPath::new(self.os, path), offset)?;
        let mut buffer = Vec::with_capacity(bytes);
        file.take(bytes as u64).read_to_end(&mut buffer)?;
        Ok(buffer)
    }

    fn search(&self, pattern: &str) -> Vec<String> {
        self.files.find(pattern).into_iter().map(|found| found.path.as_str().to_owned()).collect()
    }

    fn registry(&self, key: &str) -> Result<Option<Vec<(String, Value)>>, Miss> {
        self.registry.values(&KeyPath(key.to_owned()))
    }

    fn services(&self) -> Result<Vec<Service>, Miss> {
        Host::services(self)
    }

    fn installed(&self) -> Result<Vec<InstalledPackage>, Miss> {
        Host::installed(self)
    }

    fn processes(&self) -> Result<Vec<Process>, Miss> {
        Host::processes(self)
    }
}
