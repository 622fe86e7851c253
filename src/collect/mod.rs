//! Runs a plan: opens, redacts and stores each item, records what became of it, checks the bundle and publishes it.

mod app;
mod arguments;
mod budget;
mod deadline;
mod disguise;
mod entry;
mod event;
mod limit;
mod open;
mod publish;
mod redo;
mod run_log;
mod seed;
mod site;
mod told;
mod window;

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use budget::MaxBundle;
pub use deadline::Deadline;
pub use event::{Event, Reporter, Silent, Stop};
pub use publish::{Collected, collect};
pub use redo::{Redo, redact_again};
pub use seed::know_names;

use crate::analyze::{Analysis, Analyst, Issue, Seen};
use crate::bundle::{Packing, Refusal, Target, Writer};
use crate::host::Host;
use crate::logline::Formats;
use crate::manifest::{Entry, InstallationFacts, Lines, Outcome, SlowItem};
use crate::plan::{Plan, PlanItem, Source};
use crate::pool::InOrder;
use crate::qrs::Site;
use crate::redact::Redaction;
use crate::{Error, manifest};
use budget::{Budget, Refused, no_room};
use entry::{Opened, Underway};
use run_log::RunLog;

/// Slowest items that the manifest names.
const SLOWEST: usize = 10;

/// Everything a run needs, decided before it starts.
pub struct Job<'a> {
    /// The host to collect from.
    pub host: &'a Host,
    /// How logs are written.
    pub formats: &'a Formats,
    /// Masks secrets.
    pub redaction: &'a Arc<Redaction>,
    /// How entries are packed, and by how many threads.
    pub packing: Packing,
    /// What the user may ask while it works.
    pub stop: &'a Stop,
    /// How long it may take.
    pub deadline: Deadline,
    /// Listens.
    pub tell: &'a dyn Reporter,
    /// The command line; it is redacted before it is kept.
    pub arguments: Vec<String>,
    /// Time that events and the records of logs are wanted of.
    pub window: crate::plan::Window,
    /// The most that the bundle may have, if there is a limit.
    pub max_bundle: Option<MaxBundle<'a>>,
    /// What is taken of the apps that were named, if any was.
    pub app_content: Option<String>,
    /// The services of the site, if the user wants them to be asked.
    pub site: Option<&'a Site<'a>>,
    /// What a person says of the problem, if anything; it is redacted before it is kept.
    pub case: Option<manifest::Case>,
    /// Known issues that logs are looked through for; without them logs are not analyzed.
    pub issues: Option<&'a [Issue]>,
    /// The time of the incident, if one was given.
    pub incident: Option<DateTime<Utc>>,
    /// The products found, for the manifest.
    pub installations: Vec<manifest::InstallationFacts>,
    /// Products of which only left-overs were found.
    pub left_overs: Vec<manifest::LeftOverFacts>,
    /// Probes that failed.
    pub probe_failures: Vec<String>,
    /// Milliseconds of the steps before.
    pub durations_ms: BTreeMap<String, u64>,
}

/// What the entries of a run add up to.
#[derive(Default)]
struct Gathered {
    lines: Lines,
    masks: BTreeMap<String, u64>,
    slowest: Vec<SlowItem>,
    interrupted: bool,
    is_disk_full: bool,
    /// What the logs tell.
    analysis: Option<Analysis>,
}

