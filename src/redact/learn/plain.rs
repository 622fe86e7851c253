//! Values of letters, digits and dashes only, such as ids of sessions: kept as digests, and found as whole runs of such bytes.

use std::collections::{BTreeSet, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use super::{LONGEST, SHORTEST};

/// Bits of the hash of a beginning.
const BITS: u32 = 20;

/// Digests of values, and what tells quickly that a run is none of them.
#[derive(Default)]
pub(super) struct Plain {
    digests: HashSet<u64>,
    /// A bit for the hash of the first eight bytes of each value.
    beginnings: Vec<u64>,
}

impl Plain {
    /// These values.
    pub(super) fn new(values: &BTreeSet<(u64, u32)>) -> Self {
        let mut beginnings = vec![0; if values.is_empty() { 0 } else { 1 << (BITS - 6) }];
        for (_, beginning) in values {
            beginnings[(beginning >> 6) as usize] |= 1 << (beginning & 63);
        }
        Self { digests: values.iter().map(|(digest, _)| *digest).collect(), beginnings }
    }

    pub(super) fn len(&self) -> usize {
        self.digests.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.digests.is_empty()
    }

    /// Whether a value of that digest is one of them.
    pub(super) fn holds(&self, digest: u64) -> bool {
        self.digests.contains(&digest)
    }

    /// Finds values that stand alone, not inside a longer run.
    pub(super) fn find(&self, text: &[u8], mut found: impl FnMut(usize, usize)) {
        if self.is_empty() {
            return;
        }
        let mut start = 0;
        // A run is long enough only if the eighth byte belongs to it, so most of the text is never looked at.
        while let Some(first) = text.get(start..start + SHORTEST) {
            if let Some(gap) = first.iter().rposition(|byte| !is_plain(*byte)) {
                start += gap + 1;
                continue;
            }
            let rest = &text[start + SHORTEST..];
            let length = SHORTEST + rest.iter().position(|byte| !is_plain(*byte)).unwrap_or(rest.len());
            let run = &text[start..start + length];
            if self.is_likely(run) && self.holds(digest(run)) {
                found(start, start + length);
            }
            start += length + 1;
        }
    }

    fn is_likely(&self, run: &[u8]) -> bool {
        let beginning = beginning(run);
        run.len() <= LONGEST && self.beginnings[(beginning >> 6) as usize] >> (beginning & 63) & 1 == 1
    }
}

/// A letter, a digit or a dash.
pub(super) fn is_plain(byte: u8) -> bool {
    const PLAIN: [bool; 256] = {
        let mut plain = [false; 256];
        let mut byte = 0_u8;
        loop {
            plain[byte as usize] = byte.is_ascii_alphanumeric() || byte == b'-';
            if byte == u8::MAX {
                break plain;
            }
            byte += 1;
        }
    };
    PLAIN[usize::from(byte)]
}

/// Letter case does not count in ids; a password in another case is as good as told.
pub(super) fn digest(value: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.to_ascii_lowercase().hash(&mut hasher);
    hasher.finish()
}

/// A hash of the first eight bytes of a value, which has as many.
pub(super) fn beginning(value: &[u8]) -> u32 {
    let first: [u8; 8] = value.first_chunk().copied().unwrap_or_default();
    let folded = u64::from_le_bytes(first) | 0x2020_2020_2020_2020;
    (folded.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - BITS)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_as_whole_runs_in_any_letter_case() {
        let values = ["0a1b2c3d", "0a1b2c3d-4e5f"]
            .map(|value| (digest(value.as_bytes()), beginning(value.as_bytes())));
        let plain = Plain::new(&values.into());
        let text = "0a1b2c3d x0a1b2c3d 0A1B2C3D;0a1b2c3d-4e5f,0a1b2c3d-4e5 a 0a1b2c3d";
        let mut found = Vec::new();
        plain.find(text.as_bytes(), |start, end| found.push((start, &text[start..end])));
        let expected = [(0, "0a1b2c3d"), (19, "0A1B2C3D"), (28, "0a1b2c3d-4e5f"), (57, "0a1b2c3d")];
        assert_eq!(found, expected);
    }
}
