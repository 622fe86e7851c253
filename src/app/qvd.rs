//! The reader of `.qvd`: what the XML header of a stored table says. Never looks at a row.

pub(super) mod header;
#[cfg(test)]
mod tests;

use std::io;

use super::{AppKind, AppSummary, Connection, DataInside, Limited, Named, Source, Table};
use header::{Extent, Form, Header, QVD};

/// The longest part of a file's beginning that is needed to tell its kind.
const START: usize = 4 << 10;

/// Whether bytes from the beginning of a file are those of a QVD.
pub fn is_qvd(start: &[u8]) -> bool {
    QVD.begins(start.get(..START).unwrap_or(start))
}

/// Reads what the header of a QVD says: the table's name as title, the document that stored it among the objects, its sources as
/// connections of the kind `lineage`. What cannot be read is told as a problem.
pub fn read(source: &mut dyn Source) -> AppSummary {
    summary(source, AppKind::Qvd, QVD, rows)
}

/// What one of the two formats adds to what they have in common: header, extent and size of the file, and the summary so far.
pub(super) type Finish = fn(&Header, Extent, u64, &mut AppSummary);

/// Reads a file of one of the two formats.
pub(super) fn summary(source: &mut dyn Source, kind: AppKind, form: Form, finish: Finish) -> AppSummary {
    let mut limited = match Limited::new(source) {
        Ok(limited) => limited,
        Err(error) => {
            let mut summary = AppSummary::new(AppKind::Unknown, 0);
            summary.problems.push(unreadable(&error));
            return summary;
        }
    };
    let size = limited.size();
    match head(&mut limited, form) {
        Ok(Some((extent, header))) => {
            let mut summary = AppSummary::new(kind, size);
            tell(&header, extent, form, &mut summary);
            finish(&header, extent, size, &mut summary);
            summary
        }
        Ok(None) => {
            let mut summary = AppSummary::new(AppKind::Unknown, size);
            summary.problems.push(format!("it does not begin as a {} does", form.name));
            summary
        }
        Err(error) => {
            let mut summary = AppSummary::new(kind, size);
            summary.problems.push(unreadable(&error));
            summary
        }
    }
}

fn unreadable(error: &io::Error) -> String {
    format!("it cannot be read: {}", error.kind())
}

/// Place and content of the header; none if the file is of another kind.
fn head(source: &mut Limited<'_>, form: Form) -> io::Result<Option<(Extent, Header)>> {
    if !form.begins(&source.at(0, START)?) {
        return Ok(None);
    }
    let extent = header::extent(source, form)?;
    let length = usize::try_from(extent.length).unwrap_or(usize::MAX);
    Ok(Some((extent, header::parse(source.at(0, length)?, form))))
}

/// What both formats tell.
fn tell(header: &Header, extent: Extent, form: Form, summary: &mut AppSummary) {
    summary.title.clone_from(&header.table);
    summary.description.clone_from(&header.comment);
    summary.build.clone_from(&header.build);
    summary.last_reload.clone_from(&header.created);
    summary.encrypted = header.encrypted;
    summary.fields.clone_from(&header.fields);
    let creator = header.creator.iter();
    summary.objects =
        creator.map(|name| Named { name: name.clone(), kind: Some("creator".into()) }).collect();
    let lineage = header.lineage.iter();
    summary.connections =
        lineage.map(|name| Connection { name: name.clone(), kind: "lineage".into() }).collect();
    if extent.data.is_none() {
        summary.problems.push(format!(
            "the header of the {} has no end; what stands in its first {} bytes is told",
            form.name, extent.length
        ));
    } else if !extent.zero {
        summary.problems.push("the zero byte between the header and the rows is missing".into());
    }
    if extent.data.is_some() && !header.well_formed {
        summary.problems.push("the header is no well-formed XML; what can be read of it is told".into());
    }
    if header.left_out > 0 {
        summary
            .problems
            .push(format!("{} values of the header are too long or too many and left out", header.left_out));
    }
}

/// The one table, from the header; the same for both formats where one of them does not tell a number.
pub(super) fn table(header: &Header, (rows, bytes): (Option<u64>, Option<u64>)) -> Option<Table> {
    let known = header.table.is_some() || header.field_count > 0;
    known.then(|| Table {
        name: header.table.clone().unwrap_or_default(),
        rows,
        fields: Some(header.field_count),
        bytes,
    })
}

/// Rows and bytes as the header counts them, against what is there.
fn rows(header: &Header, extent: Extent, size: u64, summary: &mut AppSummary) {
    let mut number = |value: &Option<String>, what: &str| {
        let parsed = value.as_deref().map(str::parse::<u64>)?;
        if parsed.is_err() {
            summary.problems.push(format!("the header's {what} is no number"));
        }
        parsed.ok()
    };
    let rows = number(&header.rows, "count of rows");
    let offset = number(&header.offset, "place of the rows");
    let length = number(&header.length, "length of the rows");
    summary.tables.extend(table(header, (rows, length)));
    let Some(data) = extent.data else { return };
    let there = size.saturating_sub(data);
    summary.data = Some(if there > 0 { DataInside::Yes } else { DataInside::No });
    let Some(told) = offset.zip(length).and_then(|(offset, length)| offset.checked_add(length)) else {
        return;
    };
    if there < told {
        let lack = told - there;
        summary
            .problems
            .push(format!("it is shorter than its header says: {lack} of {told} bytes are missing"));
    } else if there > told && summary.encrypted != Some(true) {
        let more = there - told;
        summary.problems.push(format!("it holds {more} bytes more than its header says"));
    }
}