/// Takes every item of the plan in turn. A failure of an item is a line; a failure of the writer ends the run.
fn gather<W: Target>(
    job: &Job<'_>,
    plan: &Plan,
    writer: &mut Writer<W>,
    budget: Option<Budget<'_>>,
) -> Result<Gathered, Error> {
    let mut log = RunLog::new(&job.host.clock);
    let (items, bytes) = plan.to_read();
    job.tell.tell(Event::Started { items, bytes });
    log.line(&format!(
        "qdiag {} on {}, {} items planned",
        env!("CARGO_PKG_VERSION"),
        job.host.name,
        plan.items.len()
    ));
    for found in &job.installations {
        let version = found.version.as_ref().map_or("unknown version", |version| version.value.as_str());
        let place = found.instance.as_ref().map_or(String::new(), |one| format!(" in {}", one.value));
        log.line(&format!("found {} {version}{place}", found.name));
    }
    for left in &job.left_overs {
        log.line(&format!("only left-overs of {}, nothing is taken of it", left.name));
    }
    for failure in &job.probe_failures {
        log.line(&format!("probe failed: {failure}"));
    }
    let ahead = InOrder::default();
    let mut line = Line {
        job,
        writer,
        log,
        gathered: Gathered::default(),
        ahead,
        budget,
        is_disk_full: false,
        analyst: analyst(job),
        seen: None,
    };
    let mut category = None;
    for item in plan.items.iter() {
        // What configurations gave away is masked in all that comes after them.
        if category.replace(item.category) != Some(item.category) {
            line.drain()?;
            job.redaction.look();
        }
        line.take(&item)?;
    }
    line.drain()?;
    line.gathered.is_disk_full = line.is_disk_full;
    Ok(line.gathered)
}

/// Looks over logs as they pass, if that is wanted.
fn analyst<'a>(job: &'a Job<'_>) -> Option<Analyst<'a>> {
    let version =
        |found: &InstallationFacts| Some((found.product.clone(), found.version.as_ref()?.value.clone()));
    // Of several installations of a product the first one counts.
    let versions = job.installations.iter().rev().filter_map(version).collect();
    Some(Analyst::new(job.issues?, versions, job.incident))
}

/// Files in memory, and their bytes, for each thread.
const AHEAD: usize = 32;
const AHEAD_BYTES: u64 = 3 * 1024 * 1024;

/// Items on their way: small files are read ahead and worked on side by side; what is written keeps the order of the plan.
struct Line<'a, W: Target> {
    job: &'a Job<'a>,
    writer: &'a mut Writer<W>,
    log: RunLog,
    gathered: Gathered,
    ahead: InOrder<Underway>,
    budget: Option<Budget<'a>>,
    is_disk_full: bool,
    analyst: Option<Analyst<'a>>,
    /// What was seen of the item at hand.
    seen: Option<Seen>,
}

