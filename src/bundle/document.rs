//! The manifest as a stream of JSON, entry by entry, so that a hundred thousand lines need not lie in memory as text.

use std::io::{self, Read};
use std::iter::Peekable;

use crate::manifest::{Entry, Manifest};

/// Reads as the manifest in indented JSON, exactly as `serde_json::to_writer_pretty` writes it, with a line end.
pub(super) struct Document<I: Iterator<Item = Entry>> {
    chunk: Vec<u8>,
    read: usize,
    entries: Peekable<I>,
    /// What follows the entries; taken when they are done.
    tail: Option<&'static [u8]>,
}

/// What is written for a manifest without entries, which are its last field.
const NO_ENTRIES: &[u8] = b"[]\n}";

impl<I: Iterator<Item = Entry>> Document<I> {
    /// The manifest's own lines are not looked at; `entries` stand in their place. Fails only if a field cannot be JSON,
    /// such as a map whose keys are no texts.
    pub(super) fn new<L>(manifest: &Manifest<L>, entries: I) -> io::Result<Self> {
        let head = manifest.with_entries(Vec::<Entry>::new());
        let mut entries = entries.peekable();
        let mut chunk = serde_json::to_vec_pretty(&head)?;
        debug_assert!(chunk.ends_with(NO_ENTRIES), "entries must stay the last field of the manifest");
        let mut tail: &[u8] = b"]\n}\n";
        if entries.peek().is_some() {
            tail = b"\n  ]\n}\n";
        }
        chunk.truncate(chunk.len() - NO_ENTRIES.len() + 1);
        Ok(Self { chunk, read: 0, entries, tail: Some(tail) })
    }

    /// Fills the chunk with what comes next; leaves it empty at the end.
    fn refill(&mut self) {
        self.chunk.clear();
        self.read = 0;
        let Some(entry) = self.entries.next() else {
            self.chunk.extend_from_slice(self.tail.take().unwrap_or_default());
            return;
        };
        self.chunk = lines_of(&entry);
        if self.entries.peek().is_some() {
            self.chunk.push(b',');
        }
    }
}

/// An entry as it stands in the list of all.
pub(super) fn lines_of(entry: &Entry) -> Vec<u8> {
    let text = serde_json::to_string_pretty(entry).expect("an entry is plain data");
    let mut lines = Vec::with_capacity(text.len() + 64);
    for line in text.lines() {
        lines.extend_from_slice(b"\n    ");
        lines.extend_from_slice(line.as_bytes());
    }
    lines
}

impl<I: Iterator<Item = Entry>> Read for Document<I> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read == self.chunk.len() {
            self.refill();
        }
        let count = buffer.len().min(self.chunk.len() - self.read);
        buffer[..count].copy_from_slice(&self.chunk[self.read..self.read + count]);
        self.read += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::verify::tests::manifest_of;

    #[test]
    fn it_reads_as_the_whole_manifest_in_one() {
        for count in [0, 1, 3] {
            let names: Vec<String> = (0..count).map(|n| format!("data/h/\u{2028}\n{n}.txt")).collect();
            let manifest = manifest_of(names.iter().map(|name| (name.as_str(), &b"x"[..])));
            let mut whole = serde_json::to_string_pretty(&manifest).unwrap();
            whole.push('\n');
            let text =
                io::read_to_string(Document::new(&manifest, manifest.entries.iter().cloned()).unwrap())
                    .unwrap();
            assert_eq!(text, whole);
        }
    }
}
