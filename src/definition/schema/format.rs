//! The types of a log format's file: `formats/<id>.toml` beside the definitions. What they mean is read by `logline`.

use serde::Deserialize;

use super::Certainty;

/// How the logs of one family are written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogFormat {
    /// Version of the definition format.
    pub schema: u32,
    /// Id, also the file name.
    pub id: String,
    /// Name shown to people.
    pub name: String,
    /// How the characters are stored; the likelier first.
    #[serde(default)]
    pub encoding: Vec<Encoding>,
    /// Where the time stamp stands in a line, and how it is written.
    #[serde(default)]
    pub time: Vec<TimeForm>,
    /// The file is a table with a line that names its columns.
    pub table: Option<TableForm>,
    /// Each line is a JSON object.
    #[serde(default)]
    pub json: bool,
    /// Names of the columns of a table, or of the keys of an object.
    #[serde(default)]
    pub fields: FieldNames,
    /// Lines that begin a record.
    #[serde(default)]
    pub record: Vec<RecordForm>,
    /// Lines that are known and are no records: heads, feet, comments.
    #[serde(default)]
    pub apart: Vec<String>,
    /// Whether any other line belongs to the record before it.
    #[serde(default)]
    pub continues: bool,
    /// The words for levels.
    #[serde(default)]
    pub level: LevelWords,
    /// Records that must be understood.
    #[serde(default)]
    pub example: Vec<FormatExample>,
    /// Lines that must begin no record.
    #[serde(default)]
    pub not: Vec<String>,
    /// How well it is founded.
    #[serde(default)]
    pub sure: Certainty,
    /// Where the facts come from.
    pub source: Option<String>,
    /// The file's own text.
    #[serde(skip)]
    pub text: String,
    /// Whether it came with the program.
    #[serde(skip)]
    pub embedded: bool,
}

/// How characters are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8 with a byte order mark.
    #[serde(rename = "utf-8-bom")]
    Utf8Bom,
    /// UTF-8 without one.
    #[serde(rename = "utf-8")]
    Utf8,
    /// UTF-16, the low byte first, with a mark.
    #[serde(rename = "utf-16-le")]
    Utf16Le,
    /// The code page of the host.
    Legacy,
}

impl Encoding {
    /// The word of the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Utf8Bom => "utf-8-bom",
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16-le",
            Self::Legacy => "legacy",
        }
    }
}

/// A time stamp.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimeForm {
    /// Where it stands: `start`, `tab 1`, `bracket 2`.
    pub place: String,
    /// How it is written: `compact`, `year-first`.
    pub writing: String,
}

/// A table with a line of names.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableForm {
    /// The sign between columns.
    pub separator: char,
    /// What stands before the names in their line.
    #[serde(default)]
    pub prefix: String,
    /// Sets of names; the line holds all names of one of them.
    pub header: Vec<Vec<String>>,
}

/// Names of columns or keys for each field; of several the first that is there counts.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FieldNames {
    /// When the record was written.
    pub time: Vec<String>,
    /// How bad it is.
    pub level: Vec<String>,
    /// What part of the product wrote it.
    pub component: Vec<String>,
    /// What it says.
    pub message: Vec<String>,
    /// The thread or process.
    pub thread: Vec<String>,
    /// The number of the error, the status, the line of the script.
    pub code: Vec<String>,
    /// Columns whose values are secrets.
    pub secret: Vec<String>,
    /// Columns whose values name people, hosts or addresses.
    pub identity: Vec<String>,
}

/// A line that begins a record.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordForm {
    /// A regular expression with named groups.
    pub pattern: String,
}

/// The words for each level.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LevelWords {
    /// It cannot go on.
    pub fatal: Vec<String>,
    /// Something failed.
    pub error: Vec<String>,
    /// Something may fail.
    pub warning: Vec<String>,
    /// What happens.
    pub info: Vec<String>,
    /// What its makers want to know.
    pub debug: Vec<String>,
    /// All of that.
    pub trace: Vec<String>,
}

/// A record and what it means.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormatExample {
    /// The line of names above it, if the format is a table.
    pub header: Option<String>,
    /// The line.
    pub line: String,
    /// Its time, as RFC 3339 on a host in UTC.
    pub time: Option<String>,
    /// Its level.
    pub level: Option<String>,
    /// What part of the product wrote it.
    pub component: Option<String>,
    /// What it says.
    pub message: Option<String>,
    /// The thread or process.
    pub thread: Option<String>,
    /// The number of the error, the status, the line of the script.
    pub code: Option<String>,
}
