//! `analysis.json`: what the collected logs say, as data. It is made of cleared text, so it holds nothing that the bundle does not hold.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::finding::{Finding, Severity};

/// The schema that this build writes.
pub const SCHEMA: &str = "1.0";

/// What the logs of a run say.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Analysis {
    /// Version of this format, `major.minor`.
    pub schema: String,
    /// What was read, all together. Times are in UTC, RFC 3339.
    pub read: ReadFacts,
    /// Seconds of a slice of time.
    pub slice_seconds: i64,
    /// Logs with the same item and name, by product, item and name.
    pub logs: Vec<LogFacts>,
    /// Logs of which nothing was recorded for longer than a gap when the last of all logs ended.
    pub silent: Vec<Silence>,
    /// The most frequent messages of errors and warnings, without the numbers and ids in them.
    pub messages: Messages,
    /// Calls that failed, by command and result code, where a log tells both.
    pub failed_calls: Vec<FailedCall>,
    /// Failed calls that ask for a license.
    pub license_denials: u64,
    /// Tasks, where a log tells how they ended.
    pub tasks: Tasks,
    /// Memory of engines, where a log tells it.
    pub memory: Vec<MemoryFacts>,
    /// Latency of Replicate tasks, where a log tells it.
    pub latency: Vec<LatencyFacts>,
    /// Errors and warnings around the time of the incident, if one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<Incident>,
    /// What is known to be wrong, the worst first.
    pub findings: Vec<Finding>,
    /// What looks bad and is written by a healthy product too.
    pub expected: Vec<Finding>,
}

/// What was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ReadFacts {
    /// Logs.
    pub files: u64,
    /// Their lines.
    pub lines: u64,
    /// Their bytes, cleared and unpacked.
    pub bytes: u64,
    /// Lines that begin a record.
    pub records: u64,
    /// Records that say of themselves that they are errors, or worse.
    pub errors: u64,
    /// Records that say of themselves that they are warnings.
    pub warnings: u64,
    /// When the first record was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// When the last record was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
}

/// What one log says: all files of it, whether written now or rolled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LogFacts {
    /// `definition/item`, as in the manifest.
    pub item: String,
    /// The file's name without endings, times, numbers and ids; `*` for all logs of an item beyond the first ones.
    pub log: String,
    /// What was read of it.
    #[serde(flatten)]
    pub read: ReadFacts,
    /// Slices of time that hold records.
    pub slices: Vec<Slice>,
    /// How often nothing was recorded for longer than `gap_seconds`.
    pub gap_count: u64,
    /// The shortest time without a record that is told.
    pub gap_seconds: i64,
    /// The longest of them, by time.
    pub gaps: Vec<Gap>,
    /// How often its service started, where the log tells it.
    pub start_count: u64,
    /// The last of these times.
    pub starts: Vec<String>,
}

/// A slice of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Slice {
    /// When it begins.
    pub from: String,
    /// Records.
    pub records: u64,
    /// Errors among them.
    pub errors: u64,
    /// Warnings among them.
    pub warnings: u64,
}

/// A time without a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Gap {
    /// The record before.
    pub from: String,
    /// The record after.
    pub to: String,
    /// Seconds between them.
    pub seconds: i64,
}

/// A log that ended before the others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Silence {
    /// `definition/item`, as in the manifest.
    pub item: String,
    /// The log.
    pub log: String,
    /// Its last record.
    pub since: String,
    /// Seconds from it to the last record of all logs.
    pub seconds: i64,
}

/// The most frequent messages.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Messages {
    /// By how much a count may be too low, since there were too many different messages; 0 if all counts are exact.
    pub too_low_by: u64,
    /// The messages, the most frequent first.
    pub top: Vec<Message>,
}

/// A message of some records.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Message {
    /// `definition/item`, as in the manifest.
    pub item: String,
    /// The log.
    pub log: String,
    /// `warning`, `error` or `fatal`.
    pub level: String,
    /// The message, with `#` for what differs.
    pub text: String,
    /// Records that have it.
    pub count: u64,
    /// When the first one was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// When the last one was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// Where the first one stands.
    pub file: String,
    /// In which line.
    pub line: u64,
}

/// Calls of one command that failed in the same way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct FailedCall {
    /// `definition/item`, as in the manifest.
    pub item: String,
    /// The log.
    pub log: String,
    /// The command.
    pub command: String,
    /// The result code.
    pub code: String,
    /// The message of the first one, with `#` for what differs.
    pub text: String,
    /// Calls.
    pub count: u64,
    /// The first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// The last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
}

/// How tasks ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Tasks {
    /// Runs by the word of the log.
    pub by_status: BTreeMap<String, u64>,
    /// The last runs that did not end with success.
    pub failed: Vec<TaskRun>,
    /// The runs that took longest.
    pub slowest: Vec<TaskRun>,
}

/// A run of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct TaskRun {
    /// When it was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<String>,
    /// The task.
    pub task: String,
    /// How it ended.
    pub status: String,
    /// Why it failed, if so.
    pub reason: String,
    /// How long it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub milliseconds: Option<u64>,
    /// Where that stands.
    pub file: String,
    /// In which line.
    pub line: u64,
}

/// Memory of an engine, in megabytes as its log tells them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct MemoryFacts {
    /// `definition/item`, as in the manifest.
    pub item: String,
    /// The log.
    pub log: String,
    /// Records that tell it.
    pub records: u64,
    /// By column: the least, the most and the last value, and when the most was.
    pub columns: BTreeMap<String, Range>,
}

/// The latency of a Replicate task, in seconds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LatencyFacts {
    /// `definition/item`, as in the manifest.
    pub item: String,
    /// The log.
    pub log: String,
    /// Records that tell it.
    pub records: u64,
    /// `source`, `target` and `handling`.
    pub kinds: BTreeMap<String, Range>,
}

/// Values of a figure.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Range {
    /// The least.
    pub least: f64,
    /// The most.
    pub most: f64,
    /// When the most was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most_at: Option<String>,
    /// The last.
    pub last: f64,
    /// When the last was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_at: Option<String>,
}

/// What stands around the time of the incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Incident {
    /// The time that was given.
    pub time: String,
    /// The errors and warnings next to it, by time.
    pub records: Vec<Near>,
}

/// An error or warning near the incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Near {
    /// When it was written.
    pub time: String,
    /// Seconds from the incident; less than 0 before it.
    pub seconds: i64,
    /// `warning`, `error` or `fatal`.
    pub level: String,
    /// What it says, cut.
    pub text: String,
    /// The file.
    pub file: String,
    /// The line.
    pub line: u64,
}

impl Analysis {
    /// Findings by how bad they are.
    pub fn by_severity(&self) -> BTreeMap<&'static str, u64> {
        let all = [Severity::Critical, Severity::Error, Severity::Warning, Severity::Notice];
        let count = |severity| self.findings.iter().filter(|one| one.severity == severity).count() as u64;
        all.into_iter().map(|severity| (severity.word(), count(severity))).collect()
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::disallowed_methods, reason = "the test compares a file of the repository")]

    use super::*;

    #[test]
    fn the_committed_schema_is_that_of_the_types() {
        let text = serde_json::to_string_pretty(&schemars::schema_for!(Analysis)).unwrap() + "\n";
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/analysis.schema.json");
        if std::env::var("QDIAG_UPDATE_SCHEMA").is_ok_and(|value| value == "1") {
            std::fs::write(&path, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == text,
            "run the test with QDIAG_UPDATE_SCHEMA=1, commit the file, and raise SCHEMA"
        );
    }
}
