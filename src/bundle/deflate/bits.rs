//! Writes bits into bytes, lowest first, eight bytes at a time.

/// Bytes a flush may touch behind the ones that are full.
pub(super) const SLACK: usize = 8;

/// Bits on their way into a buffer that the caller made large enough.
///
/// The buffer is not part of it, so that all of this stays in registers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bits {
    held: u64,
    /// Bits held; at most seven after a flush.
    count: u32,
    /// Where the next byte goes.
    at: usize,
}

impl Bits {
    /// Adds bits; up to 56 between two flushes. Those above `count` must be zero.
    #[inline]
    pub(super) fn put(&mut self, bits: u64, count: u32) {
        self.held |= bits << self.count;
        self.count += count;
    }

    /// Writes the full bytes out.
    #[inline]
    pub(super) fn flush(&mut self, room: &mut [u8]) {
        room[self.at..][..SLACK].copy_from_slice(&self.held.to_le_bytes());
        self.at += (self.count >> 3) as usize;
        self.held >>= self.count & !7;
        self.count &= 7;
    }

    /// Adds bits and writes the full bytes out.
    pub(super) fn write(&mut self, room: &mut [u8], bits: u32, count: u32) {
        self.put(u64::from(bits), count);
        self.flush(room);
    }

    /// Goes on at the next byte.
    pub(super) fn align(&mut self, room: &mut [u8]) {
        let open = (8 - self.count % 8) % 8;
        self.write(room, 0, open);
    }

    /// Adds bytes; the stream must be aligned.
    pub(super) fn copy(&mut self, room: &mut [u8], bytes: &[u8]) {
        debug_assert_eq!(self.count, 0, "bytes begin at a byte");
        room[self.at..][..bytes.len()].copy_from_slice(bytes);
        self.at += bytes.len();
    }

    /// Bytes written, the open one not among them.
    pub(super) fn bytes(&self) -> usize {
        self.at
    }

    /// Whether nothing is held that is less than a byte.
    pub(super) fn is_aligned(&self) -> bool {
        self.count == 0
    }

    /// Whether nothing was written yet.
    pub(super) fn is_empty(&self) -> bool {
        self.at == 0 && self.count == 0
    }
}
