//! What came of a run: for people, for scripts, and as an exit code.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Serialize;

use super::missing;
use crate::analyze::Analysis;
use crate::cli::exit::Exit;
use crate::cli::print;
use crate::collect::Collected;
use crate::manifest::{Completeness, Entry, InstallationFacts, Manifest, Outcome, PackedLines};

/// Items named one by one at most; the manifest has them all.
const NAMED: usize = 20;

/// What the command prints with `--json`.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    bundle: String,
    sha256: String,
    bytes: u64,
    whole: bool,
    privacy: &'a str,
    /// The file that tells what stand-ins of identities stand for.
    table: Option<String>,
    interrupted: bool,
    /// What was taken of the apps that were named, if any was.
    #[serde(skip_serializing_if = "Option::is_none")]
    app_content: Option<&'a str>,
    installations: &'a [InstallationFacts],
    outcomes: &'a BTreeMap<String, u64>,
    source_bytes: u64,
    stored_bytes: u64,
    masks: &'a BTreeMap<String, u64>,
    /// Whether the bundle has what Qlik asks of a case.
    completeness: Option<&'a Completeness>,
    gaps: Vec<Gap>,
    /// Known issues that the logs show, by how bad they are.
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<BTreeMap<&'static str, u64>>,
}

/// An item that should have been taken and was not, or not whole.
#[derive(Serialize)]
struct Gap {
    outcome: &'static str,
    source: String,
    reason: String,
}

/// Prints what came of a run; gives the exit code.
pub(in crate::cli) fn show(collected: &Collected, json: bool) -> Exit {
    if json {
        print::json(&document(collected));
    } else {
        print::out(&print::plain(&text(collected)));
    }
    exit(collected)
}

fn document(collected: &Collected) -> Document<'_> {
    let manifest = &collected.manifest;
    Document {
        schema: "1.0",
        bundle: collected.path.display().to_string(),
        sha256: collected.sha256.to_string(),
        bytes: collected.bytes,
        whole: exit(collected) == Exit::Ok,
        privacy: &manifest.redaction.privacy,
        table: collected.table.as_ref().map(|table| table.display().to_string()),
        interrupted: manifest.run.interrupted,
        app_content: manifest.run.app_content.as_deref(),
        installations: &manifest.installations,
        outcomes: &manifest.totals.outcomes,
        source_bytes: manifest.totals.source_bytes,
        stored_bytes: manifest.totals.bytes,
        masks: &manifest.redaction.masks,
        completeness: manifest.completeness.as_ref(),
        gaps: gaps(collected).map(|entry| gap(&entry)).collect(),
        findings: collected.analysis.as_ref().map(Analysis::by_severity),
    }
}

fn gap(entry: &Entry) -> Gap {
    Gap {
        outcome: entry.outcome.word(),
        source: entry.source.clone(),
        reason: entry.reason.clone().unwrap_or_default(),
    }
}

fn gaps(collected: &Collected) -> impl Iterator<Item = Entry> + '_ {
    collected.manifest.entries.iter().filter(Entry::is_gap)
}

fn exit(collected: &Collected) -> Exit {
    let is_early = collected.manifest.run.interrupted || collected.is_disk_full;
    if is_early || gaps(collected).next().is_some() { Exit::Partial } else { Exit::Ok }
}

/// The exit code for somebody who wants a complete case or none: a finding, if something is missing.
pub(super) fn if_complete(collected: &Collected, exit: Exit) -> Exit {
    let is_complete = collected.manifest.completeness.as_ref().is_some_and(|found| found.missing == 0);
    if is_complete { exit } else { Exit::Finding }
}

fn text(collected: &Collected) -> String {
    let manifest = &collected.manifest;
    let totals = &manifest.totals;
    let mut text = String::new();
    let _ = writeln!(text, "bundle   {}", collected.path.display());
    let _ = writeln!(text, "SHA-256  {}", collected.sha256);
    stand_ins(collected, &mut text);
    let _ = writeln!(
        text,
        "size     {} from {} of sources",
        print::size(collected.bytes),
        print::size(totals.source_bytes)
    );
    products(manifest, &mut text);
    let outcomes: Vec<String> = totals
        .outcomes
        .iter()
        .map(|(outcome, items)| format!("{items} {}", outcome.replace('_', " ")))
        .collect();
    let _ = writeln!(text, "items    {}", outcomes.join(", "));
    apps(manifest, &mut text);
    let masked: u64 = manifest.redaction.masks.values().sum();
    let rules: Vec<String> =
        manifest.redaction.masks.iter().map(|(rule, count)| format!("{count} {rule}")).collect();
    let rules = if rules.is_empty() { String::new() } else { format!(": {}", rules.join(", ")) };
    let _ = writeln!(text, "masked   {}{rules}", print::count(masked, "secret"));
    found(collected, &mut text);
    list(
        &mut text,
        "missing, as is normal on many hosts",
        manifest.entries.iter().filter(|entry| entry.outcome == Outcome::Missing),
    );
    list(&mut text, "gaps", gaps(collected));
    let denied = totals.outcomes.get(Outcome::Denied.word()).copied().unwrap_or_default();
    if denied > 0 && manifest.run.administrator == Some(false) {
        let items = print::count(denied, "item");
        let _ = writeln!(
            text,
            "\nThis account may not read {items}; an administrator's run would take them too."
        );
    }
    ended_early(collected, &mut text);
    unfit(&collected.manifest, &mut text);
    missing::lines(collected, &mut text);
    text
}

