//! A small entry made ready for the writer: cleared, hashed and packed, by whatever thread has time.

use std::io::{self, Read};

use super::pack::{Compression, Packed};
use super::{End, Sha256Hex};
use crate::redact::{Clearance, Cleared};

/// An entry that only has to be written.
#[derive(Debug)]
pub struct Ready {
    pub(super) packed: Packed,
    pub(super) sha256: Sha256Hex,
    pub(super) end: End,
    pub(super) clearance: Clearance,
}

impl Ready {
    /// Reads a stream to its end; it is held in memory. What must not be passed on becomes a text that says so.
    pub fn of<'a, R: Read + 'a>(source: &mut Cleared<'a, R>, compression: Compression) -> Self {
        let mut content = Vec::new();
        let failure = source.read_to_end(&mut content).err();
        let clearance = source.clearance().clone();
        let end = match &clearance.withheld {
            Some(reason) => {
                content = stub(reason);
                End::Withheld(reason.clone())
            }
            None => failure.map_or(End::Whole, End::SourceFailed),
        };
        Self { sha256: Sha256Hex::of(&content), packed: Packed::of(&content, compression), end, clearance }
    }
}

/// What stands in place of an entry that must not be passed on.
pub(super) fn stub(reason: &str) -> Vec<u8> {
    let line: String = reason.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let text = Cleared::own_text(format!(
        "withheld by qdiag: this file was read but not passed on\nreason: {line}\n"
    ));
    io::read_to_string(text).expect("memory").into_bytes()
}
