//! What a definition of this project may not be, though it would load: doubtful paths, things that are never used or said twice, facts
//! without a source. All of it is told, in the order of the file. Opens nothing.

mod paths;
mod same;
mod unused;

use toml::Table;

use super::check::Problem;
use super::lines::{self, Place};
use super::schema::Definition;
use super::sections::{Section, sections};
use crate::Error;

#[cfg(test)]
mod tests;

/// Everything in a definition that is doubtful. `file` is its file's name or path.
pub fn lint(definition: &Definition, file: &str) -> Vec<Error> {
    // A text that does not parse has never become a definition.
    let Ok(table) = definition.text.parse::<Table>() else { return Vec::new() };
    let sections = sections(&definition.text, &table);
    let mut problems = Vec::new();
    sources(&sections, &mut problems);
    unused::variables(&table, &sections, &mut problems);
    same::probes(&sections, &mut problems);
    same::paths(&sections, &mut problems);
    same::globs(&table, &sections, &mut problems);
    paths::roots(&sections, &mut problems);
    paths::never(&table, &sections, &mut problems);
    problems.sort_by_cached_key(|problem| lines::line_of(&definition.text, &problem.place));
    problems.into_iter().map(|problem| problem.error(file, &definition.text)).collect()
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
