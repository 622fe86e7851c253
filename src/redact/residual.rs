//! The check of what was cleared, by means of its own: a few strict shapes, found by hand and not by the rules, and all values that were learned.

use std::io::{self, Read};
use std::sync::{Arc, LazyLock};

use super::learn::Learned;
use super::needle::{Hit, Needles};
use super::{archive, engine};
use crate::pool::Pool;

/// What the stricter rules are called in masks and tallies.
pub(super) const RULE: &str = "second-look";

/// A beginning that only a secret has: how long the whole is at least, and which signs it has besides letters and digits.
const BEGINNINGS: [(&str, usize, &[u8]); 34] = [
    ("AKIA", 20, b""),
    ("ASIA", 20, b""),
    ("ghp_", 40, b""),
    ("gho_", 40, b""),
    ("ghu_", 40, b""),
    ("ghs_", 40, b""),
    ("github_pat_", 40, b"_"),
    ("glpat-", 26, b"-_"),
    ("xoxb-", 24, b"-"),
    ("xoxp-", 24, b"-"),
    ("xapp-", 24, b"-"),
    ("sk_live_", 24, b""),
    ("rk_live_", 24, b""),
    ("sk_test_", 24, b""),
    ("sk-ant-", 40, b"-_"),
    ("sk-proj-", 40, b"-_"),
    ("AIza", 39, b"-_"),
    ("ya29.", 40, b"-_."),
    ("GOCSPX-", 28, b"-_"),
    ("SG.", 60, b"-_."),
    ("hvs.", 28, b"-_"),
    ("npm_", 40, b""),
    ("pypi-AgE", 60, b"-_"),
    ("dop_v1_", 70, b""),
    ("shpat_", 38, b""),
    ("dapi", 36, b""),
    ("AGE-SECRET-KEY-1", 70, b""),
    ("rubygems_", 50, b""),
    ("dckr_pat_", 30, b"-_"),
    ("NRAK-", 30, b""),
    ("PMAK-", 40, b"-"),
    ("lin_api_", 40, b""),
    ("eyJ", 40, b"-_."),
    ("{Z", 20, b"+/="),
];

/// What else is looked for: keys, users with passwords in addresses, encrypted sections, passwords in quotes.
const PLACES: [&str; 9] = [
    "private key-----",
    "://",
    "ciphervalue>",
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "secret",
    "apikey",
];

/// Where a look closer is worth it.
pub(super) static NEEDLES: LazyLock<Needles> = LazyLock::new(|| Needles::new(needles()));

/// The needles, in small letters.
pub(super) fn needles() -> Vec<Vec<u8>> {
    let needles = BEGINNINGS.iter().map(|(beginning, ..)| *beginning).chain(PLACES);
    needles.map(|needle| needle.to_ascii_lowercase().into_bytes()).collect()
}

/// The check of finished entries.
#[derive(Clone)]
pub struct ReadBack {
    learned: Arc<Learned>,
}

impl ReadBack {
    pub(super) fn new(learned: Arc<Learned>) -> Self {
        Self { learned }
    }

    /// How many secrets a stream still holds, in whatever encoding of text and inside archives; with threads that help, if it is large.
    pub fn count(&self, source: &mut dyn Read, pool: Option<&Arc<Pool>>) -> io::Result<u64> {
        archive::each_text(source, 0, &mut |mut text| engine::count(&self.learned, pool, &mut text))
    }
}

/// Finds what must not be there after clearing, where the needles stand.
pub(super) fn find(text: &[u8], hits: Vec<Hit>, mut found: impl FnMut(usize, usize)) {
    for hit in hits {
        let span = match BEGINNINGS.get(hit.needle) {
            Some(beginning) => token(text, hit.start, *beginning),
            None => place(text, hit.end, PLACES[hit.needle - BEGINNINGS.len()]),
        };
        if let Some((start, end)) = span
            && start < end
            && !is_masked(&text[start..end])
        {
            found(start, end);
        }
    }
}

fn is_masked(value: &[u8]) -> bool {
    memchr::memmem::find(value, b"REDACTED").is_some()
}

fn run(text: &[u8], from: usize, signs: &[u8]) -> usize {
    let rest = &text[from..text.len().min(from + 4096)];
    rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || signs.contains(byte)).count()
}

fn token(
    text: &[u8],
    start: usize,
    (beginning, shortest, signs): (&str, usize, &[u8]),
) -> Option<(usize, usize)> {
    // Letter case counts here, and a beginning stands at one.
    let is_begun = text[start..].starts_with(beginning.as_bytes())
        && start
            .checked_sub(1)
            .is_none_or(|before| !text[before].is_ascii_alphanumeric() && text[before] != b'_');
    let end = start + beginning.len() + run(text, start + beginning.len(), signs);
    let token = &text[start..end];
    let has_digit = token.iter().any(u8::is_ascii_digit);
    let is_jwt = beginning != "eyJ" || token.iter().filter(|byte| **byte == b'.').count() == 2;
    let is_closed = beginning != "{Z" || text.get(end) == Some(&b'}');
    (is_begun && end - start >= shortest && has_digit && is_jwt && is_closed).then_some((start, end))
}

