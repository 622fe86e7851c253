//! Tables with a header row: columns whose name says that they hold a secret, by name and never by position.

/// Names of columns that hold a secret, folded, and the rule they stand for. A session id is a secret because in releases up to
/// 2018 the proxy's session id is the value of the session cookie (read from logs of a real host).
const COLUMNS: [(&str, &str); 10] = [
    ("proxysessionid", "session-id"),
    ("ticketid", "qlik-ticket"),
    ("ticket", "qlik-ticket"),
    ("serial number", "license-serial"),
    ("serialnumber", "license-serial"),
    ("license serial", "license-serial"),
    ("control number", "license-serial"),
    ("apikey", "column-secret"),
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

/// Endings of names of columns that hold a password.
const PASSWORDS: [&str; 4] = ["password", "passwd", "pwd", "passphrase"];

/// A table in a stream: its separator, its secret columns, and where in a row the stream stands.
pub(super) struct Table {
    separator: u8,
    columns: Vec<(usize, &'static str)>,
    column: usize,
}

impl Table {
    /// A table whose header is this line, if it has secret columns.
    pub(super) fn of(header: &[u8], identities: bool) -> Option<Self> {
        let header = header.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(header);
        let count = |separator: u8| header.iter().filter(|byte| **byte == separator).count();
        let separator = [b'\t', b';', b',']
            .into_iter()
            .max_by_key(|separator| (count(*separator), *separator == b'\t'))?;
        // A sentence has commas too; a header has neither an equals sign nor a colon.
        if count(separator) < 1
            || (separator != b'\t'
                && (count(separator) < 2
                    || header.iter().any(|byte| matches!(byte, b'=' | b':' | b'{' | b'('))))
        {
            return None;
        }
        let names = header
            .split(|byte| *byte == separator)
            .map(|name| String::from_utf8_lossy(name).trim().trim_matches('"').to_lowercase());
        let columns: Vec<(usize, &'static str)> =
            names.enumerate().filter_map(|(at, name)| Some((at, rule(&name, identities)?))).collect();
        (!columns.is_empty()).then_some(Self { separator, columns, column: 0 })
    }

    /// Secret cells of a piece of the table that starts where the last one ended.
    pub(super) fn cells(
        &mut self,
        text: &[u8],
        from: usize,
        to: usize,
        mut found: impl FnMut(usize, usize, &'static str),
    ) {
        let mut start = from;
        for at in memchr::memchr2_iter(self.separator, b'\n', &text[from..to]).map(|at| from + at).chain([to])
        {
            if let Some((_, rule)) = self.columns.iter().find(|(column, _)| *column == self.column) {
                let (start, end) = trim(text, start, at);
                if is_secret(&text[start..end]) {
                    found(start, end, rule);
                }
            }
            start = at + 1;
            match text.get(at).filter(|_| at < to) {
                Some(b'\n') => self.column = 0,
                Some(_) => self.column += 1,
                None => {}
            }
        }
    }
}

fn rule(name: &str, identities: bool) -> Option<&'static str> {
    let people = if identities { &IDENTITIES[..] } else { &[] };
    let known = COLUMNS.iter().chain(people).find(|(column, _)| *column == name).map(|(_, rule)| *rule);
    known.or_else(|| PASSWORDS.iter().any(|ending| name.ends_with(ending)).then_some("column-password"))
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

/// An empty cell, a zero, a GUID of zeros and a mask are no secrets.
fn is_secret(cell: &[u8]) -> bool {
    cell.len() > 1
        && !cell.iter().all(|byte| matches!(byte, b'0' | b'-' | b'{' | b'}'))
        && !cell.starts_with(super::mask::PREFIX.as_bytes())
}
