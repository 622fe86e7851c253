//! Reads the logs of a plan through the redaction and looks through them. What it reads goes nowhere.

use std::io::{self, Read};
use std::sync::Arc;

use super::{Analysis, Analyst, Rows, ScanFile, Watch};
use crate::detect::Installation;
use crate::host::{Host, HostPath};
use crate::logline::{Formats, Origin};
use crate::plan::{Category, Plan, Source, Window};
use crate::pool::Pool;
use crate::redact::{Hint, Redaction};

/// Bytes that are read at once.
const PIECE: usize = 256 * 1024;

/// What the logs of a host tell.
#[derive(Debug)]
pub struct Logs {
    /// What they tell.
    pub analysis: Analysis,
    /// Logs that could not be read, and why.
    pub not_read: Vec<String>,
}

/// Looks through the logs that a plan names, with the help of some threads.
pub fn logs(
    host: &Host,
    (plan, found): (&Plan, &[Installation<'_>]),
    (rows, formats, redaction): (&Rows, &Formats, &Redaction),
    (window, pool): (Window, Option<Arc<Pool>>),
) -> Logs {
    let version = |found: &Installation<'_>| {
        Some((found.definition.id.clone(), found.version.as_ref()?.value.as_str().to_owned()))
    };
    // Of several installations of a product the first one counts.
    let versions = found.iter().rev().filter_map(version).collect();
    let mut analyst = Analyst::new(&rows.issues.rows, versions, None);
    let mut not_read = Vec::new();
    for item in plan.items.iter() {
        let Source::File(path) = &item.source else { continue };
        if item.category != Category::Logs || item.known.is_some() {
            continue;
        }
        let modified = item.stat.and_then(|stat| stat.modified);
        let file = ScanFile {
            name: path.to_string(),
            origin: Origin { zone: host.zone(), modified },
            format: formats.shared(&item.origin),
            window,
        };
        let mut watch = analyst.watch(&item.origin, &path.slashed(), file);
        let columns = formats.secret_columns(&item.origin);
        let hint = Hint { pool: pool.clone(), columns, ..Hint::new(path.file_name(), &item.rules) };
        match look_through(host, (path, &hint), redaction, &mut watch) {
            Ok(()) => analyst.add(watch.finish()),
            Err(error) => not_read.push(format!("{path}: {error}")),
        }
    }
    Logs { analysis: analyst.finish(), not_read }
}

/// Reads a log to its end.
fn look_through(
    host: &Host,
    (path, hint): (&HostPath, &Hint),
    redaction: &Redaction,
    watch: &mut Watch,
) -> io::Result<()> {
    let file = host.files.open(path)?;
    let mut cleared = redaction.clear(file, hint);
    let mut buffer = vec![0; PIECE];
    loop {
        let read = cleared.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        watch.write(&buffer[..read]);
    }
    // What was read of a stream that may not be passed on is thrown away.
    let withheld = cleared.clearance().withheld.as_deref();
    withheld.map_or(Ok(()), |why| Err(io::Error::other(format!("withheld: {why}"))))
}
