//! What a line of a log says: its time, its level and its text, by the format of the file. A line that begins no record
//! belongs to the one before, where the format says so.

use std::borrow::Cow;
use std::ops::Deref;
use std::sync::Arc;

use regex::bytes::Regex;
use serde_json::Value;

use super::format::{Format, header, position};
use super::glance::Known;
use super::{Moment, Origin, Stamps};

/// How the line begins that stands where bytes of a file were left out.
const MARKER: &[u8] = b"[qdiag left out ";

/// How bad a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// All there is.
    Trace,
    /// What its makers want to know.
    Debug,
    /// What happens.
    Info,
    /// Something may fail.
    Warning,
    /// Something failed.
    Error,
    /// It cannot go on.
    Fatal,
}

impl Level {
    /// The word of format files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Trace => "trace",
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Fatal => "fatal",
        }
    }
}

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record<'l> {
    /// When it was written.
    pub time: Option<Moment>,
    /// How bad it is.
    pub level: Option<Level>,
    /// What part of the product wrote it.
    pub component: Option<Cow<'l, str>>,
    /// What it says.
    pub message: Cow<'l, str>,
    /// The thread or process.
    pub thread: Option<Cow<'l, str>>,
    /// The number of the error, the status, the line of the script.
    pub code: Option<Cow<'l, str>>,
}

impl Record<'_> {
    /// How many of its fields are known.
    pub(super) fn fields(&self) -> usize {
        usize::from(self.time.is_some())
            + usize::from(self.level.is_some())
            + usize::from(self.component.is_some())
            + usize::from(self.thread.is_some())
            + usize::from(self.code.is_some())
            + usize::from(!self.message.is_empty())
    }
}

/// What a line is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line<'l> {
    /// It begins a record.
    Record(Record<'l>),
    /// It belongs to the record before.
    Continues,
    /// It is known and is no record: the names of the columns, a signature, a comment, an empty line.
    Apart,
    /// The format does not explain it.
    Unknown,
}

/// The columns of a table in which the fields stand.
pub(super) struct Columns {
    pub(super) names: Vec<String>,
    pub(super) separator: u8,
    pub(super) number: usize,
    pub(super) time: Option<usize>,
    pub(super) level: Option<usize>,
    component: Option<usize>,
    message: Option<usize>,
    thread: Option<usize>,
    code: Option<usize>,
}

/// A format that is lent, or held.
pub(super) enum Held<'f> {
    Lent(&'f Format),
    Shared(Arc<Format>),
}

impl Deref for Held<'_> {
    type Target = Format;

    fn deref(&self) -> &Format {
        match self {
            Self::Lent(format) => format,
            Self::Shared(format) => format,
        }
    }
}

/// Reads the lines of one file, in their order.
pub struct Parser<'f> {
    pub(super) format: Held<'f>,
    pub(super) stamps: Option<Stamps>,
    pub(super) columns: Option<Columns>,
    is_inside: bool,
    pub(super) known: Known,
}

impl Parser<'static> {
    /// As `new`, of a format that it holds, so that it may go to another thread.
    pub fn shared(format: Arc<Format>, lines: &[Vec<u8>], origin: &Origin) -> Self {
        Self::with(Held::Shared(format), lines, origin)
    }
}

impl<'f> Parser<'f> {
    /// For a file of which these are some lines, its first one first.
    pub fn new(format: &'f Format, lines: &[Vec<u8>], origin: &Origin) -> Self {
        Self::with(Held::Lent(format), lines, origin)
    }

    fn with(format: Held<'f>, lines: &[Vec<u8>], origin: &Origin) -> Self {
        let stamps = Stamps::of_format(Some(&format), lines, origin);
        Self { format, stamps, columns: None, is_inside: false, known: Known::default() }
    }

