//! Gathers what each log of a run tells, in the order of the plan, and says at the end what all of them tell together.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::analysis::{
    Analysis, FailedCall, Gap, Incident, LatencyFacts, LogFacts, MemoryFacts, Message, Messages, Near,
    ReadFacts, SCHEMA, Silence, Slice, TaskRun, Tasks,
};
use super::figure::Figures;
use super::finding::{Tally, by_weight, stamp_micros};
use super::fold::log_name;
use super::pulse::{self, Close, Run, SHOWN, Told};
use super::sketch::Sketch;
use super::slices::Slices;
use super::watch::{Seen, Watch};
use super::{Class, Finding, Issue, Lookup, ScanFile};
use crate::logline::Level;

/// Logs that are told one by one; what comes after them is one log for each item.
const LOGS: usize = 128;

/// Messages and calls that are kept, and that are told.
const KEPT: usize = 512;
const TOLD: usize = 100;

/// The shortest time without a record that is told, in seconds.
const GAP: i64 = 3_600;

const SECOND: i64 = 1_000_000;

/// `definition/item` and the name of a log.
type Key = (Arc<str>, String);

/// Log, command and result code; how often; when, and what the first one said.
type Call = ((Key, String, String), u64, (pulse::Seen, String));

/// What is known of one log so far.
#[derive(Default)]
struct Row {
    read: ReadFacts,
    slices: Slices,
    starts: u64,
    last_starts: Vec<i64>,
    memory: Figures,
    latency: Figures,
}

/// Gathers what logs tell.
pub struct Analyst<'a> {
    issues: &'a [Issue],
    lookup: Lookup<'a>,
    versions: BTreeMap<String, String>,
    incident: Option<i64>,
    read: ReadFacts,
    rows: BTreeMap<Key, Row>,
    messages: Sketch<(Key, Level, String), (pulse::Seen, String)>,
    calls: Sketch<(Key, String, String), (pulse::Seen, String)>,
    statuses: Sketch<String, ()>,
    failed: Vec<(Run, String)>,
    slowest: Vec<(Run, String)>,
    near: Vec<(Close, String)>,
    tallies: BTreeMap<usize, Tally>,
}

impl<'a> Analyst<'a> {
    /// With these rows of known issues, for products of these versions, and the time of an incident, if there is one.
    pub fn new(
        issues: &'a [Issue],
        versions: BTreeMap<String, String>,
        incident: Option<chrono::DateTime<chrono::Utc>>,
    ) -> Self {
        Self {
            issues,
            lookup: Lookup::new(issues),
            versions,
            incident: incident.map(|time| time.timestamp_micros()),
            read: ReadFacts::default(),
            rows: BTreeMap::new(),
            messages: Sketch::new(KEPT),
            calls: Sketch::new(KEPT),
            statuses: Sketch::new(SHOWN),
            failed: Vec::new(),
            slowest: Vec::new(),
            near: Vec::new(),
            tallies: BTreeMap::new(),
        }
    }

    /// Begins to look over a log of an item (`definition/item`), by the path of its file.
    pub fn watch(&self, item: &Arc<str>, path: &str, file: ScanFile) -> Watch {
        let file_name = path.rsplit(['/', '\\']).next().unwrap_or_default();
        let product = item.split('/').next().unwrap_or_default();
        let version = self.versions.get(product).map(String::as_str);
        let set = self.lookup.set(product, version, file_name);
        Watch::new(set, file, (Arc::clone(item), log_name(path)), self.incident)
    }

    /// Takes what a log told.
    pub fn add(&mut self, seen: Seen) {
        let Seen { name, item, log, hits, lines, bytes, told } = seen;
        for (row, times) in hits {
            self.tallies.entry(row).or_default().add(times);
        }
        let told = told.unwrap_or_default();
        let key = self.key(item, log);
        let row = self.rows.entry(key.clone()).or_default();
        for read in [&mut self.read, &mut row.read] {
            read.files += 1;
            read.lines += lines;
            read.bytes += bytes;
            read.records += told.records;
            read.errors += told.errors;
            read.warnings += told.warnings;
        }
        row.slices.add(&told.slices);
        row.starts += told.starts;
        row.last_starts.extend(&told.last_starts);
        row.last_starts.sort_unstable();
        row.last_starts.drain(..row.last_starts.len().saturating_sub(SHOWN));
        row.memory.add(&told.memory);
        row.latency.add(&told.latency);
        self.add_counted(&key, told, &name);
    }

