//! Records, errors and warnings over time, in at most two hundred slices. How wide they are depends on nothing but the first and the last
//! record, so it does not matter in which order logs are read.

use std::collections::BTreeMap;

use crate::logline::Level;

/// Most slices.
pub(super) const MOST: i64 = 200;

const SECOND: i64 = 1_000_000;

/// Widths in seconds, each a whole part of the next: a minute to ten years.
const WIDTHS: [i64; 12] =
    [60, 300, 900, 3_600, 10_800, 21_600, 43_200, 86_400, 604_800, 2_419_200, 31_449_600, 314_496_000];

/// What a slice holds. Times are microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) records: u64,
    pub(super) errors: u64,
    pub(super) warnings: u64,
    pub(super) first: i64,
    pub(super) last: i64,
}

/// The slices of a log.
#[derive(Debug, Clone, Default)]
pub(super) struct Slices {
    width: usize,
    slots: BTreeMap<i64, Slot>,
}

impl Slot {
    fn add(&mut self, other: Self) {
        self.records += other.records;
        self.errors += other.errors;
        self.warnings += other.warnings;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

impl Slices {
    /// Takes a record.
    pub(super) fn note(&mut self, time: i64, level: Option<Level>) {
        let slot = Slot {
            records: 1,
            errors: u64::from(level.is_some_and(|level| level >= Level::Error)),
            warnings: u64::from(level == Some(Level::Warning)),
            first: time,
            last: time,
        };
        self.put(time.div_euclid(self.micros()), slot);
        self.fit();
    }

    /// Takes what another log has.
    pub(super) fn add(&mut self, other: &Self) {
        if other.width > self.width {
            self.widen(other.width);
        }
        for slot in other.slots.values() {
            self.put(slot.first.div_euclid(self.micros()), *slot);
        }
        self.fit();
    }

    /// Makes slices so wide.
    pub(super) fn widen(&mut self, width: usize) {
        if width <= self.width {
            return;
        }
        self.width = width.min(WIDTHS.len() - 1);
        for (_, slot) in std::mem::take(&mut self.slots) {
            self.put(slot.first.div_euclid(self.micros()), slot);
        }
    }

    /// Which of the widths the slices have.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// Seconds of a slice.
    pub(super) fn seconds(&self) -> i64 {
        WIDTHS[self.width]
    }

    /// The first and the last record.
    pub(super) fn span(&self) -> Option<(i64, i64)> {
        let first = self.slots.values().next()?;
        let last = self.slots.values().next_back()?;
        Some((first.first, last.last))
    }

    /// All slices that hold a record: when they begin, and what they hold.
    pub(super) fn iter(&self) -> impl Iterator<Item = (i64, Slot)> + '_ {
        let micros = self.micros();
        self.slots.iter().map(move |(at, slot)| (at * micros, *slot))
    }

    fn micros(&self) -> i64 {
        self.seconds() * SECOND
    }

    fn put(&mut self, at: i64, slot: Slot) {
        self.slots.entry(at).and_modify(|known| known.add(slot)).or_insert(slot);
    }

    fn fit(&mut self) {
        let is_wide = |slots: &BTreeMap<i64, Slot>| {
            let (first, last) = (slots.keys().next(), slots.keys().next_back());
            first.zip(last).is_some_and(|(first, last)| last - first >= MOST)
        };
        while is_wide(&self.slots) && self.width + 1 < WIDTHS.len() {
            self.widen(self.width + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_records_and_logs_does_not_matter() {
        let times: Vec<i64> = (0..5_000_i64).map(|n| (n * 7_919 % 5_000) * 613 * SECOND).collect();
        let level = |n: usize| [None, Some(Level::Error), Some(Level::Warning), Some(Level::Info)][n % 4];
        let mut one = Slices::default();
        times.iter().enumerate().for_each(|(n, time)| one.note(*time, level(n)));
        let mut parts = [const { None::<Slices> }; 3].map(Option::unwrap_or_default);
        for (n, time) in times.iter().enumerate().rev() {
            parts[n % 3].note(*time, level(n));
        }
        let mut all = Slices::default();
        for part in [2, 0, 1] {
            all.add(&parts[part]);
        }
        assert!(one.iter().eq(all.iter()) && one.width() == all.width());
        assert!(one.slots.len() <= 201 && one.slots.len() > 30);
        assert_eq!(one.iter().map(|(_, slot)| (slot.errors, slot.warnings)).unzip(), {
            let (errors, warnings): (Vec<u64>, Vec<u64>) =
                all.iter().map(|(_, slot)| (slot.errors, slot.warnings)).unzip();
            (errors, warnings)
        });
        assert_eq!(one.iter().map(|(_, slot)| slot.records).sum::<u64>(), 5_000);
        assert_eq!(one.span(), Some((0, 4_999 * 613 * SECOND)));
    }

    #[test]
    fn widths_are_parts_of_each_other() {
        assert!(WIDTHS.windows(2).all(|two| two[1] % two[0] == 0));
        // All times that stamps may have.
        assert!(230 * 366 * 86_400 / WIDTHS[WIDTHS.len() - 1] < MOST);
    }
}
