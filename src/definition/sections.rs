//! A definition as the tables of its file: what every probe, role and item has in common, whatever its kind.

use toml::{Table, Value};

use super::lines::{self, Place};

/// A `[[…]]` table of the file and where it stands.
pub struct Section<'t> {
    pub(super) place: Place,
    /// `detect`, `version`, `variable`, `role`, `collect` or `apps`.
    pub top: &'static str,
    /// The kind of a probe; empty for roles, items and places of apps.
    pub kind: &'t str,
    /// Its fields.
    pub table: &'t Table,
}

impl Section<'_> {
    /// A field that is text.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.table.get(field).and_then(Value::as_str)
    }

    /// The texts of a field that is a list.
    pub fn texts(&self, field: &str) -> impl Iterator<Item = &str> {
        self.table.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }
}

/// All tables of a file that state a fact, in the order of the file. `table` is the text, parsed.
pub fn sections<'t>(text: &str, table: &'t Table) -> Vec<Section<'t>> {
    let mut found = Vec::new();
    for top in ["detect", "version", "variable"] {
        for (kind, list) in table.get(top).and_then(Value::as_table).into_iter().flatten() {
            add(&mut found, (top, kind), &Place::key(top).then(kind.clone()), list);
        }
    }
    for top in ["role", "collect", "apps"] {
        if let Some(list) = table.get(top) {
            add(&mut found, (top, ""), &Place::key(top), list);
        }
    }
    found.sort_by_cached_key(|section| lines::line_of(text, &section.place));
    found
}

fn add<'t>(
    found: &mut Vec<Section<'t>>,
    (top, kind): (&'static str, &'t str),
    place: &Place,
    list: &'t Value,
) {
    for (number, value) in list.as_array().into_iter().flatten().enumerate() {
        if let Some(table) = value.as_table() {
            found.push(Section { place: place.at(number), top, kind, table });
        }
    }
}
