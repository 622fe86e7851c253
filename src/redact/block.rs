//! Secrets that go over several lines: private keys, encrypted sections of .NET configuration, Section Access tables. What is open is kept
//! between pieces of a stream, and every block ends by itself when what stands there no longer looks like it.

use super::scan::line_start;
use super::table::trim;

/// Blocks that are open at the end of a piece. Each kind is followed for itself, so that one that was masked away in a first pass changes
/// nothing for the others in a second.
#[derive(Default)]
pub(super) struct Blocks {
    /// Inside PEM armor; so many lines that are no key material are let pass.
    pem: Option<u8>,
    /// Lines of key material that a `PuTTY` key still has.
    putty: u32,
    /// Inside an encrypted XML element, up to its end tag; lines until it is given up.
    element: Option<u32>,
    /// Inside Section Access.
    section: Option<Section>,
}

/// Where in Section Access the stream stands.
struct Section {
    /// Secret columns of the current inline table, and what separates them.
    columns: Vec<usize>,
    separator: u8,
    /// The names of the columns without blanks, as a reload log repeats them behind the table in whatever language.
    header: Vec<u8>,
    header_next: bool,
    lines_left: u32,
}

/// What opens a block.
pub(super) const OPENINGS: [&str; 7] = [
    "-----begin",
    "---- begin",
    "<ciphervalue",
    "section access",
    "section\taccess",
    "<encryptionkey",
    "private-lines:",
];

/// Lines after which an element or a section is given up.
const LONGEST: u32 = 5_000;

/// Lines without key material that armor may have: headers and blanks.
const PATIENCE: u8 = 4;

/// Columns of Section Access that identify or let in nobody by themselves; all others but these are masked only if they are secrets.
const SECRET_COLUMNS: [&str; 4] = ["password", "serial", "pwd", "ntsid"];

