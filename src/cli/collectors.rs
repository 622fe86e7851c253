//! `qdiag collectors`: list, show and check definitions; list log formats.

mod formats;
mod page;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::args::CollectorsAction;
use super::exit::Exit;
use super::{fail, options, print};
use crate::Error;
use crate::definition::{self, Definition, Release};
use crate::logline::Format;
use crate::redact::Redaction;

/// One definition in `collectors list --json`.
#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    name: &'a str,
    items: usize,
    embedded: bool,
}

/// One file in `collectors check --json`.
#[derive(Serialize)]
struct Checked {
    file: String,
    ok: bool,
    /// All that is wrong or doubtful.
    problems: Vec<Problem>,
}

#[derive(Serialize)]
struct Problem {
    error: String,
    hint: Option<String>,
}

/// What `collectors show --json` prints.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    embedded: bool,
    definition: toml::Table,
    releases: &'a [Release],
}

pub(super) fn run(action: &CollectorsAction) -> Result<Exit, Error> {
    let redaction = options::plain_redaction()?;
    match action {
        CollectorsAction::List { collectors, json } => {
            let catalog = options::catalog(collectors.as_deref(), &redaction)?;
            list(&catalog.definitions, *json);
            Ok(Exit::Ok)
        }
        CollectorsAction::Show { id, collectors, toml, json } => {
            let catalog = options::catalog(collectors.as_deref(), &redaction)?;
            if let Some(definition) = catalog.get(id) {
                show(definition, *toml, *json);
                return Ok(Exit::Ok);
            }
            let format = catalog.formats.iter().find(|format| format.id == *id).ok_or_else(|| {
                let hint = "qdiag collectors list and qdiag collectors formats show all ids";
                Error::usage(format!("there is no definition {id}"), hint)
            })?;
            print::out(&print::plain(&format.text));
            Ok(Exit::Ok)
        }
        CollectorsAction::Formats { collectors, json } => {
            let catalog = options::catalog(collectors.as_deref(), &redaction)?;
            formats::list(&catalog.formats, *json);
            Ok(Exit::Ok)
        }
        CollectorsAction::Check { files, json } => check(files, *json, &redaction),
    }
}

fn list(definitions: &[Definition], json: bool) {
    let listed: Vec<Listed<'_>> = definitions
        .iter()
        .map(|definition| Listed {
            id: &definition.id,
            name: &definition.name,
            items: definition.collect.len(),
            embedded: definition.embedded,
        })
        .collect();
    if json {
        return print::json(&listed);
    }
    let mut text = String::new();
    for one in listed {
        let added = if one.embedded { "" } else { "  (added)" };
        let _ = writeln!(
            text,
            "{:<36} {:<44} {}{added}",
            one.id,
            one.name,
            print::count(one.items as u64, "item")
        );
    }
    print::out(&print::plain(&text));
}

fn show(definition: &Definition, toml: bool, json: bool) {
    if json {
        return print::json(&Document {
            schema: "1.0",
            embedded: definition.embedded,
            definition: definition.text.parse().unwrap_or_default(),
            releases: &definition.release,
        });
    }
    let text = if toml { definition.text.clone() } else { page::page(definition) };
    print::out(&print::plain(&text));
}

fn check(files: &[PathBuf], json: bool, redaction: &Redaction) -> Result<Exit, Error> {
    let results = if files.is_empty() {
        built_in(redaction)?
    } else {
        files.iter().map(|file| checked(file, redaction)).collect::<Result<_, _>>()?
    };
    let wrong = results.iter().any(|result| !result.1.is_empty());
    if json {
        let document = |(file, errors): &(String, Vec<Error>)| {
            let problem = |error: &Error| Problem { error: error.to_string(), hint: error.hint() };
            Checked {
                file: file.clone(),
                ok: errors.is_empty(),
                problems: errors.iter().map(problem).collect(),
            }
        };
        print::json(&results.iter().map(document).collect::<Vec<_>>());
    } else {
        results.iter().flat_map(|(_, errors)| errors).for_each(fail::report);
        let fine = results.iter().filter(|(_, errors)| errors.is_empty());
        let text: String = if files.is_empty() && !wrong {
            format!("{} built in, all load\n", print::count(results.len() as u64, "definition"))
        } else {
            fine.map(|(file, _)| format!("{file}: ok\n")).collect()
        };
        print::out(&print::plain(&text));
    }
    Ok(if wrong { Exit::Definition } else { Exit::Ok })
}

/// All that is wrong with a file, or the error that keeps it from being read.
fn checked(file: &Path, redaction: &Redaction) -> Result<(String, Vec<Error>), Error> {
    let name = file.display().to_string();
    let text = definition::read(file)?;
    // A file of a folder `formats` is a format.
    let is_format = file.parent().and_then(Path::file_name).is_some_and(|folder| folder == "formats");
    let errors = if is_format {
        let format = definition::check_format_text(&name, &text).and_then(|format| Format::new(&format));
        format.err().into_iter().collect()
    } else if definition::is_releases(&text) {
        definition::check_releases(&name, &text).err().into_iter().collect()
    } else {
        match definition::check_file(file, &|id| redaction.has_rule(id)) {
            Ok(definition) => definition::lint(&definition, &name),
            Err(error) => vec![error],
        }
    };
    Ok((name, errors))
}

fn built_in(redaction: &Redaction) -> Result<Vec<(String, Vec<Error>)>, Error> {
    let catalog = options::catalog(None, redaction)?;
    let linted = |definition: &Definition| {
        let file = format!("{}.toml", definition.id);
        let errors = definition::lint(definition, &file);
        (file, errors)
    };
    Ok(catalog.definitions.iter().map(linted).collect())
}
