//! Reads, decodes, masks and encodes a stream, a piece at a time. The pieces of a large stream are looked at side by side; what stands over
//! many lines, and the masks, come in order.

use std::io::{self, Read};
use std::sync::Arc;

use super::identity::stand_in;
use super::kind::Kind;
use super::learn::{Beside, Learned};
use super::piece::{Piece, Pieces};
use super::scan::{Found, Look, Scanner, zeros};
use super::settle::{self, Masked};
use super::structure::Structure;
use super::{Clearance, Hint, Privacy, Redaction, residual};
use crate::pool::{InOrder, Pool};

/// Pieces that are looked at ahead, for each thread.
const AHEAD: usize = 2;

/// Masks a stream.
pub(super) struct Engine<'a> {
    pub(super) redaction: &'a Redaction,
    pub(super) clearance: Clearance,
    pub(super) pieces: Pieces,
    learned: Arc<Learned>,
    /// The kind of file, if its name tells.
    kind: Option<Kind>,
    /// Whether nothing is masked.
    off: bool,
    pool: Option<Arc<Pool>>,
    look: Look,
    scanner: Scanner,
    structure: Option<Structure>,
    ahead: InOrder<(Piece, Found)>,
    has_begun: bool,
    /// Bytes at the start of the next piece that were masked with the last one.
    over: usize,
    /// Bytes that may be handed out.
    out: Vec<u8>,
    handed_out: usize,
}

