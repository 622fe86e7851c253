//! Finds the value that stands under a secret's name: the tokenizer for `name = value` in all its writings. It looks at a few
//! hundred bytes around the name and never at the whole text.

mod extent;
mod judge;
mod nested;
mod pair;
mod reference;
#[cfg(test)]
mod tests;

use extent::extent;
use judge::is_secret;
use reference::is_reference;

/// Longest name; what is longer is no name.
const LONGEST_NAME: usize = 128;

/// How far back the start of a line is looked for.
const LONGEST_INDENT: usize = 512;

/// What may follow the key word inside a name that still means the secret itself.
const ENDINGS: [&str; 18] = [
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
];

/// Names that only sound secret, and masks.
const OTHERS: [&[u8]; 11] = [
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

/// Finds the values under the name whose key word stands at `start..end`: beside it, beneath it, or as the other half of a pair.
pub(super) fn values(text: &[u8], start: usize, end: usize, prose: bool, found: &mut impl FnMut(Value)) {
    let Some(name) = name_around(text, start, end) else { return };
    if let Some((link, at)) = link(text, name) {
        if let Some((from, to)) = extent(text, at, link, name.start) {
            if is_reference(text, name, link, (from, to)) {
                return;
            }
            let quotes = missing_quotes(text, name, link, (from, to));
            let link = if is_alone(text, name, link, (from, to))
                || (!prose && link == Link::Colon && begins_line(text, name))
            {
                Link::Equals
            } else {
                link
            };
            let before = text.get(from.wrapping_sub(1)).copied();
            if is_secret(without_comment(&text[from..to], before), link, before) {
                found(Value { start: from, end: to, quotes });
            }
        } else {
            nested::values(text, name, at, found);
        }
    } else {
        pair::values(text, name, found);
    }
}

/// A bare value as it is without a comment behind it, to judge it by; masked is all of it.
fn without_comment(value: &[u8], before: Option<u8>) -> &[u8] {
    match (before, memchr::memmem::find(value, b" #")) {
        (Some(b'"' | b'\'' | b'`'), _) | (_, None) => value,
        (_, Some(at)) => value[..at].trim_ascii_end(),
    }
}

/// The name around a key word, unless it only sounds like a secret's.
fn name_around(text: &[u8], start: usize, end: usize) -> Option<Name> {
    let before = &text[start.saturating_sub(LONGEST_NAME)..start];
    let head = before.iter().rev().take_while(|byte| is_name(**byte)).count();
    let after = &text[end..text.len().min(end + LONGEST_NAME)];
    let tail = after.iter().take_while(|byte| is_name(**byte)).count();
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
    if !is_quoted || !is_number || is_quote(text, from) || !matches!(link, Link::Colon | Link::Equals) {
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

/// The closing quote of a quoted name, with the backslashes before it.
fn close_quote(text: &[u8], at: usize) -> usize {
    let slashes = text[at..].iter().take_while(|byte| **byte == b'\\').count();
    match text.get(at + slashes) {
        Some(b'"' | b'\'' | b'`') => at + slashes + 1,
        Some(b']') if slashes == 0 => at + 1,
        _ if text[at..].starts_with(b"&quot;") => at + 6,
        _ => at,
    }
}

/// How the name is linked to its value, and where that begins.
fn link(text: &[u8], Name { start: name_start, end: name_end }: Name) -> Option<(Link, usize)> {
    let after_quote = close_quote(text, name_end);
    if after_quote > name_end
        && let Some(at) = value_attribute(text, after_quote)
    {
        return Some((Link::Markup, at));
    }
    if text[name_end..].starts_with(b"%2") {
        return Some((Link::Packed, name_end + 2));
    }
    if text.get(name_end) == Some(&b'>') && name_start > 0 && matches!(text[name_start - 1], b'<' | b':') {
        return Some((Link::Markup, name_end + 1));
    }
    let at = blanks(text, after_quote);
    let is_option =
        text.get(name_start) == Some(&b'-') || (text.get(name_start) == Some(&b'/') && at > name_end);
    match text.get(at)? {
        b'=' if text.get(at + 1) == Some(&b'=') => None,
        b'=' => Some((Link::Equals, at + 1 + usize::from(text.get(at + 1) == Some(&b'>')))),
        b':' if text.get(at + 1) == Some(&b'=') => Some((Link::Equals, at + 2)),
        b':' if text.get(at + 1) == Some(&b':') => None,
        b':' => Some((Link::Colon, at + 1)),
        _ if at > name_end && text.get(at..at + 3).is_some_and(|word| word.eq_ignore_ascii_case(b"is ")) => {
            Some((Link::Is, at + 3))
        }
        // SQL has no sign between: `ALTER ROLE x PASSWORD 'y'`.
        b'\'' if after_quote == name_end && at > name_end => Some((Link::Equals, at)),
        // A list of arguments, as JSON shows a command line: the option is an item of its own.
        b',' if is_option && after_quote > name_end && is_quote(text, name_start) => {
            Some((Link::Markup, at + 1))
        }
        _ if is_option && at > name_end => Some((Link::Option, at)),
        _ => None,
    }
}

/// Whether a quote stands right before.
fn is_quote(text: &[u8], at: usize) -> bool {
    matches!(text.get(at.wrapping_sub(1)), Some(b'"' | b'\'' | b'`'))
}

/// `key="Password" value="…"` and `"name": "password", "value": "…"`: the value of a pair whose key is this name.
fn value_attribute(text: &[u8], at: usize) -> Option<usize> {
    let at = space(text, at);
    let at = if text.get(at) == Some(&b',') { space(text, at + 1) } else { at };
    let quotes = close_quote(text, at);
    let word = text.get(quotes..quotes + 5)?;
    if !word.eq_ignore_ascii_case(b"value") {
        return None;
    }
    let at = space(text, close_quote(text, quotes + 5));
    matches!(text.get(at)?, b'=' | b':').then_some(at + 1)
}
