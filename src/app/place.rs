//! Apps where a host has them: opens a file or a folder of a host, as it is named there, for the readers. Links are not followed.

use std::io::{self, Read, Seek, SeekFrom};

use serde::{Deserialize, Serialize};

use super::identify::{failed, identify_folder, kind_of, read_file, read_folder};
use super::zipped::seek_to;
use super::{AppKind, AppSummary, Folder};
use crate::host::{Host, HostPath, Kind, SeekFile, Stat};

/// Files of a folder that belong to an app at most, and how deep they lie.
const MOST_FILES: usize = 20_000;

/// A file of a host as a source that goes to and fro.
pub struct HostSource {
    file: SeekFile,
    at: u64,
}

impl HostSource {
    /// Opens a regular file.
    ///
    /// # Errors
    /// It is not there, is no regular file, or may not be read.
    pub fn open(host: &Host, path: &HostPath) -> io::Result<Self> {
        Ok(Self { file: host.files.open_seek(path)?, at: 0 })
    }

    /// What was known when it was opened.
    pub fn stat(&self) -> Stat {
        self.file.stat
    }
}

impl Read for HostSource {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(self.at, buffer)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for HostSource {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = seek_to(to, self.at, self.file.stat.bytes)?;
        Ok(self.at)
    }
}

/// A folder of a host with the parts of an app.
pub struct HostFolder<'a> {
    host: &'a Host,
    path: HostPath,
}

impl<'a> HostFolder<'a> {
    /// A folder; nothing is looked for yet.
    pub fn new(host: &'a Host, path: &HostPath) -> Self {
        Self { host, path: path.clone() }
    }

    fn files(&self, pattern: &str) -> io::Result<Vec<(HostPath, Stat)>> {
        let pattern = format!("{}/{pattern}", glob::Pattern::escape(&self.path.slashed()));
        let (mut found, mut failure) = (Vec::new(), None);
        self.host.files.search(&pattern, &mut |one| match one {
            Ok(one) if one.stat.kind == Kind::File && found.len() < MOST_FILES => {
                found.push((one.path, one.stat));
            }
            Ok(_) => {}
            Err((_, error)) => failure = Some(error),
        });
        match failure.filter(|_| found.is_empty()) {
            Some(error) => Err(error),
            None => Ok(found),
        }
    }

    fn names_of(&self, files: &[(HostPath, Stat)]) -> Vec<String> {
        let base = self.path.slashed();
        let base = base.trim_end_matches('/').len();
        let below =
            |path: &HostPath| path.slashed().get(base..).map(|name| name.trim_start_matches('/').to_owned());
        files.iter().filter_map(|(path, _)| below(path)).collect()
    }

    /// Bytes of all its files.
    pub fn bytes(&self) -> u64 {
        self.files("**").unwrap_or_default().iter().map(|(_, stat)| stat.bytes).sum()
    }
}

impl Folder for HostFolder<'_> {
    fn names(&mut self) -> io::Result<Vec<String>> {
        let files = self.files("**")?;
        let mut names = self.names_of(&files);
        names.sort();
        Ok(names)
    }

    fn read(&mut self, name: &str, limit: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.host.files.open(&self.path.join(name))?.take(limit as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// An app of a host: a file, or a folder with its parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Place {
    /// A file.
    File(HostPath),
    /// A folder with the parts of an app.
    Folder(HostPath),
}

impl Place {
    /// What a path of a host means: a file by itself, a folder with the parts of one app, or every app right in a folder.
    ///
    /// # Errors
    /// There is nothing of that name, or it may not be read.
    pub fn all(host: &Host, path: &HostPath) -> io::Result<Vec<Self>> {
        match host.files.stat(path)?.kind {
            Kind::Folder => {}
            Kind::Placeholder => return Err(io::Error::other("its content lies with a cloud service")),
            Kind::File | Kind::Link | Kind::Other => return Ok(vec![Self::File(path.clone())]),
        }
        let folder = HostFolder::new(host, path);
        let right_in = folder.files("*")?;
        let names = folder.names_of(&right_in);
        if identify_folder(names.iter().map(String::as_str)).is_some() {
            return Ok(vec![Self::Folder(path.clone())]);
        }
        let mut found: Vec<Self> = right_in
            .into_iter()
            .filter(|(path, _)| is_app(host, path))
            .map(|(path, _)| Self::File(path))
            .collect();
        // A folder is never found itself, so those with apps are known by their files.
        let one_below = folder.files("*/*")?;
        let mut parents: Vec<HostPath> = one_below.iter().filter_map(|(path, _)| path.parent()).collect();
        parents.dedup();
        for parent in parents {
            let names = one_below.iter().filter(|(path, _)| path.parent().as_ref() == Some(&parent));
            if identify_folder(names.map(|(path, _)| path.file_name())).is_some() {
                found.push(Self::Folder(parent));
            }
        }
        Ok(found)
    }

    /// Where it is.
    pub fn path(&self) -> &HostPath {
        match self {
            Self::File(path) | Self::Folder(path) => path,
        }
    }

    /// Reads the app.
    ///
    /// # Errors
    /// It cannot be opened.
    pub fn read(&self, host: &Host) -> io::Result<AppSummary> {
        match self {
            Self::File(path) => Ok(read_file(&mut HostSource::open(host, path)?)),
            Self::Folder(path) => {
                let mut folder = HostFolder::new(host, path);
                if let Err(error) = folder.names() {
                    return Ok(failed(AppKind::Unknown, 0, &error));
                }
                let mut summary = read_folder(&mut folder);
                summary.bytes = if summary.bytes == 0 { folder.bytes() } else { summary.bytes };
                Ok(summary)
            }
        }
    }
}

fn is_app(host: &Host, path: &HostPath) -> bool {
    let kind = HostSource::open(host, path).and_then(|mut source| kind_of(&mut source));
    kind.is_ok_and(|kind| kind.is_binary_app() || matches!(kind, AppKind::Zip | AppKind::LfsPointer))
}
