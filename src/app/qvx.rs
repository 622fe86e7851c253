//! The reader of `.qvx`: what the XML header of a table in the exchange format says. Never looks at a row.

use super::qvd::header::{Extent, Header, QVX};
use super::qvd::{summary, table};
use super::{AppKind, AppSummary, DataInside, Source};

/// Whether bytes from the beginning of a file are those of a QVX.
pub fn is_qvx(start: &[u8]) -> bool {
    QVX.begins(start.get(..4 << 10).unwrap_or(start))
}

/// Reads what the header of a QVX says. It counts neither rows nor bytes, so that the size of what follows it is the table's.
pub fn read(source: &mut dyn Source) -> AppSummary {
    summary(source, AppKind::Qvx, QVX, rows)
}

fn rows(header: &Header, extent: Extent, size: u64, told: &mut AppSummary) {
    let there = extent.data.map(|data| size.saturating_sub(data));
    told.tables.extend(table(header, (None, there)));
    // The only byte of a table without rows is the one that ends it.
    told.data = there.map(|bytes| if bytes > 1 { DataInside::Yes } else { DataInside::No });
}
