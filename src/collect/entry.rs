//! One plan item to one entry: opens the source, redacts, stores, and says what became of it.

use std::io::{self, Cursor, Read};

use chrono::{DateTime, SecondsFormat, Utc};

use super::budget::no_room;
use super::open::{self, FileFacts, Open, describe};
use super::{Event, Job, Reporter};
use super::{app, arguments, site};
use crate::Error;
use crate::analyze::{Analyst, ScanFile, Seen, Watch};
use crate::bundle::{Added, Compression, End, Ready, Target, Writer};
use crate::host::{HostCommand, HostPath, Miss, Stat};
use crate::logline::Origin;
use crate::manifest::{CommandFacts, Entry, Outcome};
use crate::plan::{Category, PlanItem, Source, known_of};
use crate::redact::{Hint, Redaction};

/// Bytes of a file that is held in memory, to be worked on by one thread.
const SMALL: usize = 3 * 1024 * 1024;

/// A line for an item whose outcome is known without opening anything.
pub(super) fn known(item: &PlanItem, outcome: Outcome, reason: &str) -> Entry {
    let mut entry = line(item, outcome);
    entry.reason = Some(reason.to_owned());
    entry
}

/// A text that the program wrote itself as an entry.
pub(super) fn own_text<W: Target>(
    job: &Job<'_>,
    item: &PlanItem,
    text: String,
    writer: &mut Writer<W>,
) -> Result<Entry, Error> {
    store_bytes(job, item, text.into_bytes(), writer)
}

/// Takes one item that is no file.
pub(super) fn take<W: Target>(
    job: &Job<'_>,
    item: &PlanItem,
    writer: &mut Writer<W>,
) -> Result<Entry, Error> {
    let facts = match &item.source {
        Source::Command(command) => return take_command(job, item, command, writer),
        Source::Facts(kind) => job.host.fact(*kind),
        Source::Events(channel) => return take_events(job, item, channel, writer),
        Source::App(part) => return app::take(job, item, part, writer),
        Source::Qrs(endpoint) => return site::take(job, item, *endpoint, writer),
        Source::File(_) | Source::RunLog | Source::Analysis | Source::Nothing(_) => {
            return Ok(known(item, Outcome::Missing, "nothing to open"));
        }
    };
    match facts {
        Err(miss) => Ok(missed(item, &miss)),
        Ok(mut document) => {
            arguments::clear(job.redaction, &mut document);
            let mut bytes = serde_json::to_vec_pretty(&document).expect("a JSON value is plain data");
            bytes.push(b'\n');
            store_bytes(job, item, bytes, writer)
        }
    }
}

/// Events as one JSON list, a line each, so that tools for lines serve too.
fn take_events<W: Target>(
    job: &Job<'_>,
    item: &PlanItem,
    channel: &str,
    writer: &mut Writer<W>,
) -> Result<Entry, Error> {
    let (events, damage) = match job.host.facts.events(channel, &job.window) {
        Ok(events) => events,
        Err(miss) => return Ok(missed(item, &miss)),
    };
    let lines: Vec<String> = events.iter().map(ToString::to_string).collect();
    let mut entry = store_bytes(job, item, format!("[\n{}\n]\n", lines.join(",\n")).into_bytes(), writer)?;
    if let (Some(damage), Outcome::Collected) = (damage, entry.outcome) {
        entry.outcome = Outcome::Truncated;
        entry.reason = Some(damage);
    }
    Ok(entry)
}

/// A small file that was read; whatever thread has time makes it ready for the writer.
pub(super) struct Small {
    item: PlanItem,
    file: FileFacts,
    content: Vec<u8>,
    /// How reading ended, if not well.
    failure: Option<io::Error>,
    /// What is known of its content.
    hint: Hint,
    watch: Option<Watch>,
}

/// An entry that only has to be written.
pub(super) struct Underway {
    item: PlanItem,
    file: FileFacts,
    ready: Ready,
    /// What was seen of it, if it is a log.
    pub(super) seen: Option<Seen>,
    /// What opening and reading took.
    duration_ms: u64,
}

/// What became of a file that was opened.
pub(super) enum Opened<'a> {
    /// It ends here.
    Known(Box<Entry>),
    /// It is small and was read.
    Small(Box<Small>),
    /// It is large, and only begun.
    Large(Box<Large<'a>>),
}

/// A large file that is begun.
pub(super) struct Large<'a> {
    item: &'a PlanItem,
    file: FileFacts,
    reader: Box<dyn Read>,
    watch: Option<Watch>,
}

impl Large<'_> {
    /// Bytes that will be read of it.
    pub(super) fn bytes(&self) -> u64 {
        self.file.bytes
    }
}

