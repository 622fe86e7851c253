//! Variables that are given a value which nothing asks for.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::{Problem, Section, tell};
use crate::definition::template::{Piece, pieces};

/// Tells of variables that no path, default, condition or glob uses.
pub(super) fn variables(table: &Table, sections: &[Section<'_>], problems: &mut Vec<Problem>) {
    let mut used = BTreeSet::new();
    for (key, value) in table {
        gather(key, value, &mut used);
    }
    for condition in sections.iter().filter(|section| section.top == "role").flat_map(conditions) {
        used.extend(condition.get("variable").and_then(Value::as_str));
    }
    let mut told = BTreeSet::new();
    for section in sections {
        let field = match section.top {
            "detect" => "variable",
            "variable" => "name",
            _ => continue,
        };
        let Some(name) = section.text(field).filter(|name| !used.contains(name)) else { continue };
        if told.insert(name) {
            let hint = format!("use {{{name}}} in a path, or leave it out");
            tell(problems, section.place.then(field), format!("nothing uses the variable `{name}`"), hint);
        }
    }
}

fn conditions<'s>(section: &'s Section<'_>) -> impl Iterator<Item = &'s Table> {
    section.table.get("when").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table)
}

/// The variables in all texts; what is written for people uses none.
fn gather<'t>(key: &str, value: &'t Value, used: &mut BTreeSet<&'t str>) {
    match value {
        Value::String(text) if !matches!(key, "source" | "note") => {
            used.extend(pieces(text).into_iter().filter_map(|piece| match piece {
                Piece::Variable(name) => Some(name),
                Piece::Text(_) | Piece::Environment(_) => None,
            }));
        }
        Value::Array(values) => values.iter().for_each(|value| gather(key, value, used)),
        Value::Table(table) => table.iter().for_each(|(key, value)| gather(key, value, used)),
        _ => {}
    }
}
