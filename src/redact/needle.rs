//! Finds all needles of a set in one look at the text: a table tells for each four bytes whether a needle may stand around them, and only
//! there is compared. Letter case of ASCII counts only if asked for.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use memchr::memmem;
use zeroize::Zeroize;

/// Needles that are shorter are looked for one by one.
const SHORTEST: usize = 3;

/// Bits of the hash that picks an entry of the table: of few needles, which the nearest memory holds, and of many.
const FEW_BITS: u32 = 16;
const MANY_BITS: u32 = 18;

/// More needles are many: too many bytes would fall together by chance.
const FEW: usize = 4_096;

/// Three bytes of four.
const THREE: u32 = 0x00FF_FFFF;

/// What makes letters of ASCII small.
const SMALL: u32 = 0x2020_2020;

/// Letters and digits from common to rare in logs; what is not here is rarer in needles than in text, and counts as common.
const COMMON_FIRST: &[u8] = b" etaoinsrldcu=:\"/.-_0123456789mpghfvbywkxjqz";

/// What stands in logs at every turn.
const COMMON: [&str; 24] = [
    "https://",
    "http",
    "qlik",
    "sense",
    "service",
    "device",
    "private",
    "user",
    "userid=",
    "rows",
    "session",
    "form",
    "key=",
    "version",
    "value",
    "identified by",
    "object",
    "generated",
    "product",
    "command",
    "connect",
    "0101",
    "default",
    "client",
];

static COMMON_FOURS: LazyLock<BTreeSet<&[u8]>> =
    LazyLock::new(|| COMMON.iter().flat_map(|word| word.as_bytes().windows(4)).collect());

/// Where a needle stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Hit {
    pub(super) end: usize,
    pub(super) start: usize,
    /// Which needle.
    pub(super) needle: usize,
}

/// Part of a needle by which it is found.
struct Anchor {
    /// Its four bytes, or all three of a shorter needle, and which of them count.
    gram: u32,
    mask: u32,
    needle: u32,
    /// How far into the needle it stands.
    offset: u16,
}

/// All needles, ready to be searched for.
pub(super) struct Needles {
    words: Vec<Box<[u8]>>,
    /// For three bytes, by their hash, which fourth bytes may follow: a bit for each eighth of all bytes.
    table: Box<[u8]>,
    bits: u32,
    /// The first needle of which letter case counts.
    exact_from: usize,
    /// Where the anchors of each entry of the table begin; one more than there are entries.
    starts: Vec<u32>,
    anchors: Vec<Anchor>,
    /// Needles that are too short for the table, in each letter case.
    short: Vec<(memmem::Finder<'static>, usize)>,
}

impl Needles {
    /// The same, and behind them needles to be found exactly as they are, three bytes or longer.
    pub(super) fn with_exact(needles: &[Vec<u8>], exact: Vec<Vec<u8>>) -> Self {
        let exact_from = needles.len();
        let mut all = Self::new([needles.to_vec(), exact].concat());
        all.exact_from = exact_from;
        all
    }

    /// Needles in small letters, as far as they are ASCII, to be found in any. Few of them may have less than three bytes.
    pub(super) fn new(needles: Vec<Vec<u8>>) -> Self {
        let bits = if needles.len() <= FEW { FEW_BITS } else { MANY_BITS };
        let mut table = vec![0_u8; 1 << bits].into_boxed_slice();
        let mut all: Vec<(usize, Anchor)> = Vec::new();
        let short = needles.iter().enumerate().filter(|(_, needle)| needle.len() < SHORTEST);
        let short = short.flat_map(|(at, needle)| cases(needle).into_iter().map(move |needle| (needle, at)));
        let short = short.map(|(needle, at)| (memmem::Finder::new(&needle).into_owned(), at)).collect();
        for (at, needle) in needles.iter().enumerate().filter(|(_, needle)| needle.len() >= SHORTEST) {
            let offset = rarest(needle);
            let (gram, mask) = match needle[offset..] {
                [a, b, c, d, ..] => (u32::from_le_bytes([a, b, c, d]) | SMALL, u32::MAX),
                [a, b, c] => ((u32::from_le_bytes([a, b, c, 0]) | SMALL) & THREE, THREE),
                _ => continue,
            };
            let entry = entry(gram, bits);
            table[entry] |= if mask == THREE { u8::MAX } else { follower(gram) };
            let needle = u32::try_from(at).expect("there are not that many needles");
            let offset = u16::try_from(offset).expect("a needle is a word");
            all.push((entry, Anchor { gram, mask, needle, offset }));
        }
        all.sort_by_key(|(entry, _)| *entry);
        let mut starts = vec![0; table.len() + 1];
        for (entry, _) in &all {
            starts[entry + 1] += 1;
        }
        for entry in 0..table.len() {
            starts[entry + 1] += starts[entry];
        }
        let anchors = all.into_iter().map(|(_, anchor)| anchor).collect();
        let words: Vec<Box<[u8]>> = needles.into_iter().map(Vec::into_boxed_slice).collect();
        Self { exact_from: words.len(), words, table, bits, starts, anchors, short }
    }

