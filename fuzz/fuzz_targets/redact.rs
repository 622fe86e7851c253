//! Any bytes, handed out in any pieces: the same output, nothing changed outside masks, and no panic.

#![no_main]

use std::io::{self, Read};
use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use qdiag::redact::{Hint, MaskKey, Privacy, Redaction};

static SECRETS: LazyLock<Redaction> = LazyLock::new(|| redaction(Privacy::Secrets));
static IDENTITIES: LazyLock<Redaction> = LazyLock::new(|| redaction(Privacy::Identities));

fn redaction(privacy: Privacy) -> Redaction {
    Redaction::new(MaskKey::from_secret(b"a key for fuzzing"), privacy).expect("rules load")
}

const NAMES: [&str; 6] = ["x.log", "x.json", "x.xml", "x.yaml", "x.ini", "x.gz"];

/// A source that hands out a few bytes at a time.
struct Drops<'a>(&'a [u8], usize);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(buffer.len()).min(self.0.len());
        buffer[..count].copy_from_slice(&self.0[..count]);
        self.0 = &self.0[count..];
        Ok(count)
    }
}

fn clear(redaction: &Redaction, source: impl Read, name: &str) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut cleared = redaction.clear(source, &Hint::new(name, &[]));
    cleared.read_to_end(&mut out).ok()?;
    cleared.clearance().withheld.is_none().then_some(out)
}

fuzz_target!(|data: &[u8]| {
    let [choice, step, text @ ..] = data else { return };
    let redaction: &Redaction = if choice & 1 == 0 { &SECRETS } else { &IDENTITIES };
    let name = NAMES[usize::from(choice >> 1) % NAMES.len()];
    let whole = clear(redaction, text, name);
    let pieces = clear(redaction, Drops(text, usize::from(*step).max(1)), name);
    assert_eq!(whole, pieces, "pieces make another output");
    if let (Some(once), true, true) = (whole, choice & 1 == 0, name != "x.gz") {
        assert!(is_input_outside_masks(text, &once), "something outside masks has changed");
        // What looks like half a mask is taken for one only where it stands alone.
        let has_mask = text.windows(4).any(|part| part.eq_ignore_ascii_case(b"REDA"));
        if let (Some(twice), false) = (clear(redaction, once.as_slice(), name), has_mask) {
            assert_eq!(String::from_utf8_lossy(&once), String::from_utf8_lossy(&twice), "a second pass changes something");
        }
    }
});

/// Whether what stands between masks stands in the input, in the same order. A number gets quotes with its mask.
fn is_input_outside_masks(input: &[u8], output: &[u8]) -> bool {
    const PREFIX: &[u8] = b"REDACTED_";
    if input.windows(PREFIX.len()).any(|part| part == PREFIX) || input.starts_with(b"\x1F\x8B") || input.starts_with(b"PK") || input.contains(&0) {
        return true;
    }
    let find = |text: &[u8], part: &[u8]| if part.is_empty() { Some(0) } else { text.windows(part.len()).position(|found| found == part) };
    let (mut input, mut output) = (input, output);
    loop {
        let mask = find(output, PREFIX);
        let part = &output[..mask.unwrap_or(output.len())];
        let quotes = part.iter().rev().take_while(|byte| matches!(byte, b'"' | b'\\')).count().min(2);
        let leading = part.iter().take_while(|byte| matches!(byte, b'"' | b'\\')).count().min(2);
        let trimmed = if part.len() >= quotes + leading { &part[leading..part.len() - quotes] } else { &[] };
        let Some(at) = find(input, trimmed) else { return false };
        input = &input[at + trimmed.len()..];
        let Some(mask) = mask else { return true };
        let rest = &output[mask + PREFIX.len()..];
        let end = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        output = &rest[end..];
    }
}
