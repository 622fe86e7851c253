//! The lines of a manifest while it is being written, with their sums.

use serde::{Serialize, Serializer};

use super::{Entry, Outcome, Packed, Spool, Totals};

/// Manifest lines. Reading them back gives them in the order they were pushed.
#[derive(Default)]
pub struct Lines {
    spool: Spool<Entry>,
    totals: Totals,
}

impl Lines {
    /// Adds a line.
    pub fn push(&mut self, entry: &Entry) {
        self.totals.entries += 1;
        self.totals.bytes += entry.bytes;
        self.totals.source_bytes += entry.source_bytes;
        *self.totals.outcomes.entry(entry.outcome.word().to_owned()).or_default() += 1;
        self.spool.push(entry);
    }

    /// Sums over the lines.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Number of lines with that outcome.
    pub fn count(&self, outcome: Outcome) -> u64 {
        self.totals.outcomes.get(outcome.word()).copied().unwrap_or(0)
    }

    /// Ends the list; it can be read from then on.
    pub fn finish(self) -> PackedLines {
        PackedLines { packed: self.spool.finish(), totals: self.totals }
    }
}

/// A finished list of manifest lines.
pub struct PackedLines {
    packed: Packed<Entry>,
    totals: Totals,
}

impl PackedLines {
    /// The lines, unpacked one at a time.
    pub fn iter(&self) -> impl Iterator<Item = Entry> + '_ {
        self.packed.iter()
    }

    /// Sums over the lines.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// The same list with some lines changed.
    #[must_use]
    pub fn map(&self, change: impl Fn(Entry) -> Entry) -> Self {
        let mut lines = Lines::default();
        self.iter().map(change).for_each(|entry| lines.push(&entry));
        lines.finish()
    }
}

impl Serialize for PackedLines {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u64) -> Entry {
        Entry { name: format!("data/h/logs/{number}.txt"), bytes: number, ..Entry::new(Outcome::Collected) }
    }

    #[test]
    fn lines_come_back_as_they_went_in() {
        let mut lines = Lines::default();
        (0..100).for_each(|number| lines.push(&entry(number)));
        assert_eq!(lines.count(Outcome::Collected), 100);
        let packed = lines.finish();
        assert_eq!(packed.totals().bytes, 4950);
        assert_eq!(packed.iter().collect::<Vec<_>>(), (0..100).map(entry).collect::<Vec<_>>());
        let json = serde_json::to_string(&packed).expect("plain data");
        let back: Vec<Entry> = serde_json::from_str(&json).expect("a list of entries");
        assert_eq!(back.len(), 100);
    }
}