impl<'a> Engine<'a> {
    pub(super) fn new((redaction, privacy): (&'a Redaction, Privacy), hint: &Hint) -> Self {
        Self {
            redaction,
            clearance: Clearance::default(),
            pieces: Pieces::default(),
            learned: redaction.memory.current(),
            kind: hint.kind(),
            off: privacy == Privacy::Nothing,
            pool: hint.pool.clone(),
            look: Look {
                identities: privacy == Privacy::Identities,
                strict: hint.is_second,
                own: hint.is_own,
                kind: Kind::default(),
            },
            scanner: Scanner::of(hint.columns.clone()),
            structure: None,
            ahead: InOrder::default(),
            has_begun: false,
            over: 0,
            out: Vec::new(),
            handed_out: 0,
        }
    }

    pub(super) fn read(&mut self, source: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
        while self.handed_out == self.out.len() {
            self.out.clear();
            self.handed_out = 0;
            self.look_ahead(source);
            if self.clearance.withheld.is_some() {
                return Ok(0);
            }
            match self.ahead.take() {
                Some(piece) => self.clear(piece),
                None if self.has_ended() => return self.pieces.failed.take().map_or(Ok(0), Err),
                None => {}
            }
        }
        let count = buffer.len().min(self.out.len() - self.handed_out);
        buffer[..count].copy_from_slice(&self.out[self.handed_out..self.handed_out + count]);
        self.handed_out += count;
        Ok(count)
    }

    /// Keeps all threads busy.
    fn look_ahead(&mut self, source: &mut impl Read) {
        let most = self.pool.as_ref().map_or(1, |pool| pool.threads() * AHEAD);
        while self.ahead.len() < most && self.clearance.withheld.is_none() {
            let next = self.pieces.next(source);
            self.clearance.source_bytes = self.pieces.source_bytes;
            self.clearance.encoding = self.pieces.encoding.map(|encoding| encoding.word().to_owned());
            let piece = match next {
                None => return,
                Some(Err(what)) => {
                    self.clearance.withheld = Some(what);
                    return;
                }
                Some(Ok(piece)) => piece,
            };
            if !self.has_begun {
                self.has_begun = true;
                self.look.kind = self.kind.or_else(|| Kind::of_content(&piece.text)).unwrap_or_default();
                self.structure = Structure::of(self.look.kind);
            }
            let (tools, learned) = (Arc::clone(&self.redaction.tools), Arc::clone(&self.learned));
            let (look, off) = (self.look, self.off);
            self.ahead.give(self.pool.as_ref(), piece.text.len() as u64, move || {
                // If nothing is masked, only decoding stands between: what is no text is withheld all the same.
                let part = (piece.from, piece.to);
                let found =
                    if off { Found::default() } else { look.find(&tools, &learned, &piece.text, part) };
                (piece, found)
            });
        }
    }

    /// What is done once, behind the last piece; gives whether it was done before.
    fn has_ended(&mut self) -> bool {
        // Half a character at the end of two-byte text.
        self.out.append(&mut self.pieces.raw);
        if self.structure.take().is_some_and(|mut structure| structure.is_broken()) {
            self.clearance.withheld = Some("it would no longer parse after masking".into());
        }
        self.out.is_empty()
    }

    /// Masks a piece.
    fn clear(&mut self, (piece, found): (Piece, Found)) {
        let masks = if self.off { Vec::new() } else { self.masks(&piece, found) };
        let mut at = (piece.from + self.over).min(piece.to.max(piece.from));
        let left_over = self.over.saturating_sub(piece.to - piece.from);
        for Masked { span, mask } in masks {
            if span.end <= at {
                continue;
            }
            self.pass(&piece.text[at..span.start.max(at)]);
            if let Some(structure) = &mut self.structure {
                structure.masked(&piece.text[span.start.max(at)..span.end], mask.as_bytes());
            }
            self.hand_out(mask.as_bytes());
            *self.clearance.masks.entry(span.rule.to_string()).or_default() += 1;
            at = span.end;
        }
        if at < piece.to {
            self.pass(&piece.text[at..piece.to]);
        }
        self.over = at.saturating_sub(piece.to).max(left_over);
    }

    /// What is masked of a piece, and what stands in its place.
    fn masks(&mut self, piece: &Piece, found: Found) -> Vec<Masked> {
        let (text, part) = (piece.text.as_slice(), (piece.from, piece.to));
        let (mut spans, idle) = self.scanner.spans(self.look, found, text, part);
        zeros(text, part, &mut spans);
        let mut masks: Vec<Masked> = Vec::with_capacity(spans.len());
        for mut span in spans {
            // A part of it may have been masked with an earlier one.
            span.start = span.start.max(masks.last().map_or(piece.from + self.over, |last| last.span.end));
            if span.start < span.end {
                masks.push(settle::masked(self.redaction, &self.learned, text, span));
            }
        }
        settle::settle(self.redaction, (self.look, &self.learned, &idle), text, part, masks)
    }

    /// Hands out text as it is.
    fn pass(&mut self, text: &[u8]) {
        if let Some(structure) = &mut self.structure {
            structure.same(text);
        }
        self.hand_out(text);
    }

    fn hand_out(&mut self, text: &[u8]) {
        if let Some(encoding) = self.pieces.encoding {
            encoding.encode(text, &mut self.out);
        }
    }
}

/// Counts what must not stand in a stream any more: values that were learned, names that are known, and what the stricter rules take for a
/// secret.
pub(super) fn count(
    learned: &Arc<Learned>,
    pool: Option<&Arc<Pool>>,
    source: &mut impl Read,
) -> io::Result<u64> {
    let mut pieces = Pieces::of_any();
    let mut ahead = InOrder::default();
    let most = pool.map_or(0, |pool| pool.threads() * AHEAD);
    let mut sum = 0;
    while let Some(piece) = pieces.next(source) {
        let Ok(piece) = piece else { break };
        let learned = Arc::clone(learned);
        ahead.give(pool, piece.text.len() as u64, move || count_piece(&learned, &piece));
        sum += ahead.take_over(most, u64::MAX).unwrap_or_default();
    }
    sum += std::iter::from_fn(|| ahead.take()).sum::<u64>();
    pieces.failed.map_or(Ok(sum), Err)
}

fn count_piece(learned: &Learned, piece: &Piece) -> u64 {
    let text = piece.text.as_slice();
    let mut sum = 0;
    let mut found = |start: usize| sum += u64::from(start >= piece.from && start < piece.to);
    let hits = learned.find(text, (Beside::Check, &residual::NEEDLES), &mut |hit| found(hit.start));
    learned.names.find(text, &mut |start, end, _| {
        if !stand_in::is_one(&text[start..end]) {
            found(start);
        }
    });
    residual::find(text, hits, |start, _| found(start));
    sum
}
