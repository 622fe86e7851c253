//! Headers of tables: in the first line of a file, or anywhere a key word stands as a cell with rows of the same shape beneath.

use super::row::{is_ruler, places, split};
use super::{Layout, Table, trim};

/// Names of columns that hold a secret, folded, and the rule they stand for. A session id is a secret because in releases up to
/// 2018 the proxy's session id is the value of the session cookie (read from logs of a real host).
const COLUMNS: [(&str, &str); 12] = [
    ("proxysessionid", "session-id"),
    ("ticketid", "qlik-ticket"),
    ("ticket", "qlik-ticket"),
    ("serial number", "license-serial"),
    ("serialnumber", "license-serial"),
    ("license serial", "license-serial"),
    ("control number", "license-serial"),
    ("apikey", "column-secret"),
    ("api_key", "column-secret"),
    ("api key", "column-secret"),
    ("token", "column-secret"),
    ("secret", "column-secret"),
];

/// Names of columns that hold an identity, folded (read from logs of real hosts).
const IDENTITIES: [(&str, &str); 16] = [
    ("userid", "user"),
    ("username", "user"),
    ("user", "user"),
    ("activeuserid", "user"),
    ("serviceuser", "user"),
    ("authenticated user", "user"),
    ("identifying user", "user"),
    ("qlikview user", "user"),
    ("userdirectory", "domain"),
    ("activeuserdirectory", "domain"),
    ("hostname", "host"),
    ("executingnodename", "host"),
    ("client machine identification", "host"),
    ("clienthostaddress", "address"),
    ("client address", "address"),
    ("address", "address"),
];

/// Endings of names of columns that hold a password, and of those that hold another secret.
const PASSWORDS: [&str; 8] =
    ["password", "passwd", "pwd", "passphrase", "passwort", "kennwort", "contraseña", "senha"];
const SECRETS: [&str; 9] = [
    "_secret",
    " secret",
    "clientsecret",
    "apikey",
    "api_key",
    "access_token",
    "accesstoken",
    "auth_token",
    "refresh_token",
];

/// Names of columns that hold the values of settings.
const VALUES: [&str; 8] = ["value", "wert", "valeur", "valor", "setting", "content", "data", "varde"];

/// How far a name and the rows around it are looked at.
const AROUND: usize = 1024;

/// Where a key word without a value beside it stands: the whole name.
pub(in crate::redact) type Name = (usize, usize);

/// A table whose header is the first line of a file, if it has secret columns, by their names or those
/// that are known of such logs, folded. What may stand before a header is passed over.
pub(in crate::redact) fn of_first_line(
    header: &[u8],
    (identities, secret): (bool, &[String]),
) -> Option<Table> {
    let header = header.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(header);
    let count = |separator: u8| header.iter().filter(|byte| **byte == separator).count();
    let separator =
        [b'\t', b';', b','].into_iter().max_by_key(|separator| (count(*separator), *separator == b'\t'))?;
    // A sentence has commas too; a header has neither an equals sign nor a colon.
    if count(separator) < 1
        || (separator != b'\t'
            && (count(separator) < 2 || header.iter().any(|byte| matches!(byte, b'=' | b':' | b'{' | b'('))))
    {
        return None;
    }
    let names = header
        .split(|byte| *byte == separator)
        .map(|name| String::from_utf8_lossy(name).trim().trim_matches('"').to_lowercase());
    let columns: Vec<(usize, &'static str)> =
        names.enumerate().filter_map(|(at, name)| Some((at, rule(&name, identities, secret)?))).collect();
    (!columns.is_empty()).then_some(Table {
        layout: Layout::Sign(separator),
        columns,
        width: None,
        column: 0,
    })
}

fn rule(name: &str, identities: bool, secret: &[String]) -> Option<&'static str> {
    // A mask of the kind of a secret is none of these names.
    if name.contains("redacted_") {
        return None;
    }
    let people = if identities { &IDENTITIES[..] } else { &[] };
    let known = COLUMNS.iter().chain(people).find(|(column, _)| *column == name).map(|(_, rule)| *rule);
    let ends = |endings: &[&str]| endings.iter().any(|ending| name.ends_with(ending));
    known
        .or_else(|| secret.iter().any(|column| column == name).then_some("column-secret"))
        .or_else(|| ends(&PASSWORDS).then_some("column-password"))
        .or_else(|| ends(&SECRETS).then_some("column-secret"))
}

