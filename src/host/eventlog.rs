//! Events of Windows: from their XML to one JSON object each, and out of `.evtx` files where the system itself is not there to ask.

#![expect(clippy::disallowed_types, reason = "the seam")]

use std::collections::VecDeque;
use std::fs::File;

use chrono::{DateTime, Utc};
use evtx::{EvtxParser, ParserSettings};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event as Xml};
use serde_json::{Map, Value as Json, json};

use super::{Events, Miss, Window};

/// Newest events of a channel that are kept.
pub(super) const MOST: usize = 5_000;

/// Providers that tell of services, crashes, installations and disks; those of Qlik and PostgreSQL are known by their names.
const PROVIDERS: [&str; 14] = [
    ".net runtime",
    "application error",
    "application hang",
    "disk",
    "eventlog",
    "microsoft-windows-kernel-power",
    "microsoft-windows-ntfs",
    "microsoft-windows-time-service",
    "microsoft-windows-wer-systemerrorreporting",
    "msiinstaller",
    "ntfs",
    "service control manager",
    "volmgr",
    "windows error reporting",
];

/// Whether events of a provider are wanted.
pub(super) fn is_wanted(provider: &str) -> bool {
    let folded = provider.to_lowercase();
    ["qlik", "talend", "postgres", "replicate", "nprinting"].iter().any(|word| folded.contains(word))
        || PROVIDERS.contains(&folded.as_str())
}

/// Whether a time lies in a window.
pub(super) fn is_inside(time: DateTime<Utc>, window: &Window) -> bool {
    window.0.is_none_or(|since| time >= since) && window.1.is_none_or(|until| time <= until)
}

/// The wanted events of an `.evtx` file. A damaged one gives what can be read, and says that there is more.
pub(super) fn read(file: File, window: &Window) -> Result<Events, Miss> {
    let settings = ParserSettings::new().num_threads(1).validate_checksums(false);
    let parser = EvtxParser::from_read_seek(file);
    let mut parser =
        parser.map_err(|error| Miss::Failed(format!("no event log: {error}")))?.with_configuration(settings);
    let stated = u64::from(parser.header().chunk_count);
    let mut kept = VecDeque::new();
    let (mut broken, mut chunks) = (0_u64, 0_u64);
    for record in parser.records() {
        match record {
            Ok(record) => {
                let time =
                    DateTime::parse_from_rfc3339(&record.timestamp.to_string()).map(|time| time.to_utc());
                if time.is_ok_and(|time| !is_inside(time, window)) {
                    continue;
                }
                if let Some(event) = event(&record.data) {
                    kept.push_back(event);
                    if kept.len() > MOST {
                        kept.pop_front();
                    }
                }
            }
            Err(_) => broken += 1,
        }
    }
    for chunk in parser.chunks() {
        chunks += u64::from(chunk.is_ok());
    }
    let missing = stated.saturating_sub(chunks);
    let damage = match (broken, missing) {
        (0, 0) => None,
        (records, 0) => Some(format!("{records} records of the event log cannot be read")),
        (_, chunks) => {
            Some(format!("the event log is cut off or damaged: {chunks} of its {stated} parts are missing"))
        }
    };
    Ok((kept.into(), damage))
}

/// One event as JSON, if its provider is wanted: what stands under `System`, and the data by name.
pub(super) fn event(xml: &str) -> Option<Json> {
    let mut reader = Reader::from_str(xml);
    let mut event = Fields::default();
    let (mut path, mut text): (Vec<Part>, String) = (Vec::new(), String::new());
    loop {
        match reader.read_event().ok()? {
            Xml::Start(element) => {
                event.head(&path, &element);
                path.push(Part::of(&element));
                text.clear();
            }
            Xml::Empty(element) => event.head(&path, &element),
            Xml::End(_) => {
                event.text(&path, text.trim());
                text.clear();
                path.pop();
            }
            Xml::Text(part) => text.push_str(&part.xml10_content()),
            Xml::CData(part) => text.push_str(&part.xml10_content()),
            Xml::GeneralRef(name) => {
                let entity = format!("&{};", name.xml10_content());
                text.push_str(&quick_xml::escape::unescape(&entity).unwrap_or_default());
            }
            Xml::Eof => return event.finish(),
            _ => {}
        }
    }
}