/// Opens a file; a small one is read and given to a thread.
pub(super) fn open_file<'a>(
    job: &Job<'_>,
    item: &'a PlanItem,
    path: &HostPath,
    analyst: Option<&Analyst<'_>>,
) -> Opened<'a> {
    let known = |outcome, reason: &str| Opened::Known(Box::new(known(item, outcome, reason)));
    let Open { mut reader, facts: mut file } = match open::open(job, item, path) {
        Ok(Ok(open)) => open,
        Ok(Err(reason)) => {
            job.tell.tell(Event::Read(item.expected_bytes()));
            return known(Outcome::Skipped, reason);
        }
        Err(error) => {
            let (outcome, reason) = known_of(&error);
            return known(outcome, &reason);
        }
    };
    // What a window leaves out need not be read, so it counts as done.
    job.tell.tell(Event::Read(item.expected_bytes().saturating_sub(file.bytes)));
    let watch = analyst.and_then(|analyst| watch(job, item, &file, analyst));
    if file.bytes > SMALL as u64 {
        return Opened::Large(Box::new(Large { item, file, reader, watch }));
    }
    // One byte more than there are tells the end.
    let mut content = Vec::with_capacity(usize::try_from(file.bytes).unwrap_or_default() + 1);
    let failure = job.deadline.watch(&mut reader).read_to_end(&mut content).err();
    job.tell.tell(Event::Read(content.len() as u64));
    file.modified_after = modified_after(job, path, &file.stat);
    let (hint, item) = (hint(job, item), item.clone());
    Opened::Small(Box::new(Small { item, file, content, failure, hint, watch }))
}

impl Underway {
    /// What it is made of.
    pub(super) fn item(&self) -> &PlanItem {
        &self.item
    }
}

impl Small {
    /// Bytes that it holds in memory.
    pub(super) fn held(&self) -> u64 {
        self.content.len() as u64
    }

    /// Clears and packs it.
    pub(super) fn ready(self, redaction: &Redaction, compression: Compression, duration_ms: u64) -> Underway {
        let Self { item, file, content, failure, hint, mut watch } = self;
        let source = Cursor::new(content).chain(Failing(failure));
        let mut cleared = redaction.clear(source, &hint);
        if let Some(watch) = &mut watch {
            cleared.watched_by(|bytes| watch.write(bytes));
        }
        let ready = Ready::of(&mut cleared, compression);
        drop(cleared);
        Underway { item, file, ready, seen: watch.map(Watch::finish), duration_ms }
    }
}

/// Ends as reading the source has ended.
struct Failing(Option<io::Error>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}

fn modified_after(job: &Job<'_>, path: &HostPath, stat: &Stat) -> Option<DateTime<Utc>> {
    let after = job.host.files.stat(path).ok().and_then(|after| after.modified);
    after.filter(|after| Some(*after) != stat.modified)
}

/// Writes what was made ready.
pub(super) fn put<W: Target>(underway: Underway, writer: &mut Writer<W>) -> Result<Entry, Error> {
    let Underway { item, file, ready, duration_ms, .. } = underway;
    let added = writer.put(&item.name, ready, file.stat.modified)?;
    let mut entry = describe(line_of(&item, added), &file);
    entry.duration_ms = duration_ms;
    Ok(entry)
}

/// Stores a large file, with all threads.
pub(super) fn store_large<W: Target>(
    job: &Job<'_>,
    large: Large<'_>,
    writer: &mut Writer<W>,
) -> Result<(Entry, Option<Seen>), Error> {
    let Large { item, mut file, reader, mut watch } = large;
    let entry = store(job, (item, watch.as_mut()), reader, file.stat.modified, writer)?;
    if let Source::File(path) = &item.source {
        file.modified_after = modified_after(job, path, &file.stat);
    }
    Ok((describe(entry, &file), watch.map(Watch::finish)))
}

/// Looks over a log.
fn watch(job: &Job<'_>, item: &PlanItem, file: &FileFacts, analyst: &Analyst<'_>) -> Option<Watch> {
    if item.category != Category::Logs {
        return None;
    }
    let Source::File(path) = &item.source else { return None };
    let of = ScanFile {
        name: item.name.to_string(),
        origin: Origin { zone: job.host.zone(), modified: file.stat.modified },
        format: job.formats.shared(&item.origin),
        window: (None, None),
    };
    Some(analyst.watch(&item.origin, &path.slashed(), of))
}

fn take_command<W: Target>(
    job: &Job<'_>,
    item: &PlanItem,
    command: &HostCommand,
    writer: &mut Writer<W>,
) -> Result<Entry, Error> {
    let timeout = job.deadline.left().map_or(command.timeout, |left| left.min(command.timeout));
    let output = match job.host.commands.run(&HostCommand { timeout, ..command.clone() }) {
        Ok(output) => output,
        Err(miss) => return Ok(missed(item, &miss)),
    };
    let mut entry = store_bytes(job, item, output.stdout, writer)?;
    if entry.outcome == Outcome::Skipped {
        return Ok(entry);
    }
    entry.command = Some(CommandFacts {
        argv: command.argv.clone(),
        exit_code: output.exit_code,
        stderr: job.redaction.clear_text(&String::from_utf8_lossy(&output.stderr)),
    });
    if output.timed_out {
        entry.outcome = Outcome::TimedOut;
        entry.reason = Some(format!("killed after {} s", timeout.as_secs()));
    } else if output.truncated {
        entry.outcome = Outcome::Truncated;
        entry.reason = Some("its output was longer than the limit".into());
    }
    Ok(entry)
}

