//! Writes one block of sequences in the form that is smallest: stored, with the fixed codes, or with codes of its own.

use super::bits::{Bits, SLACK};
use super::header::Header;
use super::huffman::{assign_codes, assign_lengths};
use super::sequence::{
    DISTANCE_RANGES, DISTANCES, END, LENGTH_RANGES, LENGTH_SYMBOLS, LITERALS, Range, Sequence,
};

/// The longest code for a literal, one less than allowed: so four of them and an open byte fit into a word.
const LITERAL_LIMIT: usize = 14;

/// The longest code for a distance.
const DISTANCE_LIMIT: usize = 15;

/// The most bytes one stored block can hold.
const MOST_STORED: usize = 65_535;

/// How often each symbol occurs.
#[derive(Debug, Clone)]
struct Counts {
    literals: [u32; LITERALS],
    distances: [u32; DISTANCES],
}

/// Lengths of the codes of a block.
#[derive(Debug, Clone)]
struct Lengths {
    literals: [u8; LITERALS + 2],
    distances: [u8; DISTANCES + 2],
}

impl Lengths {
    /// Those every reader knows.
    fn fixed() -> Self {
        let mut literals = [8; LITERALS + 2];
        literals[144..256].fill(9);
        literals[256..280].fill(7);
        Self { literals, distances: [5; DISTANCES + 2] }
    }

    /// Those that fit the counts.
    fn fitting(counts: &Counts) -> Self {
        let mut new = Self { literals: [0; LITERALS + 2], distances: [0; DISTANCES + 2] };
        assign_lengths(&counts.literals, LITERAL_LIMIT, &mut new.literals);
        assign_lengths(&counts.distances, DISTANCE_LIMIT, &mut new.distances);
        new
    }

    /// Bits of all symbols, without those that follow some.
    fn cost(&self, counts: &Counts) -> usize {
        let cost = |counts: &[u32], lengths: &[u8]| -> usize {
            counts.iter().zip(lengths).map(|(count, length)| *count as usize * usize::from(*length)).sum()
        };
        cost(&counts.literals, &self.literals) + cost(&counts.distances, &self.distances)
    }
}

/// A block that is complete.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block<'a> {
    /// The bytes it stands for.
    pub(super) content: &'a [u8],
    /// The same as sequences.
    pub(super) sequences: &'a [Sequence],
    /// Whether it ends the stream.
    pub(super) is_last: bool,
}

impl Block<'_> {
    /// Adds the block to the output, which `bits` is at the end of.
    pub(super) fn write(self, bits: &mut Bits, output: &mut Vec<u8>) {
        let counts = self.count();
        let lengths = Lengths::fitting(&counts);
        let header = Header::new(&lengths.literals, &lengths.distances);
        let fixed = Lengths::fixed();
        let extra = extra_bits(&counts);
        let own_cost = header.cost() + lengths.cost(&counts) + extra;
        let fixed_cost = fixed.cost(&counts) + extra;
        let stored_cost = 8 * (self.content.len() + 5 * self.content.len().div_ceil(MOST_STORED));
        let cost = own_cost.min(fixed_cost).min(stored_cost);
        output.resize(bits.bytes() + cost / 8 + 2 * SLACK + 8, 0);
        let is_last = u32::from(self.is_last);
        if stored_cost <= cost {
            self.store(bits, output);
        } else if fixed_cost <= own_cost {
            bits.write(output, is_last | 1 << 1, 3);
            self.write_sequences(&Codes::new(&fixed), bits, output);
        } else {
            bits.write(output, is_last | 2 << 1, 3);
            header.write(bits, output);
            self.write_sequences(&Codes::new(&lengths), bits, output);
        }
    }

    /// Counts the symbols.
    fn count(self) -> Counts {
        // Equal literals often stand side by side: four tables, so that no count waits for the one before.
        let mut lanes = [[0_u32; 256]; 4];
        let mut lengths = [0_u32; 512];
        let mut distances = [0_u32; 32];
        let mut rest = self.content;
        for sequence in self.sequences {
            let mut open = sequence.literals();
            // The last four are always four, of which some count nothing: how many cannot be foreseen, so no branch
            // depends on it.
            while let Some((four, behind)) = rest.split_first_chunk::<4>() {
                for (index, (lane, literal)) in lanes.iter_mut().zip(four).enumerate() {
                    lane[usize::from(*literal)] += u32::from(index < open);
                }
                if open <= 4 {
                    break;
                }
                open -= 4;
                rest = behind;
            }
            if rest.len() < 4 {
                for literal in &rest[..open] {
                    lanes[0][usize::from(*literal)] += 1;
                }
            }
            lengths[sequence.length()] += 1;
            distances[sequence.distance_symbol()] += 1;
            rest = &rest[open + sequence.length()..];
        }
        let mut counts = Counts { literals: [0; LITERALS], distances: [0; DISTANCES] };
        for (literal, count) in counts.literals[..END].iter_mut().enumerate() {
            *count = lanes.iter().map(|lane| lane[literal]).sum();
        }
        counts.literals[END] = 1;
        for (length, symbol) in LENGTH_SYMBOLS.iter().enumerate().skip(3) {
            counts.literals[END + 1 + usize::from(*symbol)] += lengths[length];
        }
        counts.distances.copy_from_slice(&distances[..DISTANCES]);
        counts
    }

    /// Adds the content as it is.
    fn store(self, bits: &mut Bits, output: &mut [u8]) {
        let mut parts = self.content.chunks(MOST_STORED).peekable();
        while let Some(part) = parts.next() {
            let is_last = self.is_last && parts.peek().is_none();
            bits.write(output, u32::from(is_last), 3);
            bits.align(output);
            let length = u16::try_from(part.len()).expect("a part is that small");
            bits.write(output, u32::from(length), 16);
            bits.write(output, u32::from(!length), 16);
            bits.copy(output, part);
        }
    }

    /// Adds the sequences and the end of the block. Goes through them as the count does.
    fn write_sequences(self, codes: &Codes, bits_at: &mut Bits, output: &mut [u8]) {
        let mut bits = *bits_at;
        let mut rest = self.content;
        for sequence in self.sequences {
            let mut open = sequence.literals();
            while let Some((four, behind)) = rest.split_first_chunk::<4>() {
                codes.put_literals(*four, open, &mut bits);
                bits.flush(output);
                if open <= 4 {
                    break;
                }
                open -= 4;
                rest = behind;
            }
            if rest.len() < 4 {
                for literal in &rest[..open] {
                    codes.put_literals([*literal; 4], 1, &mut bits);
                    bits.flush(output);
                }
            }
            codes.put_match(*sequence, &mut bits);
            bits.flush(output);
            rest = &rest[open + sequence.length()..];
        }
        let end = codes.literals[END];
        bits.put(u64::from(end >> 8), end & 255);
        bits.flush(output);
        *bits_at = bits;
    }
}

