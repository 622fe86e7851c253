//! Documents of QlikView. They have a packed stream with the script at the front, data in the middle that are never looked at, and
//! two descriptions in plain XML at the end; so a document of gigabytes is read at its two ends.

mod described;
mod document;
mod number;
mod part;
mod tail;
#[cfg(test)]
mod tests;

use std::io;

use super::elements::End;
use super::{AppKind, AppSummary, Limited, Source};
use document::Document;
use part::{Ended, Part, Unpacked};

/// The first bytes of each document.
pub(super) const MAGIC: [u8; 8] = [0x70, 0x17, 0x01, 0x00, 0xC1, 0x06, 0x00, 0x00];
/// Where the packed stream begins, and the two numbers before it.
const STREAM: u64 = 23;
const RAW_LENGTH: usize = 15;
const PACKED_LENGTH: usize = 19;
/// How much of the stream is unpacked. It passes by, so that this costs time and no memory.
const UNPACKED: u64 = 256 * 1024 * 1024;

/// Tells of a document what its bytes tell.
pub fn read(source: &mut dyn Source) -> AppSummary {
    if let Ok(mut limited) = Limited::new(source) {
        return read_within(&mut limited, UNPACKED);
    }
    let mut app = AppSummary::new(AppKind::Unknown, 0);
    app.problems.push(UNREADABLE.to_owned());
    app
}

const UNREADABLE: &str = "the file cannot be read";

fn read_within(source: &mut Limited<'_>, unpacked: u64) -> AppSummary {
    let mut app = AppSummary::new(AppKind::Qvw, source.size());
    let Ok(head) = source.at(0, usize::try_from(STREAM).unwrap_or_default()) else {
        app.problems.push(UNREADABLE.to_owned());
        return app;
    };
    if !head.starts_with(&MAGIC) {
        app.kind = AppKind::Unknown;
        app.problems.push("the file does not begin as a QlikView document does".to_owned());
        return app;
    }
    let (raw, packed) = (length(&head, RAW_LENGTH), length(&head, PACKED_LENGTH));
    let behind = STREAM.saturating_add(packed.unwrap_or(0)).min(source.size());
    let document = raw.zip(packed).map(|(raw, packed)| {
        let part = Part::new(source, STREAM, STREAM.saturating_add(packed));
        let document = document::read(&mut Unpacked::new(part, unpacked));
        let problem = stream_problem(&document, raw);
        app.problems.extend(problem);
        document
    });
    if describe(source, behind, &mut app).is_err() {
        app.problems.push("the file can be read in parts only".to_owned());
    }
    match document {
        Some(document) => take(document, &mut app),
        None => app.problems.push("the document ends within its head".to_owned()),
    }
    app
}

/// A number of the head.
fn length(head: &[u8], at: usize) -> Option<u64> {
    let bytes = head.get(at..)?.first_chunk::<4>()?;
    Some(u64::from(u32::from_le_bytes(*bytes)))
}

/// What is wrong with the packed stream.
fn stream_problem(document: &Document, raw: u64) -> Option<String> {
    let bytes = document.bytes;
    match document.ended {
        Some(Ended::Whole) if bytes == raw => None,
        Some(Ended::Limit) => {
            Some(format!("the first part of the document was looked at for {bytes} of {raw} bytes"))
        }
        _ => Some(format!("the first part of the document is damaged; {bytes} of {raw} bytes were read")),
    }
}

/// Takes in what the first stream told, where the descriptions did not tell it.
fn take(document: Document, app: &mut AppSummary) {
    app.saved_by_version = document.version();
    app.title = app.title.take().or(document.title);
    let told = app.section_access;
    match document.script {
        Some(script) => app.set_script(script),
        None => app.problems.push("the load script was not found".to_owned()),
    }
    if document.other_section_access {
        app.section_access = Some(true);
    } else if app.section_access == Some(false) && told.is_none() {
        // A script without section access says nothing of a hidden one, or of what was lost.
        app.section_access = None;
    }
    let problems = [
        (document.script_cut, "the load script is cut"),
        (document.other_script, "a second load script is inside, perhaps a hidden one; it was not taken"),
        (app.saved_by_version.is_none(), "the version that saved the document was not found"),
    ];
    app.problems.extend(problems.into_iter().filter(|(is, _)| *is).map(|(_, problem)| problem.to_owned()));
}

/// Reads the two descriptions.
fn describe(source: &mut Limited<'_>, behind: u64, app: &mut AppSummary) -> io::Result<()> {
    let tail = tail::find(source, behind)?;
    let missing = "was not found: the document may be cut";
    if !tail.marked {
        app.problems.push("the document does not end as one does: it is cut".to_owned());
    }
    match tail.information.map(|at| described::information(source, at, app)) {
        Some(End::Whole) => app.thumbnail = app.thumbnail.or(Some(tail.picture)),
        Some(end) => app.problems.push(format!("the document information {}", words(end))),
        None => app.problems.push(format!("the document information {missing}")),
    }
    if tail.picture {
        app.thumbnail = Some(true);
    }
    match tail.summary.map(|at| described::summary(source, at, app)) {
        Some(End::Whole) => {}
        Some(end) => app.problems.push(format!("the document summary {}", words(end))),
        None => app.problems.push(format!("the document summary {missing}")),
    }
    Ok(())
}

fn words(end: End) -> &'static str {
    match end {
        End::Whole => "is whole",
        End::Cut => "has no end; what stands before was read",
        End::Damaged => "is damaged; what stands before was read",
    }
}
