//! Any bytes as a QVD and as a QVX: reading is safe, bounded, and never panics.

#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use qdiag::app::{AppSummary, qvd, qvx};

fn check(summary: &AppSummary, data: &[u8]) {
    assert_eq!(summary.bytes, data.len() as u64);
    // Every value comes from the file and is told once.
    let fields: usize = summary.fields.iter().map(String::len).sum();
    let sources: usize = summary.connections.iter().map(|one| one.name.len()).sum();
    // A byte that is no UTF-8 becomes a sign of three bytes.
    assert!(fields + sources <= data.len() * 3);
}

fuzz_target!(|data: &[u8]| {
    check(&qvd::read(&mut Cursor::new(data)), data);
    check(&qvx::read(&mut Cursor::new(data)), data);
});
