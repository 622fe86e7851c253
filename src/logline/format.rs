//! A log format made ready: its names looked up, its expressions compiled, its examples tried.

use chrono::{DateTime, FixedOffset, SecondsFormat};
use regex::bytes::{Regex, RegexBuilder};

use super::detect::Given;
use super::place::Place;
use super::record::{Level, Line, Parser};
use super::stamp::Writing;
use super::{Moment, Origin};
use crate::Error;
use crate::definition::{FormatExample, LogFormat, TableForm};
use crate::host::Zone;

/// The groups that an expression may name.
const GROUPS: [&str; 6] = ["time", "level", "component", "message", "thread", "code"];
const PLACES: &str = "use start, number, tab 1 to 8, pipe, semicolon or comma 1 to 2, bracket 1 to 3, word 1 to 4, \
                      json KEY or named KEY of those in collectors/README.md";
const WRITINGS: &str =
    "use compact, year-first, locale, month-first, day-first, day-name, name-day, epoch or any";

/// How the logs of one family are written.
#[derive(Debug)]
pub struct Format {
    /// What the file says.
    pub(super) file: LogFormat,
    times: Vec<Given>,
    pub(super) records: Vec<Regex>,
    pub(super) apart: Vec<Regex>,
    /// Words in lower case.
    levels: Vec<(String, Level)>,
}

impl Format {
    /// Makes a format ready. Every example must be understood and every other line be no record.
    pub fn new(file: &LogFormat) -> Result<Self, Error> {
        let mut times = Vec::new();
        for (at, form) in file.time.iter().enumerate() {
            let wrong =
                |field, message: String, hint| file.wrong(&["time", field], Some(at), (&message, hint));
            let place = Place::of_name(&form.place)
                .ok_or_else(|| wrong("place", format!("`{}` is no place", form.place), PLACES))?;
            let writing = Writing::of_name(&form.writing)
                .ok_or_else(|| wrong("writing", format!("`{}` is no writing", form.writing), WRITINGS))?;
            times.push((place, writing));
        }
        let patterns: Vec<&str> = file.record.iter().map(|record| record.pattern.as_str()).collect();
        let apart: Vec<&str> = file.apart.iter().map(String::as_str).collect();
        let format = Self {
            records: compile(file, &["record", "pattern"], &patterns)?,
            apart: compile(file, &["apart"], &apart)?,
            levels: levels(file),
            times,
            file: file.clone(),
        };
        format.check_shape()?;
        for (at, example) in file.example.iter().enumerate() {
            format.check_example(example).map_err(|message| {
                let hint = "the example and what the format says of it must be the same";
                file.wrong(&["example", "line"], Some(at), (&message, hint))
            })?;
        }
        for (at, line) in file.not.iter().enumerate() {
            if matches!(format.parser(None, line).line(line.as_bytes()), Line::Record(_)) {
                let wrong = ("is taken for a record", "make the pattern narrower");
                return Err(file.wrong(&["not"], Some(at), wrong));
            }
        }
        Ok(format)
    }

    /// Its id.
    pub fn id(&self) -> &str {
        &self.file.id
    }

    /// Whether lines that begin no record belong to the one before.
    pub fn continues(&self) -> bool {
        self.file.continues
    }

    /// Whether it knows any word for a level.
    pub(super) fn has_levels(&self) -> bool {
        !self.levels.is_empty()
    }

    /// Whether it says nothing of a line but its time.
    pub(super) fn is_plain(&self) -> bool {
        self.file.table.is_none() && !self.file.json && self.records.is_empty()
    }

    /// Where the times of a file stand: in the column that a line of names calls so, and where the format says.
    pub(super) fn times(&self, lines: &[Vec<u8>]) -> Vec<Given> {
        let column = self.file.table.as_ref().and_then(|table| {
            let names = lines.iter().find_map(|line| header(table, line))?;
            let at = self.file.fields.time.iter().find_map(|time| position(&names, time))?;
            let separator = u8::try_from(table.separator).ok()?;
            Some(if at == 0 { Place::Start } else { Place::Column(separator, at) })
        });
        let writings: &'static [Writing] = &Writing::ALL;
        column.map(|place| (place, writings)).into_iter().chain(self.times.iter().copied()).collect()
    }

    /// The level that a word means.
    pub(super) fn level(&self, word: &str) -> Option<Level> {
        let word = word.trim().to_lowercase();
        self.levels.iter().find(|(known, _)| *known == word).map(|(_, level)| *level)
    }

