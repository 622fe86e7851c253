//! What is taken of an app: a summary without data, its script, both redacted, and the app itself where a person agreed.

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::Job;
use super::entry::{Counted, known, line_of, missed, stamp, store};
use crate::Error;
use crate::app::{AppKind, AppSummary, HostSource, Place, kind_of, read_file};
use crate::bundle::{Target, Writer};
use crate::host::{HostPath, Miss};
use crate::manifest::{Entry, Outcome};
use crate::plan::{AppContent, AppPart, PlanItem, known_of};
use crate::redact::Redaction;

/// What stands in the manifest with an app that is stored as it is.
const AGREED: &str =
    "not redacted: a person agreed to hand over this app with its data and all that is in it";

/// The same of a copy without data.
const AGREED_COPY: &str = "not redacted: a person agreed to hand over this copy without data, with its load script and objects as they are";

/// Takes a part of an app.
pub(super) fn take<W: Target>(
    job: &Job<'_>,
    item: &PlanItem,
    part: &AppPart,
    writer: &mut Writer<W>,
) -> Result<Entry, Error> {
    if let (AppContent::Binary, Place::File(path)) = (part.content, &part.place) {
        return take_itself(job, item, path, writer);
    }
    if part.content == AppContent::Reduced {
        return take_copy(job, item, part, writer);
    }
    if let Some(name) = &part.site {
        return match copy(job, name) {
            Ok(copy) => take_part((job, item), part, (&read_file(&mut Cursor::new(&*copy)), None), writer),
            Err(miss) => Ok(missed(item, &miss)),
        };
    }
    let (summary, modified) = match read(job, &part.place) {
        Ok(read) => read,
        Err(error) => {
            let (outcome, reason) = known_of(&error);
            return Ok(known(item, outcome, &reason));
        }
    };
    take_part((job, item), part, (&summary, modified), writer)
}

