//! What a plan will come to: packed bytes and seconds, from a bounded number of samples of the files to be read. Reads nothing that the
//! plan does not take, writes nothing, and is never exact.

mod fit;
mod order;
mod sample;
mod speed;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use fit::fits;
pub use fit::{Share, can_be_cut, least, share};
pub use order::prioritize;

use crate::bundle::Packing;
use crate::host::Host;
use crate::plan::{AppContent, Category, Plan, PlanItem, Source};
use sample::{Candidates, Ratio};

/// What an entry takes besides its content and twice its name: headers, digests, its line in the manifest.
const ENTRY: u64 = 320;

/// What a line takes of an item that stores nothing.
const LINE: u64 = 90;

/// What the files that describe an empty bundle take.
const EMPTY: u64 = 5_000;

/// Packed size of what has no size before it is asked for.
const FACTS: u64 = 4_000;
const COMMAND: u64 = 1_000;
const EVENTS: u64 = 60_000;
const APP: u64 = 6_000;
const REDUCED: u64 = 300_000;
/// A document that the site is asked for.
const SITE: u64 = 4_000;
const ANALYSIS: u64 = 12_000;

/// Groups of files that are told apart at most; what comes after them is one more.
const GROUPS: usize = 400;

/// What some items come to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// Number of items to be opened.
    pub items: u64,
    /// Bytes to be read.
    pub bytes: u64,
    /// Bytes of the bundle.
    pub packed: u64,
}

impl Sum {
    fn join(&mut self, other: Self) {
        self.items += other.items;
        self.bytes += other.bytes;
        self.packed += other.packed;
    }

    fn add(&mut self, item: &PlanItem, packed: u64) {
        self.packed += packed;
        if item.known.is_none() {
            self.items += 1;
            self.bytes += item.expected_bytes();
        }
    }
}

/// What a plan comes to.
#[derive(Debug)]
pub struct Estimate {
    /// By category.
    pub categories: BTreeMap<Category, Sum>,
    /// All together.
    pub total: Sum,
    /// Bytes in a second, if that was measured.
    speed: Option<u64>,
    ratios: HashMap<Group, Ratio>,
    all: Ratio,
}

/// Files that are packed alike: of one item of a definition, with one ending, and of about one size.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Group {
    origin: Arc<str>,
    ending: String,
    size: u32,
}

impl Group {
    fn of(item: &PlanItem) -> Option<Self> {
        let Source::File(path) = &item.source else { return None };
        let name = path.file_name();
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
        // Endings such as dates would make a group of each file.
        let is_plain = ending.len() <= 6 && ending.bytes().any(|byte| byte.is_ascii_alphabetic());
        // Small files are packed worse, whatever is in them.
        let size = match item.expected_bytes() {
            0..2_048 => 0,
            2_048..16_384 => 1,
            16_384..131_072 => 2,
            _ => 3,
        };
        let ending = if is_plain { ending.to_ascii_lowercase() } else { String::new() };
        Some(Self { origin: Arc::clone(&item.origin), ending, size })
    }
}

/// Samples the files of a plan. The speed is only measured if somebody wants to see it.
pub fn estimate(host: &Host, plan: &Plan, packing: &Packing, with_speed: bool) -> Estimate {
    let mut groups: HashMap<Group, Candidates> = HashMap::new();
    // One look at the plan: reading fifty thousand packed items again takes longer than sampling.
    let mut sums: HashMap<(Category, Option<Group>), Sum> = HashMap::new();
    for item in plan.items.iter() {
        let is_read = item.known.is_none() && item.expected_bytes() > 0;
        let group = if is_read { Group::of(&item) } else { None };
        if let (Some(group), Source::File(path)) = (&group, &item.source)
            && (groups.len() < GROUPS || groups.contains_key(group))
        {
            groups.entry(group.clone()).or_default().offer(path, item.expected_bytes());
        }
        let content = if group.is_some() { 0 } else { source_size(&item) };
        sums.entry((item.category, group)).or_default().add(&item, described(&item) + content);
    }
    let sampled = sample::all(host, groups, packing.compression);
    let speed = if with_speed { speed::measure(&sampled.texts, packing) } else { None };
    let mut estimate = Estimate {
        categories: BTreeMap::new(),
        total: Sum { packed: EMPTY, ..Sum::default() },
        speed,
        ratios: sampled.ratios,
        all: sampled.all,
    };
    for ((category, group), mut sum) in sums {
        sum.packed += group.map_or(0, |group| estimate.ratio(&group).of(sum.bytes));
        estimate.total.join(sum);
        estimate.categories.entry(category).or_default().join(sum);
    }
    estimate
}

/// What describes an item in the bundle.
fn described(item: &PlanItem) -> u64 {
    if item.known.is_some() { LINE } else { ENTRY + 2 * item.name.as_str().len() as u64 }
}

/// Packed size of what is no file.
fn source_size(item: &PlanItem) -> u64 {
    match &item.source {
        Source::Facts(_) => FACTS,
        Source::Command(_) | Source::RunLog => COMMAND,
        Source::Events(_) => EVENTS,
        Source::App(part) => match part.content {
            AppContent::Summary | AppContent::Script => APP,
            // Most of an app is packed already.
            AppContent::Binary => item.expected_bytes(),
            AppContent::Reduced => REDUCED,
        },
        Source::Qrs(_) => SITE,
        Source::Analysis => ANALYSIS,
        Source::File(_) | Source::Nothing(_) => 0,
    }
}

impl Estimate {
    /// Bytes of the bundle that an item takes, with all that describes it.
    pub fn packed(&self, item: &PlanItem) -> u64 {
        described(item) + if item.known.is_some() { 0 } else { self.content(item) }
    }

    /// Packed bytes of an item's content.
    pub fn content(&self, item: &PlanItem) -> u64 {
        match Group::of(item) {
            Some(group) => self.ratio(&group).of(item.expected_bytes()),
            None => source_size(item),
        }
    }

    fn ratio(&self, group: &Group) -> sample::Ratio {
        self.ratios.get(group).copied().unwrap_or(self.all)
    }

    /// Every item of a plan, and what it will probably get of a bundle of at most so many bytes.
    pub fn shares(&self, plan: &Plan, most: u64) -> impl Iterator<Item = (PlanItem, Share)> {
        let wanted = |item: &PlanItem| self.packed(item).saturating_sub(LINE);
        let room = most.saturating_sub(EMPTY + plan.items.len() * LINE);
        let items = plan.items.iter().map(move |item| (wanted(&item), can_be_cut(&item)));
        plan.items.iter().zip(fits(room, items, self.total.packed))
    }

    /// About how many seconds some items take; nothing if that was not measured.
    pub fn seconds(&self, sum: &Sum) -> Option<f64> {
        let speed = self.speed?;
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        Some(sum.bytes as f64 / speed as f64 + sum.items as f64 * speed::PER_ITEM)
    }
}

#[cfg(test)]
mod tests;