/// The products that were found.
fn products(manifest: &Manifest<PackedLines>, text: &mut String) {
    for found in &manifest.installations {
        let version = found.version.as_ref().map_or("version unknown", |version| version.value.as_str());
        let release = found.release.as_ref().map_or("", |release| release.value.as_str());
        let place = found.instance.as_ref().map_or(String::new(), |one| format!(" in {}", one.value));
        let _ = writeln!(text, "product  {} {release} {version}{place}", found.name);
    }
    for left in &manifest.left_overs {
        let _ = writeln!(text, "product  {}: only left-overs, nothing was taken", left.name);
    }
}

/// What the logs show, in a line.
fn found(collected: &Collected, text: &mut String) {
    let Some(analysis) = &collected.analysis else { return };
    let severities = analysis.by_severity();
    let mut counts: Vec<String> = ["critical", "error", "warning", "notice"]
        .into_iter()
        .filter_map(|word| {
            severities.get(word).filter(|count| **count > 0).map(|count| format!("{count} {word}"))
        })
        .collect();
    if counts.is_empty() {
        counts.push("none".into());
    }
    let read = &analysis.read;
    let _ = writeln!(
        text,
        "issues   known ones in the logs: {}; {} and {} in {}",
        counts.join(", "),
        print::count(read.errors, "error"),
        print::count(read.warnings, "warning"),
        print::count(read.records, "record")
    );
}

/// Why collecting ended early, if it did.
fn ended_early(collected: &Collected, text: &mut String) {
    if collected.manifest.run.interrupted {
        let _ =
            writeln!(text, "\nThe run was interrupted; the bundle holds what had been taken and is valid.");
    }
    if collected.is_disk_full {
        let _ = writeln!(
            text,
            "\nThe disk has too little space left, so collecting ended early; the bundle holds what had been taken and is valid."
        );
    }
}

/// What did not fit, if the bundle has a limit.
fn unfit(manifest: &Manifest<PackedLines>, text: &mut String) {
    let is_unfit =
        |entry: &Entry| entry.reason.as_ref().is_some_and(|reason| reason.contains("fit --max-bundle"));
    let (mut cut, mut left_out, mut needed) = (0, 0, 0);
    for entry in manifest.entries.iter().filter(is_unfit) {
        cut += u64::from(entry.cut.is_some());
        left_out += u64::from(entry.cut.is_none());
        needed += u64::from(!matches!(entry.category.as_str(), "logs" | "added"));
    }
    if cut + left_out > 0 {
        let items = print::count(left_out, "item");
        let _ =
            writeln!(text, "\nTo fit --max-bundle {cut} cut and {items} left out; manifest.json names each.");
    }
    if needed > 0 {
        let _ = writeln!(
            text,
            "Among them are {needed} of environment and configuration: allow a larger --max-bundle."
        );
    }
}

/// Where the table of stand-ins is, and whether anything was masked at all.
fn stand_ins(collected: &Collected, text: &mut String) {
    if let Some(table) = &collected.table {
        let _ = writeln!(text, "table    {} (what stand-ins stand for; keep it)", table.display());
    }
    if collected.manifest.redaction.privacy == "none" {
        let _ = writeln!(text, "warning  nothing was redacted");
    }
}

/// What was taken of apps, and a warning of each that is inside as it is.
fn apps(manifest: &Manifest<PackedLines>, text: &mut String) {
    let stored = |entry: &Entry| entry.item == "options/app" && entry.sha256.is_some();
    for entry in manifest.entries.iter().filter(stored) {
        let _ = if entry.unredacted {
            writeln!(text, "warning  {} is inside with all data and secrets in it, as agreed", entry.source)
        } else {
            writeln!(text, "app      {}", entry.name)
        };
    }
}

fn list(text: &mut String, title: &str, entries: impl Iterator<Item = Entry>) {
    let mut number = 0;
    for entry in entries {
        if number == 0 {
            let _ = writeln!(text, "\n{title}:");
        }
        if number < NAMED {
            let _ = writeln!(
                text,
                "  {:<9} {} ({})",
                entry.outcome.word(),
                entry.source,
                entry.reason.unwrap_or_default()
            );
        }
        number += 1;
    }
    if number > NAMED {
        let _ = writeln!(text, "  … and {} more; manifest.json has them all", number - NAMED);
    }
}
