//! All formats of a run, and which of them a file has.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::format::{Format, header};
use super::record::Parser;
use super::{Origin, Stamps};
use crate::Error;
use crate::definition::Catalog;

/// Formats by id, and those that definitions name.
#[derive(Debug, Default)]
pub struct Formats {
    all: Vec<Arc<Format>>,
    /// Place of a format by `definition/item`.
    named: BTreeMap<String, usize>,
}

impl Formats {
    /// The formats of a catalog, made ready.
    pub fn of(catalog: &Catalog) -> Result<Self, Error> {
        let ready = catalog.formats.iter().map(|file| Format::new(file).map(Arc::new));
        let all = ready.collect::<Result<Vec<_>, _>>()?;
        let mut named = BTreeMap::new();
        for definition in &catalog.definitions {
            for item in &definition.collect {
                let at = item.format.as_ref().and_then(|id| all.iter().position(|one| one.id() == id));
                named.extend(at.map(|at| (format!("{}/{}", definition.id, item.id), at)));
            }
        }
        Ok(Self { all, named })
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Format> {
        self.all.iter().map(|format| &**format)
    }

    /// The format that an item (`definition/item`) names for its files.
    pub fn of_item(&self, item: &str) -> Option<&Format> {
        self.named.get(item).map(|at| &*self.all[*at])
    }

    /// As `of_item`, to be held.
    pub fn shared(&self, item: &str) -> Option<Arc<Format>> {
        self.named.get(item).map(|at| Arc::clone(&self.all[*at]))
    }

    /// Names of the columns that hold secrets in the files of an item, folded.
    pub fn secret_columns(&self, item: &str) -> Vec<String> {
        let names = self.of_item(item).map(|format| &format.file.fields.secret);
        names.into_iter().flatten().map(|name| name.to_lowercase()).collect()
    }

    /// The format of a file of which these are some lines, its first one first: the one that most lines are records of, and of
    /// several the one that tells most of them. Nothing for what is no log.
    pub fn of_lines(&self, lines: &[Vec<u8>], origin: &Origin) -> Option<&Format> {
        let filled = lines.iter().filter(|line| !line.trim_ascii().is_empty()).count();
        let stamps = Stamps::of(lines, origin);
        let has_time = |line: &&Vec<u8>| stamps.as_ref().is_some_and(|stamps| stamps.moment(line).is_some());
        let timed = lines.iter().filter(has_time).count();
        let mut best: Option<(&Format, (usize, usize, bool))> = None;
        for format in self.iter().filter(|format| !format.is_plain() && may_fit(format, lines)) {
            let (records, fields) = fit(format, lines, origin);
            let enough = records >= 3 || records > 0 && records * 4 >= filled;
            // Of another program's log some lines have the shape of this one; the names of the columns are proof.
            let is_table = begins_a_table(format, lines);
            let is_own = enough && records * 2 >= timed || is_table;
            if is_own && best.is_none_or(|(_, most)| (records, fields, is_table) > most) {
                best = Some((format, (records, fields, is_table)));
            }
        }
        let plain = || {
            stamps.as_ref()?;
            self.iter().find(|format| format.is_plain())
        };
        best.map(|(format, _)| format).or_else(plain)
    }
}

/// Whether any line has the look of the format; to find the times of lines takes longer.
fn may_fit(format: &Format, lines: &[Vec<u8>]) -> bool {
    if let Some(table) = &format.file.table {
        return lines.iter().any(|line| header(table, line).is_some());
    }
    if format.file.json {
        return lines.iter().any(|line| line.starts_with(b"{"));
    }
    lines.iter().any(|line| format.records.iter().any(|pattern| pattern.is_match(line.trim_ascii_end())))
}

/// Whether the first line has the names of the format's columns.
fn begins_a_table(format: &Format, lines: &[Vec<u8>]) -> bool {
    let table = format.file.table.as_ref();
    table.zip(lines.first()).is_some_and(|(table, line)| header(table, line).is_some())
}

/// Records among lines, and fields that they have.
fn fit(format: &Format, lines: &[Vec<u8>], origin: &Origin) -> (usize, usize) {
    let mut parser = Parser::new(format, lines, origin);
    let mut found = (0, 0);
    for line in lines {
        // The parser learns the columns of a table as it goes.
        parser.line(line);
        if let Some(record) = parser.record(line.trim_ascii_end()) {
            found = (found.0 + 1, found.1 + record.fields());
        }
    }
    found
}
