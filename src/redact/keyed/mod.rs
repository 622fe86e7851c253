//! Finds the value that stands under a secret's name: the tokenizer for `name = value` in all its writings. It looks at a few
//! hundred bytes around the name and never at the whole text.

mod extent;
mod judge;
mod link;
mod nested;
mod pair;
mod reference;
#[cfg(test)]
mod tests;

use super::kind::Kind;
use extent::extent;
use judge::is_secret;
use link::{close_quote, is_quote, link};
use reference::is_reference;

/// Longest name; what is longer is no name.
const LONGEST_NAME: usize = 128;

/// How far back the start of a line is looked for.
const LONGEST_INDENT: usize = 512;

/// What may follow the key word inside a name that still means the secret itself.
const ENDINGS: [&str; 26] = [
    "",
    "s",
    "value",
    "hash",
    "enc",
    "encrypted",
    "plain",
    "plaintext",
    "text",
    "string",
    "base64",
    "b64",
    "raw",
    "new",
    "old",
    "confirm",
    "md5",
    "key",
    "confirmation",
    "digest",
    "salt",
    "seed",
    "again",
    "repeat",
    "retype",
    "phrase",
];

/// Names that only sound secret, and masks.
const OTHERS: [&[u8]; 14] = [
    b"redacted_",
    b"publickey",
    b"public_key",
    b"public-key",
    b"cancellation",
    b"tokentype",
    b"passwordless",
    b"no-password",
    b"nopassword",
    b"token_type",
    b"secretless",
    b"x509serial",
    b"certserial",
    b"certificateserial",
];

/// How the value is set apart from the name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Link {
    /// `=` or `:=` or `=>`.
    Equals,
    /// `:`.
    Colon,
    /// ` is `, as in Qlik's `XPassword is …`.
    Is,
    /// A blank after a command line option.
    Option,
    /// The value attribute of the same XML element, or the element's own content.
    Markup,
    /// `%2`, which sets value from key in the packed strings of Qlik's REST connector.
    Packed,
}

/// A value under a secret's name. `quotes` are what a mask needs around it to stay valid JSON: a number there has none.
pub(super) struct Value {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) quotes: Option<&'static str>,
}

/// Where a name stands in the text: `start..end`, with the key word in it.
#[derive(Clone, Copy)]
struct Name {
    start: usize,
    end: usize,
}

/// Finds the values under the name whose key word stands at `start..end`: beside it, beneath it, or as the other half of a pair. Gives the
/// name if none stands beside it, for it may be the header of a column.
pub(super) fn values(
    text: &[u8],
    (start, end): (usize, usize),
    (kind, is_part): (Kind, bool),
    found: &mut impl FnMut(Value),
) -> Option<(usize, usize)> {
    let name = name_around(text, start, end)?;
    if is_part && !is_whole_part(text, name, (start, end)) {
        return None;
    }
    let Some((link, at)) = link(text, name) else {
        if begins_line(text, name) && matches!(text.get(name.end), Some(b'\r' | b'\n')) {
            nested::next_line(text, name, found);
        }
        pair::values(text, name, found);
        return Some((name.start, name.end));
    };
    let at = without_tag(text, link, at);
    if let Some(extent) = extent(text, at, (link, kind), name.start) {
        beside(text, name, (link, kind), extent, found);
    } else if link == Link::Markup && text.get(at - 1) == Some(&b'>') {
        pair::element_content(text, at, found);
    } else {
        nested::values(text, name, at, found);
    }
    None
}

/// The value that stands beside a name.
fn beside(
    text: &[u8],
    name: Name,
    (link, kind): (Link, Kind),
    (from, to): (usize, usize),
    found: &mut impl FnMut(Value),
) {
    if is_reference(text, name, link, (from, to)) {
        return;
    }
    let quotes = missing_quotes(text, name, link, (from, to));
    // Qlik writes its packed credentials as `XPassword is …`.
    let is_packed = || {
        let before = &text[name.start.saturating_sub(96)..name.start];
        link == Link::Is && (text[name.start] == b'X' || memchr::memmem::find(before, b"serId is ").is_some())
    };
    let is_setting = || link == Link::Colon && !kind.is_prose() && begins_line(text, name);
    let is_sure = is_packed() || is_setting() || is_alone(text, name, link, (from, to));
    let link = if is_sure { Link::Equals } else { link };
    let before = text.get(from.wrapping_sub(1)).copied();
    if is_secret(without_comment(&text[from..to], before), link, before) {
        found(Value { start: from, end: to, quotes });
    }
    if kind.is_lines() {
        continued(text, to, found);
    }
}