fn place(text: &[u8], end: usize, what: &str) -> Option<(usize, usize)> {
    match what {
        "private key-----" => {
            let signs = b"+/=";
            let from =
                end + text[end..].iter().take(64).take_while(|byte| !byte.is_ascii_alphanumeric()).count();
            // Behind `\n` inside a string the n is the line's end and no key material.
            let from = from
                + usize::from(
                    from > 0 && text[from - 1] == b'\\' && matches!(text.get(from), Some(b'n' | b'r')),
                );
            let length = run(text, from, signs);
            (length >= 40).then_some((from, from + length))
        }
        "ciphervalue>" => {
            let from =
                end + text[end..].iter().take(64).take_while(|byte| byte.is_ascii_whitespace()).count();
            let length = run(text, from, b"+/=");
            (length >= 40).then_some((from, from + length))
        }
        "://" => user_info(text, end),
        _ => quoted(text, end),
    }
}

/// The password in `://user:password@host`.
fn user_info(text: &[u8], from: usize) -> Option<(usize, usize)> {
    let rest = &text[from..text.len().min(from + 256)];
    let end = rest.iter().position(|byte| {
        byte.is_ascii_whitespace() || matches!(byte, b'/' | b'"' | b'\'' | b'<' | b'>' | b',' | b'?')
    })?;
    let at = memchr::memrchr(b'@', &rest[..end])?;
    let colon = memchr::memchr(b':', &rest[..at])?;
    let password = &rest[colon + 1..at];
    let is_variable = password.starts_with(b"$")
        || password.starts_with(b"%")
        || password.starts_with(b"{")
        || password.iter().all(|byte| *byte == b'*');
    (!password.is_empty() && !is_variable && end > at + 1).then_some((from + colon + 1, from + at))
}

/// A value in quotes right behind a key word and its sign, with a digit or a sign in it and no blank.
fn quoted(text: &[u8], end: usize) -> Option<(usize, usize)> {
    let rest = &text[end..text.len().min(end + 256)];
    let skip =
        |at: usize, signs: &[u8]| at + rest[at..].iter().take_while(|byte| signs.contains(byte)).count();
    let at = skip(0, b"\\\"'] ");
    let sign = rest.get(at).filter(|byte| matches!(byte, b'=' | b':'))?;
    let at = skip(at + 1, b" ");
    let open = skip(at, b"\\");
    let quote = rest.get(open).filter(|byte| matches!(byte, b'"' | b'\''))?;
    let length = memchr::memchr2(*quote, b'\n', &rest[open + 1..])?;
    let value = &rest[open + 1..open + 1 + length];
    let value = value.strip_suffix(b"\\").unwrap_or(value);
    let is_set = value.len() >= 6
        && (*sign == b'=' || value.len() >= 8)
        && !value
            .iter()
            .any(|byte| matches!(byte, b' ' | b'{' | b'<' | b'(' | b'$' | b'%' | b'*' | b'/' | b'\\'))
        && value.iter().any(u8::is_ascii_digit)
        && value.iter().any(u8::is_ascii_alphabetic);
    (rest[open + 1 + length] == *quote && is_set).then_some((end + open + 1, end + open + 1 + value.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(text: &str) -> Vec<&str> {
        let mut hits = Vec::new();
        find(text.as_bytes(), NEEDLES.find(text.as_bytes()), |start, end| hits.push(&text[start..end]));
        hits
    }

    #[test]
    fn what_was_missed_is_found_by_other_means() {
        for (text, secret) in [
            ("id AKIAIOSFODNN7EXAMPLE.", "AKIAIOSFODNN7EXAMPLE"),
            ("x ghp_0123456789abcdefghijABCDEFGHIJ012345 y", "ghp_0123456789abcdefghijABCDEFGHIJ012345"),
            ("https://etl:p@ss1@host/x", "p@ss1"),
            ("x.password = \"hunter22\"", "hunter22"),
            ("\\\"clientSecret\\\": \\\"abcdefg1\\\"", "abcdefg1"),
            (
                "-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj",
                "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj",
            ),
        ] {
            assert_eq!(hits(text), [secret], "{text}");
        }
    }

    /// What the check finds is masked, so ordinary text must hold nothing for it.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "the project's own files")]
    fn ordinary_lines_hold_nothing() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ordinary");
        for entry in std::fs::read_dir(folder).expect("part of the sources") {
            let path = entry.expect("readable").path();
            let text = std::fs::read_to_string(&path).expect("text");
            assert_eq!(hits(&text), Vec::<&str>::new(), "{}", path.display());
        }
    }

    #[test]
    fn what_was_masked_is_not() {
        for text in [
            "password = \"REDACTED_keyed_secret_0a1b2c3d\"",
            "https://etl:REDACTED_url_password@host/x",
            "-----BEGIN PRIVATE KEY-----\nREDACTED_private_key_0a1b2c3d",
            "password: \"required\" secret = \"of the user\" https://host:8080/@x",
        ] {
            assert_eq!(hits(text), Vec::<&str>::new(), "{text}");
        }
    }
}
