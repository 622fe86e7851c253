//! Walks over the lines of a file from any place in it, a piece at a time. Long lines take no more memory than short ones.

use std::io;

use crate::logline::{Moment, REACH, Stamps, Text};

/// Bytes that can be read from any place.
pub(in crate::collect) trait At {
    /// Reads some bytes at an offset; none at the end.
    fn read_at(&mut self, at: u64, buffer: &mut [u8]) -> io::Result<usize>;
    /// Their number.
    fn length(&self) -> u64;
}

/// A walk over lines.
pub(super) struct Walk<'a, S> {
    source: &'a mut S,
    text: Text,
    buffer: Vec<u8>,
    /// Offset of the buffer in the file, and how much of it is filled.
    base: u64,
    filled: usize,
    /// Where the current line begins in the buffer, and where it ends if that was seen.
    at: usize,
    end: Option<usize>,
    /// Whether the current line is still to be passed.
    is_on_line: bool,
    room: Vec<u8>,
}

impl<'a, S: At> Walk<'a, S> {
    /// Begins with the first line that starts at `at` or behind it. Reads pieces of about `piece` bytes.
    pub(super) fn new(source: &'a mut S, text: Text, at: u64, piece: usize) -> Self {
        let mark = text.mark() as u64;
        let unit = text.unit() as u64;
        // A line starts here if the character before ends one.
        let is_inside = at > mark;
        let base = if is_inside { at.next_multiple_of(unit) - unit } else { mark };
        let buffer = vec![0; piece.max(64) + REACH * text.unit()];
        Self {
            source,
            text,
            buffer,
            base,
            filled: 0,
            at: 0,
            end: None,
            is_on_line: is_inside,
            room: Vec::new(),
        }
    }

    /// The offset of the next line.
    pub(super) fn line(&mut self) -> io::Result<Option<u64>> {
        if self.is_on_line {
            self.pass()?;
        }
        let reach = REACH * self.text.unit();
        while self.filled - self.at < reach && self.fill()? > 0 {}
        if self.at >= self.filled {
            return Ok(None);
        }
        let seen = &self.buffer[self.at..self.filled.min(self.at + reach)];
        self.end = self.text.line_end(seen).map(|end| self.at + end);
        self.is_on_line = true;
        Ok(Some(self.base + self.at as u64))
    }

    /// The next line with a stamp, if it starts before `to`.
    pub(super) fn record(&mut self, stamps: &Stamps, to: u64) -> io::Result<Option<(u64, Moment)>> {
        while let Some(at) = self.line()? {
            if at >= to {
                // It is seen again by whoever asks further.
                self.is_on_line = false;
                return Ok(None);
            }
            let end = self.end.unwrap_or_else(|| self.filled.min(self.at + REACH * self.text.unit()));
            let line = self.text.narrow(&self.buffer[self.at..end], &mut self.room);
            if let Some(moment) = stamps.moment(line) {
                return Ok(Some((at, moment)));
            }
        }
        Ok(None)
    }

    /// The start of the current line, in ASCII.
    pub(super) fn start(&mut self) -> Vec<u8> {
        let end = self.end.unwrap_or_else(|| self.filled.min(self.at + REACH * self.text.unit()));
        self.text.narrow(&self.buffer[self.at..end], &mut self.room).to_vec()
    }

    /// Goes behind the end of the current line.
    fn pass(&mut self) -> io::Result<()> {
        self.is_on_line = false;
        if let Some(end) = self.end.take() {
            self.at = end;
            return Ok(());
        }
        loop {
            if let Some(end) = self.text.line_end(&self.buffer[self.at..self.filled]) {
                self.at += end;
                return Ok(());
            }
            let unit = self.text.unit();
            self.at += (self.filled - self.at) / unit * unit;
            if self.fill()? == 0 {
                self.at = self.filled;
                return Ok(());
            }
        }
    }

    /// Reads on, and forgets what lies before the current line.
    fn fill(&mut self) -> io::Result<usize> {
        self.buffer.copy_within(self.at..self.filled, 0);
        self.base += self.at as u64;
        self.filled -= self.at;
        self.at = 0;
        let read = self.source.read_at(self.base + self.filled as u64, &mut self.buffer[self.filled..])?;
        self.filled += read;
        Ok(read)
    }
}
