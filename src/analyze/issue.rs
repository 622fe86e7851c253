//! Known issues: rows that say what a line of a log means. Opens nothing but the files of `--collectors DIR/known-issues`.

use std::collections::BTreeMap;
use std::path::Path;

use glob::Pattern;
use regex::bytes::Regex;
use serde::Deserialize;

use super::finding::{Class, Severity};
use super::{is_id, wrong};
use crate::Error;
use crate::definition::{self, Certainty};

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/known-issues.rs"));
}

/// A shorter literal stands in too many lines.
const SHORTEST: usize = 4;

/// The field that is the whole line.
const LINE: &str = "line";

/// A file of rows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Version of the format.
    schema: u32,
    /// The rows.
    issue: Vec<Issue>,
}

/// What a line of a log means.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issue {
    /// Id, unique among all rows.
    pub id: String,
    /// Ids of the definitions whose logs have it; empty for all.
    #[serde(default)]
    pub products: Vec<String>,
    /// Versions of the product that have it.
    pub versions: Option<VersionRange>,
    /// Globs of the names of files that have it, without regard to letter case; empty for all.
    #[serde(default)]
    pub files: Vec<String>,
    /// A text that each such line holds, at least four bytes long.
    pub needle: String,
    /// A regular expression that the line, or a field of it, holds too.
    pub pattern: Option<String>,
    /// One that it must not hold.
    pub unless: Option<String>,
    /// The field that both look at: `line`, `message`, or the name of a column that the log's first line tells.
    #[serde(default = "line")]
    pub field: String,
    /// How many such lines are a finding; fewer are what a healthy product writes too, as when it starts.
    #[serde(default = "one")]
    pub at_least: u64,
    /// How long they must go on in one log to be a finding: services try again until others have started, and begin a new log at each
    /// start.
    pub lasting: Option<String>,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it is wrong at all.
    #[serde(default)]
    pub class: Class,
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
    /// Lines that it knows.
    pub matches: Vec<String>,
    /// Lines, much like those, that it does not.
    pub keeps: Vec<String>,
}

fn line() -> String {
    LINE.to_owned()
}

fn one() -> u64 {
    1
}

/// Versions from one on, before another one.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionRange {
    /// The first one.
    pub from: Option<String>,
    /// The first one that no longer has it.
    pub before: Option<String>,
}

impl VersionRange {
    /// Whether a version lies in it; one that is not known may.
    pub fn holds(&self, version: Option<&str>) -> bool {
        let Some(version) = version.map(numbers) else { return true };
        let from = self.from.as_deref().is_none_or(|from| version >= numbers(from));
        from && self.before.as_deref().is_none_or(|before| version < numbers(before))
    }
}

/// The numbers of a version.
pub(super) fn numbers(version: &str) -> Vec<u64> {
    version.split('.').map_while(|part| part.parse().ok()).collect()
}

impl Issue {
    /// Whether logs of this product, version and name are looked through for it.
    pub(super) fn applies(&self, product: &str, version: Option<&str>, file_name: &str) -> bool {
        let folded = file_name.to_lowercase();
        let names =
            |glob: &String| Pattern::new(&glob.to_lowercase()).is_ok_and(|glob| glob.matches(&folded));
        (self.products.is_empty() || self.products.iter().any(|id| id == product))
            && self.versions.as_ref().is_none_or(|range| range.holds(version))
            && (self.files.is_empty() || self.files.iter().any(names))
    }

    /// Ready to look at lines.
    pub(super) fn ready(&self) -> Ready {
        // The rows are checked when they are loaded.
        let regex = |text: &Option<String>| text.as_deref().and_then(|text| Regex::new(text).ok());
        Ready {
            pattern: regex(&self.pattern),
            unless: regex(&self.unless),
            column: (self.field != LINE).then(|| self.field.to_lowercase()),
        }
    }

    /// Whether a line without columns is one that it knows.
    fn knows(&self, line: &str) -> bool {
        line.contains(&self.needle) && self.ready().knows(line.as_bytes())
    }

    /// What is wrong with the row itself, and what would be right.
    fn fault(&self) -> Option<(String, &'static str)> {
        if !is_id(&self.id) {
            return Some(("is no id".into(), "use lower-case letters, digits and hyphens"));
        }
        if self.needle.len() < SHORTEST || self.needle.contains('\n') {
            return Some(("the needle is too short".into(), "a needle has at least four bytes, on one line"));
        }
        if self.matches.is_empty() || self.keeps.is_empty() {
            return Some((
                "has no examples of both kinds".into(),
                "add matches = [\"…\"] and keeps = [\"…\"]",
            ));
        }
        if self.lasting.as_deref().is_some_and(|lasting| definition::parse_age(lasting).is_none()) {
            return Some(("lasting is no duration".into(), "write a duration: '15m'"));
        }
        for expression in [&self.pattern, &self.unless].into_iter().flatten() {
            if let Err(error) = Regex::new(expression) {
                let message = error.to_string().lines().last().unwrap_or_default().to_owned();
                return Some((message, "expressions are those of the regex crate"));
            }
        }
        if let Some(glob) = self.files.iter().find(|glob| Pattern::new(glob).is_err()) {
            return Some((
                format!("`{glob}` is no glob"),
                "write a glob over names of files: '*_Engine*.txt'",
            ));
        }
        if let Some(line) = self.matches.iter().find(|line| !self.knows(line)) {
            return Some((format!("does not know its own example `{line}`"), "mend the row or the example"));
        }
        let kept = self.keeps.iter().find(|line| self.knows(line));
        kept.map(|line| (format!("takes `{line}`, which it must keep"), "make the pattern narrower"))
    }
}

