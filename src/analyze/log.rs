//! Reads the logs of a plan through the redaction and looks through them. What it reads goes nowhere.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use flate2::read::MultiGzDecoder;
use serde::Serialize;

use super::finding::{Finding, Tally, by_weight};
use super::{Class, Issue, Lookup, Rows, Scan, ScanFile};
use crate::detect::Installation;
use crate::host::{Host, HostPath};
use crate::logline::{Formats, Origin};
use crate::plan::{Category, Plan, Source, Window};
use crate::pool::Pool;
use crate::redact::{Hint, Redaction};

/// Bytes that are read at once.
const PIECE: usize = 256 * 1024;

/// What was read.
#[derive(Debug, Default, Serialize)]
pub struct Read {
    /// Logs.
    pub files: u64,
    /// Their lines.
    pub lines: u64,
    /// Their bytes, cleared.
    pub bytes: u64,
    /// Logs that could not be read, and why.
    pub not_read: Vec<String>,
}

/// What the logs of a host have of known issues.
#[derive(Debug, Default)]
pub struct Logs {
    /// What was read.
    pub read: Read,
    /// What is wrong, the worst first.
    pub findings: Vec<Finding>,
    /// What looks bad and is not.
    pub expected: Vec<Finding>,
}

/// Looks through the logs that a plan names, with the help of some threads.
pub fn logs(
    host: &Host,
    (plan, found): (&Plan, &[Installation<'_>]),
    (rows, formats, redaction): (&Rows, &Formats, &Redaction),
    (window, pool): (Window, Option<Arc<Pool>>),
) -> Logs {
    let issues = &rows.issues.rows;
    let lookup = Lookup::new(issues);
    let mut tallies: BTreeMap<usize, Tally> = BTreeMap::new();
    let mut read = Read::default();
    for item in plan.items.iter() {
        let Source::File(path) = &item.source else { continue };
        if item.category != Category::Logs || item.known.is_some() {
            continue;
        }
        let product = item.origin.split('/').next().unwrap_or_default();
        let version = found
            .iter()
            .find(|found| found.definition.id == product)
            .and_then(|found| Some(found.version.as_ref()?.value.as_str()));
        let format = formats.of_item(&item.origin);
        let modified = item.stat.and_then(|stat| stat.modified);
        let file = ScanFile {
            name: path.to_string(),
            origin: Origin { zone: host.zone(), modified },
            format,
            window,
        };
        let mut scan = Scan::new(lookup.set(product, version, path.file_name()), file);
        let columns = formats.secret_columns(&item.origin);
        let hint = Hint { pool: pool.clone(), columns, ..Hint::new(path.file_name(), &item.rules) };
        match look_through(host, (path, &hint), redaction, &mut scan) {
            Ok(bytes) => read.bytes += bytes,
            Err(error) => {
                read.not_read.push(format!("{path}: {error}"));
                continue;
            }
        }
        let (hits, lines) = scan.finish();
        read.files += 1;
        read.lines += lines;
        for (row, times) in hits {
            tallies.entry(row).or_default().add(times);
        }
    }
    told(issues, tallies, read)
}

/// Reads a log to its end; gives its bytes.
fn look_through(
    host: &Host,
    (path, hint): (&HostPath, &Hint),
    redaction: &Redaction,
    scan: &mut Scan<'_>,
) -> io::Result<u64> {
    let file = host.files.open(path)?;
    let mut cleared = redaction.clear(file, hint);
    // An archive comes out packed again.
    if path.file_name().to_lowercase().ends_with(".gz") {
        let bytes = pass_on(&mut MultiGzDecoder::new(&mut cleared), scan)?;
        return withheld(cleared.clearance().withheld.as_deref(), bytes);
    }
    let bytes = pass_on(&mut cleared, scan)?;
    withheld(cleared.clearance().withheld.as_deref(), bytes)
}

fn pass_on(source: &mut dyn io::Read, scan: &mut Scan<'_>) -> io::Result<u64> {
    let mut buffer = vec![0; PIECE];
    let mut bytes = 0;
    loop {
        let read = source.read(&mut buffer)?;
        if read == 0 {
            return Ok(bytes);
        }
        bytes += read as u64;
        scan.write(&buffer[..read]);
    }
}

/// What was read of a stream that may not be passed on is thrown away.
fn withheld(why: Option<&str>, bytes: u64) -> io::Result<u64> {
    why.map_or(Ok(bytes), |why| Err(io::Error::other(format!("withheld: {why}"))))
}

fn told(issues: &[Issue], tallies: BTreeMap<usize, Tally>, read: Read) -> Logs {
    let all = tallies.into_iter().map(|(row, tally)| tally.finding(&issues[row]));
    let (mut findings, mut expected): (Vec<Finding>, Vec<Finding>) =
        all.partition(|finding| finding.class == Class::Issue);
    by_weight(&mut findings);
    by_weight(&mut expected);
    Logs { read, findings, expected }
}
