//! Any bytes as a bundle: reading is safe, bounded, and never panics.

#![no_main]

use std::io::Cursor;
use std::path::Path;

use libfuzzer_sys::fuzz_target;
use qdiag::bundle::{Limits, Reader};

fuzz_target!(|data: &[u8]| {
    let Ok(reader) = Reader::new(Cursor::new(data), Path::new("fuzz.zip"), Limits { entries: 1000, ratio: 1032, bytes: 1 << 24 }) else { return };
    drop(reader);
});
