//! Finds text that stood before, and cuts a block into literals and matches.

#![expect(
    clippy::cast_possible_truncation,
    reason = "places are kept modulo 65,536, and a shifted hash is small"
)]

use super::sequence::{FARTHEST, LONGEST, Sequence};

/// Bytes compared at once.
const WORD: u32 = 8;

/// The shortest match looked for in little text, where distances are short and most of what is found is short.
const SHORTEST_OF_LITTLE: u32 = 4;

/// So much text is little.
const LITTLE: usize = 32 * 1024;

/// After so many literals in a row, one more place is passed over at each step.
const PATIENCE: u32 = 64;

/// The most places passed over at once.
const WIDEST_STEP: u32 = 64;

/// The places where some text stood last, the newest lowest, modulo 65,536: each is checked before it is believed.
pub(super) trait Bucket: Copy + Default {
    /// How many places it holds.
    const PLACES: u32;
    /// A match of this length is good enough to not look for a longer one right behind it.
    const ENOUGH: u32;
    /// The shortest match looked for: in long logs a shorter one is rarely smaller than its literals, as its distance is
    /// long as well, and it would hide longer ones.
    const SHORTEST: u32;
    /// Only one of so many places inside a match is remembered: a match that begins between two of them is extended to
    /// its front when the next is found.
    const STEP: u32;
    /// With one more place, the oldest dropped.
    fn with(self, place: u16) -> Self;
    /// One of the places.
    fn place(self, index: u32) -> u16;
}

/// Looks hard enough to be as small as zip programs are.
impl Bucket for Newest {
    const PLACES: u32 = 1;
    const ENOUGH: u32 = 64;
    const SHORTEST: u32 = 5;
    const STEP: u32 = 4;

    #[inline]
    fn with(self, place: u16) -> Self {
        Self(place)
    }

    #[inline]
    fn place(self, _: u32) -> u16 {
        self.0
    }
}

/// Takes what it finds.
impl Bucket for u16 {
    const PLACES: u32 = 1;
    const ENOUGH: u32 = 16;
    const SHORTEST: u32 = 5;
    const STEP: u32 = 8;

    #[inline]
    fn with(self, place: u16) -> Self {
        place
    }

    #[inline]
    fn place(self, _: u32) -> u16 {
        self
    }
}

impl Bucket for u128 {
    const PLACES: u32 = 8;
    const ENOUGH: u32 = 258;
    const SHORTEST: u32 = 5;
    const STEP: u32 = 2;

    #[inline]
    fn with(self, place: u16) -> Self {
        self << 16 | Self::from(place)
    }

    #[inline]
    fn place(self, index: u32) -> u16 {
        (self >> (16 * index)) as u16
    }
}

/// One place.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Newest(u16);

/// Text with the part of it to cut. Places in it are counted in 32 bits, so that no sum of them overflows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window<'a> {
    pub(super) text: &'a [u8],
    pub(super) from: u32,
    /// Where to end; the last match may reach beyond.
    pub(super) until: u32,
}

/// Text that stood before; its length is zero if there is none.
#[derive(Debug, Clone, Copy)]
struct Match {
    length: u32,
    distance: u32,
}

impl Match {
    const NONE: Self = Self { length: 0, distance: 0 };
}

/// Remembers where text stood.
#[derive(Debug)]
pub(super) struct Finder<B, const SLOTS: usize> {
    slots: Box<[B; SLOTS]>,
    shortest: u32,
    /// The bits of a word that the shortest match takes.
    mask: u64,
}

impl<B: Bucket, const SLOTS: usize> Finder<B, SLOTS> {
    /// One that remembers nothing.
    pub(super) fn new() -> Self {
        let slots = vec![B::default(); SLOTS].into_boxed_slice().try_into();
        Self { slots: slots.ok().expect("it was made with this length"), shortest: 0, mask: 0 }
    }

    /// Forgets all but the places in `text` before `known`.
    pub(super) fn restart(&mut self, text: &[u8], known: u32) {
        self.slots.fill(B::default());
        self.shortest = if text.len() < LITTLE { SHORTEST_OF_LITTLE } else { B::SHORTEST };
        self.mask = u64::MAX >> (64 - 8 * self.shortest);
        self.remember(text, 0, known);
    }

    /// Cuts the part into sequences, and returns where it ended.
    pub(super) fn cut(&mut self, window: Window<'_>, sequences: &mut Vec<Sequence>) -> u32 {
        let Window { text, from, until } = window;
        let (mut at, mut open) = (from, from);
        while at < until {
            if text.len() - (at as usize) < WORD as usize {
                at = length_of(text);
                break;
            }
            let first = self.look(text, at, 0);
            if first.length == 0 {
                at = (at + 1 + ((at - open) / PATIENCE).min(WIDEST_STEP)).min(until);
                continue;
            }
            let (found, start, seen) = self.improve(text, at, first);
            let end = start + found.length;
            let back = shared_before(text, open, start, found);
            sequences.push(Sequence::new(start - back - open, found.length + back, found.distance));
            self.remember(text, seen, end);
            (at, open) = (end, end);
        }
        if at > open {
            sequences.push(Sequence::literals_only(at - open));
        }
        at
    }

