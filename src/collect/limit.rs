//! Takes the first line and the newest part of a file that is over its limit, cut at line ends, with a marker line between.

use std::io::{self, Cursor, Read};

use crate::host::{Files, HostPath, OpenFile, Stat};
use crate::logline::Text;
use crate::manifest::Cut;

/// Longest first line that is kept; a longer one is no header.
pub(super) const HEAD: usize = 64 * 1024;
/// How far into the newest part the next line end is looked for.
const SEEK: usize = 1024 * 1024;

/// The newest part of a file.
pub(super) struct Newest {
    /// The first line, a marker and the newest part.
    pub(super) reader: Box<dyn Read>,
    /// Number of those bytes.
    pub(super) bytes: u64,
    /// What is left out.
    pub(super) cut: Cut,
    pub(super) stat: Stat,
}

/// The line that stands where bytes were left out; none if there are none.
pub(super) fn marker(text: Text, bytes: u64) -> Vec<u8> {
    if bytes == 0 { Vec::new() } else { text.line(&format!("[qdiag left out {bytes} bytes here]")) }
}

/// A reader of the first line, a marker and the newest part of a file, and what it leaves out. Of the limit, `start` bytes may be
/// further lines of the start, which often tell what has written the file.
pub(super) fn newest(files: &Files, path: &HostPath, (limit, start): (u64, usize)) -> io::Result<Newest> {
    let head_file = files.open(path)?;
    let stat = head_file.stat;
    let mut head = Vec::new();
    head_file.take(HEAD as u64).read_to_end(&mut head)?;
    let text = Text::of(&head);
    head.truncate(first_lines(text, &head, start));
    let head_bytes = head.len() as u64;
    let tail_wanted = limit.saturating_sub(head_bytes).min(stat.bytes.saturating_sub(head_bytes));
    // The start is kept even, so that a two-byte encoding stays in step.
    let start = (stat.bytes - tail_wanted).next_multiple_of(2).min(stat.bytes);
    let (skipped, tail) = from_next_line(text, files.open_at(path, start)?)?;
    let dropped = start + skipped - head_bytes;
    let cut = Cut { head: head_bytes, tail: stat.bytes - start - skipped, dropped, ..Cut::default() };
    let before = [head, marker(text, dropped)].concat();
    let bytes = before.len() as u64 + cut.tail;
    Ok(Newest { reader: Box::new(Cursor::new(before).chain(tail)), bytes, cut, stat })
}

/// Where the first line ends, or those that follow it within so many bytes.
fn first_lines(text: Text, head: &[u8], bytes: usize) -> usize {
    let mut end = text.line_end(head).unwrap_or(0);
    while let Some(next) = head.get(end..bytes.min(head.len())).and_then(|rest| text.line_end(rest)) {
        end += next;
    }
    end
}

/// Drops the rest of the line that the reader stands in; gives how much that was. Without a line end nothing is dropped.
fn from_next_line(text: Text, mut file: OpenFile) -> io::Result<(u64, impl Read)> {
    let mut seen = Vec::with_capacity(64 * 1024);
    let end = loop {
        let before = seen.len();
        (&mut file).take(64 * 1024).read_to_end(&mut seen)?;
        if let Some(end) = text.line_end(&seen) {
            break end;
        }
        if seen.len() == before || seen.len() >= SEEK {
            break 0;
        }
    };
    seen.drain(..end);
    Ok((end as u64, Cursor::new(seen).chain(file)))
}