    /// All places of all needles, overlapping ones too, sorted by their ends.
    pub(super) fn find(&self, text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        let at = match self.bits {
            FEW_BITS => self.find_in::<{ 1 << FEW_BITS }, FEW_BITS>(text, &mut hits),
            _ => self.find_in::<{ 1 << MANY_BITS }, MANY_BITS>(text, &mut hits),
        };
        for (step, gram) in text[at..].windows(4).enumerate() {
            let gram = u32::from_le_bytes([gram[0], gram[1], gram[2], gram[3]]) | SMALL;
            let entry = entry(gram, self.bits);
            if self.table[entry] & follower(gram) != 0 {
                self.compare(text, at + step, (gram, entry), &mut hits);
            }
        }
        // A needle of three bytes at the very end.
        if let [.., a, b, c] = text {
            let gram = (u32::from_le_bytes([*a, *b, *c, 0]) | SMALL) & THREE;
            self.compare(text, text.len() - 3, (gram, entry(gram, self.bits)), &mut hits);
        }
        for (finder, needle) in &self.short {
            let length = finder.needle().len();
            let all = finder.find_iter(text);
            hits.extend(all.map(|start| Hit { end: start + length, start, needle: *needle }));
        }
        hits.sort_unstable();
        hits
    }

    /// All but the last places, which it gives. The size of the table is known here, so that no look into it is checked.
    fn find_in<const ENTRIES: usize, const BITS: u32>(&self, text: &[u8], hits: &mut Vec<Hit>) -> usize {
        let table = self.table.first_chunk::<ENTRIES>().expect("it has that many entries");
        let mut at = 0;
        loop {
            let likely = next_likely::<ENTRIES, BITS>(table, text, at);
            let Some(four) = likely.1 else { return likely.0 };
            for (step, gram) in four.into_iter().enumerate() {
                let entry = entry(gram, BITS);
                if table[entry] & follower(gram) != 0 {
                    self.compare(text, likely.0 + step, (gram, entry), hits);
                }
            }
            at = likely.0 + 4;
        }
    }

