//! Runs a plan: opens, redacts and stores each item, records what became of it, checks the bundle and publishes it.

mod disguise;
mod entry;
mod event;
mod limit;
mod publish;
mod redo;
mod run_log;
mod seed;

use std::collections::BTreeMap;

pub use event::{Event, Reporter, Silent, Stop};
pub use publish::{Collected, collect};
pub use redo::{Redo, redact_again};
pub use seed::know_names;

use crate::bundle::{Target, Writer};
use crate::host::Host;
use crate::manifest::{Entry, Lines, Outcome, SlowItem};
use crate::plan::{Plan, PlanItem, Source};
use crate::redact::Redaction;
use crate::{Error, manifest};
use run_log::RunLog;

/// Slowest items that the manifest names.
const SLOWEST: usize = 10;

/// Everything a run needs, decided before it starts.
pub struct Job<'a> {
    /// The host to collect from.
    pub host: &'a Host,
    /// Masks secrets.
    pub redaction: &'a Redaction,
    /// What the user may ask while it works.
    pub stop: &'a Stop,
    /// Listens.
    pub tell: &'a dyn Reporter,
    /// The command line; it is redacted before it is kept.
    pub arguments: Vec<String>,
    /// Time that events are wanted of.
    pub window: crate::plan::Window,
    /// The case number, if any.
    pub case_number: Option<String>,
    /// The products found, for the manifest.
    pub installations: Vec<manifest::InstallationFacts>,
    /// Probes that failed.
    pub probe_failures: Vec<String>,
    /// Milliseconds of the steps before.
    pub durations_ms: BTreeMap<String, u64>,
}

/// What the entries of a run add up to.
struct Gathered {
    lines: Lines,
    masks: BTreeMap<String, u64>,
    slowest: Vec<SlowItem>,
    interrupted: bool,
}

/// Takes every item of the plan in turn. A failure of an item is a line; a failure of the writer ends the run.
fn gather<W: Target>(job: &Job<'_>, plan: &Plan, writer: &mut Writer<W>) -> Result<Gathered, Error> {
    let mut gathered =
        Gathered { lines: Lines::default(), masks: BTreeMap::new(), slowest: Vec::new(), interrupted: false };
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
        log.line(&format!("found {} {version}", found.name));
    }
    for failure in &job.probe_failures {
        log.line(&format!("probe failed: {failure}"));
    }
    let mut category = None;
    for item in plan.items.iter() {
        // What configurations gave away is masked in all that comes after them.
        if category.replace(item.category) != Some(item.category) {
            job.redaction.look();
        }
        if item.known.is_none() && item.source != Source::RunLog {
            gathered.interrupted |= job.stop.is_asked();
        }
        let entry = if item.source == Source::RunLog {
            let text = std::mem::replace(&mut log, RunLog::new(&job.host.clock)).into_text();
            entry::own_log(job, &item, text, writer)?
        } else if gathered.interrupted && item.known.is_none() {
            entry::known(&item, Outcome::Skipped, "the run was interrupted")
        } else {
            take(job, &item, writer, &mut log)?
        };
        gathered.note(&entry);
    }
    Ok(gathered)
}

fn take<W: Target>(
    job: &Job<'_>,
    item: &PlanItem,
    writer: &mut Writer<W>,
    log: &mut RunLog,
) -> Result<Entry, Error> {
    if let Some((outcome, reason)) = item.known.clone() {
        return Ok(entry::known(item, outcome, &reason));
    }
    let mark = job.host.clock.mark();
    job.tell.tell(Event::Item { source: &item.source.describe() });
    let mut entry = entry::take(job, item, writer)?;
    entry.duration_ms = u64::try_from(job.host.clock.since(mark).as_millis()).unwrap_or(u64::MAX);
    job.tell.tell(Event::Done { outcome: entry.outcome });
    if !matches!(entry.outcome, Outcome::Collected | Outcome::Empty) {
        let reason = entry.reason.as_deref().unwrap_or_default();
        log.line(&format!("{}: {}: {reason}", entry.outcome.word(), entry.source));
    }
    Ok(entry)
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
