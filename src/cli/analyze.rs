//! `qdiag analyze`: what is known to go wrong on this host, where it shows, and what to do.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;

use serde::Serialize;

use super::detect::host_facts;
use super::exit::Exit;
use super::{args, options, print};
use crate::Error;
use crate::analyze::{Analysis, Finding, Ground, Place, Rows, Severity, checks, logs, of_bundle};
use crate::definition::Certainty;
use crate::detect::detect;
use crate::host::lower_priority;
use crate::logline::Formats;
use crate::manifest::HostFacts;
use crate::plan::{Options, plan};
use crate::pool::Pool;

/// What was read.
#[derive(Serialize)]
#[expect(clippy::struct_field_names, reason = "the names are those of the printed document")]
struct Read {
    files: u64,
    lines: u64,
    bytes: u64,
    not_read: Vec<String>,
}

/// What the command prints with `--json`.
#[derive(Serialize)]
struct Document {
    schema: &'static str,
    host: HostFacts,
    products: Vec<String>,
    known_issues: usize,
    checks: usize,
    read: Read,
    analysis: Analysis,
    findings: Vec<Finding>,
    expected: Vec<Finding>,
    not_checked: Vec<String>,
}

pub(super) fn run(args: &args::Analyze) -> Result<Exit, Error> {
    // The other programs of the host come first.
    lower_priority();
    let redaction = options::plain_redaction()?;
    let host = options::host(&args.place)?;
    let catalog = options::catalog(args.place.collectors.as_deref(), &redaction)?;
    let formats = Formats::of(&catalog)?;
    let rows = Rows::load(args.place.collectors.as_deref())?;
    if let Some(bundle) = &args.bundle {
        return Ok(show(args.json, &told_by_bundle(bundle, &rows, &formats)?));
    }
    let window = (options::time(args.since.as_deref(), "--since", &host)?, None);
    let detection = detect(&host, &catalog);
    let found = &detection.installations;
    let plan = plan(&host, found, &Options { window, ..Options::default() }, &redaction);
    let logs = logs(&host, (&plan, found), (&rows, &formats, &redaction), (window, Pool::new(None)));
    let facts = checks(&rows.checks, &Ground::new(&host, found, &plan, (&redaction, window)));
    let mut analysis = logs.analysis;
    let mut findings = std::mem::take(&mut analysis.findings);
    findings.extend(facts.findings);
    findings.sort_by_key(|finding| finding.severity);
    let document = Document {
        schema: "1.1",
        host: host_facts(&host),
        products: found.iter().map(|found| found.definition.id.clone()).collect(),
        known_issues: rows.issues.rows.len(),
        checks: rows.checks.len(),
        read: Read {
            files: analysis.read.files,
            lines: analysis.read.lines,
            bytes: analysis.read.bytes,
            not_read: logs.not_read,
        },
        findings,
        expected: std::mem::take(&mut analysis.expected),
        analysis,
        not_checked: facts.not_checked,
    };
    Ok(show(args.json, &document))
}

/// What a bundle tells by itself.
fn told_by_bundle(bundle: &Path, rows: &Rows, formats: &Formats) -> Result<Document, Error> {
    let (manifest, mut analysis) = of_bundle(bundle, rows, formats)?;
    Ok(Document {
        schema: "1.1",
        host: manifest.host,
        products: manifest.installations.into_iter().map(|found| found.product).collect(),
        known_issues: rows.issues.rows.len(),
        checks: 0,
        read: Read {
            files: analysis.read.files,
            lines: analysis.read.lines,
            bytes: analysis.read.bytes,
            not_read: Vec::new(),
        },
        findings: std::mem::take(&mut analysis.findings),
        expected: std::mem::take(&mut analysis.expected),
        analysis,
        not_checked: Vec::new(),
    })
}

/// Prints the document; gives the exit code.
fn show(json: bool, document: &Document) -> Exit {
    if json {
        print::json(document);
    } else {
        print::out(&print::plain(&text(document)));
    }
    // Nothing may depend on a row that nobody's word stands behind.
    let is_bad = document
        .findings
        .iter()
        .any(|finding| finding.severity <= Severity::Error && finding.sure != Certainty::Unsourced);
    if is_bad || document.products.is_empty() { Exit::Finding } else { Exit::Ok }
}

fn text(document: &Document) -> String {
    let mut text = String::new();
    if document.products.is_empty() {
        return format!("No Qlik product was found on {}.\n", document.host.name);
    }
    for finding in &document.findings {
        write_finding(&mut text, finding);
    }
    if !document.expected.is_empty() {
        let _ = writeln!(text, "Seen, and normal where it is seldom or while services start and stop:");
        for finding in &document.expected {
            let times = print::count(finding.count, "line");
            let first =
                finding.first.as_ref().map_or(String::new(), |place| format!(", {}", position(place)));
            let _ = writeln!(text, "  {} ({times}{first})", finding.what);
        }
        text.push('\n');
    }
    write_gaps(&mut text, document);
    let _ = writeln!(
        text,
        "{} with {} in {} looked through for {}; {} of facts.",
        print::count(document.read.files, "log"),
        print::size(document.read.bytes),
        print::count(document.read.lines, "line"),
        print::count(document.known_issues as u64, "known issue"),
        print::count(document.checks as u64, "check"),
    );
    let _ = writeln!(
        text,
        "{}. Known issues are hints: what is not known is not found.",
        print::count(document.findings.len() as u64, "finding")
    );
    text
}

/// What was not looked at, by the reason why.
fn write_gaps(text: &mut String, document: &Document) {
    let mut by_reason: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (check, reason) in document.not_checked.iter().filter_map(|line| line.split_once(": ")) {
        by_reason.entry(reason).or_default().push(check);
    }
    for (reason, checks) in by_reason {
        let _ = writeln!(text, "not checked: {} ({reason})", checks.join(", "));
    }
    for log in &document.read.not_read {
        let _ = writeln!(text, "not read: {log}");
    }
}

fn write_finding(text: &mut String, finding: &Finding) {
    let _ = writeln!(text, "{}: {}  [{}]", finding.severity.word(), finding.what, finding.id);
    if let Some(first) = &finding.first {
        let times = print::count(finding.count, "line");
        let files = print::count(finding.files, "file");
        let _ = writeln!(text, "  seen     {times} in {files}, first {}", position(first));
        let _ = writeln!(text, "           {}", first.text);
    }
    if let Some(last) = &finding.last {
        let _ = writeln!(text, "  last     {}", position(last));
    }
    for line in &finding.evidence {
        let _ = writeln!(text, "  fact     {line}");
    }
    let _ = writeln!(text, "  means    {}", finding.means);
    let _ = writeln!(text, "  to do    {}", finding.action);
    match (&finding.article, &finding.address) {
        (Some(article), Some(address)) => {
            let _ = writeln!(text, "  article  {article}\n           {address}");
        }
        (Some(about), None) | (None, Some(about)) => {
            let _ = writeln!(text, "  article  {about}");
        }
        (None, None) => {}
    }
    let doubt = match finding.sure {
        Certainty::Sourced => None,
        Certainty::Inferred => Some("follows from sources, none states it"),
        Certainty::Unsourced => Some("from experience, without a source"),
    };
    if let Some(doubt) = doubt {
        let _ = writeln!(text, "  founded  {doubt}");
    }
    text.push('\n');
}

fn position(place: &Place) -> String {
    let time = place.time.as_ref().map_or(String::new(), |time| format!(" at {time}"));
    format!("{}:{}{time}", place.file, place.line)
}