    /// Looks whether a longer match begins at one of the two places behind the match, and so on from there. Returns
    /// the best one, where it begins, and the first place that was not yet remembered.
    #[inline]
    fn improve(&mut self, text: &[u8], mut at: u32, mut found: Match) -> (Match, u32, u32) {
        let mut seen = at + 1;
        while found.length < B::ENOUGH {
            let mut next = self.look(text, at + 1, found.length);
            seen = at + 2;
            if next.length == 0 {
                next = self.look(text, at + 2, found.length + 1);
                seen = at + 3;
                if next.length == 0 {
                    break;
                }
            }
            found = next;
            at = seen - 1;
        }
        (found, at, seen)
    }

    /// The longest match here of more than `beaten` bytes, among the places remembered. Remembers this one.
    #[inline]
    fn look(&mut self, text: &[u8], at: u32, beaten: u32) -> Match {
        let Some(current) = word(text, at) else { return Match::NONE };
        let bucket = self.exchange(current, at);
        // Whether any place matches cannot be foreseen, so it is one branch for all.
        let mut is_any = false;
        for index in 0..B::PLACES {
            let older = word(text, at.wrapping_sub(distance(bucket, index, at))).unwrap_or(!current);
            is_any |= (older ^ current) & self.mask == 0;
        }
        if is_any { longest(text, at, bucket, beaten.max(self.shortest - 1)) } else { Match::NONE }
    }

    /// Puts a place into the bucket of the text that stands there, and returns what the bucket was.
    #[inline]
    fn exchange(&mut self, current: u64, at: u32) -> B {
        let hash = (current & self.mask).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let slot = &mut self.slots[(hash >> (64 - SLOTS.trailing_zeros())) as usize];
        std::mem::replace(slot, slot.with(at as u16))
    }

    /// Remembers some of the places between two.
    #[inline]
    fn remember(&mut self, text: &[u8], from: u32, until: u32) {
        let mut at = from;
        while at < until
            && let Some(current) = word(text, at)
        {
            self.exchange(current, at);
            at += B::STEP;
        }
    }
}

/// The length of a text that is known to be short.
fn length_of(text: &[u8]) -> u32 {
    u32::try_from(text.len()).expect("a window is far shorter than four gigabytes")
}

/// Eight bytes of the text.
#[inline]
fn word(text: &[u8], at: u32) -> Option<u64> {
    let at = at as usize;
    Some(u64::from_le_bytes(text.get(at..at + WORD as usize)?.try_into().ok()?))
}

/// How far back a place of the bucket stands. Whatever it holds, the distance is one that deflate knows: that takes no
/// branch, and a place that is too old simply does not match.
#[inline]
fn distance<B: Bucket>(bucket: B, index: u32, at: u32) -> u32 {
    1 + (at.wrapping_sub(1 + u32::from(bucket.place(index))) & (FARTHEST - 1))
}

/// The longest match of more than `beaten` bytes, the nearest of equals. Apart from the look, which mostly ends without.
#[inline(never)]
fn longest<B: Bucket>(text: &[u8], at: u32, bucket: B, beaten: u32) -> Match {
    let mut best = Match { length: beaten, distance: 0 };
    for index in 0..B::PLACES {
        let distance = distance(bucket, index, at);
        let older = at.wrapping_sub(distance);
        let Some(first) = differing(text, older, at) else { continue };
        let length = if first != 0 {
            first.trailing_zeros() / 8
        } else {
            // Most do not get as far as the best one: that is seen from where they would have to be longer.
            let last = best.length.saturating_sub(WORD - 1);
            if last > 0 && differing(text, older + last, at + last) != Some(0) {
                continue;
            }
            WORD + shared(text, older + WORD, at + WORD)
        };
        if length > best.length {
            best = Match { length, distance };
        }
    }
    if best.distance == 0 { Match::NONE } else { best }
}

/// How two words differ.
#[inline]
fn differing(text: &[u8], older: u32, at: u32) -> Option<u64> {
    Some(word(text, older)? ^ word(text, at)?)
}

/// How many bytes are the same from these places on, up to the longest match less the word that was compared before.
#[inline]
fn shared(text: &[u8], older: u32, at: u32) -> u32 {
    const WIDE: usize = 16;
    let newer = text.get(at as usize..).unwrap_or_default();
    let newer = &newer[..newer.len().min((LONGEST - WORD) as usize)];
    let older = text.get(older as usize..).unwrap_or_default();
    let (mut newers, mut olders) = (newer.chunks_exact(WIDE), older.chunks_exact(WIDE));
    let mut length = 0;
    for (one, other) in newers.by_ref().zip(olders.by_ref()) {
        let differing = wide(one) ^ wide(other);
        if differing != 0 {
            return length + differing.trailing_zeros() / 8;
        }
        length += 16;
    }
    let rest = older.get(length as usize..).unwrap_or_default();
    let same = newers.remainder().iter().zip(rest).take_while(|(one, other)| one == other);
    length + u32::try_from(same.count()).expect("less than sixteen")
}

/// Sixteen bytes.
#[inline]
fn wide(bytes: &[u8]) -> u128 {
    bytes.try_into().map_or(0, u128::from_le_bytes)
}

/// How many of the bytes in front of a match are the same as well: those not yet part of a match, back to `open`.
#[inline]
fn shared_before(text: &[u8], open: u32, start: u32, found: Match) -> u32 {
    let older = start - found.distance;
    let most = (start - open).min(LONGEST - found.length).min(older);
    let before = |at: u32| text[(at - most) as usize..at as usize].iter().rev();
    let same = before(start).zip(before(older)).take_while(|(one, other)| one == other);
    u32::try_from(same.count()).expect("shorter than a match")
}
