//! A set of limited size. What is in it does not depend on the order in which values came between two moments.

use std::collections::BTreeSet;

/// Values that are there for good, and those that came since the last moment, of which the first in order stay.
pub(super) struct Bounded<T> {
    pub(super) settled: BTreeSet<T>,
    fresh: BTreeSet<T>,
}

impl<T: Ord> Bounded<T> {
    /// Adds a value; if there are too many, the last of the fresh ones goes.
    pub(super) fn insert(&mut self, value: T, most: usize) {
        if !self.settled.contains(&value) {
            self.fresh.insert(value);
            if self.settled.len() + self.fresh.len() > most {
                self.fresh.pop_last();
            }
        }
    }

    /// What is there now stays; tells whether something came.
    pub(super) fn settle(&mut self) -> bool {
        let is_new = !self.fresh.is_empty();
        self.settled.append(&mut self.fresh);
        is_new
    }
}

impl<T> Default for Bounded<T> {
    fn default() -> Self {
        Self { settled: BTreeSet::new(), fresh: BTreeSet::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_values_does_not_count_and_what_has_settled_stays() {
        for order in [[5, 1, 9, 7, 3], [9, 7, 5, 3, 1], [1, 3, 5, 7, 9]] {
            let mut set = Bounded::default();
            set.insert(8, 4);
            assert!(set.settle());
            for value in order {
                set.insert(value, 4);
            }
            assert!(set.settle() && !set.settle());
            assert_eq!(set.settled.into_iter().collect::<Vec<_>>(), [1, 3, 5, 8]);
        }
    }
}
