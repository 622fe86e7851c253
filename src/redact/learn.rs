//! Values that were masked somewhere: they must stand nowhere else in the bundle, in no escaping. They are kept in memory only, and never shown.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine as _;

use super::cleared::Engine;
use super::mask::unescape;

/// Shorter values stand in too many places by chance.
const SHORTEST: usize = 8;

/// Values that are kept at most: of one run of letters, digits and dashes, and of all others.
const MOST_PLAIN: usize = 100_000;
const MOST_OTHER: usize = 2_000;

/// Longest value that is kept; of a longer one the whole is found by its shape.
const LONGEST: usize = 512;

/// What has been masked so far.
#[derive(Default)]
pub(super) struct Memory(Mutex<Values>);

#[derive(Default, Clone)]
struct Values {
    /// Digests of values of letters, digits and dashes: a session id costs eight bytes.
    plain: HashSet<u64>,
    /// All others, as they are.
    other: BTreeSet<Vec<u8>>,
}

/// The values learned up to a moment, ready to be searched for.
pub struct Learned {
    plain: HashSet<u64>,
    others: usize,
    forms: Option<AhoCorasick>,
}

impl fmt::Debug for Learned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Learned({} values)", self.len())
    }
}

impl Memory {
    /// Keeps a masked value, unless it is short or a common word.
    pub(super) fn learn(&self, secret: &[u8]) {
        let value = unescape(secret.trim_ascii());
        if value.len() < SHORTEST || value.len() > LONGEST || !is_distinct(&value) {
            return;
        }
        let mut values = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if value.iter().all(|byte| is_plain(*byte)) {
            if values.plain.len() < MOST_PLAIN {
                values.plain.insert(digest(&value));
            }
        } else if values.other.len() < MOST_OTHER {
            values.other.insert(value);
        }
    }

    /// What is known now.
    pub(super) fn learned(&self) -> Learned {
        let values = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let forms: BTreeSet<Vec<u8>> = values.other.iter().flat_map(|value| forms(value)).collect();
        let forms = (!forms.is_empty()).then(|| {
            let builder = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(forms);
            builder.expect("the values are bounded in number and length")
        });
        Learned { plain: values.plain, others: values.other.len(), forms }
    }
}

/// Two kinds of characters or more; a word of one kind alone is likely a word. A long number is a serial.
fn is_distinct(value: &[u8]) -> bool {
    let kinds = [u8::is_ascii_lowercase, u8::is_ascii_uppercase, u8::is_ascii_digit, |byte: &u8| {
        !byte.is_ascii_alphanumeric()
    }];
    let count = kinds.iter().filter(|kind| value.iter().any(kind)).count();
    let digits = value.iter().all(u8::is_ascii_digit);
    (count >= 2 && value.iter().any(|byte| !byte.is_ascii_alphabetic())) || (digits && value.len() >= 12)
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

/// The value as it is, and as JSON, XML, URLs and base64 write it.
fn forms(value: &[u8]) -> Vec<Vec<u8>> {
    let escape = |map: &dyn Fn(u8) -> Option<String>| {
        value
            .iter()
            .flat_map(|byte| map(*byte).map_or_else(|| vec![*byte], String::into_bytes))
            .collect::<Vec<u8>>()
    };
    let json = escape(&|byte| matches!(byte, b'"' | b'\\').then(|| format!("\\{}", byte as char)));
    let xml = escape(&|byte| {
        let name = match byte {
            b'&' => "amp",
            b'<' => "lt",
            b'>' => "gt",
            b'"' => "quot",
            b'\'' => "apos",
            _ => return None,
        };
        Some(format!("&{name};"))
    });
    let url = escape(&|byte| {
        (!byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'.' | b'_' | b'~'))
            .then(|| format!("%{byte:02X}"))
    });
    let mut forms = vec![value.to_vec(), json, xml, url];
    let base64 = base64::engine::general_purpose::STANDARD.encode(value);
    forms.push(base64.into_bytes());
    forms
}

impl Learned {
    /// Number of values.
    pub fn len(&self) -> usize {
        self.plain.len() + self.others
    }

    /// Whether nothing was learned.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How often a learned value stands in a stream, in whatever encoding of text.
    pub fn scan<R: Read>(&self, mut source: R) -> io::Result<u64> {
        let mut engine = Engine::searching(self);
        let mut sink = vec![0; 64 * 1024];
        while engine.read(&mut source, &mut sink)? > 0 {}
        Ok(engine.clearance.masks.values().sum())
    }

    /// Finds learned values that stand alone, not inside a longer word.
    pub(super) fn find(&self, text: &[u8], mut found: impl FnMut(usize, usize)) {
        if !self.plain.is_empty() {
            let mut at = 0;
            while at < text.len() {
                let run = text[at..].iter().position(|byte| !is_plain(*byte)).unwrap_or(text.len() - at);
                if run >= SHORTEST && self.plain.contains(&digest(&text[at..at + run])) {
                    found(at, at + run);
                }
                at += run + 1;
            }
        }
        let edge = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
        for hit in self.forms.iter().flat_map(|forms| forms.find_iter(text)) {
            let before = hit.start().checked_sub(1).and_then(|at| text.get(at));
            let first = text[hit.start()].is_ascii_alphanumeric();
            let last = text[hit.end() - 1].is_ascii_alphanumeric();
            if (!first || edge(before)) && (!last || edge(text.get(hit.end()))) {
                found(hit.start(), hit.end());
            }
        }
    }
}
