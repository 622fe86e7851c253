//! Deflates content in blocks of a fixed size, side by side if there are threads for it: each block knows the text before it, all of them
//! together are one valid stream, and its bytes do not depend on the number of threads.

use std::cell::RefCell;
use std::io;
use std::sync::Arc;

use flate2::{Compress, Crc, FlushCompress, Status};

use super::container::{DEFLATED, STORED};
use crate::pool::{InOrder, Pool};

/// Bytes of content in a block.
const BLOCK: usize = 512 * 1024;

/// How far back deflate may point.
const WINDOW: usize = 32 * 1024;

/// Blocks that are worked on ahead, for each thread.
const AHEAD: usize = 2;

/// How hard content is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Compression {
    /// As fast as it goes.
    Fast,
    /// Smaller than what zip programs make by default, and several times as fast.
    #[default]
    Balanced,
    /// As small as it goes, for portals with a limit.
    Small,
}

impl Compression {
    /// Measured on logs: levels 1 and 9 are larger or slower than their neighbors.
    fn level(self) -> u32 {
        match self {
            Self::Fast => 2,
            Self::Balanced => 3,
            Self::Small => 8,
        }
    }
}

/// How entries are packed, and by how many threads.
#[derive(Debug, Clone, Default)]
pub struct Packing {
    /// How hard.
    pub compression: Compression,
    /// Threads besides the one that writes.
    pub pool: Option<Arc<Pool>>,
}

/// Content that was packed whole.
#[derive(Debug, Clone)]
pub(super) struct Packed {
    pub(super) method: u16,
    pub(super) data: Vec<u8>,
    pub(super) bytes: u64,
    /// CRC-32 of the content.
    pub(super) crc: u32,
}

impl Packed {
    /// Content as it is.
    pub(super) fn stored(content: &[u8]) -> Self {
        Self { method: STORED, data: content.to_vec(), bytes: content.len() as u64, crc: crc(content) }
    }

    /// Content that is known whole; stored if deflate does not make it smaller.
    pub(super) fn of(content: &[u8], compression: Compression) -> Self {
        let mut packer = Packer::new(Packing { compression, pool: None });
        let mut packed = Vec::with_capacity(content.len() / 4 + 64);
        let mut keep = |bytes: &[u8]| {
            packed.extend_from_slice(bytes);
            Ok(())
        };
        let done = packer.push(content, &mut keep).and_then(|()| packer.end(&mut keep));
        done.expect("memory takes everything");
        if packed.len() < content.len() || content.is_empty() {
            Self { method: DEFLATED, data: packed, bytes: content.len() as u64, crc: crc(content) }
        } else {
            Self::stored(content)
        }
    }
}

