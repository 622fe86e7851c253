//! Every fixture host: what must not be in a bundle is not, in any letter case and encoding, and what must survive does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use regex::bytes::Regex;

use crate::support::{Bundle, collect, hosts, sense_2018};

/// The lines of a list in `expect/`; `#` starts a comment.
fn list(host: &Path, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(host.join("expect").join(name))
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let lines: Vec<String> =
        text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect();
    assert!(!lines.is_empty(), "{name} of {} is empty", host.display());
    lines
}

fn everything(host: &Path, folder: &Path) -> Bundle {
    let mut more = Vec::new();
    if host.join("root/C/Temp").is_dir() {
        more.extend(["--add", r"C:\Temp"]);
    }
    collect(host, folder, &more).0
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

/// All bytes in lower case, so that one search serves every letter case.
fn holds(haystack: &[u8], needle: &str) -> bool {
    let lower = needle.to_lowercase();
    let forms = [lower.as_bytes().to_vec(), utf16(&lower, u16::to_le_bytes), utf16(&lower, u16::to_be_bytes)];
    let haystack = haystack.to_ascii_lowercase();
    forms.iter().any(|form| memchr::memmem::find(&haystack, form).is_some())
}

#[test]
fn no_canary_is_in_a_bundle_and_what_must_survive_is() {
    for host in hosts() {
        let folder = tempfile::TempDir::new().expect("temporary folder");
        let bundle = everything(&host, folder.path());
        let raw = std::fs::read(&bundle.path).expect("readable");
        for canary in list(&host, "absent.txt") {
            assert!(!holds(&raw, &canary), "{canary} stands in the zip itself");
            for (name, bytes) in &bundle.entries {
                assert!(!holds(name.as_bytes(), &canary), "{canary} stands in the name {name}");
                assert!(!holds(bytes, &canary), "{canary} stands in {name}");
            }
        }
        for keeper in list(&host, "present.txt") {
            assert!(bundle.entries.values().any(|bytes| holds(bytes, &keeper)), "{keeper} is lost");
        }
    }
}

/// Stored entries of files with their source bytes.
fn pairs(host: &Path, bundle: &Bundle) -> Vec<(String, Vec<u8>, Vec<u8>)> {
    let mut pairs = Vec::new();
    for line in bundle.lines() {
        let (source, name) =
            (line["source"].as_str().expect("a source"), line["name"].as_str().expect("a name"));
        let slashed = source.replace('\\', "/");
        let below = match slashed.strip_prefix("//") {
            Some(share) => format!("UNC/{share}"),
            None => slashed.replacen(':', "", 1),
        };
        if let (Ok(original), Some(stored), "collected") = (
            std::fs::read(host.join("root").join(below)),
            bundle.entries.get(name),
            line["outcome"].as_str().unwrap_or_default(),
        ) {
            pairs.push((source.to_owned(), original, stored.clone()));
        }
    }
    assert!(pairs.len() >= 3, "only {} files of {} could be compared", pairs.len(), host.display());
    pairs
}

#[test]
fn every_line_without_a_mask_is_byte_identical() {
    let host = sense_2018();
    let folder = tempfile::TempDir::new().expect("temporary folder");
    let bundle = everything(&host, folder.path());
    let mut masked = 0;
    for (source, original, stored) in pairs(&host, &bundle) {
        let wide = original.starts_with(&[0xFF, 0xFE]);
        let (original, stored) = if wide { (narrow(&original), narrow(&stored)) } else { (original, stored) };
        let split = |bytes: &[u8]| {
            bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>()
        };
        let (before, after) = (split(&original), split(&stored));
        assert_eq!(before.len(), after.len(), "{source}: another number of lines");
        for (before, after) in before.iter().zip(&after) {
            if holds(after, "REDACTED_") {
                masked += 1;
                assert_eq!(line_end(before), line_end(after), "{source}: another line end");
            } else {
                assert!(before == after, "{source}: a line without a mask was changed");
            }
        }
    }
    assert!(masked > 10, "only {masked} lines have a mask");
}

fn narrow(bytes: &[u8]) -> Vec<u8> {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
    String::from_utf16_lossy(&units).into_bytes()
}

fn line_end(line: &[u8]) -> &[u8] {
    let text = line.iter().rposition(|byte| !matches!(byte, b'\r' | b'\n')).map_or(0, |at| at + 1);
    &line[text..]
}

/// How often each match of a pattern stands in a text.
fn counts(pattern: &Regex, bytes: &[u8]) -> BTreeMap<Vec<u8>, usize> {
    let mut counts = BTreeMap::new();
    for found in pattern.find_iter(bytes) {
        *counts.entry(found.as_bytes().to_vec()).or_default() += 1;
    }
    counts
}

#[test]
fn versions_guids_marks_and_line_ends_survive() {
    let host = sense_2018();
    let folder = tempfile::TempDir::new().expect("temporary folder");
    let bundle = everything(&host, folder.path());
    let version = Regex::new(r"\b\d{1,3}\.\d{1,5}\.\d{1,5}\.\d{1,5}\b").expect("a pattern");
    let guid = Regex::new(r"(?i)\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b").expect("a pattern");
    let (mut versions, mut guids, mut sessions) = (0, 0, BTreeSet::new());
    for (source, original, stored) in pairs(&host, &bundle) {
        assert_eq!(counts(&version, &original), counts(&version, &stored), "{source}: versions");
        versions += version.find_iter(&original).count();
        sessions.extend(session_ids(&original));
        for absent in list(&host, "absent.txt") {
            sessions.insert(absent.to_ascii_lowercase().into_bytes());
        }
        assert_eq!(
            original.starts_with(b"\xEF\xBB\xBF"),
            stored.starts_with(b"\xEF\xBB\xBF"),
            "{source}: byte order mark"
        );
        for end in [&b"\r\n"[..], b"\r\r\n", b"\n"] {
            let count = |bytes| memchr::memmem::find_iter(bytes, end).count();
            assert_eq!(count(&original), count(&stored), "{source}: line ends {end:?}");
        }
    }
    for (source, original, stored) in pairs(&host, &bundle) {
        for (value, count) in counts(&guid, &original) {
            if !sessions.contains(&value.to_ascii_lowercase()) {
                let left = counts(&guid, &stored).get(&value).copied().unwrap_or(0);
                assert_eq!(left, count, "{source}: {} is lost", String::from_utf8_lossy(&value));
                guids += count;
            }
        }
    }
    assert!(
        versions > 500 && guids > 1_000,
        "{versions} versions and {guids} GUIDs is too few to prove anything"
    );
}

/// Values of the columns that hold a session cookie or a ticket; only there is a GUID a secret.
fn session_ids(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let header: Vec<&[u8]> = lines.next().unwrap_or_default().split(|byte| *byte == b'\t').collect();
    let columns: Vec<usize> = (0..header.len())
        .filter(|at| header[*at] == b"ProxySessionId" || header[*at] == b"TicketId")
        .collect();
    let cell = |line: &[u8], at: &usize| {
        line.split(|byte| *byte == b'\t').nth(*at).map(|cell| cell.trim_ascii().to_ascii_lowercase())
    };
    lines
        .flat_map(|line| columns.iter().filter_map(|at| cell(line, at)).collect::<Vec<_>>())
        .filter(|cell| cell.len() > 8)
        .collect()
}

#[test]
fn redacted_json_xml_and_tables_still_parse() {
    let host = sense_2018();
    let folder = tempfile::TempDir::new().expect("temporary folder");
    let bundle = everything(&host, folder.path());
    let (mut documents, mut rows) = (0, 0);
    for (source, original, stored) in pairs(&host, &bundle) {
        if original.starts_with(&[0xFF, 0xFE]) {
            continue;
        }
        let text = String::from_utf8(stored).unwrap_or_else(|_| panic!("{source}: no longer UTF-8"));
        let text = text.trim_start_matches('\u{feff}');
        let before = String::from_utf8(original).expect("fixtures are UTF-8");
        if serde_json::from_str::<serde_json::Value>(before.trim_start_matches('\u{feff}')).is_ok()
            && before.len() > 40
        {
            serde_json::from_str::<serde_json::Value>(text)
                .unwrap_or_else(|error| panic!("{source}: {error}"));
            documents += 1;
        }
        if before.contains("<?xml") {
            let mut reader = quick_xml::Reader::from_str(text);
            while !matches!(
                reader.read_event().unwrap_or_else(|error| panic!("{source}: {error}")),
                quick_xml::events::Event::Eof
            ) {}
            documents += 1;
        }
        if before.lines().next().is_some_and(|header| header.contains('\t')) {
            for (before, after) in before.lines().zip(text.lines()) {
                assert_eq!(before.matches('\t').count(), after.matches('\t').count(), "{source}: columns");
                rows += 1;
            }
        }
    }
    assert!(
        documents >= 5 && rows > 1_000,
        "{documents} documents and {rows} rows is too few to prove anything"
    );
}
