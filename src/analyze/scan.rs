//! One cleared log, piece by piece, in bounded memory: which rows know a line of it, how often, where first and last.
//!
//! Text without a needle costs one search over it and a count of its lines.

use std::cell::OnceCell;
use std::sync::Arc;

use encoding_rs::{Decoder, UTF_16BE, UTF_16LE};
use memchr::{memchr, memchr_iter, memrchr};

use super::finding::{Place, Times, stamp};
use super::lookup::Set;
use super::pulse::{Pulse, Told};
use crate::logline::{Format, Moment, Origin, REACH, Stamps};
use crate::plan::Window;

/// Longest line that is held; the rest of a longer one is looked at by itself.
const LINE: usize = 64 * 1024;

/// Lines that tell how the log writes its times.
const SAMPLE: usize = 64;

/// Bytes of a line that are shown: of its start, and around what was found.
const START: usize = 120;
const BEFORE: usize = 120;
const SHOWN: usize = 400;

/// What is known of a log besides its text.
#[derive(Debug, Clone)]
pub struct ScanFile {
    /// Its name in the findings.
    pub name: String,
    /// Who wrote it.
    pub origin: Origin,
    /// The format that its item names.
    pub format: Option<Arc<Format>>,
    /// Lines of this time only, as far as they tell theirs.
    pub window: Window,
}

/// A log that is being looked through.
pub struct Scan {
    set: Arc<Set>,
    file: ScanFile,
    /// Reads all lines, if that is wanted too.
    pulse: Option<Pulse>,
    /// Turns UTF-16 into UTF-8.
    decoder: Option<Decoder>,
    has_begun: bool,
    /// The start of a line whose end is still to come.
    rest: Vec<u8>,
    /// Lines that ended before the text at hand.
    lines: u64,
    sample: Vec<Vec<u8>>,
    /// Names of the columns in lower case, if the first line tells them.
    columns: Vec<String>,
    /// Told when the first line was found.
    stamps: OnceCell<Option<Stamps>>,
    hits: Vec<Option<Hit>>,
}

/// What the log has of a row.
struct Hit {
    count: u64,
    first: Seen,
    last: Seen,
}

/// A line that was found.
struct Seen {
    line: u64,
    /// Its start, which has its time.
    start: Vec<u8>,
    text: String,
}

impl Scan {
    /// Begins with a log.
    pub fn new(set: Arc<Set>, file: ScanFile) -> Self {
        let hits = set.rows.iter().map(|_| None).collect();
        Self {
            set,
            file,
            pulse: None,
            decoder: None,
            has_begun: false,
            rest: Vec::new(),
            lines: 0,
            sample: Vec::new(),
            columns: Vec::new(),
            stamps: OnceCell::new(),
            hits,
        }
    }

    /// Reads all lines of a log too, as far as it has a format.
    pub(super) fn with_pulse(mut self, incident: Option<i64>) -> Self {
        let file = &self.file;
        let begin =
            |format: &Arc<Format>| Pulse::new(Arc::clone(format), file.origin.clone(), file.window, incident);
        self.pulse = file.format.as_ref().map(begin);
        self
    }