/// An element that is open.
struct Part {
    element: String,
    /// Its attribute `Name`, by which data are told apart.
    name: Option<String>,
}

impl Part {
    fn of(element: &BytesStart<'_>) -> Self {
        let name = attribute(element, "Name").filter(|name| !name.is_empty());
        Self { element: element.local_name().as_ref().to_owned(), name }
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut all = element.attributes().flatten();
    let found = all.find(|attribute| attribute.key.local_name().as_ref() == name)?;
    Some(quick_xml::escape::unescape(&found.value).ok()?.into_owned())
}

/// An event in the making.
#[derive(Default)]
struct Fields {
    event: Map<String, Json>,
    data: Map<String, Json>,
}

impl Fields {
    /// What stands in attributes: who wrote the event, and when.
    fn head(&mut self, path: &[Part], element: &BytesStart<'_>) {
        if path.last().is_none_or(|part| part.element != "System") {
            return;
        }
        let (key, value) = match element.local_name().as_ref() {
            "Provider" => ("provider", attribute(element, "Name")),
            "TimeCreated" => ("time", attribute(element, "SystemTime")),
            _ => return,
        };
        if let Some(value) = value {
            self.event.insert(key.into(), value.into());
        }
    }

    /// What stands in texts: id, level and channel, and the data.
    fn text(&mut self, path: &[Part], text: &str) {
        let (Some(last), false) = (path.last(), text.is_empty()) else { return };
        if path.iter().any(|part| part.element == "System") {
            let value = match last.element.as_str() {
                "EventID" => ("id", text.parse::<u32>().map_or(json!(text), Json::from)),
                "Level" => ("level", level(text).into()),
                "Channel" => ("channel", text.into()),
                _ => return,
            };
            self.event.insert(value.0.into(), value.1);
            return;
        }
        let wanted = last.name.as_deref().unwrap_or(&last.element);
        let mut key = wanted.to_owned();
        let mut number = 1;
        while self.data.contains_key(&key) {
            number += 1;
            key = format!("{wanted}{number}");
        }
        self.data.insert(key, text.into());
    }

    fn finish(mut self) -> Option<Json> {
        if !self.event.get("provider").and_then(Json::as_str).is_some_and(is_wanted) {
            return None;
        }
        if !self.data.is_empty() {
            self.event.insert("data".into(), self.data.into());
        }
        Some(self.event.into())
    }
}

fn level(number: &str) -> &str {
    match number {
        "1" => "critical",
        "2" => "error",
        "3" => "warning",
        "0" | "4" => "information",
        "5" => "verbose",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = r#"<?xml version="1.0"?><Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event">
        <System><Provider Name="Service Control Manager" Guid="{x}"/><EventID Qualifiers="16384">7036</EventID><Level>4</Level>
        <TimeCreated SystemTime="2019-01-31T15:37:02.123Z"/><Channel>System</Channel></System>
        <EventData><Data Name="param1">Qlik Sense &amp; Co</Data><Data>a</Data><Data>b</Data></EventData></Event>"#;

    #[test]
    fn an_event_becomes_an_object() {
        let event = event(XML).expect("a wanted provider");
        assert_eq!(
            event,
            json!({
                "provider": "Service Control Manager", "time": "2019-01-31T15:37:02.123Z", "id": 7036,
                "level": "information", "channel": "System",
                "data": { "param1": "Qlik Sense & Co", "Data": "a", "Data2": "b" },
            })
        );
        assert_eq!(super::event(&XML.replace("Service Control Manager", "Somebody else")), None);
        assert_eq!(super::event("no XML <"), None);
    }
}
