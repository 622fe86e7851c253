//! Takes the records of a window of time out of a log: a sparse index tells where they may be, and only there every line is
//! read. What stands before the first record, such as the names of columns, stays; a marker line stands for what is left out.

mod choose;
mod index;
mod walk;

use std::io::{self, Cursor, Read};

use super::entry::stamp;
use super::limit::{HEAD, marker};
use crate::host::SeekFile;
use crate::logline::{Format, Moment, Origin, Stamps, Text};
use crate::manifest::Cut;
use crate::plan::{Limit, Window};
use choose::{Chosen, Part, Search};
use index::Tuning;
use walk::{At, Walk};

/// Bytes that tell the format of a file: at its start, and at each further place.
const START: usize = 64 * 1024;
/// Lines that are looked at there.
const LINES: (usize, usize) = (100, 25);
/// Further places: quarters of the file.
const PLACES: u64 = 4;

/// What a window leaves of a file.
pub(super) enum Windowed<S> {
    /// All of it, and why, if that is not plain.
    Whole(Option<&'static str>),
    /// Nothing, and why.
    Nothing(&'static str),
    /// A part.
    Part(Box<Taken<S>>),
}

/// A part of a file.
pub(super) struct Taken<S> {
    /// Its bytes, with markers.
    pub(super) reader: Parts<S>,
    /// Number of those bytes.
    pub(super) bytes: u64,
    /// What was left out.
    pub(super) cut: Cut,
    /// Bytes of the window that are over the limit.
    pub(super) over: u64,
    /// What the part is.
    pub(super) reason: &'static str,
}

/// What comes before, a stretch of the file, and what comes behind.
pub(super) type Parts<S> = io::Chain<io::Chain<Cursor<Vec<u8>>, Stretch<S>>, Cursor<Vec<u8>>>;

/// A window as the records have it: first and last microsecond.
pub(super) fn bounds((since, until): &Window) -> Option<(i64, i64)> {
    (since.is_some() || until.is_some()).then(|| {
        let micros = |time: chrono::DateTime<chrono::Utc>| time.timestamp_micros();
        (since.map_or(i64::MIN, micros), until.map_or(i64::MAX, micros))
    })
}

/// What is known of a log: where it comes from, and its format if the definition names one.
pub(super) type Known<'a> = (&'a Origin, Option<&'a Format>);

/// Takes the records of a window, and of those the newest ones if there is a limit.
pub(super) fn take<S: At>(
    source: S,
    known: Known<'_>,
    window: (i64, i64),
    limit: Limit,
) -> io::Result<Windowed<S>> {
    take_tuned(source, known, (window, limit), Tuning::default())
}

fn take_tuned<S: At>(
    mut source: S,
    (origin, format): Known<'_>,
    (window, limit): ((i64, i64), Limit),
    tuning: Tuning,
) -> io::Result<Windowed<S>> {
    let whole = |reason| Ok(Windowed::Whole(Some(reason)));
    let start = read(&mut source, 0, START)?;
    if start.is_empty() {
        return Ok(Windowed::Whole(None));
    }
    let is_packed = start.starts_with(b"\x1F\x8B") || start.starts_with(b"PK\x03\x04");
    let text = Text::of(&start);
    if is_packed || !text.fits(&start) {
        return whole("whole, not only the time window: it is no text");
    }
    let lines = lines(&mut source, text)?;
    let Some(stamps) = Stamps::of_format(format, &lines, origin) else {
        return whole("whole, not only the time window: its lines have no time stamps");
    };
    let mut search = Search { source: &mut source, text, stamps: &stamps, window, tuning };
    let part = match search.choose()? {
        Chosen::NoRecords => return whole("whole, not only the time window: its lines have no time stamps"),
        Chosen::Nothing => return Ok(Windowed::Nothing("empty window: all its records are later")),
        Chosen::Part(part) => part,
    };
    let head = head(&start, part.records, text);
    let (from, first) = limited(&mut search, part, head.len() as u64, limit)?;
    let (head_bytes, length) = (head.len() as u64, source.length());
    let cut = Cut {
        head: head_bytes,
        tail: part.to - from,
        dropped: from - head_bytes,
        dropped_after: length - part.to,
        first_time: first.map(|moment| stamp(Moment::time(moment.early))),
        last_time: Some(stamp(Moment::time(part.last.late))),
    };
    if cut.dropped + cut.dropped_after == 0 {
        return Ok(Windowed::Whole(None));
    }
    let reason = if part.last.late < window.0 {
        "no record lies in the time window; the last one before it is kept"
    } else {
        "only the records of the time window"
    };
    let (reader, bytes) = parts(source, text, (head, from, part.to), &cut);
    Ok(Windowed::Part(Box::new(Taken { reader, bytes, cut, over: from - part.from, reason })))
}

/// Puts together what is kept and the markers; gives the bytes that makes.
fn parts<S: At>(source: S, text: Text, (head, from, to): (Vec<u8>, u64, u64), cut: &Cut) -> (Parts<S>, u64) {
    let before = [head, marker(text, cut.dropped)].concat();
    let behind = marker(text, cut.dropped_after);
    let bytes = (before.len() + behind.len()) as u64 + cut.tail;
    let stretch = Stretch { source, at: from, to };
    (Cursor::new(before).chain(stretch).chain(Cursor::new(behind)), bytes)
}

/// What stands before the first record; of a long preface only the first line.
fn head(start: &[u8], records: u64, text: Text) -> Vec<u8> {
    let whole = usize::try_from(records).ok().filter(|bytes| *bytes <= HEAD.min(start.len()));
    let end = whole.unwrap_or_else(|| {
        let lines = &start[text.mark().min(start.len())..];
        text.mark() + text.line_end(lines).unwrap_or(0)
    });
    start[..end.min(start.len())].to_vec()
}

/// Where the newest records of a part begin, and the time of the first one.
fn limited<S: At>(
    search: &mut Search<'_, S>,
    part: Part,
    head: u64,
    limit: Limit,
) -> io::Result<(u64, Option<Moment>)> {
    match limit {
        Limit::Bytes(bytes) | Limit::Fit(bytes) if bytes < head + (part.to - part.from) => {
            search.newest(part, bytes.saturating_sub(head))
        }
        Limit::Whole | Limit::Bytes(_) | Limit::Fit(_) => Ok((part.from, Some(part.first))),
    }
}

/// Lines of the start, the middle and the end of a file.
fn lines<S: At>(source: &mut S, text: Text) -> io::Result<Vec<Vec<u8>>> {
    let length = source.length();
    let mut lines = Vec::new();
    let mut at = 0;
    for place in 0..=PLACES {
        // The last place is the end; places that overlap are looked at once.
        let near_end = (START / 8) as u64;
        let from = if place == PLACES { length.saturating_sub(near_end) } else { length / PLACES * place };
        let from = from.max(at);
        let most = if place == 0 { LINES.0 } else { LINES.1 };
        let mut walk = Walk::new(source, text, from, if place == 0 { START } else { START / 8 });
        for _ in 0..most {
            let Some(line) = walk.line()?.filter(|line| line - from < START as u64) else { break };
            lines.push(walk.start());
            at = line + 1;
        }
    }
    Ok(lines)
}

fn read<S: At>(source: &mut S, at: u64, bytes: usize) -> io::Result<Vec<u8>> {
    let mut found = vec![0; bytes];
    let mut filled = 0;
    while filled < bytes {
        match source.read_at(at + filled as u64, &mut found[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    found.truncate(filled);
    Ok(found)
}

/// A stretch of a source.
pub(super) struct Stretch<S> {
    source: S,
    at: u64,
    to: u64,
}

impl<S: At> Read for Stretch<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.to - self.at).unwrap_or(usize::MAX);
        let room = buffer.len().min(left);
        let read = self.source.read_at(self.at, &mut buffer[..room])?;
        self.at += read as u64;
        Ok(read)
    }
}

impl At for SeekFile {
    fn read_at(&mut self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        Self::read_at(self, at, buffer)
    }

    fn length(&self) -> u64 {
        self.stat.bytes
    }
}

#[cfg(test)]
mod tests;
