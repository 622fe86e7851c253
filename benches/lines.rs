//! Lines made to be slow: a megabyte of every literal that makes a rule look closer, alone and with what may follow it, in one line. Each must
//! cost no more than a small multiple of ordinary text; the slowest are printed. Exit code 1 when one is over the limit.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a benchmark prints its result")]

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use qdiag::redact::{Hint, MaskKey, Privacy, Redaction};

/// Bytes of each line.
const BYTES: usize = 1024 * 1024;

/// A part of them that sorts out the quick ones.
const TRIAL: usize = 64 * 1024;

/// Times the cost of ordinary text that such a line may have. It grows with the number of literals in the line, never with its length:
/// each may look at some kilobytes beneath it, so that a megabyte takes two seconds at most where ordinary text takes two milliseconds.
const LIMIT: u32 = 1000;

/// What follows the literals.
const ENDINGS: [&str; 5] = ["", "=", ": ", "=\"", "</"];

fn main() -> ExitCode {
    let redaction =
        Redaction::new(MaskKey::from_secret(b"a key for measuring"), Privacy::Secrets).expect("rules load");
    let ordinary = "2019-01-31 15:24:19 INFO engine started in 12 ms for app 2c6f7d70 and wrote 14 rows\n"
        .repeat(BYTES / 80);
    let base = (0..3).map(|_| time(&redaction, ordinary.as_bytes())).min().unwrap_or_default();
    let needles: BTreeSet<&str> = redaction.needles().collect();
    let mut slow: Vec<(Duration, String)> = Vec::new();
    for needle in &needles {
        for ending in ENDINGS {
            let unit = format!("{needle}{ending}");
            slow.push((time(&redaction, unit.repeat(TRIAL / unit.len()).as_bytes()), unit));
        }
    }
    for opening in [
        "-----BEGIN PRIVATE KEY-----",
        "<CipherValue>",
        "<Password>",
        "password=\"",
        "{\"password\":[",
        "\\\"",
        "{",
        "[",
        "<a ",
    ] {
        slow.push((time(&redaction, opening.repeat(TRIAL / opening.len()).as_bytes()), opening.to_owned()));
    }
    slow.sort_by_key(|line| std::cmp::Reverse(line.0));
    let tried = slow.len();
    // Only the slowest are worth a whole megabyte.
    slow.truncate(40);
    for (slowest, unit) in &mut slow {
        *slowest = time(&redaction, unit.repeat(BYTES / unit.len()).as_bytes());
    }
    slow.sort_by_key(|line| std::cmp::Reverse(line.0));
    println!(
        "{tried} lines tried, the slowest with {BYTES} bytes; ordinary text {:.1} ms",
        base.as_secs_f64() * 1e3
    );
    for (time, unit) in slow.iter().take(12) {
        println!(
            "{:8.1} ms  {:6.1} ×  {unit:?}",
            time.as_secs_f64() * 1e3,
            time.as_secs_f64() / base.as_secs_f64()
        );
    }
    let is_slow = slow.first().is_some_and(|(time, _)| *time > base * LIMIT);
    if is_slow { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn time(redaction: &Redaction, text: &[u8]) -> Duration {
    let start = Instant::now();
    let mut cleared = redaction.clear(io::Cursor::new(text), &Hint::default());
    io::copy(&mut cleared.by_ref(), &mut io::sink()).expect("memory");
    start.elapsed()
}
