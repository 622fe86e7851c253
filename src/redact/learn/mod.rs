//! Values that were masked somewhere: they must stand nowhere else in the bundle, in no escaping. They are kept in memory only, and never shown.

mod bounded;
mod forms;
mod plain;
mod secret;

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use super::identity::Vocabulary;
use super::mask::{PREFIX, unescape};
use super::needle::{self, Needles};
use super::residual;
use bounded::Bounded;
use plain::{Plain, beginning, digest, is_plain};
use secret::Secret;
use zeroize::Zeroizing;

/// Shorter values stand in too many places by chance: of three kinds of characters, and of two.
const SHORTEST_MIXED: usize = 6;
const SHORTEST: usize = 8;

/// Values that are kept at most: as digests of one run of letters, digits and dashes, and whole.
const MOST_PLAIN: usize = 100_000;
const MOST_WHOLE: usize = 2_000;

/// Stand-ins that the table for reading them back holds at most.
const MOST_TOLD: usize = 500_000;

/// Longest value that is kept; of a longer one the whole is found by its shape.
const LONGEST: usize = 512;

/// Rules whose values come by the thousand and are found again as they are: they are kept as digests.
const MANY: [&str; 14] = [
    "session-id",
    "session-member",
    "session-named",
    "session-event",
    "session-element",
    "session-path",
    "session-cookie-name",
    "qlik-ticket",
    "ticket-member",
    "ticket-named",
    "ticket-event",
    "ticket-with",
    "qlik-session",
    "cookie",
];

/// What has been masked so far.
#[derive(Default)]
pub(super) struct Memory {
    values: Mutex<Values>,
    current: Mutex<Arc<Learned>>,
}

#[derive(Default)]
struct Values {
    /// Digests of values of letters, digits and dashes, each with that of its beginning: a session id costs twelve bytes.
    plain: Bounded<(u64, u32)>,
    /// Values that are searched for in other forms too.
    whole: Bounded<Secret>,
    /// Names of people, hosts and domains, folded, with their rule.
    names: BTreeMap<String, &'static str>,
    /// What each stand-in stands for.
    told: BTreeMap<String, String>,
    /// Whether a name came since the last look.
    is_new: bool,
}

/// The values learned up to a moment, ready to be searched for.
#[derive(Default)]
pub struct Learned {
    plain: Plain,
    whole: Vec<Secret>,
    /// The forms of all values behind the needles of the rules, and behind those of the check: one look at a text finds both.
    tables: Option<[Table; 2]>,
    /// For each form, which value it is one of.
    owners: Vec<usize>,
    pub(super) names: Vocabulary,
}

/// Needles, and how many of them are no forms of values.
struct Table {
    needles: Needles,
    others: usize,
}

/// What a text is looked at for besides learned values.
#[derive(Clone, Copy)]
pub(super) enum Beside {
    /// The needles of the rules.
    Rules = 0,
    /// Those of the check.
    Check = 1,
}

impl fmt::Debug for Learned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Learned({} values)", self.len())
    }
}

impl Memory {
    /// Keeps a masked value, unless it is short or a common word.
    pub(super) fn learn(&self, rule: &str, secret: &[u8]) {
        let value = unescape(secret.trim_ascii());
        if value.len() > LONGEST || !is_distinct(&value) {
            return;
        }
        let mut values = self.lock();
        if value.iter().all(|byte| is_plain(*byte)) && value.len() >= SHORTEST {
            values.plain.insert((digest(&value), beginning(&value)), MOST_PLAIN);
        }
        if !MANY.contains(&rule) {
            values.whole.insert(Secret::new(value), MOST_WHOLE);
        }
    }

    /// Keeps the name of a person, a host or a domain, unless it is a word that stands everywhere.
    pub(super) fn learn_name(&self, rule: &'static str, name: &str) {
        let mut values = self.lock();
        for (name, rule) in Vocabulary::parts(rule, name) {
            if !values.names.contains_key(&name) && values.names.len() < MOST_PLAIN {
                values.names.insert(name, rule);
                values.is_new = true;
            }
        }
    }

    /// Remembers what a stand-in stands for.
    pub(super) fn tell(&self, stand_in: &str, value: &[u8]) {
        let mut values = self.lock();
        if values.told.len() < MOST_TOLD && !values.told.contains_key(stand_in) {
            values.told.insert(stand_in.to_owned(), String::from_utf8_lossy(value).into_owned());
        }
    }

    /// All stand-ins and what they stand for.
    pub(super) fn table(&self) -> BTreeMap<String, String> {
        self.lock().told.clone()
    }

