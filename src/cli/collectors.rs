//! `qdiag collectors`: list, show and check definitions; list log formats.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::args::CollectorsAction;
use super::exit::Exit;
use super::{fail, options, print};
use crate::Error;
use crate::definition::{self, Certainty, Definition, LogFormat};
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

/// One format in `collectors formats --json`.
#[derive(Serialize)]
struct ListedFormat<'a> {
    id: &'a str,
    name: &'a str,
    encoding: Vec<&'static str>,
    sure: &'static str,
    source: Option<&'a str>,
    embedded: bool,
}

/// One file in `collectors check --json`.
#[derive(Serialize)]
struct Checked {
    file: String,
    ok: bool,
    error: Option<String>,
    hint: Option<String>,
}

pub(super) fn run(action: &CollectorsAction) -> Result<Exit, Error> {
    let redaction = options::plain_redaction()?;
    match action {
        CollectorsAction::List { collectors, json } => {
            let catalog = options::catalog(collectors.as_deref(), &redaction)?;
            list(&catalog.definitions, *json);
            Ok(Exit::Ok)
        }
        CollectorsAction::Show { id, collectors } => {
            let catalog = options::catalog(collectors.as_deref(), &redaction)?;
            let definition = catalog.get(id).map(|definition| &definition.text);
            let format = || catalog.formats.iter().find(|format| format.id == *id).map(|format| &format.text);
            let text = definition.or_else(format).ok_or_else(|| {
                let hint = "qdiag collectors list and qdiag collectors formats show all ids";
                Error::usage(format!("there is no definition {id}"), hint)
            })?;
            print::out(&print::plain(text));
            Ok(Exit::Ok)
        }
        CollectorsAction::Formats { collectors, json } => {
            let catalog = options::catalog(collectors.as_deref(), &redaction)?;
            formats(&catalog.formats, *json);
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

fn formats(formats: &[LogFormat], json: bool) {
    let listed: Vec<ListedFormat<'_>> = formats
        .iter()
        .map(|format| ListedFormat {
            id: &format.id,
            name: &format.name,
            encoding: format.encoding.iter().map(|encoding| encoding.word()).collect(),
            sure: match format.sure {
                Certainty::Sourced => "sourced",
                Certainty::Inferred => "inferred",
                Certainty::Unsourced => "unsourced",
            },
            source: format.source.as_deref(),
            embedded: format.embedded,
        })
        .collect();
    if json {
        return print::json(&listed);
    }
    let mut text = String::new();
    for one in listed {
        let added = if one.embedded { "" } else { "  (added)" };
        let sure = if one.sure == "sourced" { String::new() } else { format!("  [{}]", one.sure) };
        let _ = writeln!(text, "{:<28} {}{sure}{added}", one.id, one.name);
        let _ = writeln!(text, "{:<28} {}", "", one.source.unwrap_or("no source"));
    }
    print::out(&print::plain(&text));
}

/// A file of a folder `formats` is a format, any other a definition.
fn check_one(file: &Path, redaction: &Redaction) -> Result<(), Error> {
    let is_format = file.parent().and_then(Path::file_name).is_some_and(|folder| folder == "formats");
    if is_format {
        return definition::check_format_file(file).and_then(|format| Format::new(&format)).map(drop);
    }
    definition::check_file(file, &|id| redaction.has_rule(id)).map(drop)
}

fn check(files: &[PathBuf], json: bool, redaction: &Redaction) -> Result<Exit, Error> {
    if files.is_empty() {
        let catalog = options::catalog(None, redaction)?;
        print::out(&format!(
            "{} built in, all load\n",
            print::count(catalog.definitions.len() as u64, "definition")
        ));
        return Ok(Exit::Ok);
    }
    let mut wrong = false;
    let mut results = Vec::new();
    for file in files {
        let result = check_one(file, redaction);
        wrong |= result.is_err();
        if let Err(Error::Input { .. }) = &result {
            return result.map(|()| Exit::Ok);
        }
        if let (Err(error), false) = (&result, json) {
            fail::report(error);
        }
        results.push(Checked {
            file: file.display().to_string(),
            ok: result.is_ok(),
            error: result.as_ref().err().map(ToString::to_string),
            hint: result.as_ref().err().and_then(Error::hint),
        });
    }
    if json {
        print::json(&results);
    } else {
        let fine = results.iter().filter(|result| result.ok);
        let text: String = fine.map(|result| format!("{}: ok\n", result.file)).collect();
        print::out(&print::plain(&text));
    }
    Ok(if wrong { Exit::Definition } else { Exit::Ok })
}
