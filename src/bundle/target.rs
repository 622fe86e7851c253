//! Where a bundle is written to, and what must be known of the bytes that reach it. Never opens a file.

use std::io::{self, Cursor, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use flate2::Crc;

/// Where a bundle is written to.
pub trait Target: Write + Seek {
    /// Throws away everything from this position on, so that nothing of a withheld entry stays.
    fn cut(&mut self, length: u64) -> io::Result<()>;

    /// The path to name in messages.
    fn path(&self) -> &Path;
}

impl Target for Cursor<Vec<u8>> {
    fn cut(&mut self, length: u64) -> io::Result<()> {
        self.get_mut().truncate(usize::try_from(length).map_err(io::Error::other)?);
        Ok(())
    }

    fn path(&self) -> &Path {
        Path::new("bundle in memory")
    }
}

/// Passes everything to the target and takes the CRC-32 of each entry's packed bytes on the way.
///
/// The zip writer owns its output, so what the bundle's writer must tell it goes through the shared `Taps`.
pub(super) struct Tap<W> {
    inner: W,
    taps: Taps,
    position: u64,
    end: u64,
}

/// The shared side of a `Tap`.
#[derive(Clone, Default)]
pub(super) struct Taps(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    packed: Option<Crc>,
    checks: Vec<u32>,
    cut_next: bool,
    closed: bool,
}

impl Taps {
    fn state(&self) -> MutexGuard<'_, State> {
        // The state is only ever replaced whole, so a panic elsewhere leaves it usable.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The header of an entry is written; what follows up to the next change of position is its packed bytes.
    pub(super) fn body_starts(&self) {
        self.state().packed = Some(Crc::new());
    }

    /// The open entry is about to be aborted: the next change of position goes back to its start and cuts there.
    pub(super) fn abort(&self) {
        let mut state = self.state();
        state.packed = None;
        state.cut_next = true;
    }

    /// The position changes, so the packed bytes of an entry are complete. Says whether everything that follows is to be cut.
    fn body_ends(&self) -> bool {
        let mut state = self.state();
        if let Some(packed) = state.packed.take() {
            state.checks.push(packed.sum());
        }
        std::mem::take(&mut state.cut_next)
    }

    /// The run has failed, and nothing more is to reach the target.
    pub(super) fn close(&self) {
        self.state().closed = true;
    }

    /// Whether the run has failed.
    pub(super) fn is_closed(&self) -> bool {
        self.state().closed
    }

    /// CRC-32 of the packed bytes of every finished entry, in order.
    pub(super) fn checks(&self) -> Vec<u32> {
        self.state().checks.clone()
    }
}

impl<W: Target> Tap<W> {
    pub(super) fn new(inner: W, taps: Taps) -> Self {
        Self { inner, taps, position: 0, end: 0 }
    }

    pub(super) fn into_inner(self) -> W {
        self.inner
    }

    fn moved_to(&mut self, position: u64) -> u64 {
        self.position = position;
        self.end = self.end.max(position);
        position
    }

    /// After a failure the zip writer still tries to finish its file when it is dropped. It is left to believe so.
    fn close_on_failure<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.inspect_err(|error| {
            if error.kind() != io::ErrorKind::Interrupted {
                self.taps.close();
            }
        })
    }
}

impl<W: Target> Write for Tap<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.taps.is_closed() {
            return Ok(bytes.len());
        }
        let written = self.inner.write(bytes);
        let count = self.close_on_failure(written)?;
        if let Some(packed) = &mut self.taps.state().packed {
            packed.update(&bytes[..count]);
        }
        self.moved_to(self.position + count as u64);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.taps.is_closed() {
            return Ok(());
        }
        let flushed = self.inner.flush();
        self.close_on_failure(flushed)
    }
}

impl<W: Target> Seek for Tap<W> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        if self.taps.is_closed() {
            return Ok(self.end);
        }
        let is_cut = self.taps.body_ends();
        let mut moved = self.inner.seek(to);
        if let (true, Ok(position)) = (is_cut, &moved) {
            let position = *position;
            moved = self.inner.cut(position).map(|()| position);
        }
        let position = self.close_on_failure(moved)?;
        Ok(self.moved_to(position))
    }

    fn stream_position(&mut self) -> io::Result<u64> {
        // Asking for the position changes nothing, so it must not end an entry.
        Ok(if self.taps.is_closed() { self.end } else { self.position })
    }
}
