//! The three lists that a bundle holds of itself, each compared with its content both ways: the digests of the bag, the checks
//! of packed bytes, and the manifest.

use std::collections::HashSet;
use std::io::{self, BufRead, Read, Seek};

use serde::Deserialize;

use super::super::{BAG_INFO, BAGIT, MANIFEST, PACKED_CHECKS, PAYLOAD, PAYLOAD_DIGESTS, Sha256Hex};
use super::super::{TAG_DIGESTS, bag};
use super::contents::{Contents, Facts};
use super::{FindingKind, Verification};
use crate::manifest::{Readability, SchemaVersion};

/// The longest line of a list: a digest and a name, with room for encoded characters.
const MAX_LINE: u64 = 1024;

/// The largest list that is taken into memory; a million entries need about half of it.
const MAX_LIST: u64 = 1 << 29;

pub(super) fn compare<R: Read + Seek>(
    contents: &mut Contents<R>,
    result: &mut Verification,
) -> io::Result<()> {
    for name in [BAGIT, BAG_INFO, MANIFEST, PAYLOAD_DIGESTS, PACKED_CHECKS, TAG_DIGESTS] {
        if !contents.facts.contains_key(name) {
            result.find(FindingKind::Missing, Some(name), "every bundle holds this file");
        }
    }
    let declared = contents.facts.get(BAGIT).and_then(|facts| facts.read);
    if declared.is_some_and(|(_, sha256)| sha256 != Sha256Hex::of(bag::DECLARATION.as_bytes())) {
        result.find(FindingKind::Altered, Some(BAGIT), "it does not declare a BagIt 1.0 bag in UTF-8");
    }
    compare_digests(contents, PAYLOAD_DIGESTS, result)?;
    compare_digests(contents, TAG_DIGESTS, result)?;
    compare_packed(contents, result)?;
    compare_manifest(contents, result)
}

/// Every line must have its file, and every file its line.
fn compare_digests<R: Read + Seek>(
    contents: &mut Contents<R>,
    list: &'static str,
    result: &mut Verification,
) -> io::Result<()> {
    let is_payload = list == PAYLOAD_DIGESTS;
    let Some(lines) = read_lines(contents, list, result)? else { return Ok(()) };
    let mut listed = HashSet::new();
    for line in lines {
        let Some((sha256, name)) = bag::parse_line(&line) else {
            result.find(FindingKind::Altered, Some(list), "it holds a line that is no digest and name");
            continue;
        };
        if name.starts_with(PAYLOAD) != is_payload || name == TAG_DIGESTS {
            result.find(FindingKind::Altered, Some(list), format!("it lists {}", name.escape_debug()));
        }
        match contents.facts.get(&name) {
            None => result.find(FindingKind::Missing, Some(&name), format!("{list} lists it")),
            Some(Facts { read: Some((_, actual)), .. }) if *actual != sha256 => {
                result.find(FindingKind::Altered, Some(&name), format!("{list} says another digest"));
            }
            Some(_) => {}
        }
        if let Some(name) = listed.replace(name) {
            result.find(FindingKind::Altered, Some(list), format!("it lists {} twice", name.escape_debug()));
        }
    }
    for name in contents.names(is_payload) {
        if !listed.contains(name) && name != TAG_DIGESTS {
            result.find(FindingKind::Extra, Some(name), format!("{list} does not list it"));
        }
    }
    Ok(())
}

/// The lines stand in the order of the directory, so they only mean something if their number is right.
fn compare_packed<R: Read + Seek>(contents: &mut Contents<R>, result: &mut Verification) -> io::Result<()> {
    let Some(lines) = read_lines(contents, PACKED_CHECKS, result)? else { return Ok(()) };
    let own = contents.facts.get(PACKED_CHECKS).map_or(0, |facts| facts.index);
    if lines.len() != own {
        let detail = format!("it lists {} entries, the zip holds {own} before it", lines.len());
        result.find(FindingKind::Altered, Some(PACKED_CHECKS), detail);
        return Ok(());
    }
    for (index, line) in lines.iter().enumerate() {
        if contents.packed[index].is_some_and(|check| format!("{check:08x}") != *line) {
            let name = contents.name(index).to_owned();
            result.find(
                FindingKind::Altered,
                Some(&name),
                "its packed bytes are not those that were written",
            );
        }
    }
    Ok(())
}

