//! `qdiag preview`: the lines of a file that would change, before and after, without showing what would be masked.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, IsTerminal};

use serde::Serialize;

use super::exit::Exit;
use super::{args, fail, options, print};
use crate::Error;
use crate::redact::{Hint, is_stand_in};

/// What stands for a secret before it was masked.
const HIDDEN: &str = "\u{2022}\u{2022}\u{2022}";

/// Longest part of a line that is shown, in characters.
const SHOWN: usize = 400;

/// A line that would change.
#[derive(Serialize)]
struct Line {
    line: u64,
    after: String,
}

/// What the command prints with `--json`.
#[derive(Serialize)]
struct Document {
    schema: &'static str,
    lines: u64,
    changed: Vec<Line>,
    masks: BTreeMap<String, u64>,
    withheld: Option<String>,
}

#[expect(clippy::disallowed_types, reason = "the user's own file, named on the command line")]
pub(super) fn run(args: &args::Preview) -> Result<Exit, Error> {
    let redaction = options::redaction(&args.masking)?;
    let context = |source| Error::input("read", &args.file, source);
    let file = std::fs::File::open(&args.file).map_err(context)?;
    let name = args.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut lines = BufReader::new(redaction.clear(file, &Hint::new(&name, &[])));
    let mut document =
        Document { schema: "1.0", lines: 0, changed: Vec::new(), masks: BTreeMap::new(), withheld: None };
    let is_colored = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let mut bytes = Vec::new();
    while lines.read_until(b'\n', &mut bytes).map_err(context)? > 0 {
        document.lines += 1;
        let text: String = String::from_utf8_lossy(&bytes).trim_end().replace('\0', "");
        if masks(&text).next().is_some() {
            let after: String = text.chars().take(SHOWN).collect();
            if args.json {
                document.changed.push(Line { line: document.lines, after });
            } else {
                print::out(&shown(document.lines, &after, is_colored));
            }
        }
        bytes.clear();
    }
    let clearance = lines.get_ref().clearance();
    document.masks.clone_from(&clearance.masks);
    document.withheld.clone_from(&clearance.withheld);
    if args.json {
        print::json(&document);
    } else {
        let total: u64 = document.masks.values().sum();
        let rules: Vec<String> =
            document.masks.iter().map(|(rule, count)| format!("{count} {rule}")).collect();
        print::out(&format!(
            "{} in {} would be masked. {}\n",
            print::count(total, "place"),
            print::count(document.lines, "line"),
            rules.join(", ")
        ));
    }
    if let Some(reason) = &document.withheld {
        fail::note(&format!("withheld: {reason}"), "nothing of this file would enter a bundle");
        return Ok(Exit::Partial);
    }
    Ok(Exit::Ok)
}

/// Masks and stand-ins in a line: where they begin and end.
fn masks(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':' | '@');
    text.split(move |c: char| !is_part(c)).filter_map(move |word| {
        let start = word.as_ptr() as usize - text.as_ptr() as usize;
        let mask = word.find("REDACTED_").map(|at| {
            let rest = &word[at..];
            (
                start + at,
                start
                    + at
                    + rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len()),
            )
        });
        mask.or_else(|| {
            is_stand_in(word.trim_end_matches([':', '.']))
                .then_some((start, start + word.trim_end_matches([':', '.']).len()))
        })
    })
}

/// Before and after, as a comparison of two files shows them.
fn shown(number: u64, text: &str, is_colored: bool) -> String {
    let (mut before, mut after, mut at) = (String::new(), String::new(), 0);
    let paint = |text: &str, color: u8| {
        if is_colored { format!("\u{1b}[{color}m{text}\u{1b}[0m") } else { text.to_owned() }
    };
    for (start, end) in masks(text) {
        let plain = print::plain(&text[at..start]);
        let _ = write!(before, "{plain}{}", paint(HIDDEN, 31));
        let _ = write!(after, "{plain}{}", paint(&print::plain(&text[start..end]), 32));
        at = end;
    }
    let rest = print::plain(&text[at..]);
    format!("{number:>6} - {before}{rest}\n       + {after}{rest}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mask_of_a_line_is_shown_on_its_own() {
        let text = "a=REDACTED_keyed_secret_0a1b2c3d; by user-0a1b2c at 241.2.3.4:80.";
        assert_eq!(
            shown(7, text, false),
            "     7 - a=\u{2022}\u{2022}\u{2022}; by \u{2022}\u{2022}\u{2022} at 241.2.3.4:80.\n       \
             + a=REDACTED_keyed_secret_0a1b2c3d; by user-0a1b2c at 241.2.3.4:80.\n"
        );
        assert!(shown(7, text, true).contains("\u{1b}[32mREDACTED_keyed_secret_0a1b2c3d\u{1b}[0m"));
    }
}
