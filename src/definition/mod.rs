//! Product definitions and log formats: the TOML files of `collectors/`, embedded, and those of `--collectors DIR`.
//!
//! Opens nothing but those files; never looks at a host.

mod check;
mod formats;
mod lines;
mod lint;
mod parse;
mod release;
mod schema;
mod sections;
mod select;
mod template;
mod units;

use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

pub use formats::{check_format_file, check_format_text};
pub use lint::lint;
pub use parse::{nearest, parse};
pub use release::{Release, ReleaseTable, check_releases, is_releases};
pub use schema::*;
pub use sections::{Section, sections};
pub use select::{JsonPath, Step, XmlPath};
pub use template::{Variables, expand, expand_pattern, expand_value};
pub use units::{parse_age, parse_size};

use crate::Error;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/collectors.rs"));
}

/// A definition is written by hand; a larger file is something else.
const FILE_LIMIT: u64 = 1 << 20;

/// All definitions of a run, by id.
#[derive(Debug)]
pub struct Catalog {
    /// Sorted by id.
    pub definitions: Vec<Definition>,
    /// Log formats, sorted by id.
    pub formats: Vec<LogFormat>,
}

impl Catalog {
    /// The embedded definitions, with those of a folder added; one of the same id overrides. `has_rule` tells which
    /// redaction rules exist.
    pub fn load(folder: Option<&Path>, has_rule: &dyn Fn(&str) -> bool) -> Result<Self, Error> {
        let (mut by_id, mut names) = (BTreeMap::new(), BTreeMap::new());
        for (name, text) in embedded::EMBEDDED {
            let mut definition = check_text(name, text, has_rule)?;
            definition.embedded = true;
            names.insert(definition.id.clone(), (*name).to_owned());
            by_id.insert(definition.id.clone(), definition);
        }
        for path in folder.map(list).transpose()?.unwrap_or_default() {
            let name = path.display().to_string();
            let definition = check_text(&name, &read(&path)?, has_rule)?;
            names.insert(definition.id.clone(), name);
            by_id.insert(definition.id.clone(), definition);
        }
        release::give(embedded_releases()?, &mut by_id)?;
        if let Some(folder) = folder {
            release::give(added_releases(folder)?, &mut by_id)?;
        }
        let formats = formats::load(folder)?;
        for (id, definition) in &by_id {
            formats::check_named(definition, names.get(id).map_or(id, String::as_str), &formats)?;
        }
        Ok(Self { definitions: by_id.into_values().collect(), formats })
    }

    /// The definition of that id.
    pub fn get(&self, id: &str) -> Option<&Definition> {
        self.definitions.iter().find(|definition| definition.id == id)
    }
}

/// Reads and checks one definition. `name` is its file's name or path, for messages and for comparing with the id.
pub fn check_text(name: &str, text: &str, has_rule: &dyn Fn(&str) -> bool) -> Result<Definition, Error> {
    // Editors of Windows put a byte order mark before UTF-8.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut definition: Definition = parse(name, text)?;
    check::check(&definition, name, has_rule).map_err(|problem| problem.error(name, text))?;
    text.clone_into(&mut definition.text);
    Ok(definition)
}

/// As `check_text`, for a file, which may name the formats that are built in and those of the folder `formats` beside it.
pub fn check_file(path: &Path, has_rule: &dyn Fn(&str) -> bool) -> Result<Definition, Error> {
    let name = path.display().to_string();
    let definition = check_text(&name, &read(path)?, has_rule)?;
    formats::check_named(&definition, &name, &formats::load(path.parent())?)?;
    Ok(definition)
}

/// A table of releases by its file's name.
type NamedTable = (String, ReleaseTable);

fn embedded_releases() -> Result<Vec<NamedTable>, Error> {
    let read = |(name, text): &(&str, &str)| Ok((format!("releases/{name}"), check_releases(name, text)?));
    embedded::RELEASES.iter().map(read).collect()
}

fn added_releases(folder: &Path) -> Result<Vec<NamedTable>, Error> {
    let table = |(name, text): (String, String)| {
        let table = check_releases(&name, &text)?;
        Ok((name, table))
    };
    texts_below(folder, "releases")?.into_iter().map(table).collect()
}

/// Path and text of each TOML file that a folder of definitions has in a folder of that name; none if there is none.
pub fn texts_below(folder: &Path, name: &str) -> Result<Vec<(String, String)>, Error> {
    let below = folder.join(name);
    if !below.is_dir() {
        return Ok(Vec::new());
    }
    list(&below)?.iter().map(|path| Ok((path.display().to_string(), read(path)?))).collect()
}

/// A file of definitions, releases or formats as text.
#[expect(clippy::disallowed_types, reason = "the seam")]
pub fn read(path: &Path) -> Result<String, Error> {
    let failed = |source| Error::input("read definition", path, source);
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut text = String::new();
    file.take(FILE_LIMIT + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > FILE_LIMIT {
        return Err(failed(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "larger than a definition may be (1 MiB)",
        )));
    }
    Ok(text)
}

/// The definitions of a folder, sorted, so that the first error is always the same one.
#[expect(clippy::disallowed_methods, reason = "the seam")]
fn list(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |source| Error::input("list definitions in", folder, source);
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toml")) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod documents;
#[cfg(test)]
mod tests;
