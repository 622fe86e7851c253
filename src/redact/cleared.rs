//! Bytes that may enter a bundle, and the few reasons why.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};

/// What is known once a stream has been read to its end.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clearance {
    /// Encoding that was recognized: `utf-8`, `utf-8-bom`, `utf-16le`, `utf-16be`, `legacy`.
    pub encoding: Option<String>,
    /// Masks per rule.
    pub masks: BTreeMap<String, u64>,
    /// Why the stream must not be passed on, if so; what was read of it is then to be thrown away.
    pub withheld: Option<String>,
    /// Bytes read from the source.
    pub source_bytes: u64,
}

/// A stream that may enter a bundle. Only this module can make one.
pub struct Cleared<'a, R> {
    source: R,
    clearance: Clearance,
    marker: std::marker::PhantomData<&'a ()>,
}

impl<R> Cleared<'_, R> {
    /// What is known of the stream; complete once it has been read to its end.
    pub fn clearance(&self) -> &Clearance {
        &self.clearance
    }
}

impl Cleared<'static, Cursor<Vec<u8>>> {
    /// Text that the program itself wrote without any host data: digest lists, bag declarations, stubs.
    pub fn own_text(text: String) -> Self {
        let source = Cursor::new(text.into_bytes());
        Self { source, clearance: Clearance::default(), marker: std::marker::PhantomData }
    }
}

impl<R: Read> Read for Cleared<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.source.read(buffer)
    }
}

#[cfg(test)]
impl<R> Cleared<'static, R> {
    /// A stream as a test wants it.
    pub(crate) fn test_stream(source: R, clearance: Clearance) -> Self {
        Self { source, clearance, marker: std::marker::PhantomData }
    }
}