impl Blocks {
    /// Finds the parts of blocks in `text[from..to]`, which holds whole lines unless a line is over the limit. The openings are all places
    /// where a block may begin.
    pub(super) fn find(
        &mut self,
        text: &[u8],
        (from, to): (usize, usize),
        openings: &[usize],
        mut found: impl FnMut(usize, usize, &'static str),
    ) {
        let open = self.putty > 0 || self.pem.is_some() || self.element.is_some() || self.section.is_some();
        let first = openings.iter().find(|at| **at >= from && **at < to);
        let mut start = match (open, first) {
            (true, _) => from,
            (false, Some(at)) => line_start(text, *at).max(from),
            (false, None) => return,
        };
        while start < to {
            let end = memchr::memchr(b'\n', &text[start..to]).map_or(to, |at| start + at + 1);
            let folded = text[start..end].to_ascii_lowercase();
            self.pem(text, (start, end), &folded, &mut found);
            self.putty(text, (start, end), &folded, &mut found);
            self.element(text, (start, end), &folded, &mut found);
            self.section(text, (start, end), &folded, &mut found);
            start = end;
        }
    }

    fn pem(
        &mut self,
        text: &[u8],
        (start, end): (usize, usize),
        folded: &[u8],
        found: &mut impl FnMut(usize, usize, &'static str),
    ) {
        // Another key may begin before the end of the last one was seen.
        let begins = armor(folded, b"begin").is_some();
        if let (Some(patience), false) = (&mut self.pem, begins) {
            if armor(folded, b"end").is_some() || has_other_mask(folded, b"private_key") {
                self.pem = None;
            } else if !key_material(text, start, end, found) {
                self.pem = patience.checked_sub(1);
            }
            return;
        }
        let Some(begin) = armor(folded, b"begin") else { return };
        let is_secret = |what: &[u8]| memchr::memmem::find(&folded[begin..], what).is_some();
        if !is_secret(b"private key") && !is_secret(b"static key") {
            return;
        }
        let header = start + begin + 10 + dashes(&folded[begin + 10..]);
        match armor(&folded[header - start..], b"end") {
            // All in one line, as in JSON: the line ends are written as \n.
            Some(close) if close > 0 => found(header, header + close, "private-key"),
            Some(_) => {}
            None => {
                key_material(text, header, end, found);
                self.pem = Some(PATIENCE);
            }
        }
    }

    /// A key as `PuTTY` keeps it: so many lines behind `Private-Lines: 14`.
    fn putty(
        &mut self,
        text: &[u8],
        (start, end): (usize, usize),
        folded: &[u8],
        found: &mut impl FnMut(usize, usize, &'static str),
    ) {
        if self.putty > 0 {
            self.putty -= 1;
            key_material(text, start, end, found);
        }
        if let Some(at) = memchr::memmem::find(folded, b"private-lines:") {
            let digits = String::from_utf8_lossy(&folded[at + 14..]);
            self.putty = digits.trim().parse().unwrap_or(0).min(200);
        }
    }

    fn element(
        &mut self,
        text: &[u8],
        (start, end): (usize, usize),
        folded: &[u8],
        found: &mut impl FnMut(usize, usize, &'static str),
    ) {
        if has_other_mask(folded, b"encrypted_section") {
            self.element = None;
        }
        if let Some(lines_left) = &mut self.element {
            *lines_left -= 1;
            if *lines_left == 0 {
                self.element = None;
            }
        }
        let mut at = start;
        loop {
            if self.element.is_none() {
                let Some(open) = opening(&folded[at - start..]) else { return };
                self.element = Some(LONGEST);
                at += open;
            }
            let close = memchr::memchr(b'<', &text[at..end]).map(|close| at + close);
            let (from, to) = trim(text, at, close.unwrap_or(end));
            if from < to {
                found(from, to, "encrypted-section");
            }
            let Some(close) = close else { return };
            self.element = None;
            at = close;
        }
    }

    fn section(
        &mut self,
        text: &[u8],
        (start, end): (usize, usize),
        folded: &[u8],
        found: &mut impl FnMut(usize, usize, &'static str),
    ) {
        if let Some(section) = &mut self.section {
            section.lines_left -= 1;
            // As a statement: what stands inside another word may be masked as part of that.
            let close = memchr::memmem::find(folded, b"section application");
            let is_statement =
                |at: usize| folded[..at].last().is_none_or(|byte| matches!(byte, b' ' | b'\t' | b';'));
            if close.is_some_and(is_statement) || section.lines_left == 0 {
                self.section = None;
            } else {
                section_access(text, (start, end), folded, section, found);
            }
            return;
        }
        let at = memchr::memmem::find(folded, b"section access")
            .or_else(|| memchr::memmem::find(folded, b"section\taccess"));
        // As a statement of a script or of its log, not as words of a sentence.
        if let Some(rest) = at.map(|at| folded[at + 14..].trim_ascii())
            && (rest.is_empty() || rest.starts_with(b";"))
        {
            self.section = Some(Section {
                columns: Vec::new(),
                separator: b',',
                header: Vec::new(),
                header_next: false,
                lines_left: LONGEST,
            });
        }
    }
}

/// Where armor begins or ends: `-----BEGIN`, or `---- BEGIN` as SSH2 has it.
fn armor(folded: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find_iter(folded, b"----").find(|at| {
        let rest = &folded[at + 4..];
        rest.strip_prefix(b"-").or(rest.strip_prefix(b" ")).is_some_and(|rest| rest.starts_with(what))
    })
}

/// Up to behind the dashes that close a header.
fn dashes(folded: &[u8]) -> usize {
    memchr::memmem::find(folded, b"----")
        .map_or(0, |at| at + folded[at..].iter().take_while(|byte| **byte == b'-').count())
}

/// Where the content of the first encrypted element begins.
fn opening(folded: &[u8]) -> Option<usize> {
    let names = [&b"<ciphervalue"[..], b"<encryptionkey"];
    let at = names.iter().filter_map(|name| memchr::memmem::find(folded, name)).min()?;
    Some(at + memchr::memchr(b'>', &folded[at..])? + 1)
}

/// Whether a line holds a mask of another kind, which may have taken the end of a block with it.
fn has_other_mask(folded: &[u8], own: &[u8]) -> bool {
    const MASK: &[u8] = b"redacted_";
    memchr::memmem::find_iter(folded, MASK).any(|at| !folded[at + MASK.len()..].starts_with(own))
}

/// Runs of base64 in a line that are long enough to be key material; they may stand behind the prefix of a log. Gives whether there was one,
/// masked or not.
fn key_material(
    text: &[u8],
    start: usize,
    end: usize,
    found: &mut impl FnMut(usize, usize, &'static str),
) -> bool {
    let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\\');
    // The last line of a key may be short, but then the end of the armor follows.
    let next = text[end..text.len().min(end + 200)].split(|byte| *byte == b'\n').next().unwrap_or_default();
    let shortest = if memchr::memmem::find(next, b"-----END").is_some() { 4 } else { 16 };
    let mut any = memchr::memmem::find(&text[start..end], b"REDACTED_private_key").is_some();
    let mut at = start;
    while at < end {
        let run = text[at..end].iter().take_while(|byte| is_base64(**byte)).count();
        if run >= shortest && memchr::memmem::find(&text[at..at + run], b"REDACTED").is_none() {
            found(at, at + run, "private-key");
            any = true;
        }
        at += run.max(1);
    }
    any
}

/// One line inside Section Access: the header of an inline table, or a row of it.
fn section_access(
    text: &[u8],
    (start, end): (usize, usize),
    folded: &[u8],
    section: &mut Section,
    found: &mut impl FnMut(usize, usize, &'static str),
) {
    if let Some(at) = memchr::memmem::find(folded, b"inline") {
        section.columns.clear();
        section.header_next = true;
        // The header may stand on the same line, after the bracket.
        let Some(open) = memchr::memchr(b'[', &folded[at..]) else { return };
        if folded[at + open + 1..].trim_ascii().is_empty() {
            return;
        }
        return section_access(text, (start + at + open + 1, end), &folded[at + open + 1..], section, found);
    }
    if section.header_next && !folded.trim_ascii().is_empty() && folded.trim_ascii() != b"[" {
        let count = |separator: &u8| folded.iter().filter(|byte| *byte == separator).count();
        let separator = [b'\t', b';', b'|', b','].into_iter().max_by_key(count).unwrap_or(b',');
        section.separator = separator;
        let names = folded.split(|byte| *byte == separator);
        let is_secret = |name: &[u8]| {
            SECRET_COLUMNS.iter().any(|secret| memchr::memmem::find(name, secret.as_bytes()).is_some())
        };
        // The first name stands behind the time and the number of a line of a log.
        let first = folded.split(|byte| *byte == separator).next().unwrap_or_default().trim_ascii_end();
        let from = first.iter().rposition(|byte| matches!(byte, b' ' | b'\t')).map_or(0, |at| at + 1);
        section.header = without_blanks(&folded[from..]);
        section.columns.extend(names.enumerate().filter(|(_, name)| is_secret(name)).map(|(at, _)| at));
        section.header_next = false;
        return;
    }
    // What a reload log says of the table is no row of it.
    if [&b"fields found"[..], b"lines fetched"]
        .iter()
        .any(|words| memchr::memmem::find(folded, words).is_some())
    {
        section.columns.clear();
        return;
    }
    if memchr::memchr(b']', folded).is_some_and(|at| folded[..at].trim_ascii().is_empty()) {
        section.columns.clear();
    }
    section_row(text, (start, end), section, found);
}

fn without_blanks(text: &[u8]) -> Vec<u8> {
    text.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect()
}

/// The secret cells of a row.
fn section_row(
    text: &[u8],
    (start, end): (usize, usize),
    section: &Section,
    found: &mut impl FnMut(usize, usize, &'static str),
) {
    let mut cell_start = start;
    let mut column = 0;
    for at in start..=end {
        if at == end || text[at] == section.separator || text[at] == b']' {
            let (mut from, to) = trim(text, cell_start, at);
            // The first cell stands behind the time and the line number of a log.
            if column == 0 {
                from = text[from..to]
                    .iter()
                    .rposition(|byte| *byte == b' ')
                    .map_or(from, |blank| from + blank + 1);
            }
            if section.columns.contains(&column)
                && from < to
                && !text[from..to].starts_with(super::mask::PREFIX.as_bytes())
                && text[from..to] != *b"*"
            {
                found(from, to, "section-access");
            }
            column += 1;
            cell_start = at + 1;
        }
    }
}
