//! The entries of a bundle that is being verified: their names, and what is in them.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufReader, Read, Seek};

use super::super::container::{Record, Span};
use super::super::reader::{Content, is_ratio_possible};
use super::super::{Hashing, Limits, PAYLOAD, Sha256Hex};
use super::{FindingKind, Verification};
use crate::plan::EntryName;

/// What was found in an entry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Facts {
    /// Its place in the directory.
    pub(super) index: usize,
    /// Size and digest; absent if it could not be unpacked, which is a finding by itself.
    pub(super) read: Option<(u64, Sha256Hex)>,
}

/// The entries of one bundle.
pub(super) struct Contents<R> {
    source: R,
    records: Vec<Record>,
    spans: Vec<Option<Span>>,
    top: String,
    /// By name below the top folder.
    pub(super) facts: HashMap<String, Facts>,
    /// CRC-32 of packed bytes, in the order of the directory.
    pub(super) packed: Vec<Option<u32>>,
}

/// The name below the top folder, or the whole name of what lies elsewhere.
pub(super) fn below<'n>(name: &'n str, top: &str) -> &'n str {
    name.strip_prefix(top).and_then(|rest| rest.strip_prefix('/')).unwrap_or(name)
}

/// The top folder of most entries, so that one altered name does not make all others look wrong.
pub(super) fn common_top(records: &[Record]) -> String {
    let mut candidate = "";
    let mut lead = 0_u32;
    for record in records {
        let top = record.name.split_once('/').map_or("", |(top, _)| top);
        if lead == 0 {
            candidate = top;
        }
        if candidate == top {
            lead = lead.saturating_add(1);
        } else {
            lead -= 1;
        }
    }
    candidate.to_owned()
}

/// Whether it is the content of the bundle that is wrong, rather than the disk it lies on.
fn is_content_error(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(error.kind(), Kind::InvalidData | Kind::InvalidInput | Kind::UnexpectedEof | Kind::FileTooLarge)
}

impl<R: Read + Seek> Contents<R> {
    pub(super) fn new(source: R, records: Vec<Record>, spans: Vec<Option<Span>>, top: String) -> Self {
        Self { source, records, spans, top, facts: HashMap::new(), packed: Vec::new() }
    }

    /// The name of the entry at a place of the directory.
    pub(super) fn name(&self, index: usize) -> &str {
        below(&self.records[index].name, &self.top)
    }

    pub(super) fn check_names(&self, result: &mut Verification) {
        if let Err(reason) = EntryName::parse(&self.top) {
            result.find(FindingKind::UnsafeName, Some(&self.top), format!("the top folder: {reason}"));
        }
        let mut seen = HashSet::new();
        for record in &self.records {
            let name = below(&record.name, &self.top);
            if name.len() == record.name.len() {
                result.find(FindingKind::UnsafeName, Some(name), "it does not lie in the top folder");
            }
            let folded = match EntryName::parse(name) {
                Ok(parsed) => parsed.folded(),
                Err(reason) => {
                    result.find(FindingKind::UnsafeName, Some(name), reason.to_string());
                    name.to_lowercase()
                }
            };
            if !seen.insert(folded) {
                result.find(FindingKind::Duplicate, Some(name), "the zip holds this name twice");
            }
        }
    }

    /// Unpacks every entry once, into nothing.
    pub(super) fn read_all(&mut self, limits: Limits, result: &mut Verification) -> io::Result<()> {
        let mut total = 0_u64;
        for index in 0..self.records.len() {
            let record = &self.records[index];
            let name = below(&record.name, &self.top).to_owned();
            total = total.saturating_add(record.bytes);
            let mut read = None;
            let mut packed = None;
            if total > limits.bytes || !is_ratio_possible(record, limits) {
                let detail = format!("it claims to unpack to {} bytes", record.bytes);
                result.find(FindingKind::Oversize, Some(&name), detail);
            } else if let Some(span) = self.spans[index] {
                match Self::read_one(&mut self.source, record, span) {
                    Ok((bytes, sha256, check)) => {
                        read = Some((bytes, sha256));
                        packed = Some(check);
                    }
                    Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
                        result.find(FindingKind::Oversize, Some(&name), error.to_string());
                    }
                    Err(error) if is_content_error(&error) => {
                        result.find(FindingKind::Altered, Some(&name), error.to_string());
                    }
                    Err(error) => return Err(error),
                }
            }
            self.packed.push(packed);
            self.facts.entry(name).or_insert(Facts { index, read });
        }
        Ok(())
    }

    fn read_one(source: &mut R, record: &Record, span: Span) -> io::Result<(u64, Sha256Hex, u32)> {
        let mut hashing = Hashing::new(Content::open(source, record, span)?);
        io::copy(&mut hashing, &mut io::sink())?;
        let bytes = hashing.length();
        let (content, sha256) = hashing.split();
        Ok((bytes, sha256, content.packed_crc()?))
    }

    /// An entry once more, if it could be unpacked.
    pub(super) fn open(&mut self, name: &str) -> io::Result<Option<BufReader<Content<'_, R>>>> {
        let Some(Facts { index, read: Some(_) }) = self.facts.get(name) else { return Ok(None) };
        let Some(span) = self.spans[*index] else { return Ok(None) };
        Content::open(&mut self.source, &self.records[*index], span)
            .map(|content| Some(BufReader::new(content)))
    }

    /// Names of what was collected, or of what describes it, sorted.
    pub(super) fn names(&self, is_payload: bool) -> Vec<&str> {
        let names = self.facts.keys().map(String::as_str);
        let mut names: Vec<&str> = names.filter(|name| name.starts_with(PAYLOAD) == is_payload).collect();
        names.sort_unstable();
        names
    }
}
