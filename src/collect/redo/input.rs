//! What is redacted once more: a bundle, a zip or a folder, as a list of members with their contents.

#![expect(clippy::disallowed_types, reason = "the user's own input, named on the command line")]

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use zip::ZipArchive;

use crate::Error;
use crate::bundle::{Hashing, verify};
use crate::manifest::{Manifest, Origin};
use crate::redact::is_configuration;

/// Largest manifest that is read.
const MOST_MANIFEST: u64 = 512 * 1024 * 1024;

/// One file of the input.
pub(super) struct Member {
    /// Its name in the new bundle, before it is cleared.
    pub(super) name: String,
    /// Its path in the input, for people.
    pub(super) path: String,
    pub(super) bytes: u64,
    pub(super) modified: Option<DateTime<Utc>>,
    /// Configurations come first, since they give away what logs must not hold.
    pub(super) is_config: bool,
    place: Place,
}

enum Place {
    Index(usize),
    File(PathBuf),
}

enum Source {
    Folder,
    Zip(Box<ZipArchive<File>>),
    /// A bundle and its top folder.
    Bundle(Box<ZipArchive<File>>, String),
}

/// The input.
pub(super) struct Input {
    path: PathBuf,
    source: Source,
}

impl Input {
    pub(super) fn open(path: &Path) -> Result<Self, Error> {
        let context = |source| Error::input("open", path, source);
        if path.is_dir() {
            return Ok(Self { path: path.to_owned(), source: Source::Folder });
        }
        let archive = ZipArchive::new(File::open(path).map_err(context)?).map_err(|error| {
            context(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("neither a folder nor a zip: {error}"),
            ))
        })?;
        let names = archive.file_names().flatten().map(|name| name.replace('\\', "/"));
        let top = names
            .filter_map(|name| Some(name.strip_suffix("/bagit.txt")?.to_owned()))
            .find(|top| !top.contains('/'));
        let manifest = |top: &String| archive.index_for_name(&format!("{top}/manifest.json")).is_some();
        let source = match top.filter(manifest) {
            Some(top) => {
                refuse_damage(path)?;
                Source::Bundle(Box::new(archive), top)
            }
            None => Source::Zip(Box::new(archive)),
        };
        Ok(Self { path: path.to_owned(), source })
    }

    /// What the input says of itself, if it is a bundle.
    pub(super) fn manifest(&mut self) -> Result<Option<Manifest>, Error> {
        let context = |error: String| {
            Error::input(
                "read the manifest of",
                &self.path,
                io::Error::new(io::ErrorKind::InvalidData, error),
            )
        };
        let Source::Bundle(archive, top) = &mut self.source else { return Ok(None) };
        let content =
            archive.by_name(&format!("{top}/manifest.json")).map_err(|error| context(error.to_string()))?;
        serde_json::from_reader(content.take(MOST_MANIFEST))
            .map(Some)
            .map_err(|error| context(error.to_string()))
    }

    /// All files: those of a bundle in its order, others with configurations first.
    pub(super) fn members(&mut self, manifest: Option<&Manifest>) -> Result<Vec<Member>, Error> {
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let mut members = match &mut self.source {
            Source::Folder => folder(&self.path, &stem)?,
            Source::Zip(archive) => of_zip(archive, |path| Some(format!("data/{stem}/{path}"))),
            Source::Bundle(archive, top) => {
                let prefix = format!("{top}/");
                let listed: Vec<Member> = of_zip(archive, |path| {
                    path.strip_prefix(&prefix).filter(|name| name.starts_with("data/")).map(str::to_owned)
                });
                let order: std::collections::HashMap<&str, usize> = manifest
                    .iter()
                    .flat_map(|manifest| manifest.entries.iter())
                    .enumerate()
                    .map(|(at, entry)| (entry.name.as_str(), at))
                    .collect();
                let mut listed = listed;
                listed.sort_by_key(|member| order.get(member.name.as_str()).copied());
                return Ok(listed);
            }
        };
        members.sort_by(|a, b| b.is_config.cmp(&a.is_config).then_with(|| a.name.cmp(&b.name)));
        Ok(members)
    }

    /// The content of a member.
    pub(super) fn content<'a>(&'a mut self, member: &'a Member) -> io::Result<Box<dyn Read + 'a>> {
        match (&mut self.source, &member.place) {
            (Source::Zip(archive) | Source::Bundle(archive, _), Place::Index(at)) => {
                let content = archive.by_index(*at).map_err(|error| io::Error::other(error.to_string()))?;
                Ok(Box::new(content))
            }
            (_, Place::File(path)) => Ok(Box::new(File::open(path)?)),
            (Source::Folder, Place::Index(_)) => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// What the manifest of the new bundle says of this input.
    pub(super) fn origin(&self) -> Result<Origin, Error> {
        let kind = match &self.source {
            Source::Folder => "folder",
            Source::Zip(_) => "zip",
            Source::Bundle(..) => "bundle",
        };
        let sha256 = if matches!(self.source, Source::Folder) { None } else { Some(digest(&self.path)?) };
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Origin { kind: kind.into(), name, sha256 })
    }
}

