//! `qdiag verify`: is the bundle as it was written?

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::exit::Exit;
use super::{args, case, fail, print};
use crate::Error;
use crate::bundle::{Finding, FindingKind, MANIFEST, Verification, verify};
use crate::manifest::State;

/// One bundle in `--json`.
#[derive(Serialize)]
struct Document<'a> {
    bundle: String,
    ok: bool,
    error: Option<String>,
    sha256: Option<String>,
    entries: u64,
    bytes: u64,
    notes: &'a [String],
    findings: &'a [Finding],
}

pub(super) fn run(args: &args::Verify) -> Exit {
    let mut exit = Exit::Ok;
    let mut results: Vec<(&PathBuf, Result<Verification, Error>)> = Vec::new();
    for bundle in &args.bundles {
        let result = verify(bundle).and_then(|found| if_complete(args, bundle, found));
        match &result {
            Err(error) => {
                if !args.json {
                    fail::report(error);
                }
                exit = Exit::Input;
            }
            Ok(verification) => {
                if !verification.findings.is_empty() && exit == Exit::Ok {
                    exit = Exit::Finding;
                }
                if !args.json {
                    print::out(&print::plain(&text(bundle, verification)));
                }
            }
        }
        if args.json {
            results.push((bundle, result));
        }
    }
    if args.json {
        print::json(&results.iter().map(|(bundle, result)| document(bundle, result)).collect::<Vec<_>>());
    }
    exit
}

/// What was found, and with `--require-complete` what is missing for the case.
fn if_complete(args: &args::Verify, bundle: &Path, mut found: Verification) -> Result<Verification, Error> {
    // What is not as it was written is not believed.
    if !args.require_complete || !found.findings.is_empty() {
        return Ok(found);
    }
    let (_, completeness) = case::judged(&case::manifest(bundle)?);
    for verdict in completeness.duties.into_iter().filter(|verdict| verdict.state == State::Missing) {
        found.findings.push(Finding {
            kind: FindingKind::IncompleteCase,
            entry: Some(MANIFEST.to_owned()),
            detail: format!("{}: {}", verdict.duty.words(), verdict.reason),
        });
    }
    Ok(found)
}

fn document<'a>(bundle: &Path, result: &'a Result<Verification, Error>) -> Document<'a> {
    let found = result.as_ref().ok();
    Document {
        bundle: bundle.display().to_string(),
        ok: found.is_some_and(|found| found.findings.is_empty()),
        error: result.as_ref().err().map(full),
        sha256: found.map(|found| found.sha256.to_string()),
        entries: found.map_or(0, |found| found.entries),
        bytes: found.map_or(0, |found| found.bytes),
        notes: found.map_or(&[], |found| &found.notes),
        findings: found.map_or(&[], |found| &found.findings),
    }
}

/// An error with its causes in one line.
fn full(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(source) = cause {
        let _ = write!(text, ": {source}");
        cause = source.source();
    }
    text
}

fn text(bundle: &Path, found: &Verification) -> String {
    let mut text = String::new();
    let is_altered = found.findings.iter().any(|finding| finding.kind != FindingKind::IncompleteCase);
    let verdict = if is_altered { "NOT as it was written" } else { "as it was written" };
    let _ = writeln!(text, "{}: {verdict}", bundle.display());
    let _ = writeln!(
        text,
        "  {}, {}, SHA-256 {}",
        print::count_of(found.entries, "entry", "entries"),
        print::size(found.bytes),
        found.sha256
    );
    for note in &found.notes {
        let _ = writeln!(text, "  note: {note}");
    }
    for finding in &found.findings {
        let entry = finding.entry.as_deref().unwrap_or("the archive");
        let _ = writeln!(text, "  {}: {entry}: {}", finding.kind.words(), finding.detail);
    }
    text
}