/// A bare value as it is without a comment behind it, to judge it by; masked is all of it.
fn without_comment(value: &[u8], before: Option<u8>) -> &[u8] {
    match (before, memchr::memmem::find(value, b" #")) {
        (Some(b'"' | b'\'' | b'`'), _) | (_, None) => value,
        (_, Some(at)) => value[..at].trim_ascii_end(),
    }
}

/// Whether a value has what words have not.
pub(super) fn is_odd(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let trimmed =
        value.strip_suffix(b".").or(value.strip_suffix(b",")).or(value.strip_suffix(b":")).unwrap_or(value);
    is_secret(trimmed, Link::Is, None) && !HELPLESS.contains(&trimmed.to_ascii_lowercase().as_slice())
}

/// Whether a value is one, rather than a placeholder.
pub(super) fn is_set(value: &[u8]) -> bool {
    is_secret(value, Link::Equals, None)
}

/// Words with a sign in them that stand where a secret may.
const HELPLESS: [&[u8]; 6] = [b"can't", b"doesn't", b"isn't", b"don't", b"n/a", b"didn't"];

/// Whether a short word is a part of a name by itself, as in `smtp.pass` and `dbPass`, and not in `passed` or `mapping`.
fn is_whole_part(text: &[u8], name: Name, (start, end): (usize, usize)) -> bool {
    let is_letter = |byte: &u8| byte.is_ascii_alphabetic() || *byte >= 0x80;
    let before = text[name.start..start].last();
    let is_hump = text[start].is_ascii_uppercase() && before.is_some_and(u8::is_ascii_lowercase);
    let begins = before.is_none_or(|byte| !is_letter(byte)) || is_hump;
    let next = text[end..name.end].first();
    let ends = next.is_none_or(|byte| {
        !is_letter(byte) || byte.is_ascii_uppercase() && text[end - 1].is_ascii_lowercase()
    });
    // `PASS: test_login` is the result of a test.
    let is_result = &text[name.start..name.end] == b"PASS" && matches!(text.get(name.end), Some(b':' | b' '))
        || text[name.start] == b'-' && end - start < 4;
    begins && ends && !is_result
}

/// Behind a tag or an anchor of YAML: `!!str …`, `&name …`.
fn without_tag(text: &[u8], link: Link, at: usize) -> usize {
    let from = blanks(text, at);
    if link != Link::Colon || !matches!(text.get(from), Some(b'&' | b'!')) {
        return at;
    }
    let rest = &text[from + 1..text.len().min(from + 64)];
    if text[from] == b'!' && !rest.starts_with(b"!") && !rest.starts_with(b"vault ") {
        return at;
    }
    let length = rest.iter().take_while(|byte| is_name(**byte) || **byte == b'!').count();
    if length > 1
        && rest.get(length) == Some(&b' ')
        && rest.get(length + 1).is_some_and(|byte| !matches!(byte, b'\r' | b'\n' | b'='))
    {
        from + 1 + length + 1
    } else {
        at
    }
}

/// Lines that go on with a value whose line ends in a backslash.
fn continued(text: &[u8], mut end: usize, found: &mut impl FnMut(Value)) {
    for _ in 0..32 {
        let is_open = end > 0 && text[end - 1] == b'\\';
        let Some(next) = memchr::memchr(b'\n', &text[end..text.len().min(end + 3)])
            .filter(|_| is_open)
            .map(|at| end + at + 1)
        else {
            return;
        };
        let start = blanks(text, next);
        let rest = &text[start..text.len().min(start + 1024)];
        let length = rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())].trim_ascii_end().len();
        let value = rest[..length].strip_suffix(b"\\").unwrap_or(&rest[..length]);
        let value = if let [b'=' | b':', value @ ..] = value { value.trim_ascii_start() } else { value };
        if !value.is_empty() {
            let at = start + rest[..length].windows(value.len()).position(|part| part == value).unwrap_or(0);
            found(Value { start: at, end: at + value.len(), quotes: None });
        }
        end = start + length;
    }
}

