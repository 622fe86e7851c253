//! Time and level of a line at a glance: most records are neither errors nor warnings, and of those nothing else is wanted. It says what
//! `Parser::line` says, in a part of the time.

use memchr::{memchr_iter, memmem};

use super::record::{Level, Line, Parser};
use super::{Moment, Stamps};

/// Shapes of lines and words of levels that are remembered.
const REMEMBERED: usize = 12;

/// What a record is at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glance {
    /// When it was written.
    pub time: Option<Moment>,
    /// How bad it is.
    pub level: Option<Level>,
}

/// What was learned of the lines before.
#[derive(Default)]
pub(super) struct Known {
    /// Words of the column of levels.
    words: Vec<(Vec<u8>, Option<Level>)>,
    /// Bytes around a harmless level, and where in the line they stand.
    shapes: Vec<(usize, Vec<u8>, Level)>,
    /// How an object writes a harmless level.
    snippets: Vec<(Vec<u8>, Level)>,
}

impl Parser<'_> {
    /// Time and level, if the line begins a record.
    pub fn glance(&mut self, line: &[u8]) -> Option<Glance> {
        let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line);
        let short = if self.format.file.table.is_some() {
            self.row_glance(line)
        } else if self.format.file.json {
            self.object_glance(line)
        } else {
            self.line_glance(line)
        };
        if short.is_some() {
            self.begin();
            return short;
        }
        let Line::Record(record) = self.line(line) else { return None };
        let glance = Glance { time: record.time, level: record.level };
        drop(record);
        if let Some(level) = glance.level.filter(|level| *level <= Level::Info) {
            self.remember(line, level);
        }
        Some(glance)
    }

    fn moment(&self, line: &[u8]) -> Option<Moment> {
        self.stamps.as_ref().and_then(|stamps: &Stamps| stamps.moment(line))
    }

    /// A row has a time in the column that is named for it.
    fn row_glance(&mut self, line: &[u8]) -> Option<Glance> {
        let time = self.moment(line)?;
        let columns = self.columns.as_ref()?;
        if let Some(at) = columns.time
            && self.cell(line, at).is_none_or(<[u8]>::is_empty)
        {
            return None;
        }
        let word = columns.level.and_then(|at| self.cell(line, at)).unwrap_or_default();
        if let Some((_, level)) = self.known.words.iter().find(|(known, _)| known == word) {
            return Some(Glance { time: Some(time), level: *level });
        }
        let level = if word.is_empty() { None } else { self.format.level(&String::from_utf8_lossy(word)) };
        if self.known.words.len() < REMEMBERED {
            let word = word.to_vec();
            self.known.words.push((word, level));
        }
        Some(Glance { time: Some(time), level })
    }

    /// A line with a time begins a record. Its level is read anew unless the same bytes stood at the same place before.
    fn line_glance(&self, line: &[u8]) -> Option<Glance> {
        if self.format.apart.iter().any(|apart| apart.is_match(line)) {
            return None;
        }
        let time = Some(self.moment(line)?);
        if !self.format.has_levels() {
            return Some(Glance { time, level: None });
        }
        let is_same =
            |(at, bytes, _): &&(usize, Vec<u8>, Level)| line.get(*at..at + bytes.len()) == Some(bytes);
        let (_, _, level) = self.known.shapes.iter().find(is_same)?;
        Some(Glance { time, level: Some(*level) })
    }

    fn object_glance(&self, line: &[u8]) -> Option<Glance> {
        let line = line.trim_ascii();
        if !line.starts_with(b"{") || !line.ends_with(b"}") {
            return None;
        }
        let (_, level) =
            self.known.snippets.iter().find(|(snippet, _)| memmem::find(line, snippet).is_some())?;
        Some(Glance { time: Some(self.moment(line)?), level: Some(*level) })
    }

    /// Keeps how a harmless level looks.
    fn remember(&mut self, line: &[u8], level: Level) {
        if self.format.file.json {
            let snippet = self.format.file.fields.level.iter().find_map(|name| snippet(line, name));
            if let Some(snippet) = snippet.filter(|_| self.known.snippets.len() < REMEMBERED) {
                self.known.snippets.push((snippet, level));
            }
            return;
        }
        if self.format.file.table.is_some() {
            return;
        }
        let groups = self.format.records.iter().find_map(|pattern| pattern.captures(line));
        let Some(found) = groups.as_ref().and_then(|groups| groups.name("level")) else { return };
        // What stands around the word must be the same too.
        let (from, to) = (found.start().saturating_sub(1), (found.end() + 1).min(line.len()));
        if self.known.shapes.len() == REMEMBERED {
            self.known.shapes.remove(0);
        }
        self.known.shapes.push((from, line[from..to].to_vec(), level));
    }

    /// A field of a row, without blanks around it.
    pub fn cell<'l>(&self, line: &'l [u8], at: usize) -> Option<&'l [u8]> {
        let columns = self.columns.as_ref()?;
        let mut ends = memchr_iter(columns.separator, line);
        let from = if at == 0 { 0 } else { ends.nth(at - 1)? + 1 };
        // What is behind the last column belongs to it.
        let to = if at + 1 < columns.number { ends.next() } else { None };
        Some(line[from..to.unwrap_or(line.len())].trim_ascii())
    }

    /// Where a column stands, once the line with the names was read.
    pub fn column(&self, name: &str) -> Option<usize> {
        super::format::position(&self.columns.as_ref()?.names, name)
    }

    /// The names of the columns; none before the line that tells them.
    pub fn columns(&self) -> &[String] {
        self.columns.as_ref().map_or(&[], |columns| &columns.names)
    }

    /// The id of the format.
    pub fn format_id(&self) -> &str {
        self.format.id()
    }
}

/// How an object writes the value of a key.
fn snippet(line: &[u8], name: &str) -> Option<Vec<u8>> {
    let key = format!("\"{name}\":");
    let from = memmem::find(line, key.as_bytes())?;
    let value = from + key.len();
    let length = memchr::memchr2(b',', b'}', &line[value..])?;
    Some(line[from..=value + length].to_vec())
}
