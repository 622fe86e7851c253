//! Long lists that must not grow with the host: each value packed as a line of JSON, given back in the order it was pushed.

use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::marker::PhantomData;

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A list that is being written.
pub struct Spool<T> {
    packed: ZlibEncoder<Vec<u8>>,
    line: Vec<u8>,
    count: u64,
    of: PhantomData<fn(T)>,
}

impl<T> Default for Spool<T> {
    fn default() -> Self {
        let packed = ZlibEncoder::new(Vec::new(), Compression::fast());
        Self { packed, line: Vec::new(), count: 0, of: PhantomData }
    }
}

impl<T: Serialize> Spool<T> {
    /// Adds a value.
    ///
    /// # Panics
    /// If the value cannot be JSON; only plain data is kept in lists.
    pub fn push(&mut self, value: &T) {
        self.count += 1;
        // JSON comes in very small pieces, which the packer would take one by one.
        self.line.clear();
        serde_json::to_writer(&mut self.line, value).expect("a value is plain data and memory takes it");
        self.line.push(b'\n');
        self.packed.write_all(&self.line).expect("memory takes it");
    }

    /// Number of values.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Ends the list; it can be read from then on.
    ///
    /// # Panics
    /// Never: it is written to memory.
    pub fn finish(self) -> Packed<T> {
        let packed = self.packed.finish().expect("memory takes it");
        Packed { bytes: packed.into(), count: self.count, of: PhantomData }
    }
}

/// A finished list.
pub struct Packed<T> {
    bytes: Box<[u8]>,
    count: u64,
    of: PhantomData<fn() -> T>,
}

impl<T> Packed<T> {
    /// Number of values.
    pub fn len(&self) -> u64 {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }
}

impl<T: DeserializeOwned> Packed<T> {
    /// The values, unpacked one at a time.
    ///
    /// # Panics
    /// Never: what is read was packed by this program.
    pub fn iter(&self) -> impl Iterator<Item = T> + use<'_, T> {
        let text = BufReader::new(ZlibDecoder::new(&*self.bytes));
        text.lines().map(|line| {
            let line = line.expect("was packed by this program");
            serde_json::from_str(&line).expect("was packed by this program")
        })
    }
}

impl<T: Serialize> FromIterator<T> for Packed<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut spool = Spool::default();
        values.into_iter().for_each(|value| spool.push(&value));
        spool.finish()
    }
}

impl<T: Serialize> Default for Packed<T> {
    fn default() -> Self {
        Spool::default().finish()
    }
}

impl<T> fmt::Debug for Packed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} values", self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_went_in() {
        let values: Vec<(String, Option<u64>)> =
            (0..1000).map(|number| (format!("line\n{number}"), Some(number))).collect();
        let packed: Packed<_> = values.iter().cloned().collect();
        assert_eq!(packed.len(), 1000);
        assert_eq!(packed.iter().collect::<Vec<_>>(), values);
        assert!(Packed::<u64>::default().is_empty());
    }
}
