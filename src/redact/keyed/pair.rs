//! Pairs whose name and value are members of their own: `"name": "password", "value": "…"` in either order, `name="Password" value="…"`,
//! `<name>password</name><value>…</value>`, and the same as lines of YAML.

use super::extent::extent;
use super::judge::is_secret;
use super::nested::{linked, string_end};
use super::{Link, Name, Value, is_name, is_quote, line_start, space};
use crate::redact::kind::Kind;

/// Members that name the other one.
const LABELS: [&str; 21] = [
    "name",
    "key",
    "id",
    "field",
    "property",
    "propertyname",
    "param",
    "parameter",
    "setting",
    "variable",
    "option",
    "label",
    "attribute",
    "header",
    "keyname",
    "item",
    "arg",
    "argument",
    "variablename",
    "text",
    "title",
];

/// Members that hold the value.
const VALUES: [&str; 12] = [
    "data",
    "value",
    "val",
    "values",
    "content",
    "currentvalue",
    "stringvalue",
    "string",
    "plaintext",
    "plain",
    "default",
    "defaultvalue",
];

/// How far around a name its other half is looked for.
const AROUND: usize = 1024;

/// Finds the other half of the pair whose name is this one.
pub(super) fn values(text: &[u8], name: Name, found: &mut impl FnMut(Value)) {
    if text.get(name.end) == Some(&b'<') && text.get(name.start.wrapping_sub(1)) == Some(&b'>') {
        return elements(text, name, found);
    }
    let open = name.start - usize::from(is_quote(text, name.start));
    let open = open - text[..open].iter().rev().take(8).take_while(|byte| **byte == b'\\').count();
    let before = &text[open.saturating_sub(64)..open];
    let before = before.trim_ascii_end();
    let Some((sign @ (b':' | b'='), label)) = before.split_last() else { return };
    let label = label.trim_ascii_end();
    let label = label.strip_suffix(b"\"").or(label.strip_suffix(b"'")).unwrap_or(label);
    let label = label.strip_suffix(b"\\").unwrap_or(label);
    let length = label.iter().rev().take_while(|byte| is_name(**byte)).count();
    if !is_one_of(&label[label.len() - length..], &LABELS) {
        return;
    }
    match (sign, is_quote(text, name.start)) {
        (b'=', true) => attributes(text, name, found),
        (b'=', false) => lines(text, name, found),
        (b':', quoted) => {
            let around = object_around(text, name);
            let is_flow = |from: usize| memchr::memchr(b'\n', &text[from..name.start]).is_none();
            match around {
                Some(range) if quoted || is_flow(range.0) => members(text, range, found),
                _ => lines(text, name, found),
            }
        }
        _ => {}
    }
}

fn is_one_of(word: &[u8], words: &[&str]) -> bool {
    let word = word.strip_prefix(b"@").unwrap_or(word);
    let word = word.rsplit(|byte| matches!(byte, b':' | b'.')).next().unwrap_or(word);
    let is_known = |word: &[u8]| words.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word));
    // `param-value`, `ParameterKey`.
    let last = word.rsplit(|byte| matches!(byte, b'-' | b'_')).next().unwrap_or(word);
    let hump = word.iter().rposition(u8::is_ascii_uppercase).map_or(word, |at| &word[at..]);
    is_known(word) || is_known(last) || (hump.len() > 2 && is_known(hump))
}

/// Whether a name of a value stands here.
pub(super) fn is_value_name(text: &[u8], at: usize) -> bool {
    let at = at + usize::from(matches!(text.get(at), Some(b'"' | b'\'')));
    let length = text[at..].iter().take(64).take_while(|byte| is_name(**byte)).count();
    is_one_of(&text[at..at + length], &VALUES)
}

/// The value of the member whose name stands here.
pub(super) fn member(text: &[u8], at: usize, found: &mut impl FnMut(Value)) {
    let at = at + usize::from(matches!(text.get(at), Some(b'"' | b'\'')));
    let Some((_, from)) = linked(text, at) else { return };
    let Some((start, end)) = extent(text, space(text, from), (Link::Colon, Kind::Text), at) else { return };
    let before = text.get(start.wrapping_sub(1)).copied();
    if is_secret(&text[start..end], Link::Equals, before) {
        let is_number = text[start..end].iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
        let quotes = (is_number && !is_quote(text, start) && is_quote(text, at)).then_some("\"");
        found(Value { start, end, quotes });
    }
}

/// Members of an object, between its brackets, that are called a value.
pub(super) fn members(text: &[u8], (from, to): (usize, usize), found: &mut impl FnMut(Value)) {
    let (mut at, mut depth) = (from, 0_u32);
    while at < to {
        match text[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => {
                // In JSON inside a string quotes come with a backslash.
                let is_escaped = at > 0 && text[at - 1] == b'\\';
                let end = if is_escaped {
                    memchr::memchr(b'"', &text[at + 1..to]).map_or(to, |quote| at + 1 + quote)
                } else {
                    string_end(text, at + 1, to)
                };
                let inside = &text[at + 1..end];
                let slashes = inside.iter().rev().take_while(|byte| **byte == b'\\').count();
                let inside = &inside[..inside.len() - slashes];
                if depth == 0 && is_one_of(inside, &VALUES) {
                    member(text, at, found);
                }
                at = end;
            }
            byte if depth == 0 && is_name(byte) && !is_name(text[at - 1]) && is_value_name(text, at) => {
                member(text, at, found);
            }
            _ => {}
        }
        at += 1;
    }
}

