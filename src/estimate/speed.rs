//! Measures how fast this machine works: clears and packs some samples. Keeps nothing of what it learns from them.

use std::io::Cursor;
use std::time::Duration;

use crate::bundle::{Packing, Ready};
use crate::host::Clock;
use crate::redact::{Hint, MaskKey, Privacy, Redaction};

/// Time after which enough was measured.
const ENOUGH: Duration = Duration::from_millis(40);

/// Seconds that opening and writing an entry takes.
pub(super) const PER_ITEM: f64 = 0.000_1;

/// The bundle is read back, which takes a part of the time that making it takes.
const READ_BACK: (u64, u64) = (3, 4);

/// Bytes of sources in a second, with all threads; nothing if there was nothing to measure with.
pub(super) fn measure(texts: &[Vec<u8>], packing: &Packing) -> Option<u64> {
    // One of its own: what the samples hold must not be known to the run.
    let redaction = Redaction::new(MaskKey::from_secret(b"only to measure with"), Privacy::Secrets).ok()?;
    // The clock of a host may stand still; this one is of the machine that works.
    let clock = Clock::live();
    let work = || {
        let mark = clock.mark();
        let mut bytes = 0;
        for text in texts {
            let mut cleared = redaction.clear(Cursor::new(text), &Hint::new("sample.log", &[]));
            Ready::of(&mut cleared, packing.compression);
            bytes += text.len() as u64;
            if clock.since(mark) > ENOUGH {
                break;
            }
        }
        (bytes, clock.since(mark))
    };
    // Patterns are made when they are first needed, so the first round tells nothing.
    work();
    let (bytes, spent) = work();
    if bytes == 0 {
        return None;
    }
    let spent = u64::try_from(spent.as_micros()).ok()?.max(1);
    let threads = packing.pool.as_ref().map_or(1, |pool| pool.threads() as u64);
    Some((bytes * 1_000_000 / spent * threads * READ_BACK.0 / READ_BACK.1).max(1))
}
