//! One cleared log, line by line, in bounded memory: records, errors and warnings over time, messages, failed calls, starts, tasks, figures.
//! What it says does not depend on the pieces in which the log comes.

use std::sync::Arc;

use memchr::{memchr, memmem};

use super::columns::{Columns, failed_result, latency};
use super::figure::Figures;
use super::fold;
use super::sketch::Sketch;
use super::slices::Slices;
use crate::logline::{Format, Level, Line, Origin, Parser, REACH, Record};
use crate::plan::Window;

/// Longest part of a line that is looked at.
const LONGEST: usize = 16 * 1024;

/// Lines that tell how the log writes its times, and the most bytes of them.
const SAMPLE: usize = 64;
const SAMPLE_BYTES: usize = 64 * 1024;

/// Different messages and calls of one log that are kept.
const KEPT: usize = 128;

/// Starts, runs of tasks, and records near the incident that are kept.
pub(super) const SHOWN: usize = 20;

/// Most characters of a text that is shown as it is.
const TEXT: usize = 300;

/// First and last time of what is counted, and the line of the first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    pub(super) first: Option<i64>,
    pub(super) last: Option<i64>,
    pub(super) line: u64,
}

impl Seen {
    /// Joins two; the earlier time has the line.
    pub(super) fn join(&mut self, other: Self) -> bool {
        let is_earlier = match (other.first, self.first) {
            (Some(other), Some(own)) => other < own,
            (other, own) => other.is_some() && own.is_none(),
        };
        if is_earlier {
            (self.first, self.line) = (other.first, other.line);
        }
        self.last = self.last.max(other.last);
        is_earlier
    }
}

/// An error or warning near the incident.
#[derive(Debug, Clone)]
pub(super) struct Close {
    pub(super) time: i64,
    pub(super) level: Level,
    pub(super) text: String,
    pub(super) line: u64,
}

/// A run of a task.
#[derive(Debug, Clone)]
pub(super) struct Run {
    pub(super) time: Option<i64>,
    pub(super) task: String,
    pub(super) status: String,
    pub(super) reason: String,
    pub(super) milliseconds: Option<u64>,
    pub(super) line: u64,
}

/// What a log tells.
pub(super) struct Told {
    pub(super) slices: Slices,
    pub(super) records: u64,
    pub(super) errors: u64,
    pub(super) warnings: u64,
    pub(super) messages: Sketch<(Level, String), Seen>,
    /// By command and result code; the text is that of the first.
    pub(super) calls: Sketch<(String, String), (Seen, String)>,
    pub(super) starts: u64,
    pub(super) last_starts: Vec<i64>,
    pub(super) statuses: Sketch<String, ()>,
    pub(super) failed: Vec<Run>,
    pub(super) slowest: Vec<Run>,
    pub(super) memory: Figures,
    pub(super) latency: Figures,
    pub(super) near: Vec<Close>,
}

impl Default for Told {
    fn default() -> Self {
        Self {
            slices: Slices::default(),
            records: 0,
            errors: 0,
            warnings: 0,
            messages: Sketch::new(KEPT),
            calls: Sketch::new(KEPT),
            starts: 0,
            last_starts: Vec::new(),
            statuses: Sketch::new(SHOWN),
            failed: Vec::new(),
            slowest: Vec::new(),
            memory: Figures::default(),
            latency: Figures::default(),
            near: Vec::new(),
        }
    }
}

/// A log that is being read.
pub(super) struct Pulse {
    format: Arc<Format>,
    origin: Origin,
    window: Window,
    incident: Option<i64>,
    /// Told when enough lines are there.
    parser: Option<Parser<'static>>,
    waiting: Vec<Vec<u8>>,
    waiting_bytes: usize,
    columns: Columns,
    number: u64,
    is_inside: bool,
    server_started: Vec<u8>,
    is_replicate: bool,
    told: Told,
}

impl Pulse {
    /// Begins with a log.
    pub(super) fn new(format: Arc<Format>, origin: Origin, window: Window, incident: Option<i64>) -> Self {
        Self {
            is_replicate: format.id() == "replicate",
            format,
            origin,
            window,
            incident,
            parser: None,
            waiting: Vec::new(),
            waiting_bytes: 0,
            columns: Columns::default(),
            number: 0,
            is_inside: false,
            server_started: Vec::new(),
            told: Told::default(),
        }
    }

    /// Takes whole lines, or a part of a very long one.
    pub(super) fn look(&mut self, text: &[u8]) {
        let mut rest = text;
        while !rest.is_empty() {
            let end = memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            let (line, further) = rest.split_at(end);
            rest = further;
            let is_part = std::mem::replace(&mut self.is_inside, !line.ends_with(b"\n"));
            if !is_part {
                self.take(&line[..line.len().min(LONGEST)]);
            }
        }
    }

    /// Ends the log.
    pub(super) fn finish(mut self) -> Told {
        self.begin();
        self.told
    }

    fn take(&mut self, line: &[u8]) {
        self.number += 1;
        if self.parser.is_some() {
            return self.read(line, self.number);
        }
        self.waiting_bytes += line.len();
        self.waiting.push(line.to_vec());
        if self.waiting.len() == SAMPLE || self.waiting_bytes > SAMPLE_BYTES {
            self.begin();
        }
    }

