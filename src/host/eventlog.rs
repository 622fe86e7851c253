//! Events of Windows: from their XML to one JSON object each, and out of `.evtx` files where the system itself is not there to ask.

#![expect(clippy::disallowed_types, reason = "the seam")]

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use chrono::{DateTime, Utc};
use evtx::{EvtxParser, ParserSettings};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event as Xml};
use serde_json::{Map, Value as Json, json};

use super::{Events, Miss, Window};

/// Newest events of a channel that are kept.
pub(super) const MOST: usize = 5_000;

/// Bytes of a part of an event log.
const CHUNK: u64 = 64 * 1024;

/// Providers that tell of services, crashes, installations and disks; those of Qlik and PostgreSQL are known by their names.
const PROVIDERS: [&str; 15] = [
    ".net runtime",
    "application error",
    "application hang",
    "disk",
    "eventlog",
    "microsoft-windows-kernel-power",
    "microsoft-windows-ntfs",
    "microsoft-windows-time-service",
    "microsoft-windows-user profiles service",
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
    let failed = |error: &dyn std::fmt::Display| Miss::Failed(format!("no event log: {error}"));
    let file = Padded::new(file).map_err(|error| failed(&error))?;
    let missing = file.missing;
    let settings = ParserSettings::new().num_threads(1).validate_checksums(false);
    let parser = EvtxParser::from_read_seek(file).map_err(|error| failed(&error))?;
    let mut kept = VecDeque::new();
    let mut broken = 0_u64;
    for record in parser.with_configuration(settings).records() {
        let Ok(record) = record else {
            broken += 1;
            continue;
        };
        let time = DateTime::parse_from_rfc3339(&record.timestamp.to_string()).map(|time| time.to_utc());
        if time.is_ok_and(|time| !is_inside(time, window)) {
            continue;
        }
        kept.extend(event(&record.data));
        if kept.len() > MOST {
            kept.pop_front();
        }
    }
    let damage = match (broken, missing) {
        (0, 0) => None,
        (records, 0) => Some(format!("{records} records of the event log cannot be read")),
        (_, bytes) => Some(format!("the event log is cut off: {bytes} bytes of it are missing")),
    };
    Ok((kept.into(), damage))
}

/// An event log, filled up with zeros to the length that its header says, so that what is left of its last part can be read.
struct Padded {
    file: File,
    length: u64,
    position: u64,
    /// Bytes that the file lacks.
    missing: u64,
}

impl Padded {
    fn new(mut file: File) -> io::Result<Self> {
        let mut header = [0; 128];
        file.rewind()?;
        file.read_exact(&mut header)?;
        let header_bytes = u64::from(u16::from_le_bytes([header[40], header[41]]));
        let chunks = u64::from(u16::from_le_bytes([header[42], header[43]]));
        let stated = header_bytes + chunks * CHUNK;
        let length = file.seek(SeekFrom::End(0))?;
        file.rewind()?;
        Ok(Self { file, length: length.max(stated), position: 0, missing: stated.saturating_sub(length) })
    }
}

impl Read for Padded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        let left = usize::try_from(self.length.saturating_sub(self.position)).unwrap_or(usize::MAX);
        let count = if read == 0 { buffer.len().min(left) } else { read };
        buffer[read..count].fill(0);
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for Padded {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
        };
        let position = position.ok_or(io::ErrorKind::InvalidInput)?.min(self.length);
        self.position = self.file.seek(SeekFrom::Start(position))?;
        Ok(self.position)
    }
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

    fn sample() -> Vec<u8> {
        include_bytes!("../../tests/samples/Application.evtx").to_vec()
    }

    fn read_bytes(bytes: &[u8]) -> Result<Events, Miss> {
        let mut file = tempfile::tempfile().expect("a temporary file");
        std::io::Write::write_all(&mut file, bytes).expect("writable");
        std::io::Seek::rewind(&mut file).expect("a file");
        read(file, &(None, None))
    }

    #[test]
    fn a_real_event_log_is_read() {
        let (events, damage) = read_bytes(&sample()).expect("an event log");
        assert_eq!(damage, None);
        let ids: Vec<&Json> = events.iter().map(|event| &event["id"]).collect();
        assert_eq!(ids, [1532, 1531]);
        assert_eq!(events[0]["time"], "2021-03-31T23:52:12.2092562Z");
    }

    #[test]
    fn a_damaged_event_log_gives_what_is_whole() {
        for (cut, count) in [(4096, 0), (5000, 0), (20_000, 2), (60_000, 2)] {
            let (events, damage) = read_bytes(&sample()[..cut]).expect("an event log");
            assert_eq!(events.len(), count, "{cut}");
            let missing = format!("the event log is cut off: {} bytes of it are missing", 69_632 - cut);
            assert_eq!(damage, Some(missing));
        }
        let mut bytes = sample();
        bytes[8000..9000].fill(0xEE);
        assert!(
            read_bytes(&bytes)
                .expect("an event log")
                .1
                .is_some_and(|damage| damage.contains("cannot be read"))
        );
        for bytes in [&b""[..], b"ElfFile", &[0; 5000]] {
            assert!(read_bytes(bytes).is_err());
        }
    }

    #[test]
    fn only_events_of_the_window_are_taken() {
        let mut file = tempfile::tempfile().expect("a temporary file");
        std::io::Write::write_all(&mut file, &sample()).expect("writable");
        let since = "2021-03-31T23:53:00Z".parse().ok();
        assert_eq!(read(file, &(since, None)).expect("an event log").0.len(), 1);
    }
}
