//! Another machine, laid out under a folder: `host.toml`, `root/`, `registry.reg`, `facts/`, `events/`, `commands/`.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, FixedOffset};
use serde::Deserialize;
use serde::de::Error as _;

use super::live::this_os;
use super::place::Place;
use super::recorded::Recorded;
use super::regfile::RegFile;
use super::{Clock, Files, Host, HostPath, Os, Vars, platform};
use crate::Error;

/// Largest `registry.reg` that is read: a whole SOFTWARE hive is below it.
const REGISTRY: u64 = 64 * 1024 * 1024;

/// Largest `host.toml` that is read.
const HOST_FILE: u64 = 1024 * 1024;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HostFile {
    os: OsName,
    name: String,
    #[serde(default, deserialize_with = "time")]
    clock: Option<DateTime<FixedOffset>>,
    #[serde(default, deserialize_with = "time")]
    modified: Option<DateTime<FixedOffset>>,
    #[serde(default)]
    variables: BTreeMap<String, String>,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum OsName {
    Windows,
    Linux,
    Macos,
}

fn time<'de, D: serde::Deserializer<'de>>(source: D) -> Result<Option<DateTime<FixedOffset>>, D::Error> {
    let text = String::deserialize(source)?;
    let right = "not a time with an offset, such as 2019-02-01T14:02:22+01:00";
    DateTime::parse_from_rfc3339(&text).map(Some).map_err(|_| D::Error::custom(format!("{text}: {right}")))
}

impl Host {
    /// Another machine, laid out under `folder` with a `host.toml`.
    pub fn rooted(folder: &Path) -> Result<Self, Error> {
        let folder = folder.canonicalize().map_err(|source| Error::input("open the root", folder, source))?;
        let file = host_file(&folder)?;
        let os = match file.os {
            OsName::Windows => Os::Windows,
            OsName::Linux => Os::Linux,
            OsName::Macos => Os::MacOs,
        };
        let own = Files::live(this_os());
        let vars = Vars::new(os, file.variables);
        let modified = file.modified.map(|time| time.to_utc());
        Ok(Self {
            os,
            name: file.name,
            administrator: None,
            files: Files::new(Place::rooted(os, folder.join("root")), modified),
            clock: file.clock.map_or_else(Clock::live, Clock::fixed),
            registry: Box::new(registry(&own, &folder)?),
            commands: Box::new(Recorded::new(&folder, os, &vars)),
            facts: Box::new(Recorded::new(&folder, os, &vars)),
            vars,
            root: Some(folder),
        })
    }
}

/// A path of this machine, for what lies beside the root.
pub(super) fn own(path: &Path) -> HostPath {
    platform::host_path(this_os(), path)
}

fn host_file(folder: &Path) -> Result<HostFile, Error> {
    let path: PathBuf = folder.join("host.toml");
    let bytes = Files::live(this_os()).read_small(&own(&path), HOST_FILE).map_err(|source| {
        let what = "a root needs a host.toml with at least: os = \"windows\" (or linux, macos) and name = \"HOSTNAME\"";
        let source = if source.kind() == io::ErrorKind::NotFound { io::Error::new(source.kind(), what) } else { source };
        Error::input("read", &path, source)
    })?;
    let text = String::from_utf8_lossy(&bytes);
    toml::from_str(&text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Error::Definition {
            file: path.display().to_string(),
            line: text[..at.min(text.len())].matches('\n').count() + 1,
            message: error.message().to_owned(),
            hint: "the fields are os, name, clock, modified and [variables]".into(),
        }
    })
}

fn registry(own_files: &Files, folder: &Path) -> Result<RegFile, Error> {
    let path = folder.join("registry.reg");
    let bytes = match own_files.read_small(&own(&path), REGISTRY) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(RegFile::default()),
        Err(error) => return Err(Error::input("read", &path, error)),
    };
    RegFile::parse(&bytes).map_err(|(line, message)| Error::Definition {
        file: path.display().to_string(),
        line,
        message,
        hint: "export it again with: reg export HKLM\\SOFTWARE registry.reg".into(),
    })
}
