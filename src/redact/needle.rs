//! Finds all needles of all rules in one look at the text: a table tells for each four bytes whether a needle may stand around them, and
//! only there is compared. Letter case of ASCII does not count.

use memchr::memmem;

/// Needles that are shorter are looked for one by one.
const SHORTEST: usize = 3;

/// Bits of the hash that picks a bit of the table, and of the one that picks a list.
const TABLE: u32 = 17;
const LISTS: u32 = 13;

/// Three bytes of four.
const THREE: u32 = 0x00FF_FFFF;

/// Letters and digits from common to rare in logs; what is not here is rarer in needles than in text, and counts as common.
const COMMON_FIRST: &[u8] = b" etaoinsrldcu=:\"/.-_0123456789mpghfvbywkxjqz";

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
    /// Its four bytes, folded, or all three of a shorter needle.
    gram: u32,
    needle: u32,
    /// How far into the needle it stands.
    offset: u16,
}

/// All needles, ready to be searched for.
pub(super) struct Needles {
    words: Vec<Box<[u8]>>,
    /// A bit for each hash of four bytes by which a needle is found, and of three.
    four: Box<[u64]>,
    three: Box<[u64]>,
    /// Where the anchors of each list begin; one more than there are lists.
    starts: Vec<u32>,
    anchors: Vec<Anchor>,
    /// Needles that are too short for the table, in each letter case.
    short: Vec<(memmem::Finder<'static>, usize)>,
}

impl Needles {
    /// Needles in small letters, as far as they are ASCII. Few of them may have less than three bytes.
    pub(super) fn new(needles: Vec<Vec<u8>>) -> Self {
        let mut four = vec![0_u64; 1 << (TABLE - 6)].into_boxed_slice();
        let mut three = four.clone();
        let mut lists: Vec<Vec<Anchor>> = Vec::new();
        lists.resize_with(1 << LISTS, Vec::new);
        let short = needles.iter().enumerate().filter(|(_, needle)| needle.len() < SHORTEST);
        let short = short.flat_map(|(at, needle)| cases(needle).into_iter().map(move |needle| (needle, at)));
        let short = short.map(|(needle, at)| (memmem::Finder::new(&needle).into_owned(), at)).collect();
        for (at, needle) in needles.iter().enumerate().filter(|(_, needle)| needle.len() >= SHORTEST) {
            let offset = rarest(needle);
            let gram = match needle[offset..] {
                [a, b, c, d, ..] => fold([a, b, c, d]),
                [a, b, c] => fold([a, b, c, 0]) & THREE,
                _ => continue,
            };
            let (hash, bits) =
                if needle.len() < 4 { (hash(gram), &mut three) } else { (hash(gram), &mut four) };
            set(bits, hash);
            let anchor = Anchor {
                gram,
                needle: u32::try_from(at).expect("there are not that many needles"),
                offset: u16::try_from(offset).expect("a needle is a word"),
            };
            lists[(hash >> (32 - LISTS)) as usize].push(anchor);
        }
        let mut starts = vec![0];
        let mut anchors = Vec::new();
        for list in lists {
            anchors.extend(list);
            starts.push(u32::try_from(anchors.len()).expect("there are not that many needles"));
        }
        let words = needles.into_iter().map(Vec::into_boxed_slice).collect();
        Self { words, four, three, starts, anchors, short }
    }

    /// All places of all needles, overlapping ones too, sorted by their ends.
    pub(super) fn find(&self, text: &[u8]) -> Vec<Hit> {
        let mut hits = Vec::new();
        for (at, gram) in text.windows(4).enumerate() {
            let gram = fold([gram[0], gram[1], gram[2], gram[3]]);
            let (four, three) = (hash(gram), hash(gram & THREE));
            if is_set(&self.four, four) {
                self.compare(text, at, (gram, four), &mut hits);
            }
            if is_set(&self.three, three) {
                self.compare(text, at, (gram & THREE, three), &mut hits);
            }
        }
        // A needle of three bytes at the very end.
        if let [.., a, b, c] = text {
            let gram = fold([*a, *b, *c, 0]) & THREE;
            self.compare(text, text.len() - 3, (gram, hash(gram)), &mut hits);
        }
        for (finder, needle) in &self.short {
            let length = finder.needle().len();
            let all = finder.find_iter(text);
            hits.extend(all.map(|start| Hit { end: start + length, start, needle: *needle }));
        }
        hits.sort_unstable();
        hits
    }

    /// The needles that stand around these four bytes.
    #[inline(never)]
    fn compare(&self, text: &[u8], at: usize, (gram, hash): (u32, u32), hits: &mut Vec<Hit>) {
        let list = (hash >> (32 - LISTS)) as usize;
        let list = self.starts[list] as usize..self.starts[list + 1] as usize;
        for anchor in self.anchors[list].iter().filter(|anchor| anchor.gram == gram) {
            let needle = &self.words[anchor.needle as usize];
            let Some(start) = at.checked_sub(usize::from(anchor.offset)) else { continue };
            let end = start + needle.len();
            if text.get(start..end).is_some_and(|part| part.eq_ignore_ascii_case(needle)) {
                hits.push(Hit { end, start, needle: anchor.needle as usize });
            }
        }
    }
}

/// Letters without their case. Other signs may fall together, which only costs a comparison.
fn fold(bytes: [u8; 4]) -> u32 {
    u32::from_le_bytes(bytes) | 0x2020_2020
}

fn is_set(bits: &[u64], hash: u32) -> bool {
    bits[(hash >> (32 - TABLE + 6)) as usize] >> (hash >> (32 - TABLE) & 63) & 1 == 1
}

fn set(bits: &mut [u64], hash: u32) {
    bits[(hash >> (32 - TABLE + 6)) as usize] |= 1 << (hash >> (32 - TABLE) & 63);
}

fn hash(gram: u32) -> u32 {
    gram.wrapping_mul(0x9E37_79B1)
}

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
    (0..=last)
        .max_by_key(|at| needle[*at..needle.len().min(at + 4)].iter().map(rank).sum::<usize>())
        .unwrap_or(0)
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

    proptest::proptest! {
        #[test]
        fn as_a_slow_search_finds_them(text in "[abpPwWdDs=@` ]{0,200}") {
            let needles = ["pw", "pwd", "password", "ab=", "ddd", "dddd", "w d"];
            let finder = Needles::new(needles.iter().map(|needle| needle.as_bytes().to_vec()).collect());
            proptest::prop_assert_eq!(finder.find(text.as_bytes()), slowly(&needles, text.as_bytes()));
        }
    }
}