/// The name around a key word, unless it only sounds like a secret's.
fn name_around(text: &[u8], start: usize, end: usize) -> Option<Name> {
    let before = &text[start.saturating_sub(LONGEST_NAME)..start];
    let head = before.iter().rev().take_while(|byte| is_name(**byte)).count();
    let after = &text[end..text.len().min(end + LONGEST_NAME)];
    let tail = after.iter().take_while(|byte| is_name(**byte)).count();
    // The wide signs of Chinese and Japanese are letters to none.
    let signs = [&b"\xEF\xBC\x9A"[..], b"\xEF\xBC\x9D"];
    let tail =
        signs.iter().filter_map(|sign| memchr::memmem::find(&after[..tail], sign)).min().unwrap_or(tail);
    // An option's dashes are part of the name's bytes; a word may also end inside a longer one: `PasswordFile`.
    let rest: String = after[..tail]
        .iter()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .map(|byte| byte.to_ascii_lowercase() as char)
        .collect();
    let rest = rest.trim_end_matches(|c: char| c.is_ascii_digit());
    let name = Name { start: start - head, end: end + tail };
    let is_long = head + (end - start) + tail >= LONGEST_NAME;
    let is_other = || OTHERS.iter().any(|other| contains_folded(&text[name.start..name.end], other));
    (ENDINGS.contains(&rest) && !is_long && !is_other()).then_some(name)
}

/// Whether `name: value` is all of a line, as in a list of settings; then the value may be a plain word.
fn is_alone(text: &[u8], name: Name, link: Link, (from, to): (usize, usize)) -> bool {
    link == Link::Colon && begins_line(text, name) && !text[from..to].contains(&b' ')
}

/// Whether a name is the first on its line.
fn begins_line(text: &[u8], name: Name) -> bool {
    text[line_start(text, name.start)..name.start].iter().all(|byte| matches!(byte, b' ' | b'\t' | b'-'))
}

/// The quotes that a bare number under a quoted name lacks for its mask.
fn missing_quotes(text: &[u8], name: Name, link: Link, (from, to): (usize, usize)) -> Option<&'static str> {
    let is_quoted = is_quote(text, name.start) && close_quote(text, name.end) > name.end;
    let is_number = text[from..to]
        .iter()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+' | b'e' | b'E'));
    let is_sign = text[..from].trim_ascii_end().ends_with(b":");
    if !is_quoted
        || !is_number
        || is_quote(text, from)
        || !is_sign
        || !matches!(link, Link::Colon | Link::Equals | Link::Markup)
    {
        return None;
    }
    let slashes = close_quote(text, name.end) - name.end - 1;
    match (text[name.start - 1], slashes) {
        (b'"', 0) => Some("\""),
        (b'"', 1) => Some("\\\""),
        _ => None,
    }
}

/// Where the line begins in which this place stands, looked for as far as a name and its indent may go.
fn line_start(text: &[u8], at: usize) -> usize {
    let from = at.saturating_sub(LONGEST_INDENT);
    memchr::memrchr(b'\n', &text[from..at]).map_or(from, |found| from + found + 1)
}

fn contains_folded(name: &[u8], folded: &[u8]) -> bool {
    name.windows(folded.len()).any(|part| part.eq_ignore_ascii_case(folded))
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$' | 0x80..)
}

fn blanks(text: &[u8], mut at: usize) -> usize {
    while matches!(text.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    at
}

/// Blanks and line ends, where a format lets a value stand on the next line.
fn space(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(u8::is_ascii_whitespace) {
        at += 1;
    }
    at
}
