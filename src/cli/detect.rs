//! `qdiag detect`: which products are here, and why qdiag thinks so.

use std::fmt::Write;

use serde::Serialize;

use super::exit::Exit;
use super::{args, options, print};
use crate::Error;
use crate::detect::{Detection, detect};
use crate::host::Host;
use crate::manifest::{HostFacts, InstallationFacts, LeftOverFacts};

/// What the command prints with `--json`.
#[derive(Serialize)]
struct Document {
    schema: &'static str,
    host: HostFacts,
    installations: Vec<InstallationFacts>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    left_overs: Vec<LeftOverFacts>,
    probe_failures: Vec<String>,
}

pub(super) fn run(args: &args::Detect) -> Result<Exit, Error> {
    let redaction = options::plain_redaction()?;
    let host = options::host(&args.place)?;
    let catalog = options::catalog(args.place.collectors.as_deref(), &redaction)?;
    let detection = detect(&host, &catalog);
    let document = Document {
        schema: "1.0",
        host: host_facts(&host),
        installations: installations(&detection, &host),
        left_overs: left_overs(&detection),
        probe_failures: detection.failures.clone(),
    };
    if args.json {
        print::json(&document);
    } else {
        print::out(&print::plain(&text(&document)));
    }
    Ok(if document.installations.is_empty() { Exit::Finding } else { Exit::Ok })
}

/// The host in a few words.
pub(super) fn host_facts(host: &Host) -> HostFacts {
    HostFacts {
        os: host.os.word().to_owned(),
        name: host.name.clone(),
        utc_offset: host.clock.now().format("%:z").to_string(),
    }
}

/// The installations as the manifest and the JSON output show them.
pub(super) fn installations(detection: &Detection<'_>, host: &Host) -> Vec<InstallationFacts> {
    let facts = detection.installations.iter().map(|found| InstallationFacts {
        product: found.definition.id.clone(),
        name: found.definition.name.clone(),
        instance: found.instance.clone(),
        version: found.version.clone(),
        release: found.release.clone(),
        role: found.role.clone(),
        folder: format!("data/{}/{}", host.name, found.id),
        evidence: found.evidence.clone(),
    });
    facts.collect()
}

/// What is left of products, as the manifest and the JSON output show it.
pub(super) fn left_overs(detection: &Detection<'_>) -> Vec<LeftOverFacts> {
    let facts = detection.left_overs.iter().map(|left| LeftOverFacts {
        product: left.definition.id.clone(),
        name: left.definition.name.clone(),
        evidence: left.evidence.clone(),
    });
    facts.collect()
}

/// Left-overs as lines of text.
pub(super) fn left_over_lines(left_overs: &[LeftOverFacts]) -> String {
    let mut text = String::new();
    for left in left_overs {
        let _ = writeln!(text, "{}: left-overs only, nothing is taken of it", left.name);
        for evidence in &left.evidence {
            let _ = writeln!(text, "  {:<11}{}", evidence.probe, evidence.found);
        }
    }
    text
}

/// What tells an installation from others, as it stands behind its name.
pub(super) fn place(found: &InstallationFacts) -> String {
    found.instance.as_ref().map_or(String::new(), |one| format!(", in {}", one.value))
}

fn text(document: &Document) -> String {
    let mut text = String::new();
    if document.installations.is_empty() {
        let _ = writeln!(text, "No Qlik product was found on {}.", document.host.name);
        let _ = writeln!(text, "qdiag collect --environment-only still collects facts about this host.");
    }
    for found in &document.installations {
        let release = found.release.as_ref().map_or(String::new(), |release| format!(" {}", release.value));
        let version = found
            .version
            .as_ref()
            .map_or("version unknown".into(), |version| format!("version {}", version.value));
        let role = found.role.as_ref().map_or(String::new(), |role| format!(", role {}", role.value));
        let _ = writeln!(text, "{}{release}, {version}{role}{}", found.name, place(found));
        let readings = [
            ("instance", &found.instance),
            ("version", &found.version),
            ("release", &found.release),
            ("role", &found.role),
        ];
        for (what, reading) in readings {
            if let Some(reading) = reading {
                let _ = writeln!(text, "  {what:<11}{} from {}", reading.value, reading.source);
            }
        }
        for evidence in &found.evidence {
            let _ = writeln!(text, "  {:<11}{}", evidence.probe, evidence.found);
        }
    }
    text.push_str(&left_over_lines(&document.left_overs));
    for failure in &document.probe_failures {
        let _ = writeln!(text, "not answered: {failure}");
    }
    text
}
