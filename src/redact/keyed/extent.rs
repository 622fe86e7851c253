//! Where a value ends: in quotes, in braces, between semicolons, or at the end of what its format allows.

use super::{Link, blanks, is_name, is_quote, line_start, space};
use crate::redact::kind::Kind;

/// Longest value in quotes and without; a longer one is cut, and the rest is text like any other.
const LONGEST: usize = 64 * 1024;

/// Where the value begins and ends.
pub(super) fn extent(
    text: &[u8],
    at: usize,
    (link, kind): (Link, Kind),
    name_start: usize,
) -> Option<(usize, usize)> {
    if link == Link::Markup && text.get(at.wrapping_sub(1)) == Some(&b'>') {
        let rest = &text[at..text.len().min(at + LONGEST)];
        let end = memchr::memchr(b'<', rest).unwrap_or(rest.len());
        let from = space(text, at).min(at + end);
        let to = at + text[at..at + end].trim_ascii_end().len();
        return (from < to).then_some((from, to));
    }
    let at = if link == Link::Markup { space(text, at) } else { blanks(text, at) };
    let slashes = text[at..].iter().take_while(|byte| **byte == b'\\').count();
    let opening = at + slashes;
    match text.get(opening)? {
        // A literal of SQL in a national or escaped alphabet.
        b'N' | b'n' | b'E' if text.get(opening + 1) == Some(&b'\'') && link == Link::Equals => {
            Some(quoted(text, opening + 2, b'\'', 0))
        }
        b'h' if kind == Kind::Settings && text[opening..].starts_with(b"hex") => hex(text, opening),
        b'"' if text.get(opening + 1) == Some(&b'"')
            && text.get(opening + 2).is_some_and(u8::is_ascii_alphanumeric) =>
        {
            let from = opening + 2;
            let rest = &text[from..text.len().min(from + 1024)];
            let rest = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
            Some((from, from + memchr::memmem::find(rest, b"\"\"").unwrap_or(rest.len())))
        }
        quote @ (b'"' | b'\'' | b'`') => Some(quoted(text, opening + 1, *quote, slashes)),
        b'&' if text[opening..].starts_with(b"&quot;") => {
            let from = opening + 6;
            let rest = &text[from..text.len().min(from + LONGEST)];
            Some((from, from + memchr::memmem::find(rest, b"&quot;").unwrap_or(rest.len())))
        }
        // A connection string may put its value in braces; `{}` is also how a template names a placeholder.
        b'{' if link == Link::Equals => {
            let end = memchr::memchr2(b'}', b'\n', &text[opening..text.len().min(opening + LONGEST)])?;
            (text[opening + end] == b'}' && end > 1).then_some((opening + 1, opening + end))
        }
        b'{' | b'[' if link == Link::Colon => None,
        b'|' | b'>' if link == Link::Colon && opens_block(&text[opening + 1..]) => None,
        b'\r' | b'\n' => None,
        _ => Some((at, bare(text, at, (link, kind), name_start))),
    }
}

/// Binary data of a registry export: behind its type, over lines that end in a backslash.
fn hex(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let rest = &text[at..text.len().min(at + LONGEST)];
    let from = memchr::memchr(b':', &rest[..rest.len().min(16)])? + 1;
    let is_data = |byte: &u8| byte.is_ascii_hexdigit() || matches!(byte, b',' | b'\\' | b' ' | b'\r' | b'\n');
    let mut end = from;
    while end < rest.len()
        && is_data(&rest[end])
        && (rest[end] != b'\n' || rest[..end].trim_ascii_end().ends_with(b"\\"))
    {
        end += 1;
    }
    let length = rest[from..end].trim_ascii_end().len();
    (length > 0).then_some((at + from, at + from + length))
}

/// Whether `|` or `>` is all that stands on the line, but for signs of how a block scalar ends.
fn opens_block(rest: &[u8]) -> bool {
    let signs =
        rest.iter().take_while(|byte| matches!(byte, b'+' | b'-' | b'0'..=b'9' | b' ' | b'\r')).count();
    signs < 16 && rest.get(signs) == Some(&b'\n')
}

/// The inside of a quoted value: to the quote that has as many backslashes as the opening one; doubled quotes are part of it.
fn quoted(text: &[u8], from: usize, quote: u8, slashes: usize) -> (usize, usize) {
    let limit = text.len().min(from + LONGEST);
    let mut at = from;
    while at < limit {
        match text[at] {
            byte if byte == quote => {
                let before = text[from..at].iter().rev().take_while(|byte| **byte == b'\\').count();
                let closes = before == slashes || slashes == 0 && before % 2 == 0;
                // A doubled quote is a quote inside, unless the value is empty.
                let is_doubled = slashes == 0
                    && at > from
                    && text.get(at + 1) == Some(&quote)
                    && text.get(at + 2).is_some_and(u8::is_ascii_alphanumeric);
                // The shell's way to write a quote in quotes.
                let is_spliced = quote == b'\'' && text[at..].starts_with(b"'\\''");
                match (closes, is_doubled) {
                    _ if is_spliced => at += 4,
                    (true, true) => at += 2,
                    (true, false) => return (from, at - before.min(slashes)),
                    (false, _) => at += 1,
                }
            }
            // Without its closing quote a value ends with its line or its cell.
            b'\r' | b'\n' | b'\t' => return (from, at),
            _ => at += 1,
        }
    }
    (from, limit)
}

