//! Bytes that may enter a bundle, and the few reasons why: they went through the rules, or the program wrote them itself.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::sync::Arc;

use super::archive::{self, Archive};
use super::decode::Encoding;
use super::identity::stand_in;
use super::kind::Kind;
use super::learn::Learned;
use super::scan::{Scanner, zeros};
use super::settle::{self, Masked};
use super::structure::Structure;
use super::{Hint, Privacy, Redaction, residual};

/// Bytes read from the source at a time. Always filled, so that what is found does not depend on how a source hands out its bytes.
const BLOCK: usize = 256 * 1024;

/// Text kept before and after what is being cleared, so that no key is cut off from its value.
const CONTEXT: usize = 4 * 1024;
const AHEAD: usize = 8 * 1024;

/// Text that waits for the end of its line at most.
const LONGEST_LINE: usize = 1024 * 1024;

/// What is known once a stream has been read to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clearance {
    /// Encoding that was recognized: `utf-8`, `utf-8-bom`, `utf-16le`, `utf-16be`, `legacy`.
    pub encoding: Option<String>,
    /// Masks per rule.
    pub masks: BTreeMap<String, u64>,
    /// Why the stream must not be passed on, if so; what was read of it is then to be thrown away.
    pub withheld: Option<String>,
    /// Bytes read from the source.
    pub source_bytes: u64,
}

/// A stream that may enter a bundle. Only this module can make one.
pub struct Cleared<'a, R> {
    source: Option<R>,
    reason: Reason<'a>,
    clearance: Clearance,
}

/// Why the bytes may pass.
enum Reason<'a> {
    /// The program wrote them itself.
    Own,
    /// They may not.
    Withheld,
    /// They go through the rules; the source is known to be no archive, or not looked at yet.
    Redacted(Box<Engine<'a>>, Hint),
    /// They are unpacked, go through the rules, and are packed again.
    Gzip(Box<archive::Gzip<'a>>),
    /// They went through the rules and were packed again.
    Zip(Cursor<Vec<u8>>),
}

impl<'a, R: Read> Cleared<'a, R> {
    pub(super) fn redacted(source: R, (redaction, privacy): (&'a Redaction, Privacy), hint: &Hint) -> Self {
        let mut engine = Engine::new(Some(redaction), redaction.memory.current());
        engine.scanner.identities = privacy == Privacy::Identities;
        engine.scanner.strict = hint.is_second;
        engine.scanner.own = hint.is_own;
        engine.off = privacy == Privacy::Nothing;
        engine.kind = hint.kind();
        Self {
            source: Some(source),
            reason: Reason::Redacted(Box::new(engine), hint.clone()),
            clearance: Clearance::default(),
        }
    }

    /// A stream of which nothing is passed on.
    pub(super) fn withheld(source: R, reason: &str) -> Self {
        let clearance = Clearance { withheld: Some(reason.to_owned()), ..Clearance::default() };
        Self { source: Some(source), reason: Reason::Withheld, clearance }
    }
}

impl<R> Cleared<'_, R> {
    /// What is known of the stream; complete once it has been read to its end.
    pub fn clearance(&self) -> &Clearance {
        match &self.reason {
            Reason::Redacted(engine, _) => &engine.clearance,
            _ => &self.clearance,
        }
    }
}

impl Cleared<'static, Cursor<Vec<u8>>> {
    /// Text that the program itself wrote without any host data: digest lists, bag declarations, stubs.
    pub fn own_text(text: String) -> Self {
        Self {
            source: Some(Cursor::new(text.into_bytes())),
            reason: Reason::Own,
            clearance: Clearance::default(),
        }
    }
}

impl<'a, R: Read + 'a> Cleared<'a, R> {
    /// Opens an archive, once the first bytes show that it is one.
    fn open(&mut self) {
        let Reason::Redacted(engine, hint) = &mut self.reason else { return };
        let (Some(redaction), true) =
            (engine.redaction, engine.clearance.encoding.is_none() && engine.raw.is_empty())
        else {
            return;
        };
        let Some(source) = &mut self.source else { return };
        engine.fill(source);
        let Some(kind) = Archive::of(&engine.raw) else { return };
        let Some(source) = self.source.take() else { return };
        let hint = std::mem::take(hint);
        let whole = Cursor::new(std::mem::take(&mut engine.raw)).chain(source);
        self.reason = match kind {
            Archive::Gzip => Reason::Gzip(Box::new(archive::gzip(redaction, whole, &hint))),
            Archive::Zip => match archive::zip(redaction, whole, &hint) {
                Ok(repacked) => {
                    self.clearance = repacked.clearance;
                    Reason::Zip(Cursor::new(repacked.bytes))
                }
                Err(why) => {
                    self.clearance.withheld = Some(why);
                    Reason::Withheld
                }
            },
        };
    }
}

