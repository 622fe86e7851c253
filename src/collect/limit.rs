//! Takes the first line and the newest part of a file that is over its limit, cut at line ends, with a marker line between.

use std::io::{self, Cursor, Read};

use crate::host::{Files, HostPath, OpenFile};
use crate::manifest::Cut;

/// Longest first line that is kept; a longer one is no header.
const HEAD: usize = 64 * 1024;
/// How far into the newest part the next line end is looked for.
const SEEK: usize = 1024 * 1024;

/// A reader of the first line, a marker and the newest part of a file, and what it leaves out. Of the limit, `start` bytes may be
/// further lines of the start, which often tell what has written the file.
pub(super) fn newest(
    files: &Files,
    path: &HostPath,
    (limit, start): (u64, usize),
) -> io::Result<(Box<dyn Read>, Cut, OpenStat)> {
    let mut head_file = files.open(path)?;
    let stat = head_file.stat;
    let wide = Wide::of(&mut head_file)?;
    let head = first_lines(wide, head_file, start)?;
    let head_bytes = head.len() as u64;
    let tail_wanted = limit.saturating_sub(head_bytes).min(stat.bytes.saturating_sub(head_bytes));
    // The start is kept even, so that a two-byte encoding stays in step.
    let start = (stat.bytes - tail_wanted).next_multiple_of(2).min(stat.bytes);
    let (skipped, tail) = from_next_line(wide, files.open_at(path, start)?)?;
    let dropped = start + skipped - head_bytes;
    let cut = Cut { head: head_bytes, tail: stat.bytes - start - skipped, dropped };
    let marker = wide.encode(&format!("[qdiag left out {dropped} bytes here]\r\n"));
    Ok((Box::new(Cursor::new(head).chain(Cursor::new(marker)).chain(tail)), cut, stat))
}

type OpenStat = crate::host::Stat;

/// Two-byte encodings, told by their byte order mark.
#[derive(Clone, Copy, PartialEq)]
enum Wide {
    No,
    Little,
    Big,
}

impl Wide {
    fn of(file: &mut OpenFile) -> io::Result<WideStart> {
        let mut mark = [0; 2];
        let mut filled = 0;
        while filled < 2 {
            match file.read(&mut mark[filled..])? {
                0 => break,
                read => filled += read,
            }
        }
        let wide = match mark {
            [0xFF, 0xFE] => Self::Little,
            [0xFE, 0xFF] => Self::Big,
            _ => Self::No,
        };
        Ok(WideStart { wide, mark, filled })
    }
}

/// The encoding and the bytes that were read to tell it.
#[derive(Clone, Copy)]
struct WideStart {
    wide: Wide,
    mark: [u8; 2],
    filled: usize,
}

impl WideStart {
    /// Length of the text up to and with its first line end.
    fn line_end(self, bytes: &[u8]) -> Option<usize> {
        match self.wide {
            Wide::No => memchr::memchr(b'\n', bytes).map(|at| at + 1),
            Wide::Little => bytes.chunks_exact(2).position(|unit| unit == [b'\n', 0]).map(|at| at * 2 + 2),
            Wide::Big => bytes.chunks_exact(2).position(|unit| unit == [0, b'\n']).map(|at| at * 2 + 2),
        }
    }

    fn encode(self, text: &str) -> Vec<u8> {
        match self.wide {
            Wide::No => text.as_bytes().to_vec(),
            Wide::Little => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            Wide::Big => text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        }
    }
}

/// The first line, and those that follow it within so many bytes.
fn first_lines(start: WideStart, file: OpenFile, bytes: usize) -> io::Result<Vec<u8>> {
    let mut head = start.mark[..start.filled].to_vec();
    file.take((HEAD - start.filled) as u64).read_to_end(&mut head)?;
    let mut end = start.line_end(&head).unwrap_or(0);
    while let Some(next) = head.get(end..bytes.min(head.len())).and_then(|rest| start.line_end(rest)) {
        end += next;
    }
    head.truncate(end);
    Ok(head)
}

/// Drops the rest of the line that the reader stands in; gives how much that was. Without a line end nothing is dropped.
fn from_next_line(start: WideStart, mut file: OpenFile) -> io::Result<(u64, impl Read)> {
    let mut seen = Vec::with_capacity(64 * 1024);
    let end = loop {
        let before = seen.len();
        (&mut file).take(64 * 1024).read_to_end(&mut seen)?;
        if let Some(end) = start.line_end(&seen) {
            break end;
        }
        if seen.len() == before || seen.len() >= SEEK {
            break 0;
        }
    };
    seen.drain(..end);
    Ok((end as u64, Cursor::new(seen).chain(file)))
}
