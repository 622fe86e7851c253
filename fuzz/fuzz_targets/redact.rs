//! Any bytes, handed out in any pieces: the same output, a second pass changes nothing, what was learned is gone, and nothing panics.

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
    if let (Some(once), true) = (whole, choice & 1 == 0) {
        let twice = clear(redaction, once.as_slice(), name);
        assert_eq!(twice.as_deref(), Some(once.as_slice()), "a second pass changes something");
    }
});
