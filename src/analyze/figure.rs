//! Figures that logs tell of: memory, latency. The least, the most and the last of each.

use std::collections::BTreeMap;

use super::analysis::Range;
use super::finding::stamp_micros;

/// Values of a figure, with times in microseconds since 1970.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Figure {
    least: f64,
    most: f64,
    most_at: Option<i64>,
    last: f64,
    last_at: Option<i64>,
}

/// Figures by name.
#[derive(Debug, Clone, Default)]
pub(super) struct Figures {
    records: u64,
    by_name: BTreeMap<String, Figure>,
}

impl Figures {
    /// Takes what a record tells.
    pub(super) fn note<'n>(&mut self, told: impl Iterator<Item = (&'n str, f64)>, time: Option<i64>) {
        let mut is_one = false;
        for (name, value) in told {
            is_one = true;
            let figure = Figure { least: value, most: value, most_at: time, last: value, last_at: time };
            self.join(name, figure);
        }
        self.records += u64::from(is_one);
    }

    /// Takes what another log tells.
    pub(super) fn add(&mut self, other: &Self) {
        self.records += other.records;
        for (name, figure) in &other.by_name {
            self.join(name, *figure);
        }
    }

    fn join(&mut self, name: &str, new: Figure) {
        let Some(known) = self.by_name.get_mut(name) else {
            self.by_name.insert(name.to_owned(), new);
            return;
        };
        known.least = known.least.min(new.least);
        if new.most > known.most {
            (known.most, known.most_at) = (new.most, new.most_at);
        }
        if new.last_at >= known.last_at {
            (known.last, known.last_at) = (new.last, new.last_at);
        }
    }

    /// Records that tell any, and the figures.
    pub(super) fn ranges(&self) -> Option<(u64, BTreeMap<String, Range>)> {
        let range = |figure: &Figure| Range {
            least: figure.least,
            most: figure.most,
            most_at: figure.most_at.map(stamp_micros),
            last: figure.last,
            last_at: figure.last_at.map(stamp_micros),
        };
        let ranges = self.by_name.iter().map(|(name, figure)| (name.clone(), range(figure))).collect();
        (self.records > 0).then_some((self.records, ranges))
    }
}

/// The number at the start of a text.
pub(super) fn number(text: &[u8]) -> Option<f64> {
    let text = text.trim_ascii_start();
    let length = text.iter().take_while(|byte| byte.is_ascii_digit() || **byte == b'.').take(18).count();
    let number: f64 = std::str::from_utf8(&text[..length]).ok()?.trim_end_matches('.').parse().ok()?;
    number.is_finite().then_some(number)
}