    /// The needles that stand around these four bytes.
    #[inline(never)]
    fn compare(&self, text: &[u8], at: usize, (gram, entry): (u32, usize), hits: &mut Vec<Hit>) {
        let list = self.starts[entry] as usize..self.starts[entry + 1] as usize;
        for anchor in self.anchors[list].iter().filter(|anchor| gram & anchor.mask == anchor.gram) {
            let number = anchor.needle as usize;
            let needle = &self.words[number];
            let Some(start) = at.checked_sub(usize::from(anchor.offset)) else { continue };
            let end = start + needle.len();
            let is_there = |part: &[u8]| {
                if number < self.exact_from { part.eq_ignore_ascii_case(needle) } else { part == &**needle }
            };
            if text.get(start..end).is_some_and(is_there) {
                hits.push(Hit { end, start, needle: number });
            }
        }
    }
}

impl Drop for Needles {
    /// Needles may be secrets.
    fn drop(&mut self) {
        self.words.iter_mut().for_each(Zeroize::zeroize);
        self.anchors.iter_mut().for_each(|anchor| anchor.gram.zeroize());
    }
}

/// The next four places from `at` on around one of which a needle may stand, or where too little text for four is left. Apart from
/// what follows, so that the loop keeps all it needs at hand.
#[inline(never)]
fn next_likely<const ENTRIES: usize, const BITS: u32>(
    table: &[u8; ENTRIES],
    text: &[u8],
    mut at: usize,
) -> (usize, Option<[u32; 4]>) {
    const FOLD: u64 = (SMALL as u64) << 32 | SMALL as u64;
    while let Some(eight) = text.get(at..at + 8).and_then(<[u8]>::first_chunk::<8>) {
        let folded = u64::from_le_bytes(*eight) | FOLD;
        let four = [gram(folded, 0), gram(folded, 1), gram(folded, 2), gram(folded, 3)];
        let likely = |step: usize| table[entry(four[step], BITS)] & FOLLOWERS[usize::from(eight[step + 3])];
        // Places are looked at by fours, so that their hashes are computed at the same time, before the one branch.
        if likely(0) | likely(1) | likely(2) | likely(3) != 0 {
            return (at, Some(four));
        }
        at += 4;
    }
    (at, None)
}

/// Four of eight bytes, from this one on.
#[inline]
fn gram(bytes: u64, step: u32) -> u32 {
    let low = (bytes >> (8 * step)) & u64::from(u32::MAX);
    u32::try_from(low).expect("four bytes")
}

/// The entry of the table for the first three of these bytes: what the last one holds is shifted out.
#[inline]
fn entry(gram: u32, bits: u32) -> usize {
    (gram.wrapping_mul(0x3779_B100) >> (32 - bits)) as usize
}

/// The bit for the last of these bytes.
#[inline]
fn follower(gram: u32) -> u8 {
    FOLLOWERS[(gram >> 24) as usize]
}

/// A bit for each byte: letters share none with digits and signs.
static FOLLOWERS: [u8; 256] = {
    let mut followers = [0; 256];
    let mut byte = 0;
    while byte < followers.len() {
        let folded = byte | 0x20;
        followers[byte] = 1 << (folded & 3 | folded >> 4 & 4);
        byte += 1;
    }
    followers
};

/// A word of few letters in all their cases.
fn cases(word: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    for byte in word {
        let upper = byte.to_ascii_uppercase();
        let other = all.iter().map(|start: &Vec<u8>| [start, &[upper][..]].concat());
        let other: Vec<Vec<u8>> = if upper == *byte { Vec::new() } else { other.collect() };
        for start in &mut all {
            start.push(*byte);
        }
        all.extend(other);
    }
    all
}

/// Where the four bytes of a needle begin that are least likely in a log.
fn rarest(needle: &[u8]) -> usize {
    let rank = |byte: &u8| COMMON_FIRST.iter().position(|common| common == byte).unwrap_or(0);
    let last = needle.len().saturating_sub(4);
    let rarity = |at: usize| {
        let four = &needle[at..needle.len().min(at + 4)];
        (!COMMON_FOURS.contains(four), four.iter().map(rank).sum::<usize>())
    };
    (0..=last).max_by_key(|at| rarity(*at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slowly(needles: &[&str], text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (at, needle) in needles.iter().enumerate() {
            for start in 0..text.len() {
                let end = start + needle.len();
                if text.get(start..end).is_some_and(|part| part.eq_ignore_ascii_case(needle.as_bytes())) {
                    hits.push(Hit { end, start, needle: at });
                }
            }
        }
        hits.sort_unstable();
        hits
    }

    #[test]
    fn every_needle_is_found_wherever_it_stands() {
        let needles =
            ["pw", "pwd", "password", "word", "pass", "a=b", "AKIA", "paßwort", "-----begin", "word"];
        let needles: Vec<String> = needles.iter().map(|needle| needle.to_ascii_lowercase()).collect();
        let needles: Vec<&str> = needles.iter().map(String::as_str).collect();
        let finder = Needles::new(needles.iter().map(|needle| needle.as_bytes().to_vec()).collect());
        for text in [
            "",
            "p",
            "pw",
            "pwd",
            "PWD",
            "xpwd",
            "PassWord",
            "a=B",
            "A=ba=b",
            "passwordwordpass PWD",
            "-----BEGIN ",
            "akia paßwort PAßWORT",
            "@{[`~PWD",
            "password\0pwd\n",
        ] {
            let text = text.as_bytes();
            assert_eq!(finder.find(text), slowly(&needles, text), "{:?}", String::from_utf8_lossy(text));
        }
    }

    #[test]
    fn letter_case_counts_if_asked_for() {
        let finder =
            Needles::with_exact(&[b"wor".to_vec()], [&b"Pass"[..], b"pas"].map(<[u8]>::to_vec).to_vec());
        let hits: Vec<(usize, usize)> =
            finder.find(b"pass Pass PASS pas WOR").iter().map(|hit| (hit.start, hit.needle)).collect();
        assert_eq!(hits, [(0, 2), (5, 1), (15, 2), (19, 0)]);
    }

    proptest::proptest! {
        #[test]
        fn as_a_slow_search_finds_them(text in "[abpPwWdDs=@` ]{0,200}") {
            let needles = ["pw", "pwd", "password", "ab=", "ddd", "dddd", "w d"];
            let finder = Needles::new(needles.iter().map(|needle| needle.as_bytes().to_vec()).collect());
            proptest::prop_assert_eq!(finder.find(text.as_bytes()), slowly(&needles, text.as_bytes()));
        }
    }
}