impl<'a, R: Read + 'a> Read for Cleared<'a, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.open();
        match &mut self.reason {
            Reason::Own => self.source.as_mut().map_or(Ok(0), |source| source.read(buffer)),
            Reason::Withheld => Ok(0),
            Reason::Redacted(engine, _) => {
                self.source.as_mut().map_or(Ok(0), |source| engine.read(source, buffer))
            }
            Reason::Zip(bytes) => bytes.read(buffer),
            Reason::Gzip(packed) => {
                let read = packed.read(buffer).or_else(|error| {
                    self.clearance.withheld = Some(format!("a damaged gzip archive: {error}"));
                    Ok::<usize, io::Error>(0)
                })?;
                let inner = packed.get_ref().clearance();
                let withheld = self.clearance.withheld.take().or_else(|| inner.withheld.clone());
                self.clearance = Clearance { withheld, encoding: Some("gzip".into()), ..inner.clone() };
                Ok(read)
            }
        }
    }
}

#[cfg(test)]
impl<R> Cleared<'static, R> {
    /// A stream as a test wants it.
    pub(crate) fn test_stream(source: R, clearance: Clearance) -> Self {
        Self { source: Some(source), reason: Reason::Own, clearance }
    }
}

/// Reads, decodes, masks and encodes, a block at a time.
pub(super) struct Engine<'a> {
    redaction: Option<&'a Redaction>,
    learned: Arc<Learned>,
    pub(super) clearance: Clearance,
    encoding: Option<Encoding>,
    /// The kind of file, if its name tells.
    kind: Option<Kind>,
    /// Whether nothing is masked.
    off: bool,
    scanner: Scanner,
    structure: Option<Structure>,
    /// Bytes read and not decoded yet.
    raw: Vec<u8>,
    /// Text: what was cleared already and serves as context, then what was not.
    text: Vec<u8>,
    cleared: usize,
    /// Bytes that may be handed out.
    out: Vec<u8>,
    handed_out: usize,
    ended: bool,
    failed: Option<io::Error>,
}

impl<'a> Engine<'a> {
    fn new(redaction: Option<&'a Redaction>, learned: Arc<Learned>) -> Self {
        Self {
            redaction,
            learned,
            clearance: Clearance::default(),
            encoding: None,
            kind: None,
            off: false,
            scanner: Scanner::default(),
            structure: None,
            raw: Vec::new(),
            text: Vec::new(),
            cleared: 0,
            out: Vec::new(),
            handed_out: 0,
            ended: false,
            failed: None,
        }
    }

    /// An engine that only counts learned values.
    pub(super) fn searching(learned: Arc<Learned>) -> Self {
        Self::new(None, learned)
    }

    pub(super) fn read(&mut self, source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
        while self.handed_out == self.out.len() {
            if self.clearance.withheld.is_some() {
                return Ok(0);
            }
            if self.ended && self.raw.is_empty() && self.cleared == self.text.len() {
                return self.failed.take().map_or(Ok(0), Err);
            }
            self.out.clear();
            self.handed_out = 0;
            self.fill(source);
            self.step();
        }
        let count = buffer.len().min(self.out.len() - self.handed_out);
        buffer[..count].copy_from_slice(&self.out[self.handed_out..self.handed_out + count]);
        self.handed_out += count;
        Ok(count)
    }

    /// Reads a whole block. A failing source ends the stream after what it gave.
    fn fill(&mut self, source: &mut impl Read) {
        if self.ended || self.raw.len() >= BLOCK {
            return;
        }
        let before = self.raw.len();
        self.raw.reserve(BLOCK);
        let result = source.take((BLOCK) as u64).read_to_end(&mut self.raw);
        let read = self.raw.len() - before;
        self.clearance.source_bytes += read as u64;
        self.ended = result.is_err() || read < BLOCK;
        self.failed = result.err();
    }