/// The end of a value without quotes.
fn bare(text: &[u8], at: usize, (link, kind): (Link, Kind), name_start: usize) -> usize {
    let limit = text.len().min(at + LONGEST);
    let line = at + memchr::memchr3(b'\r', b'\n', b'\t', &text[at..limit]).unwrap_or(limit - at);
    let line_start = line_start(text, name_start);
    // In a comment of XML the value ends before the comment does.
    let is_comment = kind == Kind::Xml || memchr::memmem::find(&text[line_start..at], b"<!--").is_some();
    let line = if is_comment {
        memchr::memmem::find(&text[at..line], b"-->").map_or(line, |end| at + end)
    } else {
        line
    };
    if link == Link::Packed {
        return at
            + memchr::memmem::find(&text[at..line], b"%1")
                .unwrap_or(line - at)
                .min(quote_end(&text[at..line]));
    }
    // `"--password=a b"`: the quote before the name closes behind the value.
    if link == Link::Equals
        && is_quote(text, name_start)
        && let Some(end) = memchr::memchr(text[name_start - 1], &text[at..line])
    {
        return at + text[at..at + end].strip_suffix(b"\\").map_or(end, <[u8]>::len);
    }
    let before = text[line_start..name_start].trim_ascii();
    // A name alone at the start of its line, as in INI, properties and YAML: the value is the rest of the line.
    let alone = before.is_empty()
        || before == b"-"
        || before.eq_ignore_ascii_case(b"export")
        || before.eq_ignore_ascii_case(b"set");
    let semicolon = memchr::memchr(b';', &text[at..line]).map(|end| at + end);
    let goes_on = semicolon.is_some_and(|end| text[end..line].contains(&b'='));
    if alone
        && matches!(link, Link::Equals | Link::Colon)
        && (semicolon.is_none() || kind.is_lines() && !goes_on)
    {
        let value = before_tag(&text[at..line]);
        let comment = memchr::memmem::find(value, b" #").filter(|_| kind == Kind::Yaml);
        return at + comment.map_or(value, |end| &value[..end]).trim_ascii_end().len();
    }
    // Between semicolons blanks and commas belong to the value.
    if link == Link::Equals
        && (before.ends_with(b";") || semicolon.is_some_and(|end| !text[at..end].contains(&b'=')))
    {
        let end = semicolon.unwrap_or(line);
        let end = at + quote_end(&text[at..end]);
        return at + text[at..end].trim_ascii_end().len();
    }
    at + plain(&text[at..line])
}

/// What stands before a tag, opening or closing, of an element.
fn before_tag(value: &[u8]) -> &[u8] {
    let is_tag = |at: &usize| {
        let from = at + 1 + usize::from(value.get(at + 1) == Some(&b'/'));
        let name = value[from..].iter().take_while(|byte| is_name(**byte) || **byte == b':').count();
        name > 0 && value.get(from + name) == Some(&b'>')
    };
    memchr::memchr_iter(b'<', value).find(is_tag).map_or(value, |at| &value[..at])
}

/// Up to a quote that closes what stands around, or a bracket that does.
fn quote_end(value: &[u8]) -> usize {
    let closes = |at: usize| match value[at] {
        b'"' | b'<' => true,
        b'\'' | b']' | b')' => value
            .get(at + 1)
            .is_none_or(|next| matches!(next, b' ' | b';' | b',' | b')' | b'"' | b'.' | b'\'')),
        b'\\' => value.get(at + 1) == Some(&b'"'),
        _ => false,
    };
    (0..value.len()).find(|at| closes(*at)).unwrap_or(value.len())
}

/// Up to the blank, or to a separator that the next name follows.
pub(super) fn plain(value: &[u8]) -> usize {
    let ends = |at: usize| match value[at] {
        b' ' | b'"' | b'<' | b'>' | b'|' => true,
        b'\\' => value.get(at + 1) == Some(&b'"'),
        b'\'' | b')' | b']' | b'}' => value.get(at + 1).is_none_or(|next| {
            matches!(next, b' ' | b';' | b',' | b')' | b'"' | b'.' | b':' | b'}' | b']' | b'\'')
        }),
        b',' | b'&' | b';' => {
            let next = &value[at + 1..];
            let next = next.strip_prefix(b"amp;").unwrap_or(next);
            let word = next.iter().take_while(|byte| is_name(**byte)).count();
            next.is_empty()
                || matches!(next[0], b' ' | b'"')
                || next.starts_with(b"\\\"")
                || (word > 0 && matches!(next.get(word), Some(b'=' | b':')))
                || value[at] == b';' && !value[..at].ends_with(b"&amp")
        }
        _ => false,
    };
    (template(value)..value.len()).find(|at| ends(*at)).unwrap_or(value.len())
}

/// Where a variable that the value begins with ends, as `${NAME}` and `$(NAME)`: its closing bracket is no end of the value.
fn template(value: &[u8]) -> usize {
    let close = match value {
        [b'$', b'{', ..] => b'}',
        [b'$', b'(', ..] => b')',
        _ => return 0,
    };
    let is_end = |byte: &u8| *byte == close || matches!(byte, b' ' | b'"' | b'\'' | b'<');
    value.iter().take(256).position(is_end).filter(|end| value[*end] == close).map_or(0, |end| end + 1)
}
