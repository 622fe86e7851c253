//! The most frequent of many different things, in bounded memory. Counts are exact as long as there are few different ones, and at least so
//! high as told otherwise.

use std::collections::BTreeMap;

/// Counts by key.
#[derive(Debug, Clone)]
pub(super) struct Sketch<K, V> {
    most: usize,
    rows: BTreeMap<K, (u64, V)>,
    lost: u64,
}

impl<K: Ord + Clone, V> Sketch<K, V> {
    /// Keeps at least so many of the most frequent ones.
    pub(super) fn new(most: usize) -> Self {
        Self { most, rows: BTreeMap::new(), lost: 0 }
    }

    /// Counts a key so many times; the values of the same key are joined, the earlier one first.
    pub(super) fn note(&mut self, key: K, count: u64, value: V, join: impl FnOnce(&mut V, V)) {
        if let Some((known, kept)) = self.rows.get_mut(&key) {
            *known += count;
            join(kept, value);
            return;
        }
        self.rows.insert(key, (count, value));
        self.fit();
    }

    /// By how much a count may be too low.
    pub(super) fn lost(&self) -> u64 {
        self.lost
    }

    /// What the counts of another one lack, they lack here too.
    pub(super) fn lose(&mut self, lost: u64) {
        self.lost += lost;
    }

    /// The rows, the most frequent first.
    pub(super) fn into_rows(self) -> Vec<(K, u64, V)> {
        let mut rows: Vec<(K, u64, V)> =
            self.rows.into_iter().map(|(key, (count, value))| (key, count, value)).collect();
        rows.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        rows
    }

    /// With twice as many rows as are kept, all lose what the first one has that is not kept, and those that have nothing left go.
    fn fit(&mut self) {
        if self.rows.len() <= self.most * 2 {
            return;
        }
        let mut counts: Vec<u64> = self.rows.values().map(|(count, _)| *count).collect();
        counts.sort_unstable_by(|a, b| b.cmp(a));
        let less = counts.get(self.most).copied().unwrap_or_default();
        self.lost += less;
        self.rows.retain(|_, (count, _)| {
            *count = count.saturating_sub(less);
            *count > 0
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_are_counted_exactly_and_many_at_least() {
        let mut few = Sketch::new(10);
        (0..1_000_u64).for_each(|n| few.note(n % 7, 1, n, |kept, new| *kept = new));
        assert_eq!(few.lost(), 0);
        let rows = few.into_rows();
        assert_eq!((rows.len(), rows[0]), (7, (0, 143, 994)));

        let mut many = Sketch::new(10);
        for n in 0..1_000_000_u64 {
            many.note(if n % 3 == 0 { 1 } else { n + 10 }, 1, (), |(), ()| ());
            assert!(many.rows.len() <= 20);
        }
        let lost = many.lost();
        let rows = many.into_rows();
        assert_eq!(rows[0].0, 1);
        assert!(rows[0].1 <= 333_334 && rows[0].1 + lost >= 333_334, "{rows:?}, {lost}");
    }
}