/// The lines of a list, or nothing if it cannot be unpacked, which is a finding already.
fn read_lines<R: Read + Seek>(
    contents: &mut Contents<R>,
    list: &str,
    result: &mut Verification,
) -> io::Result<Option<Vec<String>>> {
    if is_oversize(contents, list, result) {
        return Ok(None);
    }
    let Some(mut input) = contents.open(list)? else { return Ok(None) };
    let mut lines = Vec::new();
    loop {
        let mut line = Vec::new();
        input.by_ref().take(MAX_LINE).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(Some(lines));
        }
        let is_whole = line.pop() == Some(b'\n');
        match String::from_utf8(line) {
            Ok(line) if is_whole => lines.push(line),
            _ => {
                result.find(FindingKind::Altered, Some(list), "it holds a line that is too long or no text");
                return Ok(None);
            }
        }
    }
}

fn is_oversize<R: Read + Seek>(contents: &Contents<R>, list: &str, result: &mut Verification) -> bool {
    let read = contents.facts.get(list).and_then(|facts| facts.read);
    let is_oversize = read.is_some_and(|(bytes, _)| bytes > MAX_LIST);
    if is_oversize {
        result.find(FindingKind::Oversize, Some(list), format!("it has more than {MAX_LIST} bytes"));
    }
    is_oversize
}

#[derive(Deserialize)]
struct SchemaOnly {
    schema: String,
}

/// What is compared of a manifest; all else in it is for people.
#[derive(Deserialize)]
struct Lines {
    entries: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    name: String,
    bytes: u64,
    #[serde(default)]
    sha256: Option<String>,
}

fn compare_manifest<R: Read + Seek>(contents: &mut Contents<R>, result: &mut Verification) -> io::Result<()> {
    if is_oversize(contents, MANIFEST, result) {
        return Ok(());
    }
    let Some(input) = contents.open(MANIFEST)? else { return Ok(()) };
    let schema = match serde_json::from_reader::<_, SchemaOnly>(input) {
        Ok(head) => head.schema,
        Err(error) => return not_readable(&error, result),
    };
    if !is_schema_known(&schema, result) {
        return Ok(());
    }
    result.schema = Some(schema);
    let Some(input) = contents.open(MANIFEST)? else { return Ok(()) };
    match serde_json::from_reader::<_, Lines>(input) {
        Ok(lines) => compare_lines(contents, &lines.entries, result),
        Err(error) => return not_readable(&error, result),
    }
    Ok(())
}

fn not_readable(error: &serde_json::Error, result: &mut Verification) -> io::Result<()> {
    if error.is_io() {
        return Err(io::Error::other(error.to_string()));
    }
    let (line, column) = (error.line(), error.column());
    let detail = format!("it is no manifest from line {line}, column {column} on");
    result.find(FindingKind::Altered, Some(MANIFEST), detail);
    Ok(())
}

fn is_schema_known(schema: &str, result: &mut Verification) -> bool {
    let shown = schema.escape_debug();
    let current = SchemaVersion::CURRENT;
    let readability = schema.parse::<SchemaVersion>().map(|version| version.readable_by(current));
    let detail = match readability {
        Ok(Readability::Full) => return true,
        Ok(Readability::MinorNewer) => {
            result
                .notes
                .push(format!("its schema {shown} is newer than {current}, which this program knows"));
            return true;
        }
        Ok(Readability::TooNew) => {
            format!("its schema {shown} needs a newer program; this one knows {current}")
        }
        Ok(Readability::TooOld) => {
            format!("its schema {shown} needs an older program; this one knows {current}")
        }
        Err(reason) => format!("its schema is {reason}"),
    };
    result.find(FindingKind::UnknownSchema, Some(MANIFEST), detail);
    false
}

/// A line with a digest has its file, a line without one has none, and every collected file has its line.
fn compare_lines<R: Read + Seek>(contents: &Contents<R>, lines: &[Line], result: &mut Verification) {
    let mut listed = HashSet::new();
    for line in lines {
        let name = line.name.as_str();
        if line.sha256.is_some() && !listed.insert(name) {
            result.find(FindingKind::Duplicate, Some(name), format!("{MANIFEST} lists it twice"));
        }
        let facts = contents.facts.get(name);
        let (Some(stated), Some(facts)) = (&line.sha256, facts) else {
            if line.sha256.is_some() {
                result.find(FindingKind::Missing, Some(name), format!("{MANIFEST} lists it"));
            }
            continue;
        };
        let is_same = facts.read.is_none_or(|(bytes, sha256)| {
            bytes == line.bytes && stated.parse::<Sha256Hex>().is_ok_and(|stated| stated == sha256)
        });
        if !is_same {
            result.find(FindingKind::Altered, Some(name), format!("{MANIFEST} says another size or digest"));
        }
    }
    for name in contents.names(true) {
        if !listed.contains(name) {
            result.find(FindingKind::Extra, Some(name), format!("{MANIFEST} does not list it as stored"));
        }
    }
}