    /// The row of a log, or that of all further logs of the item.
    fn key(&self, item: Arc<str>, log: String) -> Key {
        let key = (item, log);
        if self.rows.len() >= LOGS && !self.rows.contains_key(&key) { (key.0, "*".into()) } else { key }
    }

    fn add_counted(&mut self, key: &Key, told: Told, name: &str) {
        self.messages.lose(told.messages.lost());
        for ((level, text), count, seen) in told.messages.into_rows() {
            let value = (seen, name.to_owned());
            self.messages.note((key.clone(), level, text), count, value, join);
        }
        for ((command, code), count, value) in told.calls.into_rows() {
            self.calls.note((key.clone(), command, code), count, value, join);
        }
        for (status, count, ()) in told.statuses.into_rows() {
            self.statuses.note(status, count, (), |(), ()| ());
        }
        let named = |run: Run| (run, name.to_owned());
        self.failed.extend(told.failed.into_iter().map(named));
        self.failed.sort_by_key(|(run, _)| run.time);
        self.failed.drain(..self.failed.len().saturating_sub(SHOWN));
        self.slowest.extend(told.slowest.into_iter().map(named));
        self.slowest.sort_by_key(|(run, _)| std::cmp::Reverse(run.milliseconds));
        self.slowest.truncate(SHOWN);
        if let Some(incident) = self.incident {
            self.near.extend(told.near.into_iter().map(|record| (record, name.to_owned())));
            self.near.sort_by_key(|(record, _)| record.time.abs_diff(incident));
            self.near.truncate(SHOWN);
        }
    }

    /// What all logs tell.
    pub fn finish(self) -> Analysis {
        let mut all = Slices::default();
        self.rows.values().for_each(|row| all.add(&row.slices));
        let silent = all.span().map(|(_, last)| silent(&self.rows, last)).unwrap_or_default();
        let (findings, expected) = findings(self.issues, self.tallies);
        let calls = self.calls.into_rows();
        let statuses = self.statuses.into_rows();
        Analysis {
            schema: SCHEMA.into(),
            read: with_span(&self.read, &all),
            slice_seconds: all.seconds(),
            silent,
            memory: self.rows.iter().filter_map(|(key, row)| memory_facts(key, &row.memory)).collect(),
            latency: self.rows.iter().filter_map(|(key, row)| latency_facts(key, &row.latency)).collect(),
            logs: self.rows.into_iter().map(|(key, row)| log_facts(key, row, all.width())).collect(),
            messages: messages(self.messages),
            license_denials: license_denials(&calls),
            failed_calls: calls.into_iter().take(TOLD).map(failed_call).collect(),
            tasks: Tasks {
                by_status: statuses.into_iter().map(|(word, count, ())| (word, count)).collect(),
                failed: self.failed.into_iter().map(task_run).collect(),
                slowest: self.slowest.into_iter().map(task_run).collect(),
            },
            incident: self.incident.map(|time| incident(time, self.near)),
            findings,
            expected,
        }
    }
}

fn memory_facts((item, log): &Key, figures: &Figures) -> Option<MemoryFacts> {
    let (records, columns) = figures.ranges()?;
    Some(MemoryFacts { item: item.to_string(), log: log.clone(), records, columns })
}

fn latency_facts((item, log): &Key, figures: &Figures) -> Option<LatencyFacts> {
    let (records, kinds) = figures.ranges()?;
    Some(LatencyFacts { item: item.to_string(), log: log.clone(), records, kinds })
}

/// Failed calls that ask for a license. Two logs tell the same call, so of each command the log counts that has most.
fn license_denials(calls: &[Call]) -> u64 {
    let mut most: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    for ((_, command, code), count, _) in calls {
        if command.to_lowercase().contains("license") {
            let known = most.entry((command, code)).or_default();
            *known = (*known).max(*count);
        }
    }
    most.values().sum()
}

/// Joins what two logs have of a message or call; the earlier one has the file, or the text.
fn join(known: &mut (pulse::Seen, String), new: (pulse::Seen, String)) {
    if known.0.join(new.0) {
        known.1 = new.1;
    }
}

fn with_span(read: &ReadFacts, slices: &Slices) -> ReadFacts {
    let span = slices.span();
    ReadFacts {
        first: span.map(|(first, _)| stamp_micros(first)),
        last: span.map(|(_, last)| stamp_micros(last)),
        ..read.clone()
    }
}

