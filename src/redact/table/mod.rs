//! Tables with a header row: columns whose name says that they hold a secret, by name and never by position.

mod header;
mod row;

pub(super) use header::{Name, name_and_value, of_first_line, of_names};

/// How the cells of a table are set apart.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Layout {
    /// By a sign.
    Sign(u8),
    /// By their place in the line: where each column begins.
    Places(Vec<usize>),
}

/// A table in a stream: its layout, its secret columns, and where in a row the stream stands.
pub(super) struct Table {
    layout: Layout,
    columns: Vec<(usize, &'static str)>,
    /// Number of columns, if the table ends where a row has another.
    width: Option<usize>,
    /// The column that the stream stands in, if a row is cut.
    column: usize,
}

impl Table {
    /// Secret cells of a piece of the table that starts where the last one ended; gives whether the table goes on.
    pub(super) fn cells(
        &mut self,
        text: &[u8],
        from: usize,
        to: usize,
        mut found: impl FnMut(usize, usize, &'static str),
    ) -> bool {
        let mut start = from;
        while start < to {
            let end = memchr::memchr(b'\n', &text[start..to]).map_or(to, |at| start + at);
            if self.ends(&text[start..end]) {
                return false;
            }
            if !row::is_ruler(&text[start..end]) {
                self.row(text, (start, end), &mut found);
            }
            self.column = if end < to { 0 } else { self.column };
            start = end + 1;
        }
        true
    }

    /// Whether this line is none of the table.
    fn ends(&self, line: &[u8]) -> bool {
        if self.width.is_none() || row::is_ruler(line) {
            return false;
        }
        match self.layout {
            Layout::Sign(sign) => Some(row::split(line, sign).count()) != self.width,
            Layout::Places(_) => line.trim_ascii().is_empty(),
        }
    }

    fn row(
        &mut self,
        text: &[u8],
        (start, end): (usize, usize),
        found: &mut impl FnMut(usize, usize, &'static str),
    ) {
        match &self.layout {
            Layout::Sign(sign) => {
                let mut column = self.column;
                for (from, to) in row::split(&text[start..end], *sign) {
                    self.cell(text, column, (start + from, start + to), found);
                    column += 1;
                }
                self.column = column - 1;
            }
            Layout::Places(places) => {
                for (column, place) in places.iter().enumerate() {
                    let next = places.get(column + 1).map_or(end, |next| (start + next).min(end));
                    let from = (start + place).min(end);
                    if from < next {
                        self.cell(text, column, (from, next), found);
                    }
                }
            }
        }
    }

    fn cell(
        &self,
        text: &[u8],
        column: usize,
        (start, end): (usize, usize),
        found: &mut impl FnMut(usize, usize, &'static str),
    ) {
        if let Some((_, rule)) = self.columns.iter().find(|(secret, _)| *secret == column) {
            let (start, end) = trim(text, start, end);
            if is_secret(&text[start..end]) {
                found(start, end, rule);
            }
        }
    }
}

/// Without blanks, line ends and quotes.
pub(super) fn trim(text: &[u8], mut start: usize, mut end: usize) -> (usize, usize) {
    let outer = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'"';
    while start < end && outer(&text[start]) {
        start += 1;
    }
    while start < end && outer(&text[end - 1]) {
        end -= 1;
    }
    (start, end)
}

/// An empty cell, a zero, a GUID of zeros, a way to say that there is none and a mask are no secrets.
fn is_secret(cell: &[u8]) -> bool {
    const NOTHING: [&[u8]; 9] =
        [b"null", b"none", b"true", b"false", b"yes", b"no", b"n/a", b"(null)", b"\\N"];
    cell.len() > 1
        && !cell.iter().all(|byte| matches!(byte, b'0' | b'-' | b'{' | b'}' | b'*'))
        && !cell.starts_with(super::mask::PREFIX.as_bytes())
        && !NOTHING.iter().any(|nothing| nothing.eq_ignore_ascii_case(cell))
}
