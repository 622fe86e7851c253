//! Where the two descriptions stand near the end of a document, found from the end on, so that gigabytes before them are not read.

use std::io;
use std::ops::Range;

use memchr::memmem;

use crate::app::Limited;

/// How much is looked at in one go.
const WINDOW: u64 = 1024 * 1024;
/// How far before the end the summary is looked for. It has all fields and variables; real ones have some hundred kilobytes.
const FAR: u64 = 64 * 1024 * 1024;
/// How far before the summary the information and the picture are looked for.
const NEAR: u64 = 4 * 1024 * 1024;
/// The last bytes of a document.
const MARK: &[u8] = b"EXEX";
const INFORMATION: &[u8] = b"<DocumentInfo>";
const SUMMARY: &[u8] = b"<DocumentSummary>";
/// A picture begins with these bytes, and at a multiple of this size.
const PICTURE: &[u8] = b"\x89PNG\r\n\x1A\n";
const BLOCK: u64 = 256;

/// What stands near the end.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Tail {
    /// Where the information begins.
    pub(super) information: Option<u64>,
    /// Where the summary begins.
    pub(super) summary: Option<u64>,
    /// Whether a picture stands before the information.
    pub(super) picture: bool,
    /// Whether the document ends as one does.
    pub(super) marked: bool,
}

/// Looks for them, not before `floor`.
///
/// # Errors
/// The source cannot be read.
pub(super) fn find(source: &mut Limited<'_>, floor: u64) -> io::Result<Tail> {
    let size = source.size();
    let marked = source.at(size.saturating_sub(MARK.len() as u64), MARK.len())? == MARK;
    let far = size.saturating_sub(FAR).max(floor);
    let summary = last(source, SUMMARY, far..size, |_| true)?;
    let near = |at: u64| at.saturating_sub(NEAR).max(floor)..at;
    let information = last(source, INFORMATION, summary.map_or(far..size, near), |_| true)?;
    let picture = match information.or(summary) {
        Some(at) => last(source, PICTURE, near(at), |place| place.is_multiple_of(BLOCK))?.is_some(),
        None => false,
    };
    Ok(Tail { information, summary, picture, marked })
}

/// The last place of `needle` between two places of the source, among those that fit.
fn last(
    source: &mut Limited<'_>,
    needle: &[u8],
    Range { start, end }: Range<u64>,
    fits: fn(u64) -> bool,
) -> io::Result<Option<u64>> {
    let mut until = end;
    while until > start {
        let at = until.saturating_sub(WINDOW).max(start);
        // What crosses the border of two windows belongs to the earlier one.
        let length = (until - at).saturating_add(needle.len() as u64).min(end - at);
        let window = source.at(at, usize::try_from(length).unwrap_or(usize::MAX))?;
        let places = memmem::rfind_iter(&window, needle).map(|found| at.saturating_add(found as u64));
        if let Some(found) = places.into_iter().find(|place| fits(*place)) {
            return Ok(Some(found));
        }
        until = at;
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn found(bytes: Vec<u8>, floor: u64) -> Tail {
        let mut cursor = Cursor::new(bytes);
        let mut limited = Limited::new(&mut cursor).expect("memory seeks");
        find(&mut limited, floor).expect("memory reads")
    }

    #[test]
    fn the_last_ones_are_found_wherever_windows_end() {
        for shift in 0..SUMMARY.len() + 2 {
            let mut bytes = vec![0; 512];
            bytes.extend(INFORMATION);
            bytes.resize(3000, 0);
            bytes.extend(INFORMATION);
            bytes.resize(4000, 0);
            bytes.extend(SUMMARY);
            bytes.resize(4000 + 1024 * 1024 + shift - 4, 0);
            bytes.extend(MARK);
            let tail = found(bytes.clone(), 23);
            assert_eq!((tail.information, tail.summary), (Some(3000), Some(4000)), "{shift}");
            assert!(tail.marked && !tail.picture);
            assert_eq!(found(bytes, 3001).information, None);
        }
    }

    #[test]
    fn a_picture_begins_at_a_block() {
        for (at, wanted) in [(256, true), (257, false)] {
            let mut bytes = vec![0; at];
            bytes.extend(PICTURE);
            bytes.extend(b"<DocumentInfo>");
            assert_eq!(found(bytes, 0).picture, wanted);
        }
    }

    #[test]
    fn a_short_file_has_none() {
        assert_eq!(found(Vec::new(), 23), Tail::default());
        assert_eq!(found(b"EX".to_vec(), 23), Tail::default());
    }
}