impl<W: Target> Line<'_, W> {
    fn take(&mut self, item: &PlanItem) -> Result<(), Error> {
        let job = self.job;
        if let Some((outcome, reason)) = item.known.clone() {
            self.drain()?;
            self.note(&entry::known(item, outcome, &reason));
            return Ok(());
        }
        if item.source == Source::RunLog {
            self.drain()?;
            self.budget.as_ref().and_then(Budget::summary).iter().for_each(|line| self.log.line(line));
            self.writer.lift_limits();
            let log = std::mem::replace(&mut self.log, RunLog::new(&job.host.clock));
            let entry = entry::own_text(job, item, log.into_text(), self.writer)?;
            self.note(&entry);
            return Ok(());
        }
        if item.source == Source::Analysis {
            return self.take_analysis(item);
        }
        self.gathered.interrupted |= job.stop.is_asked();
        if self.gathered.interrupted {
            self.drain()?;
            self.note(&entry::known(item, Outcome::Skipped, "the run was interrupted"));
            return Ok(());
        }
        if job.deadline.is_over() {
            self.drain()?;
            self.note(&entry::known(item, Outcome::TimedOut, deadline::REACHED));
            return Ok(());
        }
        if self.is_disk_full {
            self.drain()?;
            self.note(&entry::known(item, Outcome::Skipped, no_room(Refusal::DiskFull)));
            return Ok(());
        }
        if self.budget.is_some() { self.take_within(item) } else { self.open(item) }
    }

    fn open(&mut self, item: &PlanItem) -> Result<(), Error> {
        let job = self.job;
        let mark = job.host.clock.mark();
        let spent = || u64::try_from(job.host.clock.since(mark).as_millis()).unwrap_or(u64::MAX);
        job.tell.tell(Event::Item { source: &item.source.describe() });
        let mut entry = if let Source::File(path) = &item.source {
            match entry::open_file(job, item, path, self.analyst.as_ref()) {
                Opened::Known(entry) => {
                    self.drain()?;
                    *entry
                }
                Opened::Large(large) => {
                    self.drain()?;
                    self.limit_next(item);
                    let (entry, seen) = entry::store_large(job, *large, self.writer)?;
                    self.seen = seen;
                    entry
                }
                Opened::Small(small) => {
                    let (redaction, compression) = (Arc::clone(job.redaction), job.packing.compression);
                    let spent = spent();
                    self.ahead.give(job.packing.pool.as_ref(), small.held(), move || {
                        small.ready(&redaction, compression, spent)
                    });
                    return self.put_some();
                }
            }
        } else {
            self.drain()?;
            self.limit_next(item);
            entry::take(job, item, self.writer)?
        };
        entry.duration_ms = spent();
        self.settle(item, &entry)
    }

    /// Writes what the logs tell; all of them are through.
    fn take_analysis(&mut self, item: &PlanItem) -> Result<(), Error> {
        self.drain()?;
        let Some(analyst) = self.analyst.take() else {
            self.note(&entry::known(item, Outcome::Skipped, "logs were not analyzed"));
            return Ok(());
        };
        let analysis = analyst.finish();
        let mut text = serde_json::to_string_pretty(&analysis).expect("it is plain data");
        text.push('\n');
        self.gathered.analysis = Some(analysis);
        self.limit_next(item);
        let entry = entry::own_text(self.job, item, text, self.writer)?;
        self.settle(item, &entry)
    }

    /// Writes what comes first, once enough is under way.
    fn put_some(&mut self) -> Result<(), Error> {
        let threads = self.job.packing.pool.as_ref().map_or(0, |pool| pool.threads());
        while let Some(underway) = self.ahead.take_over(threads * AHEAD, threads as u64 * AHEAD_BYTES) {
            self.put(underway)?;
        }
        Ok(())
    }

    /// Writes all that is under way.
    fn drain(&mut self) -> Result<(), Error> {
        while let Some(underway) = self.ahead.take() {
            self.put(underway)?;
        }
        Ok(())
    }

    fn put(&mut self, mut underway: Underway) -> Result<(), Error> {
        self.seen = underway.seen.take();
        let item = underway.item().clone();
        self.limit_next(&item);
        let entry = entry::put(underway, self.writer)?;
        self.settle(&item, &entry)
    }

    /// An entry is written, or had no room.
    fn settle(&mut self, item: &PlanItem, entry: &Entry) -> Result<(), Error> {
        self.settle_later(item);
        match self.writer.refusal() {
            Some(Refusal::OverLimit(packed)) => {
                self.seen = None;
                let bytes = item.expected_bytes().min(entry.source_bytes);
                return self.fit(item, Some(Refused { packed, bytes }));
            }
            Some(Refusal::DiskFull) => self.is_disk_full = true,
            None => {}
        }
        self.done(entry);
        Ok(())
    }

    fn done(&mut self, entry: &Entry) {
        // What is not in the bundle does not count.
        if let (Some(seen), Some(analyst)) = (self.seen.take(), &mut self.analyst)
            && entry.sha256.is_some()
            && entry.outcome != Outcome::Withheld
        {
            analyst.add(seen);
        }
        self.job.tell.tell(Event::Done { outcome: entry.outcome });
        if !matches!(entry.outcome, Outcome::Collected | Outcome::Empty) {
            let reason = entry.reason.as_deref().unwrap_or_default();
            self.log.line(&format!("{}: {}: {reason}", entry.outcome.word(), entry.source));
        }
        self.note(entry);
    }

    fn note(&mut self, entry: &Entry) {
        self.budget.iter_mut().for_each(|budget| budget.note(entry));
        self.gathered.note(entry);
    }
}

impl Gathered {
    fn note(&mut self, entry: &Entry) {
        for (rule, count) in &entry.masks {
            *self.masks.entry(rule.clone()).or_default() += count;
        }
        let slow = self.slowest.len() < SLOWEST
            || self.slowest.last().is_some_and(|last| last.duration_ms < entry.duration_ms);
        if slow && entry.duration_ms > 0 {
            self.slowest.push(SlowItem { name: entry.name.clone(), duration_ms: entry.duration_ms });
            self.slowest.sort_by_key(|item| std::cmp::Reverse(item.duration_ms));
            self.slowest.truncate(SLOWEST);
        }
        self.lines.push(entry);
    }
}

#[cfg(test)]
mod tests;
