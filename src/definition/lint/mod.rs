//! What a definition of this project may not be, though it would load: doubtful paths, things that are never used or said twice, facts
//! without a source. All of it is told, in the order of the file. Opens nothing.

mod paths;
mod same;
mod unused;

use toml::{Table, Value};

use super::check::Problem;
use super::lines::{self, Place};
use super::schema::Definition;
use crate::Error;

#[cfg(test)]
mod tests;

/// A `[[…]]` table of the file and where it stands.
struct Section<'t> {
    place: Place,
    /// `detect`, `version`, `variable`, `role` or `collect`.
    top: &'static str,
    /// The kind of a probe; empty for roles and items.
    kind: &'t str,
    table: &'t Table,
}

impl Section<'_> {
    /// A field that is text.
    fn text(&self, field: &str) -> Option<&str> {
        self.table.get(field).and_then(Value::as_str)
    }

    /// The texts of a field that is a list.
    fn texts(&self, field: &str) -> impl Iterator<Item = &str> {
        self.table.get(field).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
    }
}

/// Everything in a definition that is doubtful. `file` is its file's name or path.
pub fn lint(definition: &Definition, file: &str) -> Vec<Error> {
    // A text that does not parse has never become a definition.
    let Ok(table) = definition.text.parse::<Table>() else { return Vec::new() };
    let sections = sections(&table);
    let mut problems = Vec::new();
    sources(&sections, &mut problems);
    unused::variables(&table, &sections, &mut problems);
    same::probes(&sections, &mut problems);
    same::paths(&sections, &mut problems);
    same::globs(&table, &sections, &mut problems);
    paths::roots(&sections, &mut problems);
    paths::never(&table, &sections, &mut problems);
    problems.sort_by_key(|problem| lines::line_of(&definition.text, &problem.place));
    problems.iter().map(|problem| lines::error(file, &definition.text, problem)).collect()
}

/// All tables of a file that state a fact.
fn sections(table: &Table) -> Vec<Section<'_>> {
    let mut found = Vec::new();
    for top in ["detect", "version", "variable"] {
        for (kind, list) in table.get(top).and_then(Value::as_table).into_iter().flatten() {
            add(&mut found, (top, kind), &Place::key(top).then(kind.clone()), list);
        }
    }
    for top in ["role", "collect"] {
        if let Some(list) = table.get(top) {
            add(&mut found, (top, ""), &Place::key(top), list);
        }
    }
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

/// A fact is sourced unless it says otherwise, so it has to name its source.
fn sources(sections: &[Section<'_>], problems: &mut Vec<Problem>) {
    for section in sections {
        let sourced = section.text("sure").is_none_or(|sure| sure == "sourced");
        match section.text("source") {
            Some(source) if source.trim().is_empty() => {
                let hint = "write a public address, or a repository and its file";
                tell(problems, section.place.then("source"), "is empty", hint);
            }
            None if sourced => {
                let hint = "add source = \"…\", or sure = \"inferred\" or \"unsourced\"";
                tell(problems, section.place.clone(), "has no source", hint);
            }
            _ => {}
        }
    }
}

fn tell(problems: &mut Vec<Problem>, place: Place, message: impl Into<String>, hint: impl Into<String>) {
    problems.push(Problem { place, message: message.into(), hint: hint.into() });
}