    /// Reads the lines that waited for the format to be told.
    fn begin(&mut self) {
        if self.parser.is_some() || self.waiting.is_empty() {
            return;
        }
        let waiting = std::mem::take(&mut self.waiting);
        let part = |line: &Vec<u8>| {
            let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line).trim_ascii_end();
            line[..line.len().min(REACH)].to_vec()
        };
        let sample: Vec<Vec<u8>> = waiting.iter().map(part).collect();
        self.parser = Some(Parser::shared(Arc::clone(&self.format), &sample, &self.origin));
        for (line, number) in waiting.iter().zip(1..) {
            self.read(line, number);
        }
    }

    fn read(&mut self, line: &[u8], number: u64) {
        let Some(parser) = &mut self.parser else { return };
        let glance = parser.glance(line);
        if parser.columns().len() != self.columns.number {
            self.columns = Columns::of(parser);
        }
        let Some(glance) = glance else { return };
        let time = glance.time.map(|moment| moment.early);
        if time.is_some_and(|time| !is_wanted(&self.window, time)) {
            return;
        }
        let told = &mut self.told;
        told.records += 1;
        told.errors += u64::from(glance.level.is_some_and(|level| level >= Level::Error));
        told.warnings += u64::from(glance.level == Some(Level::Warning));
        if let Some(time) = time {
            told.slices.note(time, glance.level);
        }
        self.note_special(line, time, number);
        let is_bad = glance.level.is_some_and(|level| level >= Level::Warning);
        let is_failed = self.columns.has_results && failed_result(line);
        if !is_bad && !is_failed {
            return;
        }
        let Some(parser) = &mut self.parser else { return };
        let Line::Record(record) = parser.line(line) else { return };
        if is_bad {
            self.note_message(&record, line, number);
        }
        if is_failed {
            self.note_call(&record, number);
        }
    }

    /// What only some columns and formats tell.
    fn note_special(&mut self, line: &[u8], time: Option<i64>, number: u64) {
        let Some(parser) = &self.parser else { return };
        let columns = &self.columns;
        let mut is_start = columns.has_sequence && line.starts_with(b"1\t");
        if let Some(at) = columns.server_started
            && let Some(started) = parser.cell(line, at).filter(|started| !started.is_empty())
            && *started != *self.server_started
        {
            self.server_started = started.to_vec();
            is_start = true;
        }
        let told = &mut self.told;
        if is_start {
            told.starts += 1;
            told.last_starts.extend(time);
            if told.last_starts.len() > SHOWN {
                told.last_starts.remove(0);
            }
        }
        if !columns.memory.is_empty() {
            told.memory.note(columns.memory_of(parser, line), time);
        }
        if self.is_replicate && memmem::find(line, b" latency ").is_some() {
            told.latency.note(latency(line), time);
        }
        if let Some(run) = columns.run_of(parser, line) {
            note_run(told, Run { time, line: number, ..run });
        }
    }

    fn note_message(&mut self, record: &Record<'_>, line: &[u8], number: u64) {
        let whole = String::from_utf8_lossy(line);
        let text = if record.message.is_empty() { whole.trim() } else { &record.message };
        let Some(level) = record.level else { return };
        let time = record.time.map(|moment| moment.early);
        let seen = Seen { first: time, last: time, line: number };
        self.told.messages.note((level, fold::message(text)), 1, seen, |known, new| {
            known.join(new);
        });
        if let (Some(incident), Some(time)) = (self.incident, time) {
            let near = Close { time, level, text: text.chars().take(TEXT).collect(), line: number };
            keep_near(&mut self.told.near, near, incident);
        }
    }

    fn note_call(&mut self, record: &Record<'_>, number: u64) {
        let time = record.time.map(|moment| moment.early);
        let seen = Seen { first: time, last: time, line: number };
        let part = |text: &Option<std::borrow::Cow<'_, str>>| -> String {
            text.as_deref().unwrap_or_default().chars().take(80).collect()
        };
        let key = (part(&record.component), part(&record.code));
        self.told.calls.note(key, 1, (seen, fold::message(&record.message)), |known, new| {
            if known.0.join(new.0) {
                known.1 = new.1;
            }
        });
    }
}

/// Whether a time lies in the window.
fn is_wanted((since, until): &Window, time: i64) -> bool {
    since.is_none_or(|since| time >= since.timestamp_micros())
        && until.is_none_or(|until| time <= until.timestamp_micros())
}

fn note_run(told: &mut Told, run: Run) {
    told.statuses.note(run.status.clone(), 1, (), |(), ()| ());
    keep_run(&mut told.failed, &mut told.slowest, run);
}

/// Keeps the last failed runs and the slowest ones.
pub(super) fn keep_run(failed: &mut Vec<Run>, slowest: &mut Vec<Run>, run: Run) {
    if !run.status.to_lowercase().contains("success") {
        keep_failed(failed, run.clone());
    }
    keep_slow(slowest, run);
}

/// Keeps the last runs, by time.
pub(super) fn keep_failed(failed: &mut Vec<Run>, run: Run) {
    let at = failed.partition_point(|known| known.time <= run.time);
    failed.insert(at, run);
    if failed.len() > SHOWN {
        failed.remove(0);
    }
}

/// Keeps the runs that took longest.
pub(super) fn keep_slow(slowest: &mut Vec<Run>, run: Run) {
    if run.milliseconds.is_some() {
        let at = slowest.partition_point(|known| known.milliseconds >= run.milliseconds);
        slowest.insert(at, run);
        slowest.truncate(SHOWN);
    }
}

/// Keeps the records next to the incident.
fn keep_near(near: &mut Vec<Close>, record: Close, incident: i64) {
    let distance = |record: &Close| record.time.abs_diff(incident);
    let at = near.partition_point(|known| distance(known) <= distance(&record));
    near.insert(at, record);
    near.truncate(SHOWN);
}

#[cfg(test)]
mod tests;
