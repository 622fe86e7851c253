//! Which rows a log is looked through for, and one search over all their needles. Knows no files.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aho_corasick::{AhoCorasick, MatchKind, Span, packed};

use super::issue::{Issue, Ready};

/// Parts of one search: with more of them it takes ordinary text for hits too often, and is slower than two.
const TOGETHER: usize = 32;

/// Shortest parts of a needle that are searched for, the better one first, and how much of it the search looks at first.
const PARTS: [usize; 2] = [14, 6];
const FIRST: usize = 4;

/// What standing in that text weighs.
const IN_TEXT: usize = 1000;

/// What logs are full of: a search for such text would stop at every line.
const COMMON: &str = "Command=Open app;Result=0;ResultText=Success Error: Failed to load connection for session with repository service database \
    The document engine server could not be closed user authentication started Exception at System.Qlik.Sense.Proxy Message certificate \
    INFO WARN ERROR DEBUG Not available Authenticate Retrieve access license check status request response https://localhost:4242/qrs/ \
    Table Column Value was SOURCE_CAPTURE TARGET_APPLY SORTER SQL SELECT FROM WHERE INSERT UPDATE true false null \
    2019-02-01T00:00:00.000+0100 20190201T112537.853+0100 1234567890 -0 =1 =2 =3 =4 a0 0b 1c 2d e3 4f";

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
    /// Rare parts of their needles, some at a time.
    pub(super) searches: Vec<Search>,
    /// All of them, to tell which ones stand in a line that holds one.
    needles: AhoCorasick,
}

impl Set {
    fn new(issues: &[Issue], numbers: &[usize]) -> Self {
        let rows =
            numbers.iter().map(|number| Row { number: *number, ready: issues[*number].ready() }).collect();
        let needles: Vec<&str> = numbers.iter().map(|number| issues[*number].needle.as_str()).collect();
        let mut parts: Vec<&[u8]> = needles.iter().map(|needle| rare_part(needle.as_bytes())).collect();
        parts.sort_unstable();
        parts.dedup();
        Self {
            rows,
            searches: parts.chunks(TOGETHER).map(Search::new).collect(),
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
    fn new(parts: &[&[u8]]) -> Self {
        let packed = packed::Config::new().builder().extend(parts).build();
        packed.map_or_else(|| Self::Plain(automaton(parts)), |searcher| Self::Packed(Box::new(searcher)))
    }

    /// Where the next part begins, from an offset on.
    pub(super) fn next(&self, text: &[u8], from: usize) -> Option<usize> {
        match self {
            Self::Packed(searcher) => searcher.find_in(text, Span { start: from, end: text.len() }),
            Self::Plain(automaton) => automaton.find(aho_corasick::Input::new(text).range(from..)),
        }
        .map(|hit| hit.start())
    }
}

/// The end of a needle that begins with what is rarest in logs. A line that holds the needle holds it too.
fn rare_part(needle: &[u8]) -> &[u8] {
    let best = |shortest: usize| {
        let starts = 0..=needle.len().saturating_sub(shortest);
        starts
            .map(|at| (commonness(&needle[at..(at + FIRST).min(needle.len())]), at))
            .min()
            .unwrap_or_default()
    };
    // A short part is searched for only where each longer one begins as every line does.
    let (_, at) =
        PARTS.into_iter().map(best).find(|(common, _)| *common < IN_TEXT).unwrap_or_else(|| best(PARTS[0]));
    &needle[at..]
}

/// How common the first bytes are: in text that logs are full of, and by themselves.
fn commonness(first: &[u8]) -> usize {
    let common = COMMON.as_bytes();
    let in_text = common.windows(first.len()).filter(|window| *window == first).count();
    let by_themselves: usize = first.iter().map(|byte| memchr::memchr_iter(*byte, common).count()).sum();
    in_text * IN_TEXT + by_themselves
}

/// # Panics
/// Never: a few hundred short needles are far from any limit.
fn automaton<T: AsRef<[u8]>>(needles: &[T]) -> AhoCorasick {
    AhoCorasick::builder().match_kind(MatchKind::Standard).build(needles).expect("few and short needles")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::Rows;

    #[test]
    fn what_is_searched_for_is_rare() {
        let rows = Rows::load(None).expect("the rows of this program");
        for row in &rows.issues.rows {
            let part = rare_part(row.needle.as_bytes());
            assert!(part.len() >= row.needle.len().min(PARTS[1]), "{}", row.id);
            let shown = String::from_utf8_lossy(part);
            assert!(!COMMON.contains(&*shown), "{}: {shown} stands in ordinary lines", row.id);
        }
    }
}