/// Bits that follow the symbols.
fn extra_bits(counts: &Counts) -> usize {
    let cost = |counts: &[u32], ranges: &[Range]| -> usize {
        counts.iter().zip(ranges).map(|(count, range)| *count as usize * usize::from(range.extra)).sum()
    };
    cost(&counts.literals[END + 1..], &LENGTH_RANGES) + cost(&counts.distances, &DISTANCE_RANGES)
}

/// What is written for each literal, length and distance.
struct Codes {
    /// Code above, its length in the low byte; the literals and the end.
    literals: [u32; 512],
    /// The same with the bits that follow, by length of the match.
    lengths: [u32; 512],
    /// Code from bit 16, its length from bit 8, the bits that follow in the low byte.
    distances: [u32; 32],
}

impl Codes {
    fn new(lengths: &Lengths) -> Self {
        let mut codes = [0; LITERALS + 2];
        assign_codes(&lengths.literals, &mut codes);
        let pair = |symbol: usize| (u32::from(codes[symbol]), u32::from(lengths.literals[symbol]));
        let mut new = Self { literals: [0; 512], lengths: [0; 512], distances: [0; 32] };
        for (symbol, entry) in new.literals.iter_mut().enumerate().take(END + 1) {
            let (code, count) = pair(symbol);
            *entry = code << 8 | count;
        }
        for (length, symbol) in (0_u32..).zip(&LENGTH_SYMBOLS).skip(3) {
            let range = LENGTH_RANGES[usize::from(*symbol)];
            let (code, count) = pair(END + 1 + usize::from(*symbol));
            let more = length - u32::from(range.least);
            new.lengths[length as usize] = (code | more << count) << 8 | (count + u32::from(range.extra));
        }
        let mut codes = [0; DISTANCES + 2];
        assign_codes(&lengths.distances, &mut codes);
        for (symbol, entry) in new.distances.iter_mut().enumerate().take(DISTANCES) {
            let extra = DISTANCE_RANGES[symbol].extra;
            *entry =
                u32::from(codes[symbol]) << 16 | u32::from(lengths.distances[symbol]) << 8 | u32::from(extra);
        }
        new
    }

    /// Adds the first `count` of four literals. They are joined in pairs, as each put must wait for the one before.
    #[inline]
    fn put_literals(&self, four: [u8; 4], count: usize, bits: &mut Bits) {
        let entry = |index: usize| {
            let entry = self.literals[usize::from(four[index])] & u32::from(index < count).wrapping_neg();
            (u64::from(entry >> 8), entry & 255)
        };
        let join = |one: (u64, u32), other: (u64, u32)| (one.0 | other.0 << one.1, one.1 + other.1);
        let (joined, length) = join(join(entry(0), entry(1)), join(entry(2), entry(3)));
        bits.put(joined, length);
    }

    /// Adds nothing if there is no match.
    #[inline]
    fn put_match(&self, sequence: Sequence, bits: &mut Bits) {
        let entry = self.lengths[sequence.length()];
        bits.put(u64::from(entry >> 8), entry & 255);
        let symbol = sequence.distance_symbol();
        let entry = self.distances[symbol];
        let more = sequence.distance().wrapping_sub(usize::from(DISTANCE_RANGES[symbol].least));
        let count = entry >> 8 & 255;
        bits.put(u64::from(entry >> 16) | (more as u64) << count, count + (entry & 255));
    }
}
