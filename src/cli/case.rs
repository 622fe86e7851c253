//! `qdiag case`: the text of a ticket, made of a bundle, or an empty file of answers.

use std::path::Path;

use serde::Serialize;

use super::args::{self, CaseAction, TicketFormat};
use super::exit::Exit;
use super::print;
use crate::Error;
use crate::bundle::{MANIFEST, Reader, Verification, verify};
use crate::case::{self, BundleFacts, Completeness, Format, Survey, Ticket};
use crate::manifest::{InstallationFacts, Manifest};
use crate::plan::EntryName;

/// A manifest of a million entries has about this size.
const MOST_MANIFEST: u64 = 512 * 1024 * 1024;

/// What the command prints with `--json`.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    bundle: &'a str,
    bytes: u64,
    sha256: &'a str,
    /// Whether it is as it was written.
    ok: bool,
    findings: &'a [String],
    case: Option<&'a case::Case>,
    completeness: &'a Completeness,
    installations: &'a [InstallationFacts],
    text: String,
}

pub(super) fn run(args: &args::Case) -> Result<Exit, Error> {
    let bundle = match (&args.action, &args.bundle) {
        (Some(CaseAction::Template), _) => {
            print::out(&case::template());
            return Ok(Exit::Ok);
        }
        (None, Some(bundle)) => bundle,
        (None, None) => return Err(Error::usage("no bundle is named", "qdiag case BUNDLE")),
    };
    let verification = verify(bundle)?;
    let manifest = manifest(bundle)?;
    let (survey, completeness) = judged(&manifest);
    let facts = facts(bundle, &verification);
    let format = match args.format {
        TicketFormat::Text => Format::Text,
        TicketFormat::Markdown => Format::Markdown,
    };
    let ticket = Ticket { manifest: &manifest, survey: &survey, completeness: &completeness };
    let text = ticket.text(Some(&facts), format);
    if args.json {
        print::json(&Document {
            schema: "1.0",
            bundle: &facts.name,
            bytes: facts.bytes,
            sha256: &facts.sha256,
            ok: facts.findings.is_empty(),
            findings: &facts.findings,
            case: manifest.case.as_ref(),
            completeness: &completeness,
            installations: &manifest.installations,
            text,
        });
    } else {
        print::out(&print::plain(&text));
    }
    Ok(if facts.findings.is_empty() { Exit::Ok } else { Exit::Finding })
}

/// What a bundle says of itself.
pub(super) fn manifest(bundle: &Path) -> Result<Manifest, Error> {
    let bytes = Reader::open(bundle)?.read_small(&EntryName::fixed(MANIFEST), MOST_MANIFEST)?;
    serde_json::from_slice(&bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let message = format!("{MANIFEST} is no manifest from line {line}, column {column} on");
        Error::input("read the bundle", bundle, std::io::Error::new(std::io::ErrorKind::InvalidData, message))
    })
}

/// What its entries show, and the verdicts: those that it was written with, or, if it is older than they are, those of today.
pub(super) fn judged(manifest: &Manifest) -> (Survey, Completeness) {
    let survey = Survey::of(manifest, manifest.entries.iter().cloned());
    let completeness = manifest.completeness.clone().unwrap_or_else(|| case::judge(manifest, &survey));
    (survey, completeness)
}

fn facts(bundle: &Path, verification: &Verification) -> BundleFacts {
    let finding = |finding: &crate::bundle::Finding| {
        let entry = finding.entry.as_deref().unwrap_or("the archive");
        format!("{}: {entry}: {}", finding.kind.words(), finding.detail)
    };
    BundleFacts {
        name: bundle.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        bytes: verification.bytes,
        sha256: verification.sha256.to_string(),
        findings: verification.findings.iter().map(finding).collect(),
    }
}
