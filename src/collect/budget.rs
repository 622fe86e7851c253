//! Keeps a bundle within `--max-bundle`. What surely fits goes through the line as ever; near the limit each item is decided by the
//! bytes written so far, when nothing is under way: so what is taken depends neither on time nor on the number of threads.

use super::entry::{self, Opened};
use super::{Job, Line};
use crate::Error;
use crate::bundle::{Compression, Gauge, Refusal, Target};
use crate::estimate::{Estimate, Share, can_be_cut, least, share};
use crate::manifest::{Entry, Outcome};
use crate::plan::{Limit, Plan, PlanItem, Source};

/// A limit to the size of the bundle.
pub struct MaxBundle<'a> {
    /// The most bytes of the finished zip.
    pub bytes: u64,
    /// What the items come to.
    pub estimate: &'a Estimate,
}

/// What an entry takes besides its content and its name: a record of the directory, digests, and what its line has more than one of an
/// item that was left out.
const ENTRY: u64 = 220;

/// The header before the content of an entry, with the top folder, without its name.
const HEADER: u64 = 80;

/// What the line of the program's own log takes, and its fixed part.
const OWN_LOG: u64 = 650;

/// What a small content takes however small it is.
const BEGINNING: u64 = 150;

/// What the sum of the masks of a rule takes.
const SUM: u64 = 16;

/// How often an item is cut anew when its part turns out too large.
const TRIES: u32 = 5;

/// Lines of the plan that are packed to learn what a line takes, in runs of neighbors.
const PROBED: u64 = 5_000;
const RUN: u64 = 50;

/// An entry that was refused: its packed bytes, and how many were read for it.
#[derive(Clone, Copy)]
pub(super) struct Refused {
    pub(super) packed: u64,
    pub(super) bytes: u64,
}

/// How much is left of a limit, and for whom.
pub(super) struct Budget<'a> {
    max: &'a MaxBundle<'a>,
    /// What the lines written so far come to.
    gauge: Gauge,
    /// The manifest without its lines.
    head: u64,
    /// Lines that are still to come, and what each of them takes.
    lines: u64,
    line: u64,
    /// What the items that are still to come want.
    later: u64,
    /// What may still be taken without looking.
    unseen: u64,
    left_out: u64,
}

impl<'a> Budget<'a> {
    /// A budget for a plan. An error if its lines alone are over the limit.
    pub(super) fn new(
        max: &'a MaxBundle<'a>,
        plan: &Plan,
        head: u64,
        compression: Compression,
    ) -> Result<Self, Error> {
        let lines = plan.items.len();
        let (mut probe, mut probed) = (Gauge::new(compression), 0);
        let stride = lines.div_ceil(PROBED).max(1);
        let mut later = 0;
        for (number, item) in (0_u64..).zip(plan.items.iter()) {
            later += wanted(max.estimate, &item);
            if (number / RUN).is_multiple_of(stride) {
                probe.push(&left_out(&item));
                probed += 1;
            }
        }
        let line = probe.bytes().div_ceil(probed.max(1));
        let gauge = Gauge::new(compression);
        let budget = Self { max, gauge, head, lines, line, later, unseen: 0, left_out: 0 };
        let least = budget.described() + OWN_LOG + least(max.bytes);
        if least > max.bytes {
            return Err(Error::usage(
                format!(
                    "--max-bundle of {} bytes is too small: the list of the {lines} planned items alone takes about {least}",
                    max.bytes
                ),
                "allow more, or plan less with --product, --include, --exclude or --since",
            ));
        }
        Ok(budget)
    }

    /// What the files come to that describe the bundle.
    fn described(&self) -> u64 {
        // Mending a late discovery changes sizes a little.
        let reserve = self.max.bytes / 256;
        self.head + self.gauge.bytes() + self.lines * self.line + reserve
    }

    /// Takes note of a line that was written.
    pub(super) fn note(&mut self, entry: &Entry) {
        self.lines = self.lines.saturating_sub(1);
        self.gauge.push(entry);
    }

    /// A sentence on what was left out, if anything was.
    pub(super) fn summary(&self) -> Option<String> {
        (self.left_out > 0)
            .then(|| format!("{} items did not fit --max-bundle and were left out", self.left_out))
    }
}

/// What an item may take, with all that describes it.
fn wanted(estimate: &Estimate, item: &PlanItem) -> u64 {
    if item.known.is_some() { 0 } else { estimate.content(item) + header(item) + overhead(item) }
}

fn header(item: &PlanItem) -> u64 {
    HEADER + item.name.as_str().len() as u64
}

fn overhead(item: &PlanItem) -> u64 {
    // The name stands in the directory and, packed, in both lists.
    ENTRY + item.name.as_str().len() as u64
}

fn left_out(item: &PlanItem) -> Entry {
    entry::known(item, Outcome::Skipped, no_room(Refusal::OverLimit(0)))
}

/// Why an entry had no room.
pub(super) fn no_room(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::OverLimit(_) => "does not fit --max-bundle",
        Refusal::DiskFull => "the disk of the bundle has too little space left",
    }
}

