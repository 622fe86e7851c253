//! Deflates a block of content that knows the text before it: raw deflate (RFC 1951), made for logs.
//!
//! It never reads or writes anything else, and its output depends on nothing but the text and the effort.

mod bits;
mod block;
mod header;
mod huffman;
mod matches;
mod sequence;
#[cfg(test)]
mod tests;

use bits::{Bits, SLACK};
use block::Block;
use matches::{Finder, Newest, Window};
use sequence::{FARTHEST, LONGEST, Sequence};

/// Bytes of content that share codes. More save little, and content of several kinds wants codes for each.
const PART: usize = 256 * 1024;

/// How hard content is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Effort {
    /// Looks at one earlier place, and takes what it finds there.
    Fast,
    /// Looks at one, and whether a longer match begins right behind.
    #[default]
    Balanced,
    /// Looks at eight.
    Small,
}

/// Packs blocks one after the other, each on its own; to be kept, as its memory is larger than a small file.
#[derive(Debug)]
pub struct Encoder {
    table: Table,
    sequences: Vec<Sequence>,
    /// Bytes of content that share codes; what is left behind the last part joins it, if it is less than half of one.
    part: usize,
}

/// Sizes that stay in the nearest memory.
#[derive(Debug)]
enum Table {
    Fast(Finder<u16, { 1 << 15 }>),
    Balanced(Finder<Newest, { 1 << 15 }>),
    Small(Finder<u128, { 1 << 13 }>),
}

impl Table {
    fn restart(&mut self, text: &[u8], known: u32) {
        match self {
            Self::Fast(finder) => finder.restart(text, known),
            Self::Balanced(finder) => finder.restart(text, known),
            Self::Small(finder) => finder.restart(text, known),
        }
    }

    fn cut(&mut self, window: Window<'_>, sequences: &mut Vec<Sequence>) -> u32 {
        match self {
            Self::Fast(finder) => finder.cut(window, sequences),
            Self::Balanced(finder) => finder.cut(window, sequences),
            Self::Small(finder) => finder.cut(window, sequences),
        }
    }
}

impl Encoder {
    /// One that packs this hard.
    #[must_use]
    pub fn new(effort: Effort) -> Self {
        let table = match effort {
            Effort::Fast => Table::Fast(Finder::new()),
            Effort::Balanced => Table::Balanced(Finder::new()),
            Effort::Small => Table::Small(Finder::new()),
        };
        Self { table, sequences: Vec::new(), part: PART }
    }

    /// Packs the text behind the first `known` bytes, which the reader has already. The output ends the stream if it
    /// is the last, and otherwise ends with a full byte, so that the next can follow it.
    pub fn encode(&mut self, text: &[u8], known: usize, is_last: bool) -> Vec<u8> {
        let text = &text[known.min(text.len()).saturating_sub(FARTHEST as usize)..];
        let mut output = Vec::with_capacity(text.len() / 4 + 64);
        let mut bits = Bits::default();
        let mut at = known.min(FARTHEST as usize);
        self.table.restart(text, place(at));
        while at < text.len() {
            let end = self.cut(text, at);
            let is_last = is_last && end == text.len();
            let block = Block { content: &text[at..end], sequences: &self.sequences, is_last };
            block.write(&mut bits, &mut output);
            at = end;
        }
        finish(bits, output, is_last)
    }

    /// Cuts the next part into sequences, and returns where it ended.
    fn cut(&mut self, text: &[u8], at: usize) -> usize {
        // The finder counts places modulo 65,536: windows begin at a multiple, so that what it remembers stays true.
        let base = at.saturating_sub(FARTHEST as usize) & !0xFFFF;
        let left = text.len() - at;
        let part = if left < self.part + self.part / 2 { left } else { self.part };
        let behind = (at + part + 2 * LONGEST as usize).min(text.len());
        let from = at - base;
        let until = from + part;
        let window = Window { text: &text[base..behind], from: place(from), until: place(until) };
        self.sequences.clear();
        base + self.table.cut(window, &mut self.sequences) as usize
    }
}

/// A place in a window.
fn place(at: usize) -> u32 {
    u32::try_from(at).expect("a window is far shorter than four gigabytes")
}

/// Ends the output at a full byte.
fn finish(mut bits: Bits, mut output: Vec<u8>, is_last: bool) -> Vec<u8> {
    output.resize(bits.bytes() + 3 * SLACK, 0);
    if is_last && bits.is_empty() {
        // Nothing at all still needs a block: one with the fixed codes that only ends.
        bits.write(&mut output, 0b011, 10);
    } else if !is_last && !bits.is_aligned() {
        // An empty stored block begins at a full byte.
        bits.write(&mut output, 0, 3);
        bits.align(&mut output);
        bits.write(&mut output, 0xFFFF_0000, 32);
    }
    bits.align(&mut output);
    output.truncate(bits.bytes());
    output
}