/// All strings of an object that are values and not under a label of their own.
pub(super) fn strings(text: &[u8], (from, to): (usize, usize), found: &mut impl FnMut(Value)) {
    let mut at = from;
    while at < to {
        if text[at] != b'"' {
            at += 1;
            continue;
        }
        let end = string_end(text, at + 1, to);
        let after = space(text, (end + 1).min(text.len()));
        if text.get(after) == Some(&b':') {
            let folded = String::from_utf8_lossy(&text[at + 1..end]).to_lowercase();
            let value = space(text, after + 1);
            let is_label = LABELS.contains(&folded.as_str())
                || ["type", "description", "format", "$ref", "policy", "algorithm"]
                    .contains(&folded.as_str());
            if text.get(value) == Some(&b'"') && !is_label {
                let close = string_end(text, value + 1, to);
                if is_secret(&text[value + 1..close], Link::Equals, Some(b'"')) {
                    found(Value { start: value + 1, end: close, quotes: None });
                }
                at = close + 1;
                continue;
            }
        }
        at = end + 1;
    }
}

/// The inside of the object that a name stands in.
fn object_around(text: &[u8], name: Name) -> Option<(usize, usize)> {
    let first = name.start.saturating_sub(AROUND);
    let open = edge(text, (first..name.start).rev(), *b"}]", *b"{[")?;
    let last = text.len().min(name.end + AROUND);
    let close = edge(text, name.end..last, *b"{[", *b"}]").unwrap_or(last);
    Some((open + 1, close))
}

/// The first bracket of an object that belongs to none met on the way: `inner` go further in, `outer` come out again, the object's own first.
fn edge(
    text: &[u8],
    mut places: impl Iterator<Item = usize>,
    inner: [u8; 2],
    outer: [u8; 2],
) -> Option<usize> {
    let mut depth = 0_u32;
    places.find(|at| {
        let byte = text[*at];
        let is_edge = depth == 0 && byte == outer[0];
        if inner.contains(&byte) {
            depth += 1;
        } else if outer.contains(&byte) {
            depth = depth.saturating_sub(1);
        }
        is_edge
    })
}

/// Attributes of the tag that a name stands in.
fn attributes(text: &[u8], name: Name, found: &mut impl FnMut(Value)) {
    let first = name.start.saturating_sub(AROUND);
    let Some(open) = memchr::memrchr(b'<', &text[first..name.start]).map(|at| first + at + 1) else { return };
    let last = text.len().min(name.end + AROUND);
    let close = memchr::memchr2(b'>', b'<', &text[name.end..last]).map_or(last, |at| name.end + at);
    if !text[open].is_ascii_alphabetic() || memchr::memchr(b'>', &text[open..name.start]).is_some() {
        return;
    }
    let mut at = open;
    let mut has_value = false;
    while at < close {
        let length = text[at..close].iter().take_while(|byte| is_name(**byte)).count();
        if length > 0 && is_one_of(&text[at..at + length], &VALUES) {
            has_value = true;
            member(text, at, found);
        }
        at += length;
        match text[..close].get(at) {
            Some(quote @ (b'"' | b'\'')) => {
                at += 2 + memchr::memchr(*quote, &text[at + 1..close]).unwrap_or(close);
            }
            _ => at += 1,
        }
    }
    // Without one the content of the element is the value.
    if !has_value && text.get(close) == Some(&b'>') && text[close - 1] != b'/' {
        element_content(text, close + 1, found);
    }
}

/// The content of an element, or that of the first one in it that is called a value.
pub(super) fn element_content(text: &[u8], from: usize, found: &mut impl FnMut(Value)) {
    let last = text.len().min(from + AROUND);
    let mut at = from;
    for _ in 0..4 {
        let start = space(text, at);
        match text.get(start) {
            Some(b'<') if text[start..].starts_with(b"<![CDATA[") => {
                return content(text, start, last, found);
            }
            Some(b'<') if text.get(start + 1) == Some(&b'/') => return,
            Some(b'<') => {
                let Some(close) = memchr::memchr(b'>', &text[start..last]).map(|end| start + end) else {
                    return;
                };
                if is_element_of_value(text, start) {
                    return content(text, close + 1, last, found);
                }
                // Another child: behind its end.
                let Some(end) = memchr::memmem::find(&text[close..last], b"</") else { return };
                let Some(end) =
                    memchr::memchr(b'>', &text[close + end..last]).map(|found| close + end + found)
                else {
                    return;
                };
                at = end + 1;
            }
            Some(_) if at == from => return content(text, from, last, found),
            _ => return,
        }
    }
}

