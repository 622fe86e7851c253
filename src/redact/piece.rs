//! From a stream of bytes to pieces of text, each with enough of its neighbors that no key is cut off from its value. Where it is cut depends
//! on the content alone.

use std::io::{self, Read};

use super::decode::Encoding;

/// Bytes read from the source at a time. Always filled, so that what is found does not depend on how a source hands out its bytes.
pub(super) const BLOCK: usize = 256 * 1024;

/// Text kept before and behind what is being cleared.
const CONTEXT: usize = 4 * 1024;
const AHEAD: usize = 8 * 1024;

/// Text that waits for the end of its line at most.
const LONGEST_LINE: usize = 1024 * 1024;

/// A part of the text, `text[from..to]`, and what stands around it.
pub(super) struct Piece {
    pub(super) text: Vec<u8>,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// A stream on its way to pieces.
#[derive(Default)]
pub(super) struct Pieces {
    /// How it is encoded, once its first bytes were read.
    pub(super) encoding: Option<Encoding>,
    /// Whether bytes that are no text are taken all the same.
    is_lenient: bool,
    /// Bytes read and not decoded yet.
    pub(super) raw: Vec<u8>,
    /// Bytes read from the source.
    pub(super) source_bytes: u64,
    /// Text: what was handed out already and serves as context, then what was not.
    text: Vec<u8>,
    taken: usize,
    ended: bool,
    /// How reading failed, if it did.
    pub(super) failed: Option<io::Error>,
}

impl Pieces {
    /// Of a stream that may be no text.
    pub(super) fn of_any() -> Self {
        Self { is_lenient: true, ..Self::default() }
    }

    /// The next piece; `Err` says why the stream is no text.
    pub(super) fn next(&mut self, source: &mut impl Read) -> Option<Result<Piece, String>> {
        loop {
            if let Some(to) = self.cut() {
                return Some(Ok(self.piece(to)));
            }
            if self.ended && self.encoding.is_some() {
                return None;
            }
            self.fill(source);
            let encoding = match self.encoding.map_or_else(|| Encoding::of(&self.raw), Ok) {
                Ok(encoding) => encoding,
                Err(_) if self.is_lenient => Encoding::Legacy,
                Err(what) => return Some(Err(what)),
            };
            self.encoding = Some(encoding);
            encoding.decode(&mut self.raw, &mut self.text, self.ended);
        }
    }

    /// Reads a whole block. A failing source ends the stream after what it gave.
    pub(super) fn fill(&mut self, source: &mut impl Read) {
        if self.ended || self.raw.len() >= BLOCK {
            return;
        }
        let before = self.raw.len();
        self.raw.reserve(BLOCK);
        let result = source.take(BLOCK as u64).read_to_end(&mut self.raw);
        let read = self.raw.len() - before;
        self.source_bytes += read as u64;
        self.ended = result.is_err() || read < BLOCK;
        self.failed = result.err();
    }

    /// Up to where the text can be cleared now: a line end with enough text behind it, or anywhere in a line over the limit.
    fn cut(&self) -> Option<usize> {
        let waiting = self.text.len() - self.taken;
        if waiting == 0 {
            return None;
        }
        if self.ended {
            return Some(self.text.len());
        }
        let known = self.text.len().saturating_sub(AHEAD).max(self.taken);
        let line = memchr::memrchr(b'\n', &self.text[self.taken..known]).map(|at| self.taken + at + 1);
        line.or_else(|| (waiting > LONGEST_LINE).then(|| character_start(&self.text, known)))
            .filter(|to| *to > self.taken)
    }

    /// The piece up to here. It takes the text with it; what the next one needs of it is copied, which is little.
    fn piece(&mut self, to: usize) -> Piece {
        let (from, behind) = (self.taken, self.text.len().min(to + AHEAD));
        let keep = character_start(&self.text, to.saturating_sub(CONTEXT));
        let mut next = Vec::with_capacity(self.text.len() - keep + if self.ended { 0 } else { BLOCK });
        next.extend_from_slice(&self.text[keep..]);
        let mut text = std::mem::replace(&mut self.text, next);
        text.truncate(behind);
        self.taken = to - keep;
        Piece { text, from, to }
    }
}

/// The start of the character that stands at or before this place.
fn character_start(text: &[u8], mut at: usize) -> usize {
    while at > 0 && at < text.len() && text[at] & 0xC0 == 0x80 {
        at -= 1;
    }
    at
}
