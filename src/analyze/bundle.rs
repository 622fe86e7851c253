//! The analysis of a bundle: the one it holds, or one made of its logs if it holds none.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, FixedOffset, Utc};

use super::analysis::SCHEMA;
use super::{Analysis, Analyst, Rows, ScanFile};
use crate::Error;
use crate::bundle::{MANIFEST, PAYLOAD, Reader};
use crate::host::Zone;
use crate::logline::{Formats, Origin};
use crate::manifest::{Entry, Manifest, Outcome, Readability, SchemaVersion};
use crate::plan::EntryName;

/// Most bytes of a manifest and of an analysis.
const MOST_MANIFEST: u64 = 512 * 1024 * 1024;
const MOST_ANALYSIS: u64 = 64 * 1024 * 1024;

/// Bytes that are read at once.
const PIECE: usize = 256 * 1024;

/// The manifest and the analysis of a bundle.
pub fn of_bundle(
    path: &Path,
    rows: &Rows,
    formats: &Formats,
) -> Result<(Manifest<Vec<Entry>>, Analysis), Error> {
    let mut reader = Reader::open(path)?;
    let manifest = reader.read_small(&EntryName::fixed(MANIFEST), MOST_MANIFEST)?;
    let manifest: Manifest = parsed(path, &manifest)?;
    let is_stored = |name: &EntryName| {
        name.as_str().starts_with(PAYLOAD) && name.as_str().ends_with("/qdiag/analysis.json")
    };
    let stored = reader.items().iter().map(|item| &item.name).find(|name| is_stored(name)).cloned();
    let analysis = match stored {
        Some(name) => {
            let analysis: Analysis = parsed(path, &reader.read_small(&name, MOST_ANALYSIS)?)?;
            check_schema(path, &analysis.schema)?;
            analysis
        }
        None => made(&mut reader, &manifest, (rows, formats))?,
    };
    Ok((manifest, analysis))
}

fn parsed<T: serde::de::DeserializeOwned>(path: &Path, text: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(text).map_err(|error| {
        Error::input("read the bundle", path, io::Error::new(io::ErrorKind::InvalidData, error))
    })
}

fn check_schema(path: &Path, schema: &str) -> Result<(), Error> {
    let own = SCHEMA.parse::<SchemaVersion>();
    let told = schema.parse::<SchemaVersion>();
    let is_readable = told.is_ok_and(|told| {
        own.is_ok_and(|own| matches!(told.readable_by(own), Readability::Full | Readability::MinorNewer))
    });
    if is_readable {
        return Ok(());
    }
    let message = format!("this program does not read analyses of schema {schema:?}");
    Err(Error::input("read the bundle", path, io::Error::new(io::ErrorKind::InvalidData, message)))
}

/// Looks over the logs of a bundle, in their order.
fn made(
    reader: &mut Reader,
    manifest: &Manifest<Vec<Entry>>,
    (rows, formats): (&Rows, &Formats),
) -> Result<Analysis, Error> {
    let version = |found: &crate::manifest::InstallationFacts| {
        Some((found.product.clone(), found.version.as_ref()?.value.clone()))
    };
    let versions = manifest.installations.iter().rev().filter_map(version).collect();
    let mut analyst = Analyst::new(&rows.issues.rows, versions, None);
    let zone = Zone::Fixed(offset(&manifest.host.utc_offset));
    let mut buffer = vec![0; PIECE];
    for entry in &manifest.entries {
        let is_log = entry.category == "logs" && entry.sha256.is_some() && is_file(&entry.source);
        let Ok(name) = EntryName::parse(&entry.name) else { continue };
        if !is_log || entry.outcome == Outcome::Withheld || !reader.contains(&name) {
            continue;
        }
        let item: Arc<str> = entry.item.as_str().into();
        let modified = entry.source_modified.as_deref().and_then(|time| time.parse::<DateTime<Utc>>().ok());
        let file = ScanFile {
            name: entry.name.clone(),
            origin: Origin { zone: zone.clone(), modified },
            format: formats.shared(&item),
            window: (None, None),
        };
        let mut watch = analyst.watch(&item, &entry.source, file);
        let mut content = reader.read(&name)?;
        let context = |error| Error::input("read the bundle", Path::new(&entry.name), error);
        loop {
            let read = content.read(&mut buffer).map_err(context)?;
            if read == 0 {
                break;
            }
            watch.write(&buffer[..read]);
        }
        analyst.add(watch.finish());
    }
    Ok(analyst.finish())
}

/// Whether a source is a file, and not a command, facts or events.
fn is_file(source: &str) -> bool {
    !["command: ", "facts: ", "events: "].iter().any(|other| source.starts_with(other))
}

/// An offset as `+01:00`; that of UTC if it is none.
fn offset(text: &str) -> FixedOffset {
    let time = DateTime::parse_from_rfc3339(&format!("2000-01-01T00:00:00{text}"));
    time.map_or_else(|_| FixedOffset::east_opt(0).expect("no offset is one"), |time| *time.offset())
}
