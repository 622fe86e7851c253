//! What a block is made of: runs of literals, each followed by a match. And the symbols deflate has for matches.

#![expect(
    clippy::cast_possible_truncation,
    reason = "symbols are small, and so are the masked parts of a word"
)]

/// The longest match.
pub(super) const LONGEST: u32 = 258;

/// The farthest match.
pub(super) const FARTHEST: u32 = 32 * 1024;

/// Symbols for literals, the end of a block and the lengths of matches.
pub(super) const LITERALS: usize = 286;

/// Symbols for distances.
pub(super) const DISTANCES: usize = 30;

/// The symbol that ends a block.
pub(super) const END: usize = 256;

/// A symbol, the bits that follow it, and the least value it stands for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Range {
    pub(super) least: u16,
    pub(super) extra: u8,
}

/// Distances less one, by symbol; those behind the last are never used and cost nothing.
pub(super) static DISTANCE_RANGES: [Range; 32] = distance_ranges();

const fn distance_ranges() -> [Range; 32] {
    let mut ranges = [Range { least: 0, extra: 0 }; 32];
    let (mut symbol, mut least) = (0, 0);
    while symbol < DISTANCES {
        let extra = if symbol < 4 { 0 } else { (symbol / 2 - 1) as u8 };
        ranges[symbol] = Range { least, extra };
        least = least.wrapping_add(1 << extra);
        symbol += 1;
    }
    ranges
}

/// Symbols of distances: those less one up to 255 in front, then those above by steps of 128.
static DISTANCE_SYMBOLS: [u8; 512] = distance_symbols();

const fn distance_symbols() -> [u8; 512] {
    let ranges = distance_ranges();
    let mut symbols = [0; 512];
    let (mut index, mut symbol) = (0, 0);
    while index < 512 {
        let value = if index < 256 { index } else { (index - 256) << 7 };
        if index == 256 {
            symbol = 0;
        }
        while symbol + 1 < DISTANCES && value >= ranges[symbol + 1].least as usize {
            symbol += 1;
        }
        symbols[index] = symbol as u8;
        index += 1;
    }
    symbols
}

/// Lengths, by the symbol less 257.
pub(super) static LENGTH_RANGES: [Range; 29] = length_ranges();

const fn length_ranges() -> [Range; 29] {
    let mut ranges = [Range { least: 0, extra: 0 }; 29];
    let (mut symbol, mut least) = (0, 3);
    while symbol < 28 {
        let extra = if symbol < 8 { 0 } else { (symbol / 4 - 1) as u8 };
        ranges[symbol] = Range { least, extra };
        least += 1 << extra;
        symbol += 1;
    }
    // The longest has a symbol of its own, though the one before could say it.
    ranges[28] = Range { least: 258, extra: 0 };
    ranges
}

/// Symbols of lengths, less 257.
pub(super) static LENGTH_SYMBOLS: [u8; LONGEST as usize + 1] = length_symbols();

const fn length_symbols() -> [u8; LONGEST as usize + 1] {
    let ranges = length_ranges();
    let mut symbols = [0; LONGEST as usize + 1];
    let (mut length, mut symbol) = (3, 0);
    while length <= LONGEST as usize {
        while symbol + 1 < ranges.len() && length >= ranges[symbol + 1].least as usize {
            symbol += 1;
        }
        symbols[length] = symbol as u8;
        length += 1;
    }
    symbols
}

/// Some literals and the match behind them, in one word: they are made, counted and written by the million.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sequence(u64);

impl Sequence {
    /// Literals, then a match.
    #[inline]
    pub(super) fn new(literals: u32, length: u32, distance: u32) -> Self {
        let distance = distance.wrapping_sub(1) & (FARTHEST - 1);
        let index = if distance < 256 { distance } else { 256 + (distance >> 7) };
        let symbol = DISTANCE_SYMBOLS[index as usize];
        let literals = u64::from(literals) << 32;
        Self(literals | u64::from(symbol) << 27 | u64::from(length & 511) << 16 | u64::from(distance))
    }

    /// Literals that no match follows.
    #[inline]
    pub(super) fn literals_only(literals: u32) -> Self {
        Self(u64::from(literals) << 32 | 31 << 27)
    }

    /// Literals in front of the match.
    #[inline]
    pub(super) fn literals(self) -> usize {
        (self.0 >> 32) as usize
    }

    /// Length of the match, or zero if there is none.
    #[inline]
    pub(super) fn length(self) -> usize {
        (self.0 >> 16) as usize & 511
    }

    /// Distance of the match, less one.
    #[inline]
    pub(super) fn distance(self) -> usize {
        self.0 as usize & (FARTHEST as usize - 1)
    }

    /// Symbol of the distance, or 31.
    #[inline]
    pub(super) fn distance_symbol(self) -> usize {
        (self.0 >> 27) as usize & 31
    }
}