/// The expressions of a row.
pub(super) struct Ready {
    pattern: Option<Regex>,
    unless: Option<Regex>,
    /// The column that they look at, in lower case.
    pub(super) column: Option<String>,
}

impl Ready {
    /// Whether they know a line, or a field of it, that holds the needle.
    pub(super) fn knows(&self, text: &[u8]) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.is_match(text))
            && !self.unless.as_ref().is_some_and(|unless| unless.is_match(text))
    }
}

/// All known issues, by id.
#[derive(Debug)]
pub struct Issues {
    /// Sorted by id.
    pub rows: Vec<Issue>,
}

impl Issues {
    /// The rows of this program, with those of a folder added.
    pub fn load(folder: Option<&Path>) -> Result<Self, Error> {
        let mut by_id = BTreeMap::new();
        for (name, text) in embedded::EMBEDDED {
            let rows = definition::parse::<File>(name, text)?.issue;
            by_id.extend(rows.into_iter().map(|row| (row.id.clone(), row)));
        }
        let added = folder.map(|folder| definition::texts_below(folder, "known-issues")).transpose()?;
        for (name, text) in added.unwrap_or_default() {
            by_id.extend(rows(&name, &text)?.into_iter().map(|row| (row.id.clone(), row)));
        }
        Ok(Self { rows: by_id.into_values().collect() })
    }
}

/// The rows of a file, each held against its examples.
fn rows(name: &str, text: &str) -> Result<Vec<Issue>, Error> {
    let file: File = definition::parse(name, text)?;
    if file.schema != 1 {
        return Err(wrong(name, text, "schema", "is not 1", "this program reads schema = 1"));
    }
    for row in &file.issue {
        if let Some((message, hint)) = row.fault() {
            return Err(wrong(name, text, &row.id, &message, hint));
        }
    }
    Ok(file.issue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_holds_against_its_examples() {
        let mut ids = std::collections::BTreeSet::new();
        let mut faults = Vec::new();
        for (name, text) in embedded::EMBEDDED {
            let file: File = definition::parse(name, text).expect("a file of rows");
            for row in &file.issue {
                faults.extend(row.fault().map(|(message, _)| format!("{name}: {}: {message}", row.id)));
                if !ids.insert(row.id.clone()) {
                    faults.push(format!("{name}: {} stands twice", row.id));
                }
                if row.sure == Certainty::Sourced && row.source.is_none() && row.address.is_none() {
                    faults.push(format!("{name}: {} is sourced without a source", row.id));
                }
                if row.means.is_empty() || row.action.is_empty() {
                    faults.push(format!("{name}: {} does not help", row.id));
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
        assert!(ids.len() >= 60, "{} rows", ids.len());
    }

    #[test]
    fn a_row_that_is_wrong_says_where() {
        let row = |needle: &str, keeps: &str| {
            format!(
                "schema = 1\n[[issue]]\nid = \"a-row\"\nneedle = '{needle}'\nseverity = 'error'\nwhat = 'x'\nmeans = 'x'\n\
                 action = 'x'\nmatches = ['went wrong']\nkeeps = {keeps}\n"
            )
        };
        for (needle, keeps, message) in [
            ("wen", "['x']", "the needle is too short"),
            ("went", "[]", "has no examples of both kinds"),
            ("gone", "['x']", "does not know its own example"),
            ("went", "['went well']", "which it must keep"),
        ] {
            let error = rows("rows.toml", &row(needle, keeps)).expect_err("a wrong row").to_string();
            assert!(error.starts_with("rows.toml:3: a-row: ") && error.contains(message), "{error}");
        }
        assert_eq!(rows("rows.toml", &row("went wrong", "['went well']")).expect("a row").len(), 1);
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test's own files")]
    fn ordinary_lines_are_no_issues() {
        let issues = Issues::load(None).expect("the rows of this program");
        let ready: Vec<(&Issue, Ready)> = issues
            .rows
            .iter()
            .filter(|row| row.class == Class::Issue)
            .map(|row| (row, row.ready()))
            .collect();
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ordinary");
        let mut hits = Vec::new();
        for path in std::fs::read_dir(folder).expect("sources").map(|entry| entry.expect("sources").path()) {
            let text = std::fs::read(&path).expect("sources");
            for line in String::from_utf8_lossy(&text).lines() {
                let knows = |(row, ready): &&(&Issue, Ready)| {
                    line.contains(&row.needle) && ready.knows(line.as_bytes())
                };
                hits.extend(ready.iter().filter(knows).map(|(row, _)| format!("{}: {line}", row.id)));
            }
        }
        assert!(hits.is_empty(), "{}", hits.join("\n"));
    }

    #[test]
    fn versions_lie_in_ranges() {
        let range = VersionRange { from: Some("13.9".into()), before: Some("14.5".into()) };
        for (version, holds) in [
            (None, true),
            (Some("13.9.4"), true),
            (Some("14.5"), false),
            (Some("13.10"), true),
            (Some("12.16.2"), false),
        ] {
            assert_eq!(range.holds(version), holds, "{version:?}");
        }
    }
}
