//! Opens a file as far as it is wanted: whole, its newest part, or the records of the window of time. Says what that was.

use std::io::{self, Read};

use chrono::{DateTime, Utc};

use super::entry::stamp;
use super::window::{self, Windowed};
use super::{Job, limit};
use crate::host::{HostPath, Stat};
use crate::logline::Origin;
use crate::manifest::{Cut, Entry, Outcome};
use crate::plan::{Category, Limit, PlanItem};

/// Bytes of the start that are kept of a log that does not fit into the bundle: they often tell what has written it.
const START: usize = 4 * 1024;

/// A file that is open.
pub(super) struct Open {
    pub(super) reader: Box<dyn Read>,
    pub(super) facts: FileFacts,
}

/// What is known of a file besides its content.
pub(super) struct FileFacts {
    pub(super) stat: Stat,
    /// Bytes that will be read, with markers.
    pub(super) bytes: u64,
    /// When it was changed while it was read, if so.
    pub(super) modified_after: Option<DateTime<Utc>>,
    cut: Option<Cut>,
    /// Bytes that were left out for a limit, and whether that is the size of the bundle.
    over: u64,
    is_fitted: bool,
    /// How the window was used.
    reason: Option<&'static str>,
}

impl FileFacts {
    fn whole(stat: Stat) -> Self {
        Self {
            stat,
            bytes: stat.bytes,
            modified_after: None,
            cut: None,
            over: 0,
            is_fitted: false,
            reason: None,
        }
    }
}

/// Opens a file; `Ok(Err(…))` says why nothing of it is wanted.
pub(super) fn open(
    job: &Job<'_>,
    item: &PlanItem,
    path: &HostPath,
) -> io::Result<Result<Open, &'static str>> {
    let mut reason = None;
    let window = window::bounds(&job.window).filter(|_| item.category == Category::Logs);
    if let Some(window) = window {
        let file = job.host.files.open_seek(path)?;
        let stat = file.stat;
        let origin = Origin { zone: job.host.zone(), modified: stat.modified };
        match window::take(file, (&origin, job.formats.of_item(&item.origin)), window, item.limit)? {
            Windowed::Nothing(why) => return Ok(Err(why)),
            Windowed::Whole(why) => reason = why,
            Windowed::Part(taken) => {
                let taken = *taken;
                let facts = FileFacts {
                    is_fitted: matches!(item.limit, Limit::Fit(_)),
                    bytes: taken.bytes,
                    cut: Some(taken.cut),
                    over: taken.over,
                    reason: Some(taken.reason),
                    ..FileFacts::whole(stat)
                };
                return Ok(Ok(Open { reader: Box::new(taken.reader), facts }));
            }
        }
    }
    let files = &job.host.files;
    let (reader, facts): (Box<dyn Read>, _) = match item.limit {
        Limit::Whole => {
            let file = files.open(path)?;
            let facts = FileFacts { reason, ..FileFacts::whole(file.stat) };
            (Box::new(file), facts)
        }
        Limit::Bytes(bytes) | Limit::Fit(bytes) => {
            let start = match item.limit {
                Limit::Fit(_) => START.min(usize::try_from(bytes / 8).unwrap_or(START)),
                _ => 0,
            };
            let newest = limit::newest(files, path, (bytes, start))?;
            let (bytes, over) = (newest.bytes, newest.cut.dropped);
            let is_fitted = matches!(item.limit, Limit::Fit(_));
            let facts =
                FileFacts { bytes, over, is_fitted, cut: Some(newest.cut), ..FileFacts::whole(newest.stat) };
            (newest.reader, facts)
        }
    };
    Ok(Ok(Open { reader, facts }))
}

/// What the file system says of a file, added to what became of its content.
pub(super) fn describe(mut entry: Entry, facts: &FileFacts) -> Entry {
    let read = entry.source_bytes;
    entry.source_bytes = facts.stat.bytes;
    entry.source_modified = facts.stat.modified.map(stamp);
    entry.source_modified_after = facts.modified_after.map(stamp);
    if entry.outcome != Outcome::Collected {
        return entry;
    }
    if facts.stat.bytes == 0 {
        entry.outcome = Outcome::Empty;
        entry.reason = Some("the file is empty".into());
    } else if read < facts.bytes {
        entry.outcome = Outcome::Truncated;
        entry.reason = Some("the file became shorter while it was read".into());
    } else {
        entry.reason = facts.reason.map(str::to_owned);
        entry.cut.clone_from(&facts.cut);
        if facts.over > 0 {
            entry.outcome = Outcome::Truncated;
            let why = if facts.is_fitted { "cut to fit --max-bundle" } else { "over the limit" };
            entry.reason = Some(format!("{why}: {} bytes were left out", facts.over));
        }
    }
    entry
}
