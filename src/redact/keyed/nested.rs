//! Values that stand beneath their name: in an object or a list of JSON, in a block or a list of YAML, on the line after a prompt.

use super::extent::extent;
use super::judge::is_secret;
use super::{Link, Name, Value, blanks, is_name, line_start, pair};
use crate::redact::kind::Kind;

/// How far beneath a name its values are looked for.
const DEPTH: usize = 4 * 1024;

/// Lines of a block that are masked at most.
const LINES: usize = 64;

/// Finds values beneath a name after whose sign, at `at`, none stands.
pub(super) fn values(text: &[u8], name: Name, at: usize, found: &mut impl FnMut(Value)) {
    let at = blanks(text, at);
    match text.get(at) {
        Some(b'{') => object(text, name, at, found),
        Some(b'[') => list(text, name, at, found),
        Some(b'\r' | b'\n') => {
            // JSON may break the line before its bracket.
            let next = super::space(text, at);
            match text.get(next) {
                Some(b'{') => object(text, name, next, found),
                Some(b'[') => list(text, name, next, found),
                // JSON may break the line before a string too.
                Some(b'"') if super::is_quote(text, name.start) => {
                    let end = string_end(text, next + 1, text.len().min(next + DEPTH));
                    if is_secret(&text[next + 1..end], Link::Equals, Some(b'"')) {
                        found(Value { start: next + 1, end, quotes: None });
                    }
                }
                _ => block(text, name, at, false, found),
            }
        }
        Some(b'|' | b'>') => block(text, name, at, true, found),
        _ => {}
    }
}

/// The place behind the bracket that closes the one at `open`, or where the look ends.
fn closing(text: &[u8], open: usize) -> usize {
    let limit = text.len().min(open + DEPTH);
    let (mut depth, mut at) = (0_u32, open);
    while at < limit {
        match text[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            b'"' => at = string_end(text, at + 1, limit),
            _ => {}
        }
        at += 1;
    }
    limit
}

/// The closing quote of a string, or the end of the look.
pub(super) fn string_end(text: &[u8], mut at: usize, limit: usize) -> usize {
    while at < limit && text[at] != b'"' {
        at += 1 + usize::from(text[at] == b'\\');
    }
    at.min(limit)
}

/// Whether a name says that all beneath it are passwords, whatever their own names.
fn is_plural(text: &[u8], name: Name) -> bool {
    let name = text[name.start..name.end].to_ascii_lowercase();
    name.ends_with(b"passwords") || name.ends_with(b"passphrases") || name.ends_with(b"password")
}

/// Members that are called a value. All others go by their own names.
fn object(text: &[u8], name: Name, open: usize, found: &mut impl FnMut(Value)) {
    let end = closing(text, open);
    if is_plural(text, name) && !text[..name.start].ends_with(b"\\\"") {
        pair::strings(text, (open + 1, end), found);
    }
    pair::members(text, (open + 1, end), found);
}

/// The strings of a list.
fn list(text: &[u8], name: Name, open: usize, found: &mut impl FnMut(Value)) {
    let end = closing(text, open);
    let link = if is_plural(text, name) { Link::Equals } else { Link::Is };
    let mut at = open + 1;
    while at < end {
        match text[at] {
            b'"' | b'\'' => {
                let quote = text[at];
                let from = at + 1;
                let to = if quote == b'"' {
                    string_end(text, from, end)
                } else {
                    from + memchr::memchr(quote, &text[from..end]).unwrap_or(end - from)
                };
                // A string with a colon behind it is a name.
                let is_name = text.get(super::blanks(text, (to + 1).min(text.len()))) == Some(&b':');
                let to_inside = if text[from..to].ends_with(b"\\") { to - 1 } else { to };
                if !is_name && is_secret(&text[from..to_inside], link, None) {
                    found(Value { start: from, end: to_inside, quotes: None });
                }
                at = to + 1;
            }
            b'{' => at = closing(text, at),
            b'0'..=b'9' if link == Link::Equals => {
                let length = text[at..end].iter().take_while(|byte| byte.is_ascii_digit()).count();
                if length > 4 {
                    found(Value { start: at, end: at + length, quotes: Some("\"") });
                }
                at += length;
            }
            _ => at += 1,
        }
    }
}

