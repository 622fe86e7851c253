//! Finds the value that stands under a secret's name: the tokenizer for `name = value` in all its writings. It looks at a few
//! hundred bytes around the name and never at the whole text.

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

/// Values that say there is none, or that it stands elsewhere.
const NOTHING: [&str; 22] = [
    "null",
    "none",
    "nil",
    "true",
    "false",
    "yes",
    "no",
    "undefined",
    "empty",
    "n/a",
    "na",
    "string",
    "required",
    "optional",
    "not",
    "is",
    "was",
    "integratedsecurity",
    "reject",
    "trust",
    "md5",
    "scram-sha-256",
];

/// Names that only sound secret, and masks.
const OTHERS: [&[u8]; 9] = [
    b"redacted_",
    b"publickey",
    b"cancellation",
    b"tokentype",
    b"passwordless",
    b"no-password",
    b"nopassword",
    b"token_type",
    b"secretless",
];

/// Longest value in quotes and without; a longer one is cut, and the rest is text like any other.
const LONGEST: usize = 64 * 1024;

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

/// The span of the value under the name whose key word stands at `start..end`, if there is one.
pub(super) fn value(text: &[u8], start: usize, end: usize) -> Option<(usize, usize)> {
    let name_start = text[..start].iter().rposition(|byte| !is_name(*byte)).map_or(0, |at| at + 1);
    let name_end = end + text[end..].iter().position(|byte| !is_name(*byte)).unwrap_or(text.len() - end);
    // An option's dashes are part of the name's bytes; a word may also end inside a longer one: `PasswordFile`.
    let rest: String = text[end..name_end]
        .iter()
        .filter(|byte| byte.is_ascii_alphanumeric())
        .map(|byte| byte.to_ascii_lowercase() as char)
        .collect();
    let rest = rest.trim_end_matches(|c: char| c.is_ascii_digit());
    if !ENDINGS.contains(&rest) || name_end - name_start > 128 {
        return None;
    }
    if OTHERS.iter().any(|other| contains_folded(&text[name_start..name_end], other)) {
        return None;
    }
    let (link, at) = link(text, name_start, name_end)?;
    let (from, to) = extent(text, at, link, name_start)?;
    let to = to.min(from + LONGEST);
    let line_start = text[..name_start].iter().rposition(|byte| *byte == b'\n').map_or(0, |nl| nl + 1);
    let alone = link == Link::Colon
        && text[line_start..name_start].iter().all(|byte| matches!(byte, b' ' | b'\t' | b'-'))
        && !text[from..to].contains(&b' ');
    let link = if alone { Link::Equals } else { link };
    is_secret(&text[from..to], link, text.get(from.wrapping_sub(1)).copied()).then_some((from, to))
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
fn link(text: &[u8], name_start: usize, name_end: usize) -> Option<(Link, usize)> {
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

/// Where the value begins and ends.
fn extent(text: &[u8], at: usize, link: Link, name_start: usize) -> Option<(usize, usize)> {
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
        quote @ (b'"' | b'\'' | b'`') => Some(quoted(text, opening + 1, *quote, slashes)),
        b'&' if text[opening..].starts_with(b"&quot;") => {
            let from = opening + 6;
            let end = memchr::memmem::find(&text[from..], b"&quot;").unwrap_or(text.len() - from);
            Some((from, from + end))
        }
        // A connection string may put its value in braces; `{}` is also how a template names a placeholder.
        b'{' if link == Link::Equals => {
            let end = memchr::memchr2(b'}', b'\n', &text[opening..])?;
            (text[opening + end] == b'}' && end > 1).then_some((opening + 1, opening + end))
        }
        b'{' | b'[' if link == Link::Colon => None,
        b'\r' | b'\n' => None,
        _ => Some((at, bare(text, at, link, name_start))),
    }
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
                match (closes, is_doubled) {
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
fn bare(text: &[u8], at: usize, link: Link, name_start: usize) -> usize {
    let limit = text.len().min(at + LONGEST);
    let line = at + memchr::memchr3(b'\r', b'\n', b'\t', &text[at..limit]).unwrap_or(limit - at);
    let line_start = text[..name_start].iter().rposition(|byte| *byte == b'\n').map_or(0, |nl| nl + 1);
    if link == Link::Packed {
        return at
            + memchr::memmem::find(&text[at..line], b"%1")
                .unwrap_or(line - at)
                .min(quote_end(&text[at..line]));
    }
    let before = text[line_start..name_start].trim_ascii();
    // A name alone at the start of its line, as in INI, properties and YAML: the value is the rest of the line.
    let alone = before.is_empty()
        || before == b"-"
        || before.eq_ignore_ascii_case(b"export")
        || before.eq_ignore_ascii_case(b"set");
    let semicolon = memchr::memchr(b';', &text[at..line]).map(|end| at + end);
    if alone && matches!(link, Link::Equals | Link::Colon) && semicolon.is_none() {
        return at + before_tag(&text[at..line]).trim_ascii_end().len();
    }
    // Between semicolons blanks and commas belong to the value.
    if link == Link::Equals
        && (before.ends_with(b";") || semicolon.is_some_and(|end| !text[at..end].contains(&b'=')))
    {
        let end = semicolon.unwrap_or(line);
        return at + quote_end(&text[at..end]);
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
        b'\'' | b']' | b')' => {
            value.get(at + 1).is_none_or(|next| matches!(next, b' ' | b';' | b',' | b')' | b'"' | b'.'))
        }
        b'\\' => value.get(at + 1) == Some(&b'"'),
        _ => false,
    };
    (0..value.len()).find(|at| closes(*at)).unwrap_or(value.len())
}

/// Up to the blank, or to a separator that the next name follows.
fn plain(value: &[u8]) -> usize {
    let ends = |at: usize| match value[at] {
        b' ' | b'"' | b'<' | b'>' | b'|' => true,
        b'\\' => value.get(at + 1) == Some(&b'"'),
        b'\'' | b')' | b']' | b'}' => value
            .get(at + 1)
            .is_none_or(|next| matches!(next, b' ' | b';' | b',' | b')' | b'"' | b'.' | b':' | b'}' | b']')),
        b',' | b'&' | b';' => {
            let next = &value[at + 1..];
            let word = next.iter().take_while(|byte| is_name(**byte)).count();
            next.is_empty()
                || next[0] == b' '
                || (word > 0 && matches!(next.get(word), Some(b'=' | b':')))
                || value[at] == b';'
        }
        _ => false,
    };
    (0..value.len()).find(|at| ends(*at)).unwrap_or(value.len())
}

/// Whether the value is one, rather than a word of a sentence or a way to say that there is none.
fn is_secret(value: &[u8], link: Link, before: Option<u8>) -> bool {
    let text = String::from_utf8_lossy(value);
    let text = text.trim();
    let quoted = matches!(before, Some(b'"' | b'\'' | b'`'));
    let lower = text.to_lowercase();
    let placeholder = (text.starts_with("${") && text.ends_with('}'))
        || (text.starts_with("$(") && text.ends_with(')'))
        || (text.starts_with("{{") && text.ends_with("}}"))
        || (text.len() > 2 && text.starts_with('%') && text.ends_with('%') && !text[1..].starts_with('%'))
        || (text.starts_with('<') && text.ends_with('>'))
        || text.starts_with("-----BEGIN")
        || text.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '.' | '-' | '?' | '#' | '•'));
    if text.is_empty()
        || placeholder
        || text.contains(super::mask::PREFIX)
        || NOTHING.contains(&lower.trim_end_matches(['.', ',', ';']))
    {
        return false;
    }
    if lower.contains("0000000-0000-0000") || (text.len() == 1 && !quoted) {
        return false;
    }
    match link {
        Link::Equals | Link::Markup | Link::Packed | Link::Option => true,
        Link::Colon | Link::Is if quoted => true,
        // In a sentence a word may follow; a secret has something that words have not.
        Link::Colon | Link::Is => {
            let odd = |c: char| {
                c.is_ascii_digit()
                    || (!c.is_alphanumeric()
                        && !matches!(c, '.' | ',' | '-' | '\'' | ' ' | '/' | '(' | ')' | ':' | '\\'))
            };
            let mixed = text.chars().skip(1).any(char::is_uppercase)
                && text.chars().any(char::is_lowercase)
                && !text.contains(' ');
            (text.chars().any(odd)
                || mixed
                || (text.len() >= 8 && !text.contains(' ') && link == Link::Colon && before.is_none()))
                && !is_measure(text)
        }
    }
}

/// A number with a unit, a time, or a version, as prose has them.
fn is_measure(text: &str) -> bool {
    text.len() < 5 && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ':' | '%' | 's' | 'm'))
}
