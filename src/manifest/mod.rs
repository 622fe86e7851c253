//! The machine contract of a bundle: `manifest.json`. Data only; it never touches files.

mod case;
mod installation;
mod lines;
mod outcome;
mod spool;
mod version;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use case::{Case, Completeness, Duty, State, Verdict, WindowFacts};
pub use installation::{Evidence, InstallationFacts, LeftOverFacts, Reading};
pub use lines::{Lines, PackedLines};
pub use outcome::Outcome;
pub use spool::{Packed, Spool};
pub use version::{NotAVersion, Readability, SchemaVersion};

/// The schema that this build writes.
pub const SCHEMA: &str = "1.5";

/// Everything a bundle says of itself: who made it, from what, and what became of each planned item.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Manifest<L = Vec<Entry>> {
    /// Version of this format, `major.minor`.
    pub schema: String,
    /// The program that wrote the bundle.
    pub tool: Tool,
    /// How and when it ran.
    pub run: Run,
    /// The host it ran on or looked at.
    pub host: HostFacts,
    /// The products found.
    pub installations: Vec<InstallationFacts>,
    /// Products of which only left-overs were found; nothing is taken of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_overs: Vec<LeftOverFacts>,
    /// Detection probes that failed, as `probe: reason`.
    pub probe_failures: Vec<String>,
    /// Sums over the entries.
    pub totals: Totals,
    /// What was masked, never a value.
    pub redaction: RedactionFacts,
    /// What a person says of the problem, if anything was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<Case>,
    /// Whether the bundle has what Qlik asks of a case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completeness: Option<Completeness>,
    /// One line for every planned item, in the order of the bundle.
    pub entries: L,
}

impl<L> Manifest<L> {
    /// The same manifest with other lines.
    pub fn with_entries<M>(&self, entries: M) -> Manifest<M> {
        Manifest {
            schema: self.schema.clone(),
            tool: self.tool.clone(),
            run: self.run.clone(),
            host: self.host.clone(),
            installations: self.installations.clone(),
            left_overs: self.left_overs.clone(),
            probe_failures: self.probe_failures.clone(),
            totals: self.totals.clone(),
            redaction: self.redaction.clone(),
            case: self.case.clone(),
            completeness: self.completeness.clone(),
            entries,
        }
    }
}

/// The program that wrote the bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Tool {
    /// Always `qdiag`.
    pub name: String,
    /// Release of the program.
    pub version: String,
    /// Target it was built for.
    pub build: String,
    /// Version of the redaction rules.
    pub rules: String,
}

/// How and when the program ran.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Run {
    /// Start in UTC, RFC 3339.
    pub started: String,
    /// End of collecting in UTC, RFC 3339.
    pub finished: String,
    /// Milliseconds per step: detect, plan, collect.
    pub durations_ms: BTreeMap<String, u64>,
    /// The ten slowest items.
    pub slowest: Vec<SlowItem>,
    /// The command line, redacted.
    pub arguments: Vec<String>,
    /// `live`, or `root` when another machine's files were looked at.
    pub mode: String,
    /// Whether the account is an administrator; absent when that is not known.
    pub administrator: Option<bool>,
    /// Whether the user ended the run early.
    pub interrupted: bool,
    /// What was redacted once more, if the bundle was made of another one, of a zip or of a folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redacted_from: Option<Origin>,
    /// What was taken of the apps that were named: `summary`, `reduced` or `full`; absent if none was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_content: Option<String>,
    /// The case number given, if any.
    pub case_number: Option<String>,
    /// The time that logs and events were wanted of, if one was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<WindowFacts>,
}

/// What a bundle was made of by redacting it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Origin {
    /// `bundle`, `zip` or `folder`.
    pub kind: String,
    /// Its name, without its folder.
    pub name: String,
    /// SHA-256 of a bundle or zip.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

/// One of the slowest items.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SlowItem {
    /// Name of the entry.
    pub name: String,
    /// Milliseconds it took.
    pub duration_ms: u64,
}

/// The host in a few words; the details are in `environment/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HostFacts {
    /// `windows`, `linux` or `macos`.
    pub os: String,
    /// Host name.
    pub name: String,
    /// Offset from UTC as `+01:00`.
    pub utc_offset: String,
}

/// Sums over all entries.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Totals {
    /// Lines of the manifest.
    pub entries: u64,
    /// Bytes stored, before compression.
    pub bytes: u64,
    /// Bytes of the sources.
    pub source_bytes: u64,
    /// Number of entries per outcome.
    pub outcomes: BTreeMap<String, u64>,
}

/// What was masked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct RedactionFacts {
    /// `secrets` or `identities`; `none` if the user refused redaction.
    pub privacy: String,
    /// Masks per rule over all entries.
    pub masks: BTreeMap<String, u64>,
    /// Number of distinct secret values that were searched for in the finished bundle.
    pub learned_values: u64,
}

/// One line of the manifest: one planned item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Entry {
    /// Name inside the bundle, below the top folder. For an item that stored nothing, the name it would have had.
    pub name: String,
    /// Where it comes from, as the host writes it.
    pub source: String,
    /// The exact bytes of a source path that is not Unicode, in base64.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_base64: Option<String>,
    /// logs, config, license, app, state, environment, added or qdiag.
    pub category: String,
    /// `definition/item` that asked for it.
    pub item: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, for every outcome but `collected`; for that one, what a window of time did, or that nothing is redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Bytes stored, before compression.
    pub bytes: u64,
    /// Bytes of the source when it was opened, or when it was listed if it was never opened.
    pub source_bytes: u64,
    /// SHA-256 of the stored bytes; absent when nothing is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// Modification time of the source before reading, UTC, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_modified: Option<String>,
    /// Modification time after reading, only if it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_modified_after: Option<String>,
    /// Text encoding that was recognized.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
    /// Masks per rule.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub masks: BTreeMap<String, u64>,
    /// Whether it is stored as it is, with its secrets and data, since a person agreed to that after seeing what is inside.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unredacted: bool,
    /// What a limit or a window of time removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
    /// Exit code, standard error and time limit of a program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<CommandFacts>,
    /// Milliseconds it took.
    pub duration_ms: u64,
}

impl Entry {
    /// A line that says no more than an outcome.
    pub fn new(outcome: Outcome) -> Self {
        Self {
            name: String::new(),
            source: String::new(),
            source_base64: None,
            category: String::new(),
            item: String::new(),
            outcome,
            reason: None,
            bytes: 0,
            source_bytes: 0,
            sha256: None,
            source_modified: None,
            source_modified_after: None,
            encoding: None,
            masks: BTreeMap::new(),
            unredacted: false,
            cut: None,
            command: None,
            duration_ms: 0,
        }
    }
}

/// What a limit or a window of time removed from an entry. The four numbers of bytes add up to those of the source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Cut {
    /// Source bytes kept from the start.
    pub head: u64,
    /// Source bytes kept from the end, or the part that lies in the window of time.
    pub tail: u64,
    /// Source bytes left out between them.
    pub dropped: u64,
    /// Source bytes left out behind that part.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub dropped_after: u64,
    /// When the first record that was kept for a window was written, UTC, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_time: Option<String>,
    /// When the last one was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_time: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// How a program that was run for an entry ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct CommandFacts {
    /// Program and arguments.
    pub argv: Vec<String>,
    /// Exit code; absent when it was killed.
    pub exit_code: Option<i32>,
    /// The start of its standard error, redacted.
    pub stderr: String,
}
