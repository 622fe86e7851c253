//! One plan item to one entry: opens the source, redacts, stores, and says what became of it.

use std::io::{self, Cursor, Read};

use chrono::{DateTime, SecondsFormat, Utc};

use super::{Event, Job, Reporter, limit};
use crate::Error;
use crate::bundle::{End, Target, Writer};
use crate::host::{HostCommand, HostPath, Miss};
use crate::manifest::{CommandFacts, Cut, Entry, Outcome};
use crate::plan::{Limit, PlanItem, Source, known_of};
use crate::redact::Hint;

/// A line for an item whose outcome is known without opening anything.
pub(super) fn known(item: &PlanItem, outcome: Outcome, reason: &str) -> Entry {
    let mut entry = line(item, outcome);
    entry.reason = Some(reason.to_owned());
    entry
}

/// The program's own log as an entry.
pub(super) fn own_log<W: Target>(
    job: &Job<'_>,
    item: &PlanItem,
    text: String,
    writer: &mut Writer<W>,
) -> Result<Entry, Error> {
    store_bytes(job, item, text.into_bytes(), writer)
}

/// Takes one item.
pub(super) fn take<W: Target>(
    job: &Job<'_>,
    item: &PlanItem,
    writer: &mut Writer<W>,
) -> Result<Entry, Error> {
    let facts = match &item.source {
        Source::File(path) => return take_file(job, item, path, writer),
        Source::Command(command) => return take_command(job, item, command, writer),
        Source::Facts(kind) => job.host.fact(*kind),
        Source::Events(channel) => return take_events(job, item, channel, writer),
        Source::RunLog | Source::Nothing(_) => return Ok(known(item, Outcome::Missing, "nothing to open")),
    };
    match facts {
        Err(miss) => Ok(missed(item, &miss)),
        Ok(document) => {
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

fn take_file<W: Target>(
    job: &Job<'_>,
    item: &PlanItem,
    path: &HostPath,
    writer: &mut Writer<W>,
) -> Result<Entry, Error> {
    let files = &job.host.files;
    let opened: io::Result<(Box<dyn Read>, Option<Cut>, _)> = match item.limit {
        Limit::Whole => files.open(path).map(|file| {
            let stat = file.stat;
            (Box::new(file) as Box<dyn Read>, None, stat)
        }),
        Limit::Bytes(bytes) => {
            limit::newest(files, path, bytes).map(|(reader, cut, stat)| (reader, Some(cut), stat))
        }
    };
    let (reader, cut, stat) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            let (outcome, reason) = known_of(&error);
            return Ok(known(item, outcome, &reason));
        }
    };
    let mut entry = store(job, item, reader, stat.modified, writer)?;
    let read = entry.source_bytes;
    entry.source_bytes = stat.bytes;
    entry.source_modified = stat.modified.map(stamp);
    let after = files.stat(path).ok().and_then(|after| after.modified);
    entry.source_modified_after = after.filter(|after| Some(*after) != stat.modified).map(stamp);
    if entry.outcome == Outcome::Collected {
        if stat.bytes == 0 {
            entry.outcome = Outcome::Empty;
            entry.reason = Some("the file is empty".into());
        } else if let Some(cut) = cut {
            entry.outcome = Outcome::Truncated;
            entry.reason = Some(format!("over the limit: {} bytes were left out", cut.dropped));
            entry.cut = Some(cut);
        } else if read < stat.bytes {
            entry.outcome = Outcome::Truncated;
            entry.reason = Some("the file became shorter while it was read".into());
        }
    }
    Ok(entry)
}

fn take_command<W: Target>(
    job: &Job<'_>,
    item: &PlanItem,
    command: &HostCommand,
    writer: &mut Writer<W>,
) -> Result<Entry, Error> {
    let output = match job.host.commands.run(command) {
        Ok(output) => output,
        Err(miss) => return Ok(missed(item, &miss)),
    };
    let mut entry = store_bytes(job, item, output.stdout, writer)?;
    entry.command = Some(CommandFacts {
        argv: command.argv.clone(),
        exit_code: output.exit_code,
        stderr: job.redaction.clear_text(&String::from_utf8_lossy(&output.stderr)),
    });
    if output.timed_out {
        entry.outcome = Outcome::TimedOut;
        entry.reason = Some(format!("killed after {} s", command.timeout.as_secs()));
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
    let mut entry = store(job, item, Cursor::new(bytes), None, writer)?;
    if empty && entry.outcome == Outcome::Collected {
        entry.outcome = Outcome::Empty;
        entry.reason = Some("nothing was written".into());
    }
    Ok(entry)
}

fn store<'a, R: Read + 'a, W: Target>(
    job: &'a Job<'_>,
    item: &PlanItem,
    source: R,
    modified: Option<DateTime<Utc>>,
    writer: &mut Writer<W>,
) -> Result<Entry, Error> {
    let hint = Hint::new(item.name.file_name(), &item.rules);
    let mut cleared = job.redaction.clear(Counted { source, tell: job.tell }, &hint);
    let added = writer.add(&item.name, &mut cleared, modified)?;
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
        End::SourceFailed(error) => {
            let cut = entry.bytes > 0;
            entry.outcome = if cut { Outcome::Truncated } else { known_of(&error).0 };
            entry.reason =
                Some(format!("reading failed after {} bytes: {}", entry.source_bytes, known_of(&error).1));
        }
    }
    Ok(entry)
}

fn missed(item: &PlanItem, miss: &Miss) -> Entry {
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