/// Logs that ended long before the last record of all.
fn silent(rows: &BTreeMap<Key, Row>, end: i64) -> Vec<Silence> {
    // What is rolled lies elsewhere, and so is another item.
    let product = |item: &Arc<str>| item.split('/').next().unwrap_or_default().to_owned();
    let mut ends: BTreeMap<(String, &str), (i64, &Arc<str>)> = BTreeMap::new();
    for ((item, log), row) in rows {
        let Some((_, last)) = row.slices.span() else { continue };
        let end = ends.entry((product(item), log)).or_insert((last, item));
        if last > end.0 {
            *end = (last, item);
        }
    }
    let silence = |((_, log), (last, item)): ((String, &str), (i64, &Arc<str>))| {
        let seconds = (end - last) / SECOND;
        let is_long = seconds >= GAP;
        is_long.then(|| Silence {
            item: item.to_string(),
            log: log.to_owned(),
            since: stamp_micros(last),
            seconds,
        })
    };
    ends.into_iter().filter_map(silence).collect()
}

fn log_facts((item, log): Key, mut row: Row, width: usize) -> LogFacts {
    // Two records in one slice tell of no gap, but they are no farther apart than it is wide.
    let least = GAP.max(row.slices.seconds());
    let slots: Vec<(i64, i64)> = row.slices.iter().map(|(_, slot)| (slot.first, slot.last)).collect();
    let gap = |(from, to): (i64, i64)| Gap {
        from: stamp_micros(from),
        to: stamp_micros(to),
        seconds: (to - from) / SECOND,
    };
    let mut gaps: Vec<(i64, i64)> = slots.windows(2).map(|two| (two[0].1, two[1].0)).collect();
    gaps.retain(|(from, to)| to - from >= least * SECOND);
    let gap_count = gaps.len() as u64;
    gaps.sort_by_key(|(from, to)| (std::cmp::Reverse(to - from), *from));
    gaps.truncate(SHOWN);
    gaps.sort_unstable();
    row.slices.widen(width);
    let slice = |(from, slot): (i64, super::slices::Slot)| Slice {
        from: stamp_micros(from),
        records: slot.records,
        errors: slot.errors,
        warnings: slot.warnings,
    };
    LogFacts {
        item: item.to_string(),
        log,
        slices: row.slices.iter().map(slice).collect(),
        read: with_span(&row.read, &row.slices),
        gap_count,
        gap_seconds: least,
        gaps: gaps.into_iter().map(gap).collect(),
        start_count: row.starts,
        starts: row.last_starts.into_iter().map(stamp_micros).collect(),
    }
}

fn messages(sketch: Sketch<(Key, Level, String), (pulse::Seen, String)>) -> Messages {
    let too_low_by = sketch.lost();
    let message = |(((item, log), level, text), count, (seen, file)): (_, u64, (pulse::Seen, String))| {
        let (item, level): (Arc<str>, Level) = (item, level);
        Message {
            item: item.to_string(),
            log,
            level: level.word().into(),
            text,
            count,
            first: seen.first.map(stamp_micros),
            last: seen.last.map(stamp_micros),
            file,
            line: seen.line,
        }
    };
    Messages { too_low_by, top: sketch.into_rows().into_iter().take(TOLD).map(message).collect() }
}

fn failed_call((((item, log), command, code), count, (seen, text)): Call) -> FailedCall {
    FailedCall {
        item: item.to_string(),
        log,
        command,
        code,
        text,
        count,
        first: seen.first.map(stamp_micros),
        last: seen.last.map(stamp_micros),
    }
}

fn task_run((run, file): (Run, String)) -> TaskRun {
    TaskRun {
        time: run.time.map(stamp_micros),
        task: run.task,
        status: run.status,
        reason: run.reason,
        milliseconds: run.milliseconds,
        file,
        line: run.line,
    }
}

fn incident(time: i64, mut near: Vec<(Close, String)>) -> Incident {
    near.sort_by_key(|(record, _)| record.time);
    let record = |(record, file): (Close, String)| Near {
        time: stamp_micros(record.time),
        seconds: (record.time - time).div_euclid(SECOND),
        level: record.level.word().into(),
        text: record.text,
        file,
        line: record.line,
    };
    Incident { time: stamp_micros(time), records: near.into_iter().map(record).collect() }
}

/// What is wrong, and what only looks so.
fn findings(issues: &[Issue], tallies: BTreeMap<usize, Tally>) -> (Vec<Finding>, Vec<Finding>) {
    let all = tallies.into_iter().map(|(row, tally)| tally.finding(&issues[row]));
    let (mut findings, mut expected): (Vec<Finding>, Vec<Finding>) =
        all.partition(|finding| finding.class == Class::Issue);
    by_weight(&mut findings);
    by_weight(&mut expected);
    (findings, expected)
}
