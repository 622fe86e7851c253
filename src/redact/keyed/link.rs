//! How a name is linked to its value: by a sign, a word, a blank, or as attribute or element.

use super::{Link, Name, begins_line, blanks, is_name, space};

/// The closing quote of a quoted name, with the backslashes before it.
pub(super) fn close_quote(text: &[u8], at: usize) -> usize {
    let slashes = text[at..].iter().take_while(|byte| **byte == b'\\').count();
    match text.get(at + slashes) {
        Some(b'"' | b'\'' | b'`') => at + slashes + 1,
        Some(b']') if slashes == 0 => at + 1,
        _ if text[at..].starts_with(b"&quot;") => at + 6,
        _ => at,
    }
}

/// How the name is linked to its value, and where that begins.
pub(super) fn link(text: &[u8], Name { start: name_start, end: name_end }: Name) -> Option<(Link, usize)> {
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
    // Quotes doubled inside a string, and `x["password"] = …`.
    let after_quote = if text.get(name_end) == Some(&b'"') && text.get(name_end + 1) == Some(&b'"') {
        name_end + 2
    } else {
        after_quote
    };
    let after_quote =
        after_quote + usize::from(after_quote > name_end && text.get(after_quote) == Some(&b']'));
    let at = blanks(text, after_quote);
    if after_quote == name_end
        && let Some(sign) = tail(text, Name { start: name_start, end: name_end })
    {
        return Some(sign);
    }
    sign(text, Name { start: name_start, end: name_end }, (after_quote, at))
}

/// The sign, word or blank behind a name: what it is, and where the value begins.
fn sign(
    text: &[u8],
    Name { start: name_start, end: name_end }: Name,
    (after_quote, at): (usize, usize),
) -> Option<(Link, usize)> {
    let is_option =
        text.get(name_start) == Some(&b'-') || (text.get(name_start) == Some(&b'/') && at > name_end);
    if is_option && after_quote > name_end && is_flag(text, after_quote) {
        return None;
    }
    match text.get(at)? {
        b'|' if text[at..].starts_with(b"||=") => Some((Link::Equals, at + 3)),
        b'-' if at > name_end && text[at..].starts_with(b"-> ") => Some((Link::Colon, at + 2)),
        0xE2 if text[at..].starts_with("\u{2192}".as_bytes()) => Some((Link::Colon, at + 3)),
        // The wide colon and equals sign of Chinese and Japanese.
        0xEF if text[at..].starts_with("\u{ff1a}".as_bytes()) => Some((Link::Colon, at + 3)),
        0xEF if text[at..].starts_with("\u{ff1d}".as_bytes()) => Some((Link::Equals, at + 3)),
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
        b',' if after_quote > name_end
            && is_quote(text, name_start)
            && (is_option
                || (is_argument(text, name_start)
                    && matches!(text.get(blanks(text, at + 1)), Some(b'"' | b'\'')))) =>
        {
            Some((Link::Markup, at + 1))
        }
        _ if is_option && at > name_end => Some((Link::Option, at)),
        _ if after_quote == name_end && at > name_end => {
            setting(text, Name { start: name_start, end: name_end }, at)
        }
        _ => None,
    }
}

/// Whether an option in a list of arguments has no value: it is the last one, or another option follows.
fn is_flag(text: &[u8], after_quote: usize) -> bool {
    let at = space(text, after_quote);
    match text.get(at) {
        Some(b']') => true,
        Some(b',') => {
            let item = &text[space(text, at + 1)..];
            item.starts_with(b"\"--") && item.get(3).is_some_and(u8::is_ascii_lowercase)
        }
        _ => false,
    }
}

/// Whether a quote stands right before.
pub(super) fn is_quote(text: &[u8], at: usize) -> bool {
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

/// `Passwort für svc: …`, `Senha do banco = …`: what stands between a name and its sign where the name begins a line or a string.
fn tail(text: &[u8], name: Name) -> Option<(Link, usize)> {
    const JOINTS: [&str; 16] = [
        "f\u{fc}r", "fur", "for", "of", "do", "da", "de", "del", "di", "von", "van", "SMTP", "LDAP", "DB",
        "API", "\u{441}",
    ];
    let rest = &text[name.end..text.len().min(name.end + 64)];
    if !matches!(rest.first(), Some(b' ' | b'_')) || !(begins_line(text, name) || is_quote(text, name.start))
    {
        return None;
    }
    let end = rest.iter().position(|byte| matches!(byte, b':' | b'=' | b'"' | b'\n' | b'\r'))?;
    let words = String::from_utf8_lossy(&rest[1..end]);
    let words = words.trim_end();
    let first = words.split([' ', '_']).next().unwrap_or_default();
    if !JOINTS.contains(&first) || words.split(' ').count() > 4 || words.contains(['\'', '/']) {
        return None;
    }
    if is_quote(text, name.start) && rest[end] != b'"' {
        return None;
    }
    let at = name.end + end;
    let at = blanks(text, close_quote(text, at));
    match text.get(at)? {
        // In English a sentence may go on: `Password for etl: expired`.
        b':' if matches!(first, "for" | "of") => Some((Link::Is, at + 1)),
        b':' => Some((Link::Colon, at + 1)),
        b'=' => Some((Link::Equals, at + 1)),
        _ => None,
    }
}

/// Whether a quoted name is the first argument of a call: `setProperty("password", "…")`.
fn is_argument(text: &[u8], name_start: usize) -> bool {
    let head = &text[..name_start - 1];
    let head = head.strip_suffix(b"\\").unwrap_or(head);
    head.ends_with(b"(") && head.len() > 1 && is_name(head[head.len() - 2])
}

/// A setting whose name and value have only blanks between: alone on their line, with a dot or a dash in the name or several blanks behind it.
fn setting(text: &[u8], name: Name, at: usize) -> Option<(Link, usize)> {
    let gap = &text[name.end..at];
    let is_wide = gap.len() > 1 || gap == b"\t";
    let is_long = text[name.start..name.end].iter().any(|byte| matches!(byte, b'.' | b'_'));
    let rest = &text[at..text.len().min(at + 512)];
    let line = &rest[..memchr::memchr2(b'\n', b'\r', rest)?];
    let (kind, value) = match line.strip_prefix(b"REG_SZ") {
        Some(value) => (6 + value.iter().take_while(|byte| **byte == b' ').count(), value.trim_ascii()),
        None => (0, line.trim_ascii()),
    };
    let is_one = !value.is_empty() && !value.contains(&b' ') && !value.contains(&b'\t');
    (begins_line(text, name)
        && is_one
        && (is_long || is_wide)
        && !value.starts_with(b"-")
        && !value.starts_with(b"|"))
    .then_some((Link::Is, at + kind))
}
