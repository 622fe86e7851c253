//! Any bytes as an app in Qlik's container: reading ends, keeps little, and never panics.

#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use qdiag::app::qvf;

/// The first bytes of every container, so that no try is lost on them.
const MAGIC: [u8; 12] = [0xff, 0xff, 1, 0, 0xc1, 6, 0, 0, 0, 0, 0, 0];

fuzz_target!(|data: &[u8]| {
    let mut bytes = data.to_vec();
    if let Some(start) = bytes.first_chunk_mut::<12>() {
        *start = MAGIC;
    }
    let summary = qvf::read(&mut Cursor::new(bytes));
    assert!(summary.problems.len() < 20, "{} problems", summary.problems.len());
    assert!(summary.tables.len() <= 20_000 && summary.objects.len() <= 20_000);
});