    fn check_shape(&self) -> Result<(), Error> {
        let file = &self.file;
        let shapes = [file.table.is_some(), file.json, !file.record.is_empty()];
        if shapes.iter().filter(|is_one| **is_one).count() > 1 {
            let hint = "a format is a table, or JSON, or has records by pattern";
            return Err(file.wrong(&["record"], None, ("is one shape too many", hint)));
        }
        if let Some(table) = &file.table
            && (!table.separator.is_ascii()
                || table.header.is_empty()
                || table.header.iter().any(Vec::is_empty))
        {
            let hint =
                "separator is one ASCII sign, header a list of lists of names: [[\"Timestamp\", \"Level\"]]";
            return Err(file.wrong(&["table"], None, ("names no header", hint)));
        }
        if file.example.is_empty() && !self.is_plain() {
            return Err(file.wrong(&["example"], None, ("is missing", "add an [[example]] with a line")));
        }
        Ok(())
    }

    fn check_example(&self, example: &FormatExample) -> Result<(), String> {
        let parser = self.parser(example.header.as_deref(), &example.line);
        let record = parser.record(example.line.as_bytes()).ok_or("is not understood")?;
        let time =
            record.time.map(|moment| Moment::time(moment.early).to_rfc3339_opts(SecondsFormat::AutoSi, true));
        let wanted_time = example.time.as_deref().map(|text| match DateTime::parse_from_rfc3339(text) {
            Ok(time) => time.to_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true),
            Err(_) => text.to_owned(),
        });
        let level = record.level.map(|level| level.word().to_owned());
        for (field, wanted, found) in [
            ("time", wanted_time, time),
            ("level", example.level.clone(), level),
            ("component", example.component.clone(), record.component.map(Into::into)),
            ("message", example.message.clone(), Some(record.message.into_owned())),
            ("thread", example.thread.clone(), record.thread.map(Into::into)),
            ("code", example.code.clone(), record.code.map(Into::into)),
        ] {
            if wanted.is_some() && wanted != found {
                return Err(format!("has the {field} {}", found.as_deref().unwrap_or("of none")));
            }
        }
        Ok(())
    }

    /// Reads a line that is a file by itself, or with a line of names.
    fn parser(&self, header: Option<&str>, line: &str) -> Parser<'_> {
        let origin =
            Origin { zone: Zone::Fixed(FixedOffset::east_opt(0).expect("no offset is one")), modified: None };
        let lines: Vec<Vec<u8>> =
            header.into_iter().chain([line]).map(|line| line.as_bytes().to_vec()).collect();
        let mut parser = Parser::new(self, &lines, &origin);
        if let Some(header) = header {
            parser.line(header.as_bytes());
        }
        parser
    }
}

/// The names of a table's columns, if the line is one of names.
pub(super) fn header(table: &TableForm, line: &[u8]) -> Option<Vec<String>> {
    let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
    let names = line.trim_ascii_end().strip_prefix(table.prefix.as_bytes())?;
    // Rows are many and long: only a line that begins like a header is split.
    let is_likely =
        table.header.iter().flatten().any(|name| memchr::memmem::find(names, name.as_bytes()).is_some());
    if !is_likely {
        return None;
    }
    let separator = u8::try_from(table.separator).ok()?;
    let names: Vec<String> = names
        .split(|byte| *byte == separator)
        .map(|name| String::from_utf8_lossy(name).trim().trim_matches('"').to_owned())
        .collect();
    let has = |name: &String| position(&names, name).is_some();
    table.header.iter().any(|set| set.iter().all(has)).then_some(names)
}

/// Where a column stands; letter case does not count.
pub(super) fn position(names: &[String], wanted: &str) -> Option<usize> {
    names.iter().position(|name| name.eq_ignore_ascii_case(wanted))
}

fn compile(file: &LogFormat, field: &[&'static str], patterns: &[&str]) -> Result<Vec<Regex>, Error> {
    let mut compiled = Vec::new();
    for (at, pattern) in patterns.iter().enumerate() {
        // Lines are bytes: not each of them is valid in its encoding.
        let regex = RegexBuilder::new(pattern).unicode(false).build().map_err(|error| {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ");
            let message = format!("is no regular expression: {reason}");
            file.wrong(field, Some(at), (&message, "escape . ( ) [ ] + * ? with \\ where they are meant"))
        })?;
        if !pattern.starts_with('^') {
            let hint = "begin it with ^: what is looked for anywhere is slow and finds too much";
            return Err(file.wrong(field, Some(at), ("may begin anywhere in a line", hint)));
        }
        if let Some(group) = regex.capture_names().flatten().find(|group| !GROUPS.contains(group)) {
            let hint = "use time, level, component, message, thread and code";
            return Err(file.wrong(field, Some(at), (&format!("`{group}` is no field"), hint)));
        }
        compiled.push(regex);
    }
    Ok(compiled)
}

fn levels(file: &LogFormat) -> Vec<(String, Level)> {
    let words = &file.level;
    [
        (&words.fatal, Level::Fatal),
        (&words.error, Level::Error),
        (&words.warning, Level::Warning),
        (&words.info, Level::Info),
        (&words.debug, Level::Debug),
        (&words.trace, Level::Trace),
    ]
    .into_iter()
    .flat_map(|(words, level)| words.iter().map(move |word| (word.to_lowercase(), level)))
    .collect()
}
