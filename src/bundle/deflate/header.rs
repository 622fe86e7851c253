//! The header of a block with codes of its own: the lengths of its codes, themselves coded.

use super::bits::Bits;
use super::huffman::{assign_codes, assign_lengths};

/// The longest code for a length of a code.
const LIMIT: usize = 7;

/// Symbols: the lengths, then the three that repeat.
const SYMBOLS: usize = 19;

/// Repeats the length before, three to six times.
const AGAIN: usize = 16;

/// Three to ten zeros.
const ZEROS: usize = 17;

/// Eleven to 138 zeros.
const MANY_ZEROS: usize = 18;

/// Order in which the lengths of the header's own codes are written.
const ORDER: [usize; SYMBOLS] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// A header that is ready to be written.
pub(super) struct Header {
    literals: usize,
    distances: usize,
    /// Symbols and what follows them.
    items: Vec<(usize, u32)>,
    lengths: [u8; SYMBOLS],
    /// How many of the own lengths are written.
    own: usize,
}

impl Header {
    /// For the lengths of the codes for literals and distances.
    pub(super) fn new(literals: &[u8], distances: &[u8]) -> Self {
        let used = |lengths: &[u8]| lengths.iter().rposition(|length| *length > 0).map_or(0, |last| last + 1);
        let (literals_used, distances_used) = (used(literals).max(257), used(distances).max(1));
        let mut all = [0; 288 + 32];
        let all = &mut all[..literals_used + distances_used];
        all[..literals_used].copy_from_slice(&literals[..literals_used]);
        all[literals_used..].copy_from_slice(&distances[..distances_used]);
        let items = repeats(all);
        let mut counts = [0; SYMBOLS];
        for (symbol, _) in &items {
            counts[*symbol] += 1;
        }
        let mut lengths = [0; SYMBOLS];
        assign_lengths(&counts, LIMIT, &mut lengths);
        let own = ORDER.iter().rposition(|symbol| lengths[*symbol] > 0).map_or(4, |last| (last + 1).max(4));
        Self { literals: literals_used, distances: distances_used, items, lengths, own }
    }

    /// How many bits it takes.
    pub(super) fn cost(&self) -> usize {
        let item = |(symbol, _): &(usize, u32)| usize::from(self.lengths[*symbol]) + extra(*symbol) as usize;
        14 + 3 * self.own + self.items.iter().map(item).sum::<usize>()
    }

    /// Adds it to the output.
    pub(super) fn write(&self, bits: &mut Bits, output: &mut [u8]) {
        let small = |count: usize| u32::try_from(count).expect("an alphabet is small");
        bits.write(output, small(self.literals - 257), 5);
        bits.write(output, small(self.distances - 1), 5);
        bits.write(output, small(self.own - 4), 4);
        for symbol in &ORDER[..self.own] {
            bits.write(output, u32::from(self.lengths[*symbol]), 3);
        }
        let mut codes = [0; SYMBOLS];
        assign_codes(&self.lengths, &mut codes);
        for (symbol, more) in &self.items {
            let length = u32::from(self.lengths[*symbol]);
            bits.write(output, u32::from(codes[*symbol]) | more << length, length + extra(*symbol));
        }
    }
}

/// Bits that follow a symbol.
fn extra(symbol: usize) -> u32 {
    match symbol {
        AGAIN => 2,
        ZEROS => 3,
        MANY_ZEROS => 7,
        _ => 0,
    }
}

/// The lengths, with repeated ones drawn together.
fn repeats(lengths: &[u8]) -> Vec<(usize, u32)> {
    let mut items = Vec::with_capacity(lengths.len());
    for run in lengths.chunk_by(|one, other| one == other) {
        let symbol = usize::from(run[0]);
        let mut left = run.len();
        if symbol > 0 {
            items.push((symbol, 0));
            left -= 1;
        }
        while left >= 3 {
            let (symbol, least, most) = match (symbol, left) {
                (0, 11..) => (MANY_ZEROS, 11, 138),
                (0, _) => (ZEROS, 3, 10),
                _ => (AGAIN, 3, 6),
            };
            let taken = left.min(most);
            items.push((symbol, u32::try_from(taken - least).expect("at most 127")));
            left -= taken;
        }
        items.extend(std::iter::repeat_n((symbol, 0), left));
    }
    items
}
