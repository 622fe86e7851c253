//! A small entry made ready for the writer: cleared, hashed and packed, by whatever thread has time.

use std::io::{self, Read, Write};

use super::pack::{Compression, Packed, Packing, Streamed};
use super::{End, Hashing, Sha256Hex};
use crate::redact::{Clearance, Cleared};

/// Content that is held whole; of more only what it is packed to.
const TINY: usize = 64 * 1024;

/// Bytes that are packed at a time.
const BLOCK: usize = 64 * 1024;

/// An entry that only has to be written.
#[derive(Debug)]
pub struct Ready {
    pub(super) packed: Packed,
    pub(super) sha256: Sha256Hex,
    pub(super) end: End,
    pub(super) clearance: Clearance,
}

impl Ready {
    /// Reads a stream to its end; what it is packed to is held in memory. What must not be passed on becomes a text that says so.
    pub fn of<'a, R: Read + 'a>(source: &mut Cleared<'a, R>, compression: Compression) -> Self {
        let mut content = Vec::new();
        let mut failure = source.by_ref().take(TINY as u64).read_to_end(&mut content).err();
        let (mut packed, mut sha256) = if failure.is_some() || content.len() < TINY {
            whole(&content, compression)
        } else {
            let (packed, sha256, failed) = streamed(content, source, compression);
            failure = failed;
            (packed, sha256)
        };
        let clearance = source.clearance().clone();
        let end = match &clearance.withheld {
            Some(reason) => {
                (packed, sha256) = whole(&stub(reason), compression);
                End::Withheld(reason.clone())
            }
            None => failure.map_or(End::Whole, End::SourceFailed),
        };
        Self { packed, sha256, end, clearance }
    }
}

fn whole(content: &[u8], compression: Compression) -> (Packed, Sha256Hex) {
    (Packed::of(content, compression), Sha256Hex::of(content))
}

/// Packs what was read and all that follows, and says how reading has failed.
fn streamed(
    start: Vec<u8>,
    source: &mut impl Read,
    compression: Compression,
) -> (Packed, Sha256Hex, Option<io::Error>) {
    let mut packing = Hashing::new(Streamed::new(Packing { compression, pool: None }));
    let mut block = start;
    let failure = loop {
        packing.write_all(&block).expect("memory takes everything");
        block.resize(BLOCK, 0);
        match source.read(&mut block) {
            Ok(0) => break None,
            Ok(read) => block.truncate(read),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => block.clear(),
            Err(error) => break Some(error),
        }
    };
    let (packing, sha256) = packing.split();
    (packing.end(), sha256, failure)
}

/// What stands in place of an entry that must not be passed on.
pub(super) fn stub(reason: &str) -> Vec<u8> {
    let line: String = reason.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = Cleared::own_text(format!(
        "withheld by qdiag: this file was read but not passed on\nreason: {line}\n"
    ));
    io::read_to_string(text).expect("memory").into_bytes()
}