/// What stands on the lines beneath, further to the right: a block scalar, the items of a list, or the one word after a prompt.
fn block(text: &[u8], name: Name, at: usize, is_scalar: bool, found: &mut impl FnMut(Value)) {
    let limit = text.len().min(at + DEPTH);
    let indent = indent(text, line_start(text, name.start));
    let Some(first) = memchr::memchr(b'\n', &text[at..limit]).map(|end| at + end + 1) else { return };
    // After `|` or `>` may stand signs for blanks at the end, nothing else.
    if is_scalar
        && text[at + 1..first].trim_ascii().iter().any(|byte| !matches!(byte, b'+' | b'-' | b'0'..=b'9'))
    {
        return;
    }
    let mut start = first;
    for number in 0..LINES {
        let end = memchr::memchr(b'\n', &text[start..limit]).map_or(limit, |end| start + end);
        let line = text[start..end].trim_ascii();
        let from = start + self::indent(text, start);
        let is_deeper = from - start > indent;
        if line.is_empty() {
        } else if is_scalar && is_deeper {
            scalar(text, (from, from + line.len()), found);
        } else if !is_scalar && line.starts_with(b"- ") && from - start >= indent {
            item(text, (from + 2, from + line.len()), found);
        } else if !is_scalar && is_deeper && pair::is_value_name(text, from) {
            pair::member(text, from, found);
        } else {
            if number <= 2 && !is_scalar {
                prompt(text, (from, from + line.len()), found);
            }
            return;
        }
        if end >= limit {
            return;
        }
        start = end + 1;
    }
}

fn indent(text: &[u8], start: usize) -> usize {
    super::blanks(text, start) - start
}

/// A line of a block scalar; the lines of armored keys are found by their own rule, which leaves the armor.
fn scalar(text: &[u8], (from, to): (usize, usize), found: &mut impl FnMut(Value)) {
    if is_secret(&text[from..to], Link::Equals, None) {
        found(Value { start: from, end: to, quotes: None });
    }
}

/// An item of a list: a value in quotes or a bare one; a mapping goes by its own names.
fn item(text: &[u8], (from, to): (usize, usize), found: &mut impl FnMut(Value)) {
    let from = blanks(text, from);
    if from >= to || memchr::memmem::find(&text[from..to], b": ").is_some() || text[to - 1] == b':' {
        return;
    }
    if let Some((start, end)) = extent(text, from, (Link::Equals, Kind::Text), from)
        && end <= to
        && is_secret(&text[start..end], Link::Is, text.get(start.wrapping_sub(1)).copied())
    {
        found(Value { start, end, quotes: None });
    }
}

/// The value on the line after a name that is alone on its own, in a list of such pairs or after a prompt.
pub(super) fn next_line(text: &[u8], name: Name, found: &mut impl FnMut(Value)) {
    let limit = text.len().min(name.end + 512);
    let Some(next) = memchr::memchr(b'\n', &text[name.end..limit]).map(|at| name.end + at + 1) else {
        return;
    };
    let end = memchr::memchr2(b'\n', b'\r', &text[next..limit]).map_or(limit, |at| next + at);
    let from = blanks(text, next);
    let from =
        if text[from..].starts_with(b"- ") || text[from..].starts_with(b": ") { from + 2 } else { from };
    let is_sign = |byte: &u8| {
        byte.is_ascii_digit()
            || !byte.is_ascii_alphanumeric()
                && !matches!(byte, b'?' | b'.' | b',' | b'!' | b':' | b'-' | b'_' | b'/' | b'\'')
    };
    if from < end && text[from..end].iter().any(is_sign) {
        prompt(text, (from, end), found);
    }
}

/// The line after `Password:`, if it is one word that is none of a sentence or of another setting.
fn prompt(text: &[u8], (from, to): (usize, usize), found: &mut impl FnMut(Value)) {
    let word = &text[from..to];
    let is_one = !word.is_empty()
        && word.len() <= 128
        && !word.iter().any(|byte| matches!(byte, b' ' | b'\t' | b'=' | b'<' | b'{'));
    let is_setting = word.ends_with(b":")
        || word.iter().take_while(|byte| is_name(**byte)).count() < word.len() && word.contains(&b':');
    if is_one && !is_setting && is_secret(word, Link::Is, None) {
        found(Value { start: from, end: to, quotes: None });
    }
}

/// Where the value of a member begins, if a name with its sign stands here.
pub(super) fn linked(text: &[u8], start: usize) -> Option<(Link, usize)> {
    let end = start + text[start..].iter().take(64).take_while(|byte| is_name(**byte)).count();
    super::link(text, Name { start, end })
}
