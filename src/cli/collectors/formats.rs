//! `qdiag collectors formats`: the log formats.

use std::fmt::Write;

use serde::Serialize;

use crate::cli::print;
use crate::definition::{Certainty, LogFormat};

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

/// Prints them.
pub(super) fn list(formats: &[LogFormat], json: bool) {
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
