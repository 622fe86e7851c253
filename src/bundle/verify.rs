//! Tells whether a bundle is what it says: structure of the zip, digests of the bag, lines of the manifest, each both ways.
//! Reads it as hostile, streaming, and changes nothing.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use serde::Serialize;

mod contents;
mod lists;

#[cfg(test)]
pub(super) mod tests;

use super::container::{Directory, is_damaged, lay_out};
use super::reader::open_file;
use super::{Hashing, Limits, Sha256Hex};
use crate::Error;
use contents::Contents;

/// What is wrong with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Not as it was written.
    Altered,
    /// Not there.
    Missing,
    /// There, though nothing in the bundle speaks of it.
    Extra,
    /// There more than once, perhaps in another letter case.
    Duplicate,
    /// More bytes than it says, or than are sensible.
    Oversize,
    /// A name that is not safe to extract.
    UnsafeName,
    /// A manifest that this program cannot read.
    UnknownSchema,
    /// Something that Qlik asks of a case is missing.
    IncompleteCase,
}

impl FindingKind {
    /// The words used in tables.
    pub fn words(self) -> &'static str {
        match self {
            Self::Altered => "altered",
            Self::Missing => "missing",
            Self::Extra => "extra",
            Self::Duplicate => "duplicate",
            Self::Oversize => "oversize",
            Self::UnsafeName => "unsafe name",
            Self::UnknownSchema => "unknown schema",
            Self::IncompleteCase => "incomplete case",
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What kind of thing.
    pub kind: FindingKind,
    /// The entry, below the top folder if it lies there; absent if it is the archive as a whole. It may be a hostile text.
    pub entry: Option<String>,
    /// What exactly.
    pub detail: String,
}

/// What the file beside the bundle says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SideFile {
    /// The digest of the bundle.
    Matches,
    /// Another digest, or none.
    Differs,
    /// There is no such file.
    Missing,
}

/// The result of verifying a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// The bundle.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Its digest.
    pub sha256: Sha256Hex,
    /// What the file beside it says.
    pub side_file: SideFile,
    /// Schema of its manifest, if that could be read.
    pub schema: Option<String>,
    /// Entries in the zip.
    pub entries: u64,
    /// What is wrong. Nothing, if the bundle is as it was written.
    pub findings: Vec<Finding>,
    /// What is worth knowing but not wrong.
    pub notes: Vec<String>,
}

impl Verification {
    fn find(&mut self, kind: FindingKind, entry: Option<&str>, detail: impl Into<String>) {
        self.findings.push(Finding { kind, entry: entry.map(str::to_owned), detail: detail.into() });
    }

    /// The same entry is often wrong in several lists; the first to say so is enough.
    fn drop_repeated(&mut self) {
        let mut seen = HashSet::new();
        self.findings
            .retain(|finding| finding.entry.is_none() || seen.insert((finding.kind, finding.entry.clone())));
    }
}

/// Verifies a bundle and the digest beside it. What is no zip at all is an error.
pub fn verify(path: &Path) -> Result<Verification, Error> {
    let mut file = open_file(path)?;
    let mut hashing = Hashing::new(&mut file);
    io::copy(&mut hashing, &mut io::sink()).map_err(|error| Error::input("read", path, error))?;
    let bytes = hashing.length();
    let sha256 = hashing.finish();
    let mut result = Verification {
        path: path.to_owned(),
        bytes,
        sha256,
        side_file: SideFile::Missing,
        schema: None,
        entries: 0,
        findings: Vec::new(),
        notes: Vec::new(),
    };
    compare_side_file(&mut result)?;
    verify_zip(file, Limits::default(), &mut result)
        .map_err(|error| Error::input("read the bundle", path, error))?;
    Ok(result)
}

/// Everything but the side file, from any source.
fn verify_zip(mut source: impl Read + Seek, limits: Limits, result: &mut Verification) -> io::Result<()> {
    source.seek(SeekFrom::Start(0))?;
    let mut directory = match Directory::read(&mut source, limits.entries) {
        Ok(directory) => directory,
        Err(error) if is_damaged(&mut source, &error)? => {
            let detail = format!("the end of the archive is damaged or cut off: {error}");
            result.find(FindingKind::Altered, None, detail);
            return Ok(());
        }
        Err(error) => return Err(error),
    };
    if directory.is_broken {
        // What is not in the directory would look missing, so nothing else is said.
        for odd in &directory.oddities {
            let entry =
                odd.entry.as_deref().map(|name| name.split_once('/').map_or(name, |(_, below)| below));
            result.find(FindingKind::Altered, entry, odd.detail.as_str());
        }
        return Ok(());
    }
    let spans = lay_out(&mut source, &mut directory)?;
    result.entries = directory.records.len() as u64;
    let top = contents::common_top(&directory.records);
    for odd in &directory.oddities {
        let entry = odd.entry.as_deref().map(|name| contents::below(name, &top));
        result.find(FindingKind::Altered, entry, odd.detail.as_str());
    }
    let mut contents = Contents::new(source, directory.records, spans, top);
    contents.check_names(result);
    contents.read_all(limits, result)?;
    lists::compare(&mut contents, result)?;
    result.drop_repeated();
    Ok(())
}

fn compare_side_file(result: &mut Verification) -> Result<(), Error> {
    let mut name = OsString::from(&result.path);
    name.push(".sha256");
    let side = PathBuf::from(name);
    if !side.exists() {
        result.notes.push("there is no digest file beside the bundle".to_owned());
        return Ok(());
    }
    // The line holds a digest and a file name; more than that is no digest file.
    let mut text = Vec::new();
    let read = open_file(&side)?.take(4096).read_to_end(&mut text);
    read.map_err(|error| Error::input("read", &side, error))?;
    let stated = String::from_utf8_lossy(&text);
    let stated = stated.split_ascii_whitespace().next().and_then(|digest| digest.parse().ok());
    result.side_file = if stated == Some(result.sha256) { SideFile::Matches } else { SideFile::Differs };
    match stated {
        Some(digest) if digest == result.sha256 => {}
        Some(_) => {
            result.find(FindingKind::Altered, None, "the digest file beside the bundle says another digest");
        }
        None => result.find(FindingKind::Altered, None, "the digest file beside the bundle holds no digest"),
    }
    Ok(())
}