/// The sibling of an element whose content is a name: the next one called a value, or the one before.
fn elements(text: &[u8], name: Name, found: &mut impl FnMut(Value)) {
    let last = text.len().min(name.end + AROUND);
    let mut at = name.end;
    let mut depth = 1_i32;
    while let Some(tag) = memchr::memchr(b'<', &text[at..last]).map(|found| at + found) {
        let is_end = text.get(tag + 1) == Some(&b'/');
        let Some(close) = memchr::memchr(b'>', &text[tag..last]).map(|found| tag + found) else { return };
        if is_end {
            depth -= 1;
            if depth < 0 {
                break;
            }
        } else if text[close - 1] != b'/' {
            if depth == 0 && (is_element_of_value(text, tag) || is_same_element(text, name, tag)) {
                return content(text, close + 1, last, found);
            }
            depth += 1;
        }
        at = close + 1;
    }
    before(text, name, found);
}

fn is_element_of_value(text: &[u8], tag: usize) -> bool {
    let rest = &text[tag + 1..text.len().min(tag + 64)];
    let length = rest.iter().take_while(|byte| is_name(**byte) || **byte == b':').count();
    is_one_of(&rest[..length], &VALUES)
}

/// Cells of a table: `<td>Password</td><td>…</td>`.
fn is_same_element(text: &[u8], name: Name, tag: usize) -> bool {
    let first = name.start.saturating_sub(64);
    let Some(own) = memchr::memrchr(b'<', &text[first..name.start]) else { return false };
    let own = &text[first + own..name.start];
    (own.starts_with(b"<td") || own.starts_with(b"<string")) && text[tag..].starts_with(&own[..3])
}

fn content(text: &[u8], from: usize, last: usize, found: &mut impl FnMut(Value)) {
    let from = if text[from..last].starts_with(b"<![CDATA[") { from + 9 } else { from };
    let to = memchr::memchr2(b'<', b']', &text[from..last]).map_or(last, |at| from + at);
    let start = space(text, from).min(to);
    let end = start + text[start..to].trim_ascii_end().len();
    if start < end && is_secret(&text[start..end], Link::Markup, None) {
        found(Value { start, end, quotes: None });
    }
}

/// `<value>…</value><name>password</name>`, if the value is the first element of its parent.
fn before(text: &[u8], name: Name, found: &mut impl FnMut(Value)) {
    let first = name.start.saturating_sub(AROUND);
    let Some(own) = memchr::memrchr(b'<', &text[first..name.start]).map(|at| first + at) else { return };
    let head = text[first..own].trim_ascii_end();
    let Some(end_tag) = memchr::memmem::rfind(head, b"</").filter(|_| head.ends_with(b">")) else { return };
    if !is_element_of_value(head, end_tag + 1)
        || memchr::memchr(b'>', &head[end_tag..]) != Some(head.len() - end_tag - 1)
    {
        return;
    }
    let Some(tag) = memchr::memrchr(b'<', &head[..end_tag]) else { return };
    let parent = head[..tag].trim_ascii_end();
    let is_first = parent.ends_with(b">")
        && memchr::memrchr(b'<', parent).is_some_and(|at| parent.get(at + 1) != Some(&b'/'));
    if let (true, Some(close)) = (is_first, memchr::memchr(b'>', &head[tag..])) {
        content(text, first + tag + close + 1, first + end_tag, found);
    }
}

/// Lines of one mapping: those with the indent of the line a name stands on, up to one that lies further to the left or begins an item.
fn lines(text: &[u8], name: Name, found: &mut impl FnMut(Value)) {
    let own = line_start(text, name.start);
    let (column, _) = column(text, own);
    let last = text.len().min(name.end + AROUND);
    let mut start = own;
    while let Some(end) = memchr::memchr(b'\n', &text[start..last]).map(|at| start + at + 1) {
        if end >= last || !sibling(text, end, column, false, found) {
            break;
        }
        start = end;
    }
    let mut start = own;
    for _ in 0..8 {
        let (_, is_item) = self::column(text, start);
        if is_item || start == 0 || name.start - start > AROUND {
            break;
        }
        let previous = line_start(text, start - 1);
        if !sibling(text, previous, column, true, found) {
            break;
        }
        start = previous;
    }
}

/// Looks at a line as one of the mapping; gives whether it can be.
fn sibling(text: &[u8], start: usize, own: usize, may_be_item: bool, found: &mut impl FnMut(Value)) -> bool {
    let (column, is_item) = column(text, start);
    if column < own || (is_item && (!may_be_item || column != own)) {
        return false;
    }
    let at = start + column;
    if column == own && at < text.len() && is_value_name(text, at) {
        member(text, at, found);
    }
    true
}

/// The column of the first name of a line, behind the dash of an item, and whether there is one.
fn column(text: &[u8], start: usize) -> (usize, bool) {
    let at = super::blanks(text, start);
    let is_item = text.get(at) == Some(&b'-') && text.get(at + 1) == Some(&b' ');
    let at = if is_item { super::blanks(text, at + 1) } else { at };
    (at - start, is_item)
}
