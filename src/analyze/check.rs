//! Checks of what a host says of itself: rows that name a kind of check and what it looks for. Opens nothing but the files of
//! `--collectors DIR/checks`.
//!
//! They are data of their own and not part of the definitions, since most hold for several products.

mod certificates;
mod events;
mod files;
mod ground;
mod machine;
mod network;
mod services;
mod versions;

use std::collections::BTreeMap;
use std::path::Path;

use regex::Regex;
use serde::{Deserialize, Serialize};

pub use ground::Ground;

use super::finding::{Class, Finding, Severity, by_weight};
use super::{is_id, wrong};
use crate::Error;
use crate::definition::{self, Certainty};

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/checks.rs"));
}

/// A file of rows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Version of the format.
    schema: u32,
    /// The rows.
    check: Vec<Check>,
}

/// What a check looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Services that start by themselves and do not run.
    ServiceStopped,
    /// Services under another account than most of their siblings.
    ServiceAccount,
    /// A volume of the product that is nearly full.
    DiskFull,
    /// A share of the product that does not answer.
    ShareUnreachable,
    /// Certificates that end soon, or have ended.
    CertificateEnds,
    /// More root certificates of Qlik Sense than one.
    SeveralRoots,
    /// A port on which a running service should listen and nobody does.
    PortSilent,
    /// A port of a service that another program has.
    PortTaken,
    /// Files that are younger than the clock says it is.
    ClockBehind,
    /// Folders of the product that the virus scanner of Windows does not leave out.
    ScannerLooks,
    /// No page file.
    NoPageFile,
    /// Little memory left.
    MemoryLow,
    /// Parts of a product that differ in version.
    VersionsDiffer,
    /// A version before the one that mends something.
    VersionBefore,
    /// A release whose support has ended, where its table says when.
    SupportEnded,
    /// Files that should not be there, as what a crash leaves behind.
    FilesPresent,
    /// Events of Windows.
    Events,
}

/// A check.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Id, unique among all checks.
    pub id: String,
    /// What it looks at.
    pub kind: Kind,
    /// Ids of the definitions it is for; empty for all.
    #[serde(default)]
    pub products: Vec<String>,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in a few words.
    pub what: String,
    /// What it means.
    pub means: String,
    /// What to do.
    pub action: String,
    /// Title of an article on it.
    pub article: Option<String>,
    /// Its address.
    pub address: Option<String>,
    /// Where the fact comes from.
    pub source: Option<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Whole expression of names: of services, of packages, of providers of events.
    pub name: Option<String>,
    /// Whole expression of names that are left out.
    pub unless: Option<String>,
    /// An expression that a text of an event holds.
    pub text: Option<String>,
    /// Whole expression of the publisher of packages.
    pub publisher: Option<String>,
    /// Whole expression of the programs that may have a port.
    pub program: Option<String>,
    /// Ports.
    #[serde(default)]
    pub ports: Vec<u16>,
    /// Paths, as definitions write them.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Numbers of events.
    #[serde(default)]
    pub events: Vec<u64>,
    /// A share of the whole that must be free.
    pub percent: Option<u8>,
    /// A size that must be free: `5GB`.
    pub free: Option<String>,
    /// A duration: `30d`.
    pub within: Option<String>,
    /// Versions that have what mends it, one for each release.
    #[serde(default)]
    pub fixed: Vec<String>,
}

/// Facts that speak for a finding, or why a check could not be made.
type Answer = Result<Vec<String>, String>;

impl Check {
    /// Whether a text is one of the names that are meant.
    fn names(&self, text: &str) -> bool {
        self.name.as_deref().is_none_or(|name| is_whole(name, text))
            && !self.unless.as_deref().is_some_and(|unless| is_whole(unless, text))
    }

    fn duration(&self) -> chrono::Duration {
        self.within.as_deref().and_then(definition::parse_age).unwrap_or_default()
    }

    fn ask(&self, ground: &Ground<'_>) -> Answer {
        match self.kind {
            Kind::ServiceStopped => services::stopped(self, ground),
            Kind::ServiceAccount => services::account(self, ground),
            Kind::DiskFull => machine::disk_full(self, ground),
            Kind::ShareUnreachable => Ok(files::share_unreachable(ground)),
            Kind::CertificateEnds => certificates::ends(self, ground),
            Kind::SeveralRoots => certificates::several_roots(ground),
            Kind::PortSilent => network::silent(self, ground),
            Kind::PortTaken => network::taken(self, ground),
            Kind::ClockBehind => Ok(files::clock_behind(self, ground)),
            Kind::ScannerLooks => machine::scanner_looks(self, ground),
            Kind::NoPageFile => machine::no_page_file(ground),
            Kind::MemoryLow => machine::memory_low(self, ground),
            Kind::VersionsDiffer => versions::differ(self, ground),
            Kind::VersionBefore => Ok(versions::before(self, ground)),
            Kind::SupportEnded => Ok(versions::ended(self, ground)),
            Kind::FilesPresent => Ok(files::present(self, ground)),
            Kind::Events => events::events(self, ground),
        }
    }