/// A table whose header holds one of these names, which all stand on one line, and where its rows begin.
pub(in crate::redact) fn of_names(text: &[u8], names: &[Name]) -> Option<(Table, usize)> {
    let (first, _) = *names.first()?;
    let start = memchr::memrchr(b'\n', &text[first.saturating_sub(AROUND)..first])
        .map_or(first.saturating_sub(AROUND), |at| first.saturating_sub(AROUND) + at + 1);
    // The mark of an encoding is no part of the first name.
    let start = start + if text[start..].starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let end = line_end(text, first)?;
    let header = &text[start..end];
    let rows = end + 1;
    let next = &text[rows..line_end(text, rows).unwrap_or(text.len())];
    if let Some(places) = places(next) {
        let column = |name: &Name| {
            places.iter().rposition(|place| start + place <= name.0).map(|at| (at, "column-password"))
        };
        let columns: Vec<_> = names.iter().filter_map(column).collect();
        let is_under =
            columns.iter().all(|(at, _)| header.get(places[*at]).is_some_and(|byte| *byte != b' '));
        return (places.len() > 1 && is_under)
            .then_some((Table { layout: Layout::Places(places), columns, width: Some(0), column: 0 }, rows));
    }
    let body = if is_ruler(next) { line_end(text, rows)? + 1 } else { rows };
    let row = &text[body.min(text.len())..line_end(text, body).unwrap_or(text.len())];
    for sign in [b'\t', b'|', b';', b','] {
        let cells: Vec<(usize, usize)> = split(header, sign).collect();
        if cells.len() < 2
            || split(row, sign).count() != cells.len()
            || !cells.iter().all(|cell| is_label(&header[cell.0..cell.1], sign))
        {
            continue;
        }
        // The name ends its cell.
        let holds = |cell: &(usize, usize)| {
            let (from, to) = trim(text, start + cell.0, start + cell.1);
            names.iter().any(|name| from <= name.0 && name.1 == to)
        };
        let columns: Vec<_> = cells
            .iter()
            .enumerate()
            .filter(|(_, cell)| holds(cell))
            .map(|(at, _)| (at, "column-password"))
            .collect();
        if !columns.is_empty() {
            return Some((
                Table { layout: Layout::Sign(sign), width: Some(cells.len()), columns, column: 0 },
                rows,
            ));
        }
    }
    None
}

fn line_end(text: &[u8], from: usize) -> Option<usize> {
    memchr::memchr(b'\n', text.get(from..text.len().min(from + 4 * AROUND))?).map(|at| from + at)
}

/// One to three words that begin with a letter, as the header of a column has; an empty cell is the edge of a drawn table.
fn is_label(cell: &[u8], sign: u8) -> bool {
    let (from, to) = trim(cell, 0, cell.len());
    let label = &cell[from..to];
    let Some(first) = label.first() else { return sign == b'|' };
    label.len() <= 40
        && (first.is_ascii_alphabetic() || matches!(first, b'_' | b'#' | 0x80..))
        && label.split(|byte| *byte == b' ').count() <= 3
        && label.iter().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b' ' | b'.' | b'#' | 0x80..)
        })
        && !label.ends_with(b".")
}

/// The value beside a name in a table of names and values, or in a record printed line by line.
pub(in crate::redact) fn name_and_value(text: &[u8], (start, end): Name) -> Option<(usize, usize)> {
    let from = start.saturating_sub(AROUND);
    let line = memchr::memrchr(b'\n', &text[from..start]).map_or(from, |at| from + at + 1);
    let line_stop = line_end(text, end).unwrap_or(text.len().min(end + AROUND));
    let sign = *text[end..line_stop].iter().find(|byte| !matches!(byte, b' ' | b'"'))?;
    if !matches!(sign, b'|' | b',' | b';' | b'\t') {
        return None;
    }
    // The name is the whole cell; most are not, and need no look at the row.
    let before = text[line..start]
        .iter()
        .rev()
        .find(|byte| **byte == sign || **byte != b'"' && !byte.is_ascii_whitespace());
    if before.is_some_and(|byte| *byte != sign) {
        return None;
    }
    let cells: Vec<(usize, usize)> = split(&text[line..line_stop], sign).collect();
    let at = cells.iter().position(|cell| line + cell.0 <= start && end <= line + cell.1)?;
    let own = trim(text, line + cells[at].0, line + cells[at].1);
    let value = cells.get(at + 1)?;
    if own != (start, end) || !is_value_column(text, (from, line), (sign, cells.len(), at + 1)) {
        return None;
    }
    Some(trim(text, line + value.0, line + value.1))
}

/// Whether the header above calls this column one of values, or the lines are those of a record.
fn is_value_column(
    text: &[u8],
    (from, line): (usize, usize),
    (sign, width, column): (u8, usize, usize),
) -> bool {
    let above = &text[from..line];
    let mut header = None;
    for row in above.split(|byte| *byte == b'\n').rev().skip(1) {
        if row.starts_with(b"-[ RECORD") || row.starts_with(b"*****") {
            return sign == b'|';
        }
        if is_ruler(row) {
            continue;
        }
        if split(row, sign).count() != width {
            break;
        }
        header = Some(row);
    }
    let name = |row: &[u8]| {
        let cell = split(row, sign).nth(column)?;
        let (from, to) = trim(row, cell.0, cell.1);
        Some(String::from_utf8_lossy(&row[from..to]).to_lowercase())
    };
    header.and_then(name).is_some_and(|name| VALUES.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_may_name_columns_that_do_not_say_what_they_hold() {
        let header = b"Time\tMagic Word\tUser\n";
        assert!(of_first_line(header, (false, &[])).is_none());
        let table = of_first_line(header, (false, &["magic word".to_owned()])).expect("it is named");
        assert_eq!(table.columns, [(1, "column-secret")]);
    }
}
