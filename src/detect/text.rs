//! Small files to text, and one value out of them: INI, XML, JSON, properties, scripts. Pure; opens nothing.

use base64::Engine as _;
use quick_xml::events::{BytesStart, Event};
use serde_json::Value;

use crate::definition::{JsonPath, Step, XmlPath};

/// Bytes as text: by their byte order mark, else UTF-8, else the Western code page of Windows.
pub(super) fn decode(bytes: &[u8]) -> String {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0.into_owned();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// A key of an INI file, without regard to case. Without a section, the keys before the first one.
pub(super) fn ini(text: &str, section: Option<&str>, key: &str) -> Option<String> {
    let wanted = section.map(str::to_lowercase);
    let mut current: Option<String> = None;
    for line in text.lines().map(str::trim) {
        if line.starts_with([';', '#']) {
            continue;
        }
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            current = Some(name.trim().to_lowercase());
        } else if current == wanted
            && let Some((name, value)) = line.split_once('=')
            && name.trim().to_lowercase() == key.to_lowercase()
        {
            return Some(unquote(value.trim()).to_owned());
        }
    }
    None
}

/// A key of a `.properties` file: `=`, `:` or a blank behind the key, and its escapes.
pub(super) fn properties(text: &str, key: &str) -> Option<String> {
    let mut found = None;
    for line in logical_lines(text) {
        let (name, value) = split_property(&line);
        if name == key {
            // As in Java, the last one holds.
            found = Some(unquote(value.trim_end()).to_owned());
        }
    }
    found
}

/// Lines with those that end in an odd number of backslashes joined to the next; comments left out.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines() {
        let line = line.trim_start();
        if !open && (line.is_empty() || line.starts_with(['#', '!'])) {
            continue;
        }
        let slashes = line.len() - line.trim_end_matches('\\').len();
        let continues = slashes % 2 == 1;
        let part = if continues { &line[..line.len() - 1] } else { line };
        match lines.last_mut().filter(|_| open) {
            Some(last) => last.push_str(part),
            None => lines.push(part.to_owned()),
        }
        open = continues;
    }
    lines
}

fn split_property(line: &str) -> (String, String) {
    let mut name = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => name.extend(chars.next()),
            '=' | ':' => return (name, unescape(chars.as_str().trim_start())),
            c if c.is_whitespace() => {
                let rest = chars.as_str().trim_start();
                let rest = rest.strip_prefix(['=', ':']).unwrap_or(rest);
                return (name, unescape(rest.trim_start()));
            }
            c => name.push(c),
        }
    }
    (name, String::new())
}

/// `C\:\\Logs` is how Java writes `C:\Logs`; people write `C:\Logs`, whose single backslashes stay.
fn unescape(value: &str) -> String {
    let mut text = String::new();
    let mut chars = value.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some(&next)) if matches!(next, '\\' | ':' | '=' | ' ' | '#' | '!') => {
                text.push(next);
                chars.next();
            }
            _ => text.push(c),
        }
    }
    text
}

fn unquote(value: &str) -> &str {
    let inner = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or(value)
}

/// Text that is base64, decoded.
pub(super) fn base64(text: &str) -> Option<String> {
    let compact: String = text.split_whitespace().collect();
    let bytes = base64::engine::general_purpose::STANDARD.decode(compact).ok()?;
    String::from_utf8(bytes).ok()
}

/// The text of a JSON value that is no object or array.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A value of a JSON document.
pub(super) fn json(text: &str, path: &JsonPath) -> Result<Option<String>, String> {
    let document: Value =
        serde_json::from_str(text).map_err(|error| format!("line {} is no JSON", error.line()))?;
    Ok(path.find(&document).and_then(scalar))
}

/// The first object of a script, such as the one argument of an AMD module's `define`.
pub(super) fn object(script: &str) -> Option<Value> {
    let start = object_start(script)?;
    let mut values = serde_json::Deserializer::from_str(&script[start..]).into_iter::<Value>();
    values.next()?.ok()
}

/// Where the first brace outside comments and strings is; a comment before the object may hold braces.
fn object_start(script: &str) -> Option<usize> {
    let bytes = script.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let rest = &script.as_bytes()[at..];
        at += match rest[0] {
            b'{' => return Some(at),
            b'/' if rest.starts_with(b"/*") => find(rest, b"*/")? + 2,
            b'/' if rest.starts_with(b"//") => find(rest, b"\n")? + 1,
            quote @ (b'"' | b'\'') => rest[1..].iter().position(|&byte| byte == quote)? + 2,
            _ => 1,
        };
    }
    None
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    memchr::memmem::find(haystack, needle)
}

/// An attribute or an element's text of an XML document.
pub(super) fn xml(text: &str, path: &XmlPath) -> Result<Option<String>, String> {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut depth = 0;
    let mut matched = 0;
    let mut inner: Option<String> = None;
    loop {
        let event = reader.read_event().map_err(|_| format!("no XML at byte {}", reader.error_position()))?;
        match event {
            Event::Start(element) => {
                matched += usize::from(fits(&element, path, depth, matched));
                depth += 1;
                if matched == depth && depth == path.steps.len() {
                    let value = path.attribute.as_ref().map(|name| attribute(&element, name));
                    match value {
                        Some(None) => {}
                        Some(value) => return Ok(value),
                        None => inner = Some(String::new()),
                    }
                }
            }
            Event::Empty(element)
                if fits(&element, path, depth, matched) && depth + 1 == path.steps.len() =>
            {
                let value = path.attribute.as_ref().map(|name| attribute(&element, name));
                if let Some(Some(value)) = value {
                    return Ok(Some(value));
                }
            }
            Event::End(_) => {
                if inner.is_some() && depth == path.steps.len() {
                    return Ok(inner);
                }
                depth = depth.saturating_sub(1);
                matched = matched.min(depth);
            }
            Event::Eof => return Ok(None),
            other => inner = inner.map(|text| text + &content(&other)),
        }
    }
}

/// The text that an event adds to an element.
fn content(event: &Event<'_>) -> String {
    match event {
        Event::Text(part) => part.xml10_content().into_owned(),
        Event::CData(part) => part.xml10_content().into_owned(),
        Event::GeneralRef(reference) => entity(&format!("&{};", reference.xml10_content())),
        _ => String::new(),
    }
}

/// Only the five entities of XML and character references are known; nothing is ever looked up.
fn entity(text: &str) -> String {
    quick_xml::escape::unescape(text).map_or_else(|_| text.to_owned(), std::borrow::Cow::into_owned)
}

/// Whether an element at this depth is the next step of the path.
fn fits(element: &BytesStart<'_>, path: &XmlPath, depth: usize, matched: usize) -> bool {
    if matched != depth {
        return false;
    }
    path.steps.get(depth).is_some_and(|step: &Step| {
        let name = element.local_name();
        step.name.as_deref().is_none_or(|wanted| wanted == name.as_ref())
            && step.wanted.as_ref().is_none_or(|(key, value)| attribute(element, key).as_ref() == Some(value))
    })
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let found =
        element.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(entity(&found.value))
}

#[cfg(test)]
mod tests;