    /// What is wrong with the row itself, and what would be right.
    fn fault(&self) -> Option<(String, &'static str)> {
        if !is_id(&self.id) {
            return Some(("is no id".into(), "use lower-case letters, digits and hyphens"));
        }
        let expressions = [&self.name, &self.unless, &self.text, &self.publisher, &self.program];
        for expression in expressions.into_iter().flatten() {
            if Regex::new(expression).is_err() {
                return Some((
                    format!("`{expression}` is no expression"),
                    "expressions are those of the regex crate",
                ));
            }
        }
        if self.free.as_deref().is_some_and(|free| definition::parse_size(free).is_none()) {
            return Some(("free is no size".into(), "write a size: '5GB'"));
        }
        if self.within.as_deref().is_some_and(|within| definition::parse_age(within).is_none()) {
            return Some(("within is no duration".into(), "write a duration: '30d'"));
        }
        let lacks = match self.kind {
            Kind::ServiceStopped | Kind::ServiceAccount | Kind::VersionsDiffer => self.name.is_none(),
            Kind::PortSilent => self.name.is_none() || self.ports.is_empty(),
            Kind::PortTaken => self.program.is_none() || self.ports.is_empty(),
            Kind::FilesPresent | Kind::ScannerLooks => self.paths.is_empty(),
            Kind::Events => self.events.is_empty(),
            Kind::VersionBefore => self.fixed.is_empty(),
            _ => false,
        };
        lacks.then(|| {
            (
                "does not say what it looks for".into(),
                "collectors/README.md shows what each kind of check needs",
            )
        })
    }
}

/// Whether an expression matches all of a text, without regard to letter case.
fn is_whole(expression: &str, text: &str) -> bool {
    Regex::new(&format!("(?i)^(?:{expression})$")).is_ok_and(|regex| regex.is_match(text))
}

/// The checks of this program, with those of a folder added, by id.
pub(super) fn load(folder: Option<&Path>) -> Result<Vec<Check>, Error> {
    let mut by_id = BTreeMap::new();
    for (name, text) in embedded::EMBEDDED {
        by_id.extend(rows(name, text)?.into_iter().map(|row| (row.id.clone(), row)));
    }
    let added = folder.map(|folder| definition::texts_below(folder, "checks")).transpose()?;
    for (name, text) in added.unwrap_or_default() {
        by_id.extend(rows(&name, &text)?.into_iter().map(|row| (row.id.clone(), row)));
    }
    Ok(by_id.into_values().collect())
}

fn rows(name: &str, text: &str) -> Result<Vec<Check>, Error> {
    let file: File = definition::parse(name, text)?;
    if file.schema != 1 {
        return Err(wrong(name, text, "schema", "is not 1", "this program reads schema = 1"));
    }
    for row in &file.check {
        if let Some((message, hint)) = row.fault() {
            return Err(wrong(name, text, &row.id, &message, hint));
        }
    }
    Ok(file.check)
}

/// What the checks of a host came to.
#[derive(Debug, Default)]
pub struct CheckFacts {
    /// What is wrong, the worst first.
    pub findings: Vec<Finding>,
    /// Checks that could not be made, and why.
    pub not_checked: Vec<String>,
}

/// Makes all checks that are for the products found.
pub fn checks(rows: &[Check], ground: &Ground<'_>) -> CheckFacts {
    let mut facts = CheckFacts::default();
    for check in rows.iter().filter(|check| ground.has_any(&check.products)) {
        match check.ask(ground) {
            Ok(evidence) if evidence.is_empty() => {}
            Ok(evidence) => facts.findings.push(finding(check, ground.cleared(&evidence))),
            Err(why) => facts.not_checked.push(format!("{}: {why}", check.id)),
        }
    }
    by_weight(&mut facts.findings);
    facts
}

fn finding(check: &Check, evidence: Vec<String>) -> Finding {
    Finding {
        id: check.id.clone(),
        severity: check.severity,
        class: Class::Issue,
        what: check.what.clone(),
        count: evidence.len() as u64,
        files: 0,
        first: None,
        last: None,
        evidence,
        means: check.means.clone(),
        action: check.action.clone(),
        article: check.article.clone(),
        address: check.address.clone(),
        source: check.source.clone(),
        sure: check.sure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_loads_and_is_founded() {
        let checks = load(None).expect("the checks of this program");
        assert!(checks.len() >= 15, "{}", checks.len());
        for check in checks {
            let is_founded = check.source.is_some() || check.address.is_some();
            assert!(
                is_founded || check.sure != Certainty::Sourced,
                "{} is sourced without a source",
                check.id
            );
            assert!(!check.means.is_empty() && !check.action.is_empty(), "{}", check.id);
        }
    }

    #[test]
    fn a_check_that_is_wrong_says_where() {
        let text = "schema = 1\n[[check]]\nid = \"a-check\"\nkind = 'port-silent'\nseverity = 'error'\nwhat = 'x'\nmeans = 'x'\naction = 'x'\n";
        let error = rows("c.toml", text).expect_err("a wrong row").to_string();
        assert_eq!(error, "c.toml:3: a-check: does not say what it looks for");
    }

    #[test]
    fn expressions_are_whole() {
        assert!(is_whole("qlik.*", "QlikSense") && !is_whole("qlik", "QlikSense"));
    }
}
