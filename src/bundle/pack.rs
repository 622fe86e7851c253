//! Deflates content in blocks of a fixed size, side by side if there are threads for it: each block knows the text before it, all of them
//! together are one valid stream, and its bytes do not depend on the number of threads.

use std::cell::RefCell;
use std::io;
use std::sync::Arc;

use super::container::{DEFLATED, STORED};
use super::deflate::{Effort, Encoder};
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
    fn effort(self) -> Effort {
        match self {
            Self::Fast => Effort::Fast,
            Self::Balanced => Effort::Balanced,
            Self::Small => Effort::Small,
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

/// Content that comes bit by bit and is packed into memory.
pub(super) struct Streamed {
    packer: Packer,
    crc: crc32fast::Hasher,
    bytes: u64,
    data: Vec<u8>,
}

impl Streamed {
    pub(super) fn new(packing: Packing) -> Self {
        Self { packer: Packer::new(packing), crc: crc32fast::Hasher::new(), bytes: 0, data: Vec::new() }
    }

    /// All of it.
    pub(super) fn end(mut self) -> Packed {
        let mut keep = |packed: &[u8]| {
            self.data.extend_from_slice(packed);
            Ok(())
        };
        self.packer.end(&mut keep).expect("memory takes everything");
        Packed { method: DEFLATED, data: self.data, bytes: self.bytes, crc: self.crc.finalize() }
    }
}

impl io::Write for Streamed {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        self.crc.update(content);
        self.bytes += content.len() as u64;
        let data = &mut self.data;
        let mut keep = |packed: &[u8]| {
            data.extend_from_slice(packed);
            Ok(())
        };
        self.packer.push(content, &mut keep)?;
        Ok(content.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// CRC-32 of some bytes.
pub(super) fn crc(bytes: &[u8]) -> u32 {
    crc32fast::hash(bytes)
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
        let effort = self.packing.compression.effort();
        self.blocks
            .give(self.packing.pool.as_ref(), BLOCK as u64, move || deflate(effort, &block, known, is_last));
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
    /// What an encoder needs in memory is as much work to set up as a small file is to deflate.
    static ENCODER: RefCell<Option<(Effort, Encoder)>> = const { RefCell::new(None) };
}

/// One block, behind others or the last.
fn deflate(effort: Effort, text: &[u8], known: usize, is_last: bool) -> Vec<u8> {
    ENCODER.with_borrow_mut(|encoder| {
        let encoder = match encoder {
            Some((set_up, encoder)) if *set_up == effort => encoder,
            _ => &mut encoder.insert((effort, Encoder::new(effort))).1,
        };
        encoder.encode(text, known, is_last)
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