    /// The next piece of it.
    pub fn write(&mut self, bytes: &[u8]) {
        if !self.has_begun && !bytes.is_empty() {
            self.has_begun = true;
            self.decoder = match bytes {
                [0xFF, 0xFE, ..] => Some(UTF_16LE.new_decoder()),
                [0xFE, 0xFF, ..] => Some(UTF_16BE.new_decoder()),
                _ => None,
            };
        }
        let Some(mut decoder) = self.decoder.take() else { return self.take(bytes) };
        let mut text = String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(0));
        // The room is enough for all of it.
        let _ = decoder.decode_to_string(bytes, &mut text, false);
        self.decoder = Some(decoder);
        self.take(text.as_bytes());
    }

    fn take(&mut self, bytes: &[u8]) {
        let Some(last) = memrchr(b'\n', bytes) else {
            self.rest.extend_from_slice(bytes);
            if self.rest.len() > LINE {
                self.look_at_rest();
            }
            return;
        };
        let mut from = 0;
        if !self.rest.is_empty() {
            from = memchr(b'\n', bytes).map_or(last, |end| end) + 1;
            self.rest.extend_from_slice(&bytes[..from]);
            self.look_at_rest();
        }
        self.look(&bytes[from..=last]);
        self.rest.extend_from_slice(&bytes[last + 1..]);
    }

    fn look_at_rest(&mut self) {
        let mut rest = std::mem::take(&mut self.rest);
        self.look(&rest);
        rest.clear();
        self.rest = rest;
    }

    /// Looks at whole lines, or at a part of a very long one.
    fn look(&mut self, text: &[u8]) {
        if self.sample.len() < SAMPLE {
            self.learn(text);
        }
        if let Some(pulse) = &mut self.pulse {
            pulse.look(text);
        }
        let set = Arc::clone(&self.set);
        let mut next: Vec<Option<usize>> = set.searches.iter().map(|search| search.next(text, 0)).collect();
        // Lines are counted up to the last one that was found.
        let (mut at, mut lines) = (0, self.lines);
        while let Some(hit) = next.iter().flatten().min().copied() {
            let start = memrchr(b'\n', &text[at..hit]).map_or(at, |end| at + end + 1);
            let end = memchr(b'\n', &text[hit..]).map_or(text.len(), |end| hit + end + 1);
            lines += count_lines(&text[at..start]);
            self.look_at_line(text[start..end].trim_ascii_end(), lines + 1);
            lines += count_lines(&text[end - 1..end]);
            at = end;
            for (next, search) in next.iter_mut().zip(&set.searches) {
                if next.is_some_and(|next| next < end) {
                    *next = search.next(text, end);
                }
            }
        }
        self.lines = lines + count_lines(&text[at..]);
    }

    /// Keeps lines that tell how times are written, and the names of columns.
    fn learn(&mut self, text: &[u8]) {
        for line in text.split(|byte| *byte == b'\n').take(SAMPLE - self.sample.len()) {
            let line = line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line).trim_ascii_end();
            if self.sample.is_empty() && line.contains(&b'\t') {
                let names = line.split(|byte| *byte == b'\t');
                self.columns = names.map(|name| String::from_utf8_lossy(name).to_lowercase()).collect();
            }
            self.sample.push(line[..line.len().min(REACH)].to_vec());
        }
    }

    fn look_at_line(&mut self, line: &[u8], number: u64) {
        let set = Arc::clone(&self.set);
        for (row, at) in set.rows_of(line) {
            let ready = &set.rows[row].ready;
            if ready.knows(self.field(line, ready.column.as_deref())) && self.is_wanted(line) {
                let seen = Seen {
                    line: number,
                    start: line[..line.len().min(REACH)].to_vec(),
                    text: shortened(line, at),
                };
                match &mut self.hits[row] {
                    Some(hit) => {
                        hit.count += 1;
                        hit.last = seen;
                    }
                    none => {
                        let first = Seen { start: seen.start.clone(), text: seen.text.clone(), ..seen };
                        *none = Some(Hit { count: 1, first, last: seen });
                    }
                }
            }
        }
    }

    /// The field of a line, or all of it where the log has no such column.
    fn field<'a>(&self, line: &'a [u8], column: Option<&str>) -> &'a [u8] {
        let at = column.and_then(|wanted| self.columns.iter().position(|name| name == wanted));
        at.and_then(|at| line.split(|byte| *byte == b'\t').nth(at)).unwrap_or(line)
    }

    /// Whether a line is of the time that is wanted; one without a time may be.
    fn is_wanted(&self, line: &[u8]) -> bool {
        let (since, until) = self.file.window;
        if since.is_none() && until.is_none() {
            return true;
        }
        let Some(moment) = self.moment(line) else { return true };
        since.is_none_or(|since| moment.late >= since.timestamp_micros())
            && until.is_none_or(|until| moment.early <= until.timestamp_micros())
    }

    fn moment(&self, line: &[u8]) -> Option<Moment> {
        let file = &self.file;
        let stamps =
            self.stamps.get_or_init(|| Stamps::of_format(file.format.as_deref(), &self.sample, &file.origin));
        stamps.as_ref()?.moment(line)
    }

    /// Ends the log: the numbers of the rows that know lines of it, with what they know; and its lines.
    pub fn finish(self) -> (Vec<(usize, Times)>, u64) {
        let (found, lines, _) = self.end();
        (found, lines)
    }

    /// As `finish`, with what all lines tell.
    pub(super) fn end(mut self) -> (Vec<(usize, Times)>, u64, Option<Told>) {
        if !self.rest.is_empty() {
            self.look_at_rest();
            self.lines += 1;
        }
        let hits = std::mem::take(&mut self.hits);
        let set = Arc::clone(&self.set);
        let mut found = Vec::new();
        for (row, hit) in set.rows.iter().zip(hits) {
            let Some(hit) = hit else { continue };
            let times = Times { count: hit.count, first: self.place(hit.first), last: self.place(hit.last) };
            found.push((row.number, times));
        }
        let told = self.pulse.take().map(Pulse::finish);
        (found, self.lines, told)
    }

    fn place(&self, seen: Seen) -> Place {
        let time = self.moment(&seen.start).map(stamp);
        Place { file: self.file.name.clone(), line: seen.line, time, text: seen.text }
    }
}

fn count_lines(text: &[u8]) -> u64 {
    memchr_iter(b'\n', text).count() as u64
}

/// A line, or its start and what stands around an offset; tabs become blanks.
fn shortened(line: &[u8], at: usize) -> String {
    let text = |part: &[u8]| String::from_utf8_lossy(part).replace('\t', " ").replace('\u{feff}', "");
    if line.len() <= SHOWN {
        return text(line);
    }
    if at + BEFORE < SHOWN {
        return text(&line[..SHOWN]).trim_end_matches('\u{fffd}').to_owned() + " …";
    }
    let from = at - BEFORE;
    let to = line.len().min(from + SHOWN - START);
    let around = text(&line[from..to]);
    let more = if to < line.len() { " …" } else { "" };
    format!("{} … {}{more}", text(&line[..START]).trim_matches('\u{fffd}'), around.trim_matches('\u{fffd}'))
}

#[cfg(test)]
mod tests;
