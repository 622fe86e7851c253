//! Host paths to real files, live or under a root: open, list, stat, search. The only module that opens host files.

use std::io::{self, Read};

use chrono::{DateTime, Utc};

use super::HostPath;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, junction or other reparse point; never followed below a search's fixed part.
    Link,
    /// A FIFO, socket or device; never opened.
    Other,
}

/// What is known of a file without opening it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// What it is.
    pub kind: Kind,
    /// Size in bytes.
    pub bytes: u64,
    /// Last modification.
    pub modified: Option<DateTime<Utc>>,
}

/// A name that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its full path.
    pub path: HostPath,
    /// What is known of it.
    pub stat: Stat,
}

/// The result of a search: what matched, and what could not be looked into.
#[derive(Debug, Default)]
pub struct Search {
    /// Files, links and devices that match, sorted by path.
    pub found: Vec<Found>,
    /// Folders that could not be listed.
    pub failed: Vec<(HostPath, io::Error)>,
    /// Whether the fixed part of the pattern exists.
    pub base_exists: bool,
}

/// An open regular file. Reading it never blocks and never runs past the size it had when it was opened.
pub struct OpenFile {
    inner: Box<dyn Read + Send>,
    /// What was known when it was opened.
    pub stat: Stat,
}

impl Read for OpenFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

/// The files of a host.
pub struct Files {}

impl Files {
    /// What a name stands for, without following a link at its end.
    pub fn stat(&self, path: &HostPath) -> io::Result<Stat> {
        todo!("host helper {path}")
    }

    /// Opens a regular file for shared reading; links, devices and folders are refused.
    pub fn open(&self, path: &HostPath) -> io::Result<OpenFile> {
        todo!("host helper {path}")
    }

    /// As `open`, starting at an offset.
    pub fn open_at(&self, path: &HostPath, offset: u64) -> io::Result<OpenFile> {
        todo!("host helper {path} {offset}")
    }

    /// A small file, whole; one that is larger than `limit` is an error.
    pub fn read_small(&self, path: &HostPath, limit: u64) -> io::Result<Vec<u8>> {
        todo!("host helper {path} {limit}")
    }

    /// Everything that matches a pattern in the host's own writing (`C:\x\**\*.log`), sorted, links not followed.
    pub fn search(&self, pattern: &str) -> Search {
        todo!("host helper {pattern}")
    }
}