impl<W: Target> Line<'_, W> {
    /// Takes an item, or as much of it as there is room for.
    pub(super) fn take_within(&mut self, item: &PlanItem) -> Result<(), Error> {
        for is_second in [false, true] {
            let Some(budget) = &mut self.budget else { break };
            // Estimates are off by some percent.
            let wanted = wanted(budget.max.estimate, item) / 5 * 6;
            if wanted <= budget.unseen {
                budget.unseen -= wanted;
                return self.open(item);
            }
            if !is_second {
                self.drain()?;
                let left = self.left();
                self.budget.iter_mut().for_each(|budget| budget.unseen = left);
            }
        }
        self.settle_later(item);
        let stored = self.fit(item, None);
        self.budget.iter_mut().for_each(|budget| budget.unseen = 0);
        stored
    }

    /// An item is decided about: it is none of those to come any more.
    pub(super) fn settle_later(&mut self, item: &PlanItem) {
        if let Some(budget) = &mut self.budget {
            budget.later = budget.later.saturating_sub(wanted(budget.max.estimate, item));
        }
    }

    /// Bytes that are left for entries and what describes them.
    fn left(&self) -> u64 {
        let Some(budget) = &self.budget else { return u64::MAX };
        let own_log = OWN_LOG + self.log.bytes() / 4;
        let masks = SUM * self.gathered.masks.len() as u64;
        budget.max.bytes.saturating_sub(self.writer.written() + budget.described() + own_log + masks)
    }

    /// Limits the entry that comes next to what is left.
    pub(super) fn limit_next(&mut self, item: &PlanItem) {
        if self.budget.is_some() {
            let room = self.left().saturating_sub(overhead(item));
            self.writer.allow(Some(room));
        }
    }

    /// Takes what fits of an item; its packed size is known exactly if it was refused once.
    pub(super) fn fit(&mut self, item: &PlanItem, refused: Option<Refused>) -> Result<(), Error> {
        let Some(budget) = &self.budget else { return Ok(()) };
        let room = self.left().saturating_sub(overhead(item));
        let wanted = refused
            .map_or_else(|| budget.max.estimate.content(item) + header(item), |refused| refused.packed);
        // What is only estimated may turn out smaller; what is no file, or only wanted for a window of time, cannot be estimated.
        let is_unknown = !matches!(item.source, Source::File(_)) || self.job.window != (None, None);
        let may_fit = wanted / 4 * 3 <= room || is_unknown;
        if refused.is_none() && may_fit && room > HEADER {
            return match self.try_to_store(item, room)? {
                Some(refused) => self.fit(item, Some(refused)),
                None => Ok(()),
            };
        }
        match share(room, wanted.max(room + 1), (budget.later, least(budget.max.bytes)), can_be_cut(item)) {
            Share::Part(part) => {
                let bytes = refused.map_or_else(|| item.expected_bytes(), |refused| refused.bytes);
                self.cut(item, part, (wanted, bytes))
            }
            Share::Whole | Share::Nothing => {
                self.leave_out(item);
                Ok(())
            }
        }
    }

    /// Takes the newest part of an item, of at most so many packed bytes. The first try is rather too large, since a part that is
    /// too small would leave room that nobody uses; a part that is too large tells exactly how large the next one may be.
    fn cut(&mut self, item: &PlanItem, part: u64, (wanted, bytes): (u64, u64)) -> Result<(), Error> {
        let bytes = u128::from(bytes);
        // What does not shrink with the content: the header, and what deflate needs to begin.
        let fixed = header(item) + BEGINNING;
        let content = |packed: u64| u128::from(packed.saturating_sub(fixed));
        let first = bytes * content(part) / content(wanted).max(1) * 5 / 4;
        let mut keep = first.min(bytes / 32 * 31);
        for _ in 0..TRIES {
            let limit = Limit::Fit(u64::try_from(keep).expect("less than the file has"));
            let refused = match keep {
                0 => break,
                _ => self.try_to_store(&PlanItem { limit, ..item.clone() }, part)?,
            };
            let Some(refused) = refused else { return Ok(()) };
            keep = keep * content(part) / content(refused.packed).max(1) * 127 / 128;
        }
        self.leave_out(item);
        Ok(())
    }

    /// Stores an item if it takes no more than so many packed bytes; if it does, tells how many it takes.
    fn try_to_store(&mut self, item: &PlanItem, room: u64) -> Result<Option<Refused>, Error> {
        let job: &Job<'_> = self.job;
        self.writer.allow(Some(room));
        let mut bytes = item.expected_bytes();
        let entry = if let Source::File(path) = &item.source {
            match entry::open_file(job, item, path, self.analyst.as_ref()) {
                Opened::Known(entry) => *entry,
                Opened::Large(large) => {
                    bytes = large.bytes();
                    let (entry, seen) = entry::store_large(job, *large, self.writer)?;
                    self.seen = seen;
                    entry
                }
                Opened::Small(small) => {
                    bytes = small.held();
                    let mut underway = small.ready(job.redaction, job.packing.compression, 0);
                    self.seen = underway.seen.take();
                    entry::put(underway, self.writer)?
                }
            }
        } else {
            entry::take(job, item, self.writer)?
        };
        match self.writer.refusal() {
            Some(Refusal::OverLimit(packed)) => {
                self.seen = None;
                return Ok(Some(Refused { packed, bytes }));
            }
            Some(Refusal::DiskFull) => self.is_disk_full = true,
            None => {}
        }
        self.done(&entry);
        Ok(None)
    }

    fn leave_out(&mut self, item: &PlanItem) {
        self.budget.iter_mut().for_each(|budget| budget.left_out += 1);
        self.note(&left_out(item));
    }
}