    /// What the next line is, with or without its end.
    pub fn line<'l>(&mut self, line: &'l [u8]) -> Line<'l> {
        let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        let end = line.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |last| last + 1);
        let line = &line[..end];
        if line.trim_ascii().is_empty() || line.starts_with(MARKER) || self.is_header(line) {
            return Line::Apart;
        }
        if self.format.apart.iter().any(|apart| apart.is_match(line)) {
            return Line::Apart;
        }
        if let Some(record) = self.record(line).or_else(|| self.timed(line)) {
            self.is_inside = true;
            return Line::Record(record);
        }
        if self.is_inside && self.format.continues() { Line::Continues } else { Line::Unknown }
    }

    /// A line was told to begin a record.
    pub(super) fn begin(&mut self) {
        self.is_inside = true;
    }

    fn is_header(&mut self, line: &[u8]) -> bool {
        let Some(names) = self.format.file.table.as_ref().and_then(|table| header(table, line)) else {
            return false;
        };
        let fields = &self.format.file.fields;
        let of = |wanted: &[String]| wanted.iter().find_map(|wanted| position(&names, wanted));
        self.columns = Some(Columns {
            separator: self.format.file.table.as_ref().map_or(b'\t', |table| table.separator as u8),
            number: names.len(),
            time: of(&fields.time),
            level: of(&fields.level),
            component: of(&fields.component),
            message: of(&fields.message),
            thread: of(&fields.thread),
            code: of(&fields.code),
            names,
        });
        true
    }

    /// A line of another shape that has a time begins a record too, of which only that is known.
    fn timed<'l>(&self, line: &'l [u8]) -> Option<Record<'l>> {
        let is_by_lines = self.format.file.table.is_none() && !self.format.file.json;
        let time = self.stamps.as_ref().filter(|_| is_by_lines)?.moment(line)?;
        Some(Record {
            time: Some(time),
            level: None,
            component: None,
            message: String::from_utf8_lossy(line),
            thread: None,
            code: None,
        })
    }

    /// A record of the format's own shape.
    pub(super) fn record<'l>(&self, line: &'l [u8]) -> Option<Record<'l>> {
        let format = &*self.format;
        if format.file.table.is_some() {
            return self.row(self.columns.as_ref()?, line);
        }
        let time = self.stamps.as_ref().and_then(|stamps| stamps.moment(line));
        if format.file.json {
            return self.object(line, time);
        }
        format.records.iter().find_map(|pattern| self.matched(pattern, line, time))
    }

    /// A row has a time in the column that is named for it.
    fn row<'l>(&self, columns: &Columns, line: &'l [u8]) -> Option<Record<'l>> {
        let time = self.stamps.as_ref()?.moment(line)?;
        // What is behind the last column belongs to it.
        let cells: Vec<&[u8]> = line.splitn(columns.number, |byte| *byte == columns.separator).collect();
        if columns.time.is_some_and(|at| cells.get(at).is_none_or(|cell| cell.trim_ascii().is_empty())) {
            return None;
        }
        let cell = |at: Option<usize>| {
            let cell = cells.get(at?)?.trim_ascii();
            (!cell.is_empty()).then(|| String::from_utf8_lossy(cell))
        };
        Some(Record {
            time: Some(time),
            level: cell(columns.level).and_then(|word| self.format.level(&word)),
            component: cell(columns.component),
            message: cell(columns.message).unwrap_or_default(),
            thread: cell(columns.thread),
            code: cell(columns.code),
        })
    }

    /// A line that is an object with a time.
    fn object<'l>(&self, line: &'l [u8], time: Option<Moment>) -> Option<Record<'l>> {
        let time = time.filter(|_| line.trim_ascii_start().starts_with(b"{"))?;
        let value: Value = serde_json::from_slice(line).ok()?;
        let fields = &self.format.file.fields;
        let of = |wanted: &[String]| -> Option<Cow<'l, str>> {
            let value = wanted.iter().find_map(|key| lookup(&value, key))?;
            Some(Cow::Owned(value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
        };
        Some(Record {
            time: Some(time),
            level: of(&fields.level).and_then(|word| self.format.level(&word)),
            component: of(&fields.component),
            message: of(&fields.message).unwrap_or_default(),
            thread: of(&fields.thread),
            code: of(&fields.code),
        })
    }

    /// A line that a pattern fits; where the pattern has a time, the line must have one.
    fn matched<'l>(&self, pattern: &Regex, line: &'l [u8], time: Option<Moment>) -> Option<Record<'l>> {
        let groups = pattern.captures(line)?;
        if groups.name("time").is_some() && time.is_none() {
            return None;
        }
        let group = |name: &str| {
            let text = groups.name(name)?.as_bytes().trim_ascii();
            (!text.is_empty()).then(|| String::from_utf8_lossy(text))
        };
        Some(Record {
            time,
            level: group("level").and_then(|word| self.format.level(&word)),
            component: group("component"),
            message: group("message").unwrap_or_default(),
            thread: group("thread"),
            code: group("code"),
        })
    }
}

/// The value of a key, or of a way of keys with points between.
fn lookup<'v>(value: &'v Value, key: &str) -> Option<&'v Value> {
    value.get(key).or_else(|| key.split('.').try_fold(value, |value, part| value.get(part)))
}
