//! Any content in blocks of any size: what is packed inflates to the same, and hardly grows.

#![no_main]

use std::io::Read;

use libfuzzer_sys::fuzz_target;
use qdiag::bundle::{Effort, Encoder};

fuzz_target!(|data: &[u8]| check(data));

/// The first four bytes say how: effort, size of the blocks (two bytes), and how often the content is repeated.
fn check(data: &[u8]) {
    let Some(([effort, low, high, times], content)) = data.split_first_chunk::<4>() else { return };
    let effort = [Effort::Fast, Effort::Balanced, Effort::Small][usize::from(effort % 3)];
    let block = usize::from(u16::from_le_bytes([*low, *high])) * 9 + 1;
    let content = content.repeat(usize::from(times % 8) + 1);
    // A small block costs as much as the 32 KiB it knows: not too many of them.
    let block = block.max(content.len() / 32);
    let mut encoder = Encoder::new(effort);
    let mut packed = Vec::new();
    let (mut from, mut blocks) = (0, 0);
    loop {
        let until = content.len().min(from + block);
        let known = from.min(32 * 1024);
        let is_last = until == content.len();
        packed.extend(encoder.encode(&content[from - known..until], known, is_last));
        (from, blocks) = (until, blocks + 1);
        if is_last {
            break;
        }
    }
    assert!(packed.len() <= content.len() + 11 * blocks + content.len() / 4096, "grew from {} to {}", content.len(), packed.len());
    let mut back = Vec::new();
    let mut reader = flate2::bufread::DeflateDecoder::new(packed.as_slice());
    reader.read_to_end(&mut back).expect("a valid stream");
    assert_eq!(reader.total_in(), packed.len() as u64, "nothing stands behind the stream");
    assert!(back == content, "something else came back");
}
