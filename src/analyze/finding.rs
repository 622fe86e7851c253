//! What was found: the row that says so, how often, where first and last.

use chrono::{DateTime, Duration, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::issue::Issue;
use crate::definition::{Certainty, parse_age};
use crate::logline::Moment;

/// How bad it is; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The product does not work.
    Critical,
    /// Something of it does not work.
    Error,
    /// Something may stop working, or works badly.
    Warning,
    /// Good to know.
    Notice,
}

impl Severity {
    /// The word used in rows and in the output.
    pub fn word(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// Whether a line tells of something wrong.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// It does.
    #[default]
    Issue,
    /// It looks bad, but is written by a healthy product too, as when its services start or stop.
    Expected,
}

/// A line that a row knows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Place {
    /// The file, as the caller names it.
    pub file: String,
    /// Line, counted from 1.
    pub line: u64,
    /// When it was written, in UTC, if the line says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The line, shortened around what was found.
    pub text: String,
}

/// A time as the output writes it.
pub(super) fn stamp(moment: Moment) -> String {
    stamp_micros(moment.early)
}

/// A time in microseconds since 1970 as the output writes it.
pub(super) fn stamp_micros(micros: i64) -> String {
    Moment::time(micros).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// What a log has of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    /// Lines.
    pub count: u64,
    /// The first and the last of them.
    pub first: Place,
    /// The last one; the first, if there is one only.
    pub last: Place,
}

/// What all logs have of a row.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    count: u64,
    files: u64,
    first: Option<Place>,
    last: Option<Place>,
    /// The longest time from the first to the last line of one log.
    longest: Option<Duration>,
}

impl Times {
    /// The time from the first to the last line.
    fn lasted(&self) -> Option<Duration> {
        let time = |place: &Place| place.time.as_deref()?.parse::<DateTime<Utc>>().ok();
        Some(time(&self.last)? - time(&self.first)?)
    }
}

impl Tally {
    /// Adds what one more log has.
    pub fn add(&mut self, times: Times) {
        self.count += times.count;
        self.files += 1;
        self.longest = self.longest.max(times.lasted());
        // By time where both have one; else by the order of the files.
        let is_before = |a: &Place, b: &Place| match (&a.time, &b.time) {
            (Some(a), Some(b)) => a < b,
            (a, b) => a.is_some() && b.is_none(),
        };
        if self.first.as_ref().is_none_or(|first| is_before(&times.first, first)) {
            self.first = Some(times.first);
        }
        if self.last.as_ref().is_none_or(|last| !is_before(&times.last, last)) {
            self.last = Some(times.last);
        }
    }

    /// The finding that it makes.
    pub fn finding(self, issue: &Issue) -> Finding {
        let lasting = issue.lasting.as_deref().and_then(parse_age);
        let is_short = lasting.is_some_and(|lasting| self.longest.is_some_and(|longest| longest < lasting));
        let is_rare = self.count < issue.at_least || is_short;
        Finding {
            id: issue.id.clone(),
            severity: issue.severity,
            class: if is_rare { Class::Expected } else { issue.class },
            what: issue.what.clone(),
            count: self.count,
            files: self.files,
            first: self.first,
            last: self.last.filter(|_| self.count > 1),
            evidence: Vec::new(),
            means: issue.means.clone(),
            action: issue.action.clone(),
            article: issue.article.clone(),
            address: issue.address.clone(),
            source: issue.source.clone(),
            sure: issue.sure,
        }
    }
}

/// Something that a row found.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Finding {
    /// Id of the row.
    pub id: String,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it is wrong at all.
    pub class: Class,
    /// What is wrong, in a few words.
    pub what: String,
    /// Lines, or facts.
    pub count: u64,
    /// Files that have such lines.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub files: u64,
    /// The first line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Place>,
    /// The last line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Place>,
    /// Facts that say so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// What it means.
    pub means: String,
    /// What to do.
    pub action: String,
    /// Title of an article on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub article: Option<String>,
    /// Its address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Who says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// How well it is founded.
    pub sure: Certainty,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Findings, the worst and most frequent first.
pub(super) fn by_weight(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        a.severity.cmp(&b.severity).then(b.count.cmp(&a.count)).then_with(|| a.id.cmp(&b.id))
    });
}
