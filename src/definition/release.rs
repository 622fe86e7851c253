//! Tables of releases: which numbers of a version have which name. One file may serve several definitions.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::check::{Checked, Problem, SCHEMA, check_id, stem, wrong};
use super::lines::Place;
use super::parse;
use super::schema::{Certainty, Definition};
use crate::Error;

#[cfg(test)]
mod tests;

/// A file of `releases/`.
#[derive(Debug, Clone, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReleaseTable {
    /// Version of the definition format.
    #[cfg_attr(test, schemars(extend("const" = SCHEMA)))]
    pub schema: u32,
    /// Ids of the definitions whose products carry these numbers; without it, the one that the file is named after.
    #[serde(default)]
    pub definitions: Vec<String>,
    /// The releases, by rising number.
    pub release: Vec<Release>,
    /// The file's own text.
    #[serde(skip)]
    pub text: String,
}

/// A release, or a patch of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Release {
    /// The first numbers of its versions.
    #[cfg_attr(test, schemars(regex(pattern = r"^\d+(\.\d+)*$")))]
    pub version: String,
    /// Its name.
    pub name: String,
    /// The name of the patch that these numbers are; without it, any patch of the release.
    pub patch: Option<String>,
    /// The last day of support, as `2026-10-31`.
    #[cfg_attr(test, schemars(extend("format" = "date")))]
    pub supported_until: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the fact comes from.
    pub source: Option<String>,
}

impl Release {
    /// The numbers of its version.
    pub fn numbers(&self) -> Vec<u64> {
        self.version.split('.').map_while(|part| part.parse().ok()).collect()
    }

    /// Its name with that of its patch.
    pub fn full_name(&self) -> String {
        match &self.patch {
            Some(patch) => format!("{} {patch}", self.name),
            None => self.name.clone(),
        }
    }
}

/// Reads and checks a table of releases. `name` is its file's name or path.
pub fn check_releases(name: &str, text: &str) -> Result<ReleaseTable, Error> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut table: ReleaseTable = parse(name, text)?;
    if let Err(problem) = check(&table, name) {
        return Err(problem.error(name, text));
    }
    if table.definitions.is_empty() {
        table.definitions.push(stem(name).to_owned());
    }
    text.clone_into(&mut table.text);
    Ok(table)
}

/// Whether a text is a table of releases and no definition: it has releases, and nothing of the head of a definition.
pub fn is_releases(text: &str) -> bool {
    let table: toml::Table = text.trim_start_matches('\u{feff}').parse().unwrap_or_default();
    table.contains_key("release") && !table.contains_key("id")
}

/// Gives each definition the releases of the table that names it. Two tables for one definition would make the answer depend on their order.
pub(super) fn give(
    tables: Vec<(String, ReleaseTable)>,
    definitions: &mut BTreeMap<String, Definition>,
) -> Result<(), Error> {
    let mut given: BTreeMap<String, String> = BTreeMap::new();
    for (file, table) in tables {
        for (number, id) in table.definitions.iter().enumerate() {
            if let Some(other) = given.insert(id.clone(), file.clone()) {
                let place = Place::key("definitions").at(number);
                let message = format!("`{id}` has its releases in {other} already");
                let hint = "name each definition in one table only".to_owned();
                return Err(Problem { place, message, hint }.error(&file, &table.text));
            }
            if let Some(definition) = definitions.get_mut(id) {
                definition.release.clone_from(&table.release);
            }
        }
    }
    Ok(())
}

fn check(table: &ReleaseTable, file: &str) -> Checked {
    if table.schema != SCHEMA {
        let message = format!("{} is not known to this program", table.schema);
        return wrong(
            Place::key("schema"),
            message,
            format!("write schema = {SCHEMA}, or use a newer qdiag"),
        );
    }
    let top = Place::key("definitions");
    for (number, id) in table.definitions.iter().enumerate() {
        check_id(id, &top.at(number))?;
        if table.definitions[..number].contains(id) {
            return wrong(top.at(number), format!("`{id}` stands twice"), "name each definition once");
        }
    }
    let stem = stem(file);
    if !table.definitions.is_empty() && !table.definitions.iter().any(|id| id == stem) {
        let hint = format!("add \"{stem}\", or call the file as one of the definitions");
        return wrong(top, format!("`{stem}`, the name of the file, is not among them"), hint);
    }
    if table.release.is_empty() {
        return wrong(Place::key("release"), "is empty", r#"add { version = "12.16", name = "April 2018" }"#);
    }
    for number in 0..table.release.len() {
        row(&table.release, number)?;
    }
    Ok(())
}

fn row(rows: &[Release], number: usize) -> Checked {
    let (row, place) = (&rows[number], Place::key("release").at(number));
    if !row.version.split('.').all(|part| part.parse::<u64>().is_ok() && !part.starts_with('+')) {
        let hint = "write the first numbers of the version, such as \"12.16\"";
        return wrong(place.then("version"), "is no version", hint);
    }
    for (field, text) in
        [("name", Some(&row.name)), ("patch", row.patch.as_ref()), ("source", row.source.as_ref())]
    {
        if text.is_some_and(|text| text.trim().is_empty()) {
            return wrong(
                place.then(field),
                "is empty",
                "write it, or leave the field out where it may be missing",
            );
        }
    }
    if row.sure == Certainty::Sourced && row.source.is_none() {
        let hint = "add source = \"…\", or sure = \"inferred\" or \"unsourced\"";
        return wrong(place, "has no source", hint);
    }
    let date = |text: &String| NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok() && text.len() == 10;
    if row.supported_until.as_ref().is_some_and(|text| !date(text)) {
        return wrong(place.then("supported_until"), "is no date", "write it as \"2026-10-31\"");
    }
    order(rows, number)
}

/// Rows rise, so that a number that stands twice and one that stands astray are seen; a patch has the name of its release.
fn order(rows: &[Release], number: usize) -> Checked {
    let (row, place) = (&rows[number], Place::key("release").at(number).then("version"));
    let numbers = row.numbers();
    if let Some(before) = number.checked_sub(1).map(|before| &rows[before])
        && before.numbers() >= numbers
    {
        let message = format!("`{}` does not rise above {}", row.version, before.version);
        return wrong(place, message, "put the rows in the order of their numbers, each once");
    }
    let whole =
        rows[..number].iter().find(|other| numbers.starts_with(&other.numbers()) && other.patch.is_none());
    match whole {
        Some(whole) if row.patch.is_some() && whole.name != row.name => {
            let message = format!("`{}` is a number of {}, not of {}", row.version, whole.name, row.name);
            wrong(place, message, "give a patch the name of its release")
        }
        _ => Ok(()),
    }
}
