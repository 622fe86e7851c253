//! `qdiag collectors`: list, show and check definitions; list log formats.

use std::fmt::Write;
use std::path::PathBuf;

use serde::Serialize;

use super::args::CollectorsAction;
use super::exit::Exit;
use super::{fail, options, print};
use crate::Error;
use crate::definition::{self, Certainty, Definition, LogFormat};
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
            let found = catalog.definitions.iter().find(|definition| definition.id == *id);
            let found = found.ok_or_else(|| {
                Error::usage(format!("there is no definition {id}"), "qdiag collectors list shows all ids")
            })?;
            print::out(&print::plain(&found.text));
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
        let result = definition::check_file(file, &|id| redaction.has_rule(id));
        wrong |= result.is_err();
        if let Err(Error::Input { .. }) = &result {
            return result.map(|_| Exit::Ok);
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