/// CRC-32 of some bytes.
pub(super) fn crc(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Takes packed bytes.
pub(super) type Sink<'a> = &'a mut dyn FnMut(&[u8]) -> io::Result<()>;

/// Deflates one stream.
pub(super) struct Packer {
    packing: Packing,
    /// The end of the block before, then what waits for the block to be full.
    block: Vec<u8>,
    known: usize,
    blocks: InOrder<Vec<u8>>,
}

impl Packer {
    pub(super) fn new(packing: Packing) -> Self {
        Self { packing, block: Vec::new(), known: 0, blocks: InOrder::default() }
    }

    /// Adds content.
    pub(super) fn push(&mut self, mut content: &[u8], sink: Sink<'_>) -> io::Result<()> {
        while !content.is_empty() {
            if self.block.len() - self.known == BLOCK {
                self.give(false);
                self.take(sink)?;
            }
            let room = (BLOCK - (self.block.len() - self.known)).min(content.len());
            self.block.extend_from_slice(&content[..room]);
            content = &content[room..];
        }
        Ok(())
    }

    /// Ends the stream.
    pub(super) fn end(&mut self, sink: Sink<'_>) -> io::Result<()> {
        self.give(true);
        while let Some(packed) = self.blocks.take() {
            sink(&packed)?;
        }
        Ok(())
    }

    /// Lets a thread deflate the block.
    fn give(&mut self, is_last: bool) {
        let next = self.block[self.block.len().saturating_sub(WINDOW)..].to_vec();
        let block = std::mem::replace(&mut self.block, next);
        let known = std::mem::replace(&mut self.known, self.block.len());
        let level = self.packing.compression.level();
        self.blocks.give(self.packing.pool.as_ref(), BLOCK as u64, move || {
            let (dictionary, content) = block.split_at(known);
            deflate(level, dictionary, content, is_last)
        });
    }

    /// Passes on what is done, once enough blocks are under way.
    fn take(&mut self, sink: Sink<'_>) -> io::Result<()> {
        let most = self.packing.pool.as_ref().map_or(0, |pool| pool.threads() * AHEAD);
        while let Some(packed) = self.blocks.take_over(most, u64::MAX) {
            sink(&packed)?;
        }
        Ok(())
    }
}

thread_local! {
    /// What deflate needs in memory is as much work to set up as a small file is to deflate.
    static STATE: RefCell<Option<(u32, Compress)>> = const { RefCell::new(None) };
}

/// One block, behind others or the last.
fn deflate(level: u32, dictionary: &[u8], content: &[u8], is_last: bool) -> Vec<u8> {
    let flush = if is_last { FlushCompress::Finish } else { FlushCompress::Sync };
    STATE.with_borrow_mut(|state| {
        let state = match state {
            Some((known, state)) if *known == level => {
                state.reset();
                state
            }
            _ => &mut state.insert((level, Compress::new(flate2::Compression::new(level), false))).1,
        };
        if !dictionary.is_empty() {
            state.set_dictionary(dictionary).expect("a stream that has just begun takes one");
        }
        let mut packed = Vec::with_capacity(content.len() / 4 + 1024);
        loop {
            let taken = usize::try_from(state.total_in()).expect("a block is small");
            let before = packed.len();
            packed.reserve(16 * 1024);
            let status = state
                .compress_vec(&content[taken..], &mut packed, flush)
                .expect("deflate takes whatever it is given");
            let is_all = usize::try_from(state.total_in()).expect("a block is small") == content.len();
            let has_room = packed.len() < packed.capacity();
            let is_done = if is_last { status == Status::StreamEnd } else { is_all && has_room };
            if is_done || (packed.len() == before && status == Status::BufError && is_all) {
                return packed;
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    fn pack(content: &[u8], step: usize, compression: Compression, threads: usize) -> Vec<u8> {
        let mut packer = Packer::new(Packing { compression, pool: Pool::new(Some(threads)) });
        let mut packed = Vec::new();
        let mut keep = |bytes: &[u8]| {
            packed.extend_from_slice(bytes);
            Ok(())
        };
        for part in content.chunks(step) {
            packer.push(part, &mut keep).expect("memory");
        }
        packer.end(&mut keep).expect("memory");
        packed
    }

    #[test]
    fn blocks_are_one_stream_whatever_the_threads() {
        let line =
            |n: usize| format!("{n}\t2019-02-01 04:59:{:02}\tINFO\tservice {}\n", n % 60, n * 7919 % 1000);
        let text: Vec<u8> = (0..40_000).flat_map(|n| line(n).into_bytes()).collect();
        for length in [0, 1, 1000, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, text.len()] {
            for compression in [Compression::Fast, Compression::Balanced, Compression::Small] {
                let content = &text[..length];
                let packed = pack(content, 64 * 1024, compression, 1);
                for (step, threads) in [(7001, 1), (64 * 1024, 3), (usize::MAX, 2)] {
                    assert!(packed == pack(content, step, compression, threads), "{length} by {step}");
                }
                let mut back = Vec::new();
                let mut inflate = flate2::read::DeflateDecoder::new(packed.as_slice());
                inflate.read_to_end(&mut back).expect("a valid stream");
                assert!(back == content, "{length} {compression:?}");
            }
        }
    }

    #[test]
    fn what_does_not_shrink_is_stored() {
        let noise: Vec<u8> = (0..9000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let packed = Packed::of(b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", Compression::default());
        assert_eq!((packed.method, packed.bytes), (DEFLATED, 48));
        let again = Packed::of(&packed.data, Compression::default());
        assert_eq!((again.method, again.data == packed.data), (STORED, true));
        assert!(Packed::of(&noise, Compression::Small).data.len() <= noise.len());
    }
}
