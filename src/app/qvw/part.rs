//! A stretch of a document as a stream, and what zlib makes of one, looked at through a window that never grows with the document.

use std::io::{self, BufReader, Read};

use flate2::bufread::ZlibDecoder;
use zeroize::Zeroizing;

use crate::app::Limited;

/// How much is unpacked at once; what stands in the same piece as a damage is lost.
const PIECE: usize = 16 * 1024;

/// The bytes between two places of a source.
pub(super) struct Part<'a, 'b> {
    source: &'a mut Limited<'b>,
    at: u64,
    end: u64,
}

impl<'a, 'b> Part<'a, 'b> {
    pub(super) fn new(source: &'a mut Limited<'b>, at: u64, end: u64) -> Self {
        Self { source, at, end }
    }
}

impl Read for Part<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let bytes = self.source.at(self.at, left.min(buffer.len()))?;
        self.at = self.at.saturating_add(bytes.len() as u64);
        bytes.as_slice().read(buffer)
    }
}

/// How a packed stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// Where its own end is.
    Whole,
    /// At the limit of what is unpacked.
    Limit,
    /// By a damage, or because the file ends before.
    Broken,
}

/// What a packed stream unpacks to. It holds the load script, so it is wiped.
pub(super) struct Unpacked<R: Read> {
    decoder: ZlibDecoder<BufReader<R>>,
    held: Zeroizing<Vec<u8>>,
    passed: u64,
    left: u64,
    ended: Option<Ended>,
}

impl<R: Read> Unpacked<R> {
    /// Unpacks at most `limit` bytes.
    pub(super) fn new(packed: R, limit: u64) -> Self {
        let decoder = ZlibDecoder::new(BufReader::with_capacity(PIECE, packed));
        Self { decoder, held: Zeroizing::default(), passed: 0, left: limit, ended: None }
    }

    /// The next `length` bytes, or more; fewer when the stream ends before.
    pub(super) fn want(&mut self, length: usize) -> &[u8] {
        while self.held.len() < length && self.ended.is_none() {
            let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(PIECE);
            let known = self.held.len();
            self.held.resize(known + room, 0);
            let read = self.held.get_mut(known..).and_then(|room| self.decoder.read(room).ok());
            self.ended = match read {
                None => Some(Ended::Broken),
                Some(0) if self.left == 0 => Some(Ended::Limit),
                Some(0) => Some(Ended::Whole),
                Some(_) => None,
            };
            let read = read.unwrap_or(0);
            self.held.truncate(known + read);
            self.left = self.left.saturating_sub(read as u64);
        }
        &self.held
    }

    /// What is held by now.
    pub(super) fn held(&self) -> &[u8] {
        &self.held
    }

    /// Goes on behind the next `length` bytes.
    pub(super) fn pass(&mut self, length: usize) {
        let length = length.min(self.held.len());
        self.held.drain(..length);
        self.passed = self.passed.saturating_add(length as u64);
    }

    /// How the stream ended, once all of it was held.
    pub(super) fn ended(&self) -> Option<Ended> {
        self.ended
    }

    /// How many bytes it had by now.
    pub(super) fn seen(&self) -> u64 {
        self.passed.saturating_add(self.held.len() as u64)
    }
}
