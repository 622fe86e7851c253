//! Which rows a log is looked through for, and one search over all their needles. Knows no files.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aho_corasick::{AhoCorasick, MatchKind, Span, packed};

use super::issue::{Issue, Ready};

/// Needles of one search: with more of them it takes ordinary text for hits too often.
const TOGETHER: usize = 32;

/// Gives each log its rows. The sets are made once, since most logs of a product share them.
pub struct Lookup<'a> {
    issues: &'a [Issue],
    sets: Mutex<HashMap<Vec<usize>, Arc<Set>>>,
}

impl<'a> Lookup<'a> {
    /// Over these rows.
    pub fn new(issues: &'a [Issue]) -> Self {
        Self { issues, sets: Mutex::default() }
    }

    /// The rows for a log of a product, by its file's name.
    pub fn set(&self, product: &str, version: Option<&str>, file_name: &str) -> Arc<Set> {
        let applies = |(_, issue): &(usize, &Issue)| issue.applies(product, version, file_name);
        let rows: Vec<usize> =
            self.issues.iter().enumerate().filter(applies).map(|(number, _)| number).collect();
        let mut sets = self.sets.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(sets.entry(rows).or_insert_with_key(|rows| Arc::new(Set::new(self.issues, rows))))
    }
}

/// A row of a set.
pub(super) struct Row {
    /// Its number among all rows.
    pub(super) number: usize,
    pub(super) ready: Ready,
}

/// Rows that a log is looked through for.
pub struct Set {
    pub(super) rows: Vec<Row>,
    /// Their needles, some at a time.
    pub(super) searches: Vec<Search>,
    /// All of them, to tell which ones stand in a line that holds one.
    needles: AhoCorasick,
}

impl Set {
    fn new(issues: &[Issue], numbers: &[usize]) -> Self {
        let rows =
            numbers.iter().map(|number| Row { number: *number, ready: issues[*number].ready() }).collect();
        let needles: Vec<&str> = numbers.iter().map(|number| issues[*number].needle.as_str()).collect();
        Self {
            rows,
            searches: needles.chunks(TOGETHER).map(Search::new).collect(),
            needles: automaton(&needles),
        }
    }

    /// The rows whose needles stand in a line, each once, and where.
    pub(super) fn rows_of(&self, line: &[u8]) -> Vec<(usize, usize)> {
        let mut found: Vec<(usize, usize)> = Vec::new();
        for hit in self.needles.find_overlapping_iter(line) {
            let row = hit.pattern().as_usize();
            if !found.iter().any(|(known, _)| *known == row) {
                found.push((row, hit.start()));
            }
        }
        found
    }
}

/// A search for some needles.
pub(super) enum Search {
    /// With the vector instructions of the processor.
    Packed(Box<packed::Searcher>),
    /// Where it has none.
    Plain(AhoCorasick),
}

impl Search {
    fn new(needles: &[&str]) -> Self {
        let packed = packed::Config::new().builder().extend(needles).build();
        packed.map_or_else(|| Self::Plain(automaton(needles)), |searcher| Self::Packed(Box::new(searcher)))
    }

    /// Where the next needle begins, from an offset on.
    pub(super) fn next(&self, text: &[u8], from: usize) -> Option<usize> {
        match self {
            Self::Packed(searcher) => searcher.find_in(text, Span { start: from, end: text.len() }),
            Self::Plain(automaton) => automaton.find(aho_corasick::Input::new(text).range(from..)),
        }
        .map(|hit| hit.start())
    }
}

/// # Panics
/// Never: a few hundred short needles are far from any limit.
fn automaton(needles: &[&str]) -> AhoCorasick {
    AhoCorasick::builder().match_kind(MatchKind::Standard).build(needles).expect("few and short needles")
}