/// What is told of an app that was read.
fn take_part<W: Target>(
    (job, item): (&Job<'_>, &PlanItem),
    part: &AppPart,
    (summary, modified): (&AppSummary, Option<DateTime<Utc>>),
    writer: &mut Writer<W>,
) -> Result<Entry, Error> {
    let mut entry = match part.content {
        AppContent::Script => take_script(job, item, summary, writer)?,
        AppContent::Summary => take_summary(job, item, summary, writer)?,
        AppContent::Binary | AppContent::Reduced => {
            known(item, Outcome::Skipped, "a folder is not one file; --add takes its files")
        }
    };
    entry.source_bytes = summary.bytes;
    entry.source_modified = modified.map(stamp);
    Ok(entry)
}

/// The copy without data that the site makes of an app.
fn copy(job: &Job<'_>, name: &str) -> Result<Arc<Vec<u8>>, Miss> {
    let Some(site) = job.site else {
        return Err(Miss::Missing("the site was not to be asked; --qrs does".into()));
    };
    let copy = site.copy_without_data(name, job.deadline.left())?;
    if !kind_of(&mut Cursor::new(&*copy)).is_ok_and(AppKind::is_binary_app) {
        return Err(Miss::Failed("what the site sent is not an app by its bytes".into()));
    }
    Ok(copy)
}

/// Stores the copy that the site made; a person agreed to that.
fn take_copy<W: Target>(
    job: &Job<'_>,
    item: &PlanItem,
    part: &AppPart,
    writer: &mut Writer<W>,
) -> Result<Entry, Error> {
    let copy = match copy(job, part.site.as_deref().unwrap_or_default()) {
        Ok(copy) => copy,
        Err(miss) => return Ok(missed(item, &miss)),
    };
    let mut agreed = Redaction::agreed(Cursor::new(&*copy));
    let mut entry = line_of(item, writer.add(&item.name, &mut agreed, None)?);
    entry.source_bytes = copy.len() as u64;
    entry.unredacted = entry.sha256.is_some();
    if entry.outcome == Outcome::Collected {
        entry.reason = Some(AGREED_COPY.to_owned());
    }
    Ok(entry)
}

/// Reads an app as long as its time is not over.
fn read(job: &Job<'_>, place: &Place) -> io::Result<(AppSummary, Option<DateTime<Utc>>)> {
    match place {
        Place::Folder(_) => Ok((place.read(job.host)?, None)),
        Place::File(path) => {
            let source = HostSource::open(job.host, path)?;
            let modified = source.stat().modified;
            Ok((read_file(&mut job.deadline.watch(source)), modified))
        }
    }
}

fn take_summary<W: Target>(
    job: &Job<'_>,
    item: &PlanItem,
    summary: &AppSummary,
    writer: &mut Writer<W>,
) -> Result<Entry, Error> {
    let problems = job.redaction.clear_text(&summary.problems.join("; "));
    if summary.kind == AppKind::Unknown {
        // Of bytes that nobody knows nothing is told, and the one who named them should see that.
        let mut cleared = Redaction::withheld(io::empty(), &problems);
        return Ok(line_of(item, writer.add(&item.name, &mut cleared, None)?));
    }
    let mut bytes = serde_json::to_vec_pretty(summary).expect("a summary is plain data");
    bytes.push(b'\n');
    let mut entry = store(job, (item, None), Cursor::new(bytes), None, writer)?;
    if entry.outcome == Outcome::Collected && !summary.problems.is_empty() {
        entry.outcome = Outcome::Truncated;
        entry.reason = Some(format!("not all could be read: {problems}"));
    }
    Ok(entry)
}

fn take_script<W: Target>(
    job: &Job<'_>,
    item: &PlanItem,
    summary: &AppSummary,
    writer: &mut Writer<W>,
) -> Result<Entry, Error> {
    match &summary.script {
        Some(script) => {
            let mut entry =
                store(job, (item, None), Cursor::new(script.unredacted().as_bytes()), None, writer)?;
            if script.unredacted().is_empty() && entry.outcome == Outcome::Collected {
                entry.outcome = Outcome::Empty;
                entry.reason = Some("its load script is empty".into());
            }
            Ok(entry)
        }
        None if summary.problems.is_empty() => Ok(known(item, Outcome::Missing, "it has no load script")),
        None => Ok(known(item, Outcome::Missing, "no load script could be read")),
    }
}

/// Stores the app as it is. Only an app is: a person agreed to that, and not to whatever has come to stand under its name.
fn take_itself<W: Target>(
    job: &Job<'_>,
    item: &PlanItem,
    path: &HostPath,
    writer: &mut Writer<W>,
) -> Result<Entry, Error> {
    let opened = HostSource::open(job.host, path).and_then(|mut source| {
        let kind = kind_of(&mut source)?;
        source.seek(SeekFrom::Start(0))?;
        Ok((kind, source))
    });
    let (kind, source) = match opened {
        Ok(opened) => opened,
        Err(error) => {
            let (outcome, reason) = known_of(&error);
            return Ok(known(item, outcome, &reason));
        }
    };
    let stat = source.stat();
    if !(kind.is_binary_app() || kind == AppKind::Zip) {
        let mut cleared = Redaction::withheld(io::empty(), "not an app of Qlik by its bytes");
        return Ok(line_of(item, writer.add(&item.name, &mut cleared, stat.modified)?));
    }
    let source: Box<dyn Read + '_> = Box::new(job.deadline.watch(Counted { source, tell: job.tell }));
    let mut agreed = Redaction::agreed(source);
    let mut entry = line_of(item, writer.add(&item.name, &mut agreed, stat.modified)?);
    let read = entry.source_bytes;
    entry.source_bytes = stat.bytes;
    entry.source_modified = stat.modified.map(stamp);
    entry.unredacted = entry.sha256.is_some();
    if entry.outcome == Outcome::Collected && read < stat.bytes {
        entry.outcome = Outcome::Truncated;
        entry.reason = Some(format!("the file became shorter while it was read; {AGREED}"));
    } else if entry.outcome == Outcome::Collected {
        entry.reason = Some(AGREED.to_owned());
    }
    Ok(entry)
}