    fn step(&mut self) {
        let encoding = match self.encoding {
            Some(encoding) => encoding,
            None => match Encoding::of(&self.raw) {
                Ok(encoding) => *self.encoding.insert(encoding),
                Err(_) if self.redaction.is_none() => *self.encoding.insert(Encoding::Legacy),
                Err(what) => {
                    self.clearance.withheld = Some(what);
                    return;
                }
            },
        };
        let is_first = self.clearance.encoding.is_none();
        self.clearance.encoding = Some(encoding.word().to_owned());
        encoding.decode(&mut self.raw, &mut self.text, self.ended);
        if is_first && self.redaction.is_some() {
            self.scanner.kind = self.kind.or_else(|| Kind::of_content(&self.text)).unwrap_or_default();
            self.structure = Structure::of(self.scanner.kind);
        }
        while let Some(to) = self.cut() {
            self.clear_to(to, encoding);
            self.forget();
        }
        if self.ended && self.cleared == self.text.len() {
            // Half a character at the end of two-byte text.
            self.out.append(&mut self.raw);
            if self.structure.as_mut().is_some_and(Structure::is_broken) {
                self.clearance.withheld = Some("it would no longer parse after masking".into());
            }
        }
    }

    /// Up to where the text can be cleared now: a line end with enough text behind it, or anywhere in a line over the limit.
    fn cut(&self) -> Option<usize> {
        let waiting = self.text.len() - self.cleared;
        if waiting == 0 {
            return None;
        }
        if self.ended {
            return Some(self.text.len());
        }
        let known = self.text.len().saturating_sub(AHEAD).max(self.cleared);
        let line = memchr::memrchr(b'\n', &self.text[self.cleared..known]).map(|at| self.cleared + at + 1);
        line.or_else(|| (waiting > LONGEST_LINE).then(|| character_start(&self.text, known)))
            .filter(|to| *to > self.cleared)
    }

    fn clear_to(&mut self, to: usize, encoding: Encoding) {
        let Some(redaction) = self.redaction else {
            self.count(to);
            self.cleared = to;
            return;
        };
        // If nothing is masked, only decoding stands between: what is no text is withheld all the same.
        let masks = if self.off { Vec::new() } else { self.masks(redaction, to) };
        for Masked { span, mask } in masks {
            self.pass(span.start, encoding);
            if let Some(structure) = &mut self.structure {
                structure.masked(&self.text[span.start..span.end], mask.as_bytes());
            }
            encoding.encode(mask.as_bytes(), &mut self.out);
            *self.clearance.masks.entry(span.rule.to_owned()).or_default() += 1;
            self.cleared = span.end;
        }
        if self.cleared < to {
            self.pass(to, encoding);
        }
    }

    /// What is masked up to here, and what stands in its place.
    fn masks(&mut self, redaction: &'a Redaction, to: usize) -> Vec<Masked<'a>> {
        let rules = (&redaction.rules, &redaction.prefilter);
        let known = (&redaction.words, &*self.learned);
        let part = (self.cleared, to);
        let mut spans = self.scanner.spans(rules, known, &self.text, part);
        zeros(&self.text, part, &mut spans);
        let mut masks: Vec<Masked<'a>> = Vec::with_capacity(spans.len());
        for mut span in spans {
            // A part of it may have been masked with an earlier one.
            span.start = span.start.max(masks.last().map_or(self.cleared, |last| last.span.end));
            if span.start < span.end {
                masks.push(settle::masked(redaction, &self.learned, &self.text, span));
            }
        }
        settle::settle(redaction, (&self.scanner, &self.learned), &self.text, part, masks)
    }

    /// Counts what must not be there any more: values that were learned, names that are known, and what the stricter rules take for a secret.
    fn count(&mut self, to: usize) {
        let (text, from) = (&self.text, self.cleared);
        let counts = &mut self.clearance.masks;
        let mut found = |start: usize, _: usize, rule: &'static str| {
            if start >= from && start < to {
                *counts.entry(rule.to_owned()).or_default() += 1;
            }
        };
        self.learned.find(text, |hit| found(hit.start, hit.end, "learned-value"));
        self.learned.names.find(text, &mut |start, end, rule| {
            if !stand_in::is_one(&text[start..end]) {
                found(start, end, rule);
            }
        });
        residual::find(text, |start, end| found(start, end, residual::RULE));
    }

    /// Hands out text as it is.
    fn pass(&mut self, to: usize, encoding: Encoding) {
        let text = &self.text[self.cleared..to];
        if let Some(structure) = &mut self.structure {
            structure.same(text);
        }
        encoding.encode(text, &mut self.out);
        self.cleared = to;
    }

    /// Lets go of what is no longer needed as context.
    fn forget(&mut self) {
        let from = character_start(&self.text, self.cleared.saturating_sub(CONTEXT));
        if from > BLOCK / 2 || self.cleared == self.text.len() {
            self.text.drain(..from);
            self.cleared -= from;
        }
    }
}

/// The start of the character that stands at or before this place.
fn character_start(text: &[u8], mut at: usize) -> usize {
    while at > 0 && at < text.len() && text[at] & 0xC0 == 0x80 {
        at -= 1;
    }
    at
}
