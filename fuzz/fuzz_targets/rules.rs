//! Any text as a file of rules: it loads or says what is wrong, and never panics.

#![no_main]

use libfuzzer_sys::fuzz_target;
use qdiag::redact::{MaskKey, Privacy, Redaction, RuleFile};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let file = RuleFile { name: "fuzz.toml".into(), text: text.to_owned() };
    let _ = Redaction::with_rules(MaskKey::from_secret(b"a key for fuzzing"), Privacy::Secrets, &[file]);
});