/// A damaged bundle is not made to look whole.
fn refuse_damage(path: &Path) -> Result<(), Error> {
    match verify(path)?.findings.first() {
        None => Ok(()),
        Some(finding) => {
            let entry = finding.entry.as_deref().unwrap_or("the bundle");
            Err(Error::usage(
                format!("{} is not as it was written: {entry}: {}", path.display(), finding.detail),
                "qdiag verify shows all findings; ask for the bundle again, or unpack it and redact the folder",
            ))
        }
    }
}

fn digest(path: &Path) -> Result<String, Error> {
    let context = |source| Error::input("read", path, source);
    let mut hashing = Hashing::new(File::open(path).map_err(context)?);
    io::copy(&mut hashing, &mut io::sink()).map_err(context)?;
    Ok(hashing.finish().to_string())
}

/// Files of a zip whose path, with slashes, is given a name. Other programs write backslashes.
fn of_zip(archive: &mut ZipArchive<File>, name: impl Fn(&str) -> Option<String>) -> Vec<Member> {
    let mut members = Vec::new();
    for at in 0..archive.len() {
        let Ok(file) = archive.by_index_raw(at) else { continue };
        let path = file.name().map(|name| name.replace('\\', "/")).unwrap_or_default();
        if path.is_empty() || path.ends_with('/') {
            continue;
        }
        let Some(name) = name(&path) else { continue };
        let modified = file.last_modified().and_then(|time| {
            let date = NaiveDate::from_ymd_opt(time.year().into(), time.month().into(), time.day().into())?;
            let time = date.and_hms_opt(time.hour().into(), time.minute().into(), time.second().into())?;
            Some(time.and_utc())
        });
        let is_config = is_configuration(&path);
        members.push(Member { name, path, bytes: file.size(), modified, is_config, place: Place::Index(at) });
    }
    members
}

/// Regular files below a folder; links are not followed.
fn folder(root: &Path, stem: &str) -> Result<Vec<Member>, Error> {
    let mut members = Vec::new();
    for found in walkdir::WalkDir::new(root).sort_by_file_name() {
        let found = found.map_err(|error| Error::input("list", root, error.into()))?;
        if !found.file_type().is_file() {
            continue;
        }
        let relative = found.path().strip_prefix(root).unwrap_or(found.path());
        let path = relative
            .components()
            .map(|part| part.as_os_str().to_string_lossy())
            .collect::<Vec<_>>()
            .join("/");
        let facts = found.metadata().ok();
        members.push(Member {
            name: format!("data/{stem}/{path}"),
            is_config: is_configuration(&path),
            path,
            bytes: facts.as_ref().map_or(0, std::fs::Metadata::len),
            modified: facts.and_then(|facts| facts.modified().ok()).map(DateTime::from),
            place: Place::File(found.path().to_owned()),
        });
    }
    Ok(members)
}
