//! Where the content of each entry lies, and whether the entries fill the archive without a gap or an overlap.

use std::io::{self, Read, Seek, SeekFrom};

use super::{Directory, LOCAL, Oddity, u16_at, u32_at, u64_at};

/// Where the content of an entry lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bundle) struct Span {
    pub(in crate::bundle) start: u64,
    pub(in crate::bundle) packed: u64,
}

/// The span of each record, in the order of the directory; nothing where it cannot be trusted.
pub(in crate::bundle) fn lay_out(
    source: &mut (impl Read + Seek),
    directory: &mut Directory,
) -> io::Result<Vec<Option<Span>>> {
    let records = &directory.records;
    let mut spans = vec![None; records.len()];
    let mut order: Vec<usize> = (0..records.len()).collect();
    order.sort_by_key(|index| records[*index].offset);
    if !order.is_sorted() {
        let detail = "the entries do not lie in the order of the directory".to_owned();
        directory.oddities.push(Oddity { entry: None, detail });
    }
    let mut expected = directory.base;
    for index in order {
        let record = &directory.records[index];
        let mut odd =
            |detail: String| directory.oddities.push(Oddity { entry: Some(record.name.clone()), detail });
        if let Some(field) = record.odd {
            odd(format!("its record in the zip directory is not as qdiag writes it: {field}"));
        }
        let start = record.offset.saturating_add(directory.base);
        let header = record.local_header();
        let content = start.saturating_add(header.len() as u64);
        let end = content.saturating_add(record.packed);
        if start < expected || end > directory.start {
            odd("it overlaps another part of the archive".to_owned());
            continue;
        }
        if start > expected {
            odd(format!("{} bytes that belong to no entry stand before it", start - expected));
        }
        expected = end;
        if let Some(detail) = difference(source, start, &header)? {
            odd(detail);
            continue;
        }
        spans[index] = Some(Span { start: content, packed: record.packed });
    }
    if expected != directory.start && !directory.is_broken {
        let entry = directory.records.last().map(|record| record.name.clone());
        let detail = format!("{} bytes that belong to no entry follow it", directory.start - expected);
        directory.oddities.push(Oddity { entry, detail });
    }
    Ok(spans)
}

/// How the header before the content differs from what the directory says.
pub(super) fn difference(
    source: &mut (impl Read + Seek),
    at: u64,
    expected: &[u8],
) -> io::Result<Option<String>> {
    let mut header = vec![0; expected.len()];
    source.seek(SeekFrom::Start(at))?;
    source.read_exact(&mut header)?;
    if header == expected {
        return Ok(None);
    }
    let fields = [
        (0..4, "signature"),
        (4..6, "version"),
        (6..8, "flags"),
        (8..10, "method"),
        (10..14, "time"),
        (14..18, "CRC-32"),
        (18..26, "sizes"),
        (26..30, "lengths"),
        (30..expected.len(), "name or extra field"),
    ];
    let field = fields.into_iter().find(|(range, _)| header[range.clone()] != expected[range.clone()]);
    let field = field.map_or("content", |(_, field)| field);
    Ok(Some(format!("the header before its content differs from the zip directory: {field}")))
}

/// The name of the entry with this number, found from header to header where the directory cannot be read.
pub(super) fn name_by_walk(
    source: &mut (impl Read + Seek),
    base: u64,
    end: u64,
    number: usize,
) -> io::Result<Option<String>> {
    let mut at = base;
    for index in 0..=number {
        if at.saturating_add(30) > end {
            return Ok(None);
        }
        let mut fixed = [0; 30];
        source.seek(SeekFrom::Start(at))?;
        source.read_exact(&mut fixed)?;
        if !fixed.starts_with(&LOCAL) {
            return Ok(None);
        }
        let mut name = vec![0; usize::from(u16_at(&fixed, 26))];
        let mut extra = vec![0; usize::from(u16_at(&fixed, 28))];
        source.read_exact(&mut name)?;
        source.read_exact(&mut extra)?;
        if index == number {
            return Ok(Some(String::from_utf8_lossy(&name).into_owned()));
        }
        let small = u32_at(&fixed, 18);
        let packed =
            if small == u32::MAX && extra.len() == 20 { u64_at(&extra, 12) } else { u64::from(small) };
        let header = 30 + (name.len() + extra.len()) as u64;
        at = at.saturating_add(header).saturating_add(packed);
    }
    Ok(None)
}