fn store_bytes<W: Target>(
    job: &Job<'_>,
    item: &PlanItem,
    bytes: Vec<u8>,
    writer: &mut Writer<W>,
) -> Result<Entry, Error> {
    let empty = bytes.is_empty();
    let mut entry = store(job, (item, None), Cursor::new(bytes), None, writer)?;
    if empty && entry.outcome == Outcome::Collected {
        entry.outcome = Outcome::Empty;
        entry.reason = Some("nothing was written".into());
    }
    Ok(entry)
}

/// Clears a source into an entry.
pub(super) fn store<'a, R: Read + 'a, W: Target>(
    job: &'a Job<'_>,
    (item, watch): (&PlanItem, Option<&'a mut Watch>),
    source: R,
    modified: Option<DateTime<Utc>>,
    writer: &mut Writer<W>,
) -> Result<Entry, Error> {
    let pool = job.packing.pool.clone();
    let hint = Hint { pool, ..hint(job, item) };
    let source = job.deadline.watch(Counted { source, tell: job.tell });
    let mut cleared = job.redaction.clear(source, &hint);
    if let Some(watch) = watch {
        cleared.watched_by(|bytes| watch.write(bytes));
    }
    Ok(line_of(item, writer.add(&item.name, &mut cleared, modified)?))
}

/// What a definition and its format of logs say of a file.
fn hint(job: &Job<'_>, item: &PlanItem) -> Hint {
    let columns = job.formats.secret_columns(&item.origin);
    Hint { columns, ..Hint::new(item.name.file_name(), &item.rules) }
}

/// The line of an item that was stored, or had no room.
pub(super) fn line_of(item: &PlanItem, added: Added) -> Entry {
    if let End::NoRoom(refusal) = added.end {
        return known(item, Outcome::Skipped, no_room(refusal));
    }
    let mut entry = line(item, Outcome::Collected);
    entry.bytes = added.bytes;
    entry.source_bytes = added.clearance.source_bytes;
    entry.sha256 = Some(added.sha256.to_string());
    entry.encoding = added.clearance.encoding;
    entry.masks = added.clearance.masks;
    match added.end {
        End::Whole => {}
        End::Withheld(reason) => {
            entry.outcome = Outcome::Withheld;
            entry.reason = Some(reason);
            entry.masks.clear();
        }
        End::SourceFailed(error) if error.kind() == io::ErrorKind::TimedOut => {
            entry.outcome = Outcome::TimedOut;
            entry.reason = Some(format!("{error} after {} bytes", entry.source_bytes));
        }
        End::SourceFailed(error) => {
            let cut = entry.bytes > 0;
            entry.outcome = if cut { Outcome::Truncated } else { known_of(&error).0 };
            entry.reason =
                Some(format!("reading failed after {} bytes: {}", entry.source_bytes, known_of(&error).1));
        }
        End::NoRoom(_) => unreachable!("it has the line above"),
    }
    entry
}

pub(super) fn missed(item: &PlanItem, miss: &Miss) -> Entry {
    let outcome = match miss {
        Miss::Missing(_) => Outcome::Missing,
        Miss::Denied(_) => Outcome::Denied,
        Miss::TimedOut(_) => Outcome::TimedOut,
        Miss::Failed(_) => Outcome::Failed,
    };
    known(item, outcome, &miss.to_string())
}

fn line(item: &PlanItem, outcome: Outcome) -> Entry {
    use base64::Engine as _;
    let exact = match &item.source {
        Source::File(path) => path.exact(),
        _ => None,
    };
    Entry {
        name: item.name.to_string(),
        source: item.source.describe(),
        source_base64: exact.map(|bytes| base64::engine::general_purpose::STANDARD.encode(bytes)),
        category: item.category.word().to_owned(),
        item: item.origin.to_string(),
        source_bytes: item.stat.map_or(0, |stat| stat.bytes),
        source_modified: item.stat.and_then(|stat| stat.modified).map(stamp),
        ..Entry::new(outcome)
    }
}

/// A time in UTC, to the second when it has no fraction.
pub(super) fn stamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

/// Tells the listener how much was read.
pub(super) struct Counted<'a, R> {
    pub(super) source: R,
    pub(super) tell: &'a dyn Reporter,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.tell.tell(Event::Read(read as u64));
        Ok(read)
    }
}