    /// What was known at the last look.
    pub(super) fn current(&self) -> Arc<Learned> {
        Arc::clone(&self.current.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes what is known now what all later streams are searched for, together with the needles of the rules.
    pub(super) fn look(&self, rules: &[Vec<u8>]) -> Arc<Learned> {
        let mut values = self.lock();
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let is_new = [values.plain.settle(), values.whole.settle(), std::mem::take(&mut values.is_new)];
        if is_new.contains(&true) {
            *current = Arc::new(Learned::new(&values, rules));
        }
        Arc::clone(&current)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Values> {
        self.values.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A digit or a sign among other characters; a word alone is likely a word. A long number is a serial; some words with blanks are a phrase.
fn is_distinct(value: &[u8]) -> bool {
    let is_sign = |byte: &u8| {
        !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_' | b'.' | b' ' | b'/' | b':' | b'\\')
    };
    let kinds: [&dyn Fn(&u8) -> bool; 4] =
        [&u8::is_ascii_lowercase, &u8::is_ascii_uppercase, &u8::is_ascii_digit, &is_sign];
    let count = kinds.iter().filter(|kind| value.iter().any(kind)).count();
    let has_rare = value.iter().any(|byte| byte.is_ascii_digit() || is_sign(byte));
    let is_long_number = value.len() >= 12 && value.iter().all(u8::is_ascii_digit);
    let is_phrase = value.len() >= 16 && value.contains(&b' ');
    let is_version =
        value.iter().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b':' | b' ' | b'/'));
    is_long_number
        || is_phrase
        || (!is_version
            && has_rare
            && (value.len() >= SHORTEST && count >= 2 || value.len() >= SHORTEST_MIXED && count >= 3))
}

/// A value that was learned, where it stands again.
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Which value it is, if it is kept whole: other forms of it get its mask.
    pub(super) value: Option<usize>,
}

impl Learned {
    fn new(values: &Values, rules: &[Vec<u8>]) -> Self {
        let whole: Vec<Secret> = values.whole.settled.iter().cloned().collect();
        let mut owned: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        for (at, value) in whole.iter().enumerate() {
            for form in forms::of(value.bytes()) {
                owned.entry(form).or_insert(at);
            }
        }
        let (forms, owners): (Vec<Vec<u8>>, Vec<usize>) = owned.into_iter().unzip();
        let table = |others: &[Vec<u8>]| Table {
            needles: Needles::with_exact(others, forms.clone()),
            others: others.len(),
        };
        let tables = (!forms.is_empty()).then(|| [table(rules), table(&residual::needles())]);
        // The tables hold copies, which they wipe.
        drop(Zeroizing::new(forms));
        Self {
            plain: Plain::new(&values.plain.settled),
            whole,
            tables,
            owners,
            names: Vocabulary::new(&values.names),
        }
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        let digests = self.whole.iter().filter(|value| self.plain.holds(digest(value.bytes()))).count();
        self.plain.len() + self.whole.len() - digests
    }

    /// Whether nothing was learned.
    pub fn is_empty(&self) -> bool {
        self.plain.is_empty() && self.whole.is_empty() && self.names.is_empty()
    }

    /// The bytes of a value that a hit names.
    pub(super) fn value(&self, at: usize) -> Option<&[u8]> {
        self.whole.get(at).map(Secret::bytes)
    }

    /// Finds learned values that stand alone, not inside a longer word. Gives where the other needles stand.
    pub(super) fn find(
        &self,
        text: &[u8],
        (beside, needles): (Beside, &Needles),
        found: &mut impl FnMut(Hit),
    ) -> Vec<needle::Hit> {
        self.plain.find(text, |start, end| found(Hit { start, end, value: None }));
        let Some(tables) = &self.tables else { return needles.find(text) };
        let Table { needles, others } = &tables[beside as usize];
        let (others, forms) = needles.find(text).into_iter().partition(|hit| hit.needle < *others);
        self.forms(text, (forms, tables[beside as usize].others), found);
        others
    }

    /// Of the forms of values that were hit, those that stand alone.
    fn forms(&self, text: &[u8], (mut hits, first): (Vec<needle::Hit>, usize), found: &mut impl FnMut(Hit)) {
        // Of those that overlap the first, and of those that begin together the longest.
        hits.sort_unstable_by_key(|hit| (hit.start, Reverse(hit.end)));
        let mut last = 0;
        for needle::Hit { start, end, needle } in hits {
            if start < last {
                continue;
            }
            last = end;
            let value = self.owners[needle - first];
            if is_alone(text, start, end) {
                found(Hit { start, end, value: Some(value) });
            } else if memchr::memmem::find(self.whole[value].bytes(), &text[start..end]).is_none() {
                // Part of a longer run of base64, such as a name and a password together; the whole run goes.
                let run = base64_run(text, start, end);
                // What was masked beside it is no part of the run; the value itself still is to be.
                let is_masked = memchr::memmem::find(&text[run.0..run.1], PREFIX.as_bytes()).is_some();
                let run = if is_masked { (start, end) } else { run };
                if !text[start..end].contains(&b'%') {
                    found(Hit { start: run.0, end: run.1, value: Some(value) });
                }
            }
        }
    }
}

fn is_alone(text: &[u8], start: usize, end: usize) -> bool {
    let edge = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
    let before = start.checked_sub(1).and_then(|at| text.get(at));
    (!text[start].is_ascii_alphanumeric() || edge(before))
        && (!text[end - 1].is_ascii_alphanumeric() || edge(text.get(end)))
}

/// The run of base64 around a part of one.
fn base64_run(text: &[u8], start: usize, end: usize) -> (usize, usize) {
    let is_base64 =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_');
    let before =
        text[start.saturating_sub(LONGEST)..start].iter().rev().take_while(|byte| is_base64(byte)).count();
    let after = text[end..text.len().min(end + LONGEST)].iter().take_while(|byte| is_base64(byte)).count();
    (start - before, end + after)
}
