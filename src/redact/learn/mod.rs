//! Values that were masked somewhere: they must stand nowhere else in the bundle, in no escaping. They are kept in memory only, and never shown.

mod forms;
mod secret;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use aho_corasick::{AhoCorasick, MatchKind};

use super::identity::Vocabulary;
use super::mask::unescape;
use secret::Secret;

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
const MANY: [&str; 4] = ["session-id", "qlik-ticket", "qlik-session", "cookie"];

/// What has been masked so far.
#[derive(Default)]
pub(super) struct Memory {
    values: Mutex<Values>,
    current: Mutex<Arc<Learned>>,
}

#[derive(Default)]
struct Values {
    /// Digests of values of letters, digits and dashes: a session id costs eight bytes.
    plain: HashSet<u64>,
    /// Values that are searched for in other forms too.
    whole: BTreeSet<Secret>,
    /// Names of people, hosts and domains, folded, with their rule.
    names: BTreeMap<String, &'static str>,
    /// What each stand-in stands for.
    told: BTreeMap<String, String>,
    /// Whether something came since the last look.
    is_new: bool,
}

/// The values learned up to a moment, ready to be searched for.
#[derive(Default)]
pub struct Learned {
    plain: HashSet<u64>,
    whole: Vec<Secret>,
    forms: Option<AhoCorasick>,
    /// For each form, which value it is one of.
    owners: Vec<usize>,
    pub(super) names: Vocabulary,
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
        let is_plain = value.iter().all(|byte| is_plain(*byte)) && value.len() >= SHORTEST;
        if is_plain && values.plain.len() < MOST_PLAIN {
            values.is_new |= values.plain.insert(digest(&value));
        }
        if !MANY.contains(&rule) && values.whole.len() < MOST_WHOLE {
            values.is_new |= values.whole.insert(Secret::new(value));
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

    /// Makes what is known now what all later streams are searched for.
    pub(super) fn look(&self) -> Arc<Learned> {
        let mut values = self.lock();
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::take(&mut values.is_new) {
            *current = Arc::new(Learned::new(&values));
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

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}

/// Letter case does not count in ids; a password in another case is as good as told.
fn digest(value: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.to_ascii_lowercase().hash(&mut hasher);
    hasher.finish()
}

/// A value that was learned, where it stands again.
pub(super) struct Hit {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Which value it is, if it is kept whole: other forms of it get its mask.
    pub(super) value: Option<usize>,
}

impl Learned {
    fn new(values: &Values) -> Self {
        let whole: Vec<Secret> = values.whole.iter().cloned().collect();
        let mut owned: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
        for (at, value) in whole.iter().enumerate() {
            for form in forms::of(value.bytes()) {
                owned.entry(form).or_insert(at);
            }
        }
        let (forms, owners): (Vec<Vec<u8>>, Vec<usize>) = owned.into_iter().unzip();
        let forms = (!forms.is_empty()).then(|| {
            let builder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(forms);
            builder.expect("the values are bounded in number and length")
        });
        Self { plain: values.plain.clone(), whole, forms, owners, names: Vocabulary::new(&values.names) }
    }

    /// Number of values.
    pub fn len(&self) -> usize {
        let digests = self.whole.iter().filter(|value| self.plain.contains(&digest(value.bytes()))).count();
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

    /// Finds learned values that stand alone, not inside a longer word.
    pub(super) fn find(&self, text: &[u8], mut found: impl FnMut(Hit)) {
        if !self.plain.is_empty() {
            let mut at = 0;
            while at < text.len() {
                let run = text[at..].iter().position(|byte| !is_plain(*byte)).unwrap_or(text.len() - at);
                if (SHORTEST..=LONGEST).contains(&run) && self.plain.contains(&digest(&text[at..at + run])) {
                    found(Hit { start: at, end: at + run, value: None });
                }
                at += run + 1;
            }
        }
        for hit in self.forms.iter().flat_map(|forms| forms.find_iter(text)) {
            let value = self.owners[hit.pattern().as_usize()];
            if is_alone(text, hit.start(), hit.end()) {
                found(Hit { start: hit.start(), end: hit.end(), value: Some(value) });
            } else if memchr::memmem::find(self.whole[value].bytes(), &text[hit.start()..hit.end()]).is_none()
            {
                // Part of a longer run of base64, such as a name and a password together; the whole run goes.
                let (start, end) = base64_run(text, hit.start(), hit.end());
                if !text[hit.start()..hit.end()].contains(&b'%') {
                    found(Hit { start, end, value: Some(value) });
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
