//! Where in a line its time stamp stands.

use super::cursor::Cursor;

/// How far into a line a stamp is looked for.
const REACH: usize = 300;

/// A place of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// At its start, behind blanks and an opening bracket or quote.
    Start,
    /// Behind a number and a colon: `00012345: `.
    Number,
    /// Behind so many separators.
    Column(u8, usize),
    /// Behind so many opening brackets.
    Bracket(usize),
    /// The value of a JSON key in a line that is an object.
    Json(&'static [u8]),
    /// Behind a name and an equals sign: `time="…`.
    Named(&'static [u8]),
    /// Behind so many words.
    Word(usize),
}

/// All places, the likelier first: of two that fit as many lines, the first is taken.
pub(super) const ALL: [Place; 38] = [
    Place::Start,
    Place::Number,
    Place::Column(b'\t', 1),
    Place::Column(b'\t', 2),
    Place::Column(b'\t', 3),
    Place::Column(b'\t', 4),
    Place::Column(b'\t', 5),
    Place::Column(b'\t', 6),
    Place::Column(b'\t', 7),
    Place::Column(b'\t', 8),
    Place::Json(b"\"@timestamp\""),
    Place::Json(b"\"timestamp\""),
    Place::Json(b"\"Timestamp\""),
    Place::Json(b"\"time\""),
    Place::Json(b"\"ts\""),
    Place::Json(b"\"@t\""),
    Place::Json(b"\"$date\""),
    Place::Json(b"\"date\""),
    Place::Json(b"\"datetime\""),
    Place::Json(b"\"eventTime\""),
    Place::Json(b"\"timeMillis\""),
    Place::Bracket(1),
    Place::Bracket(2),
    Place::Bracket(3),
    Place::Column(b'|', 1),
    Place::Column(b'|', 2),
    Place::Column(b';', 1),
    Place::Column(b';', 2),
    Place::Column(b',', 1),
    Place::Column(b',', 2),
    Place::Named(b"time="),
    Place::Named(b"ts="),
    Place::Named(b"date="),
    Place::Named(b"timestamp="),
    Place::Word(1),
    Place::Word(2),
    Place::Word(3),
    Place::Word(4),
];

/// Signs between columns and what they are called.
const SIGNS: [(u8, &str); 4] = [(b'\t', "tab"), (b'|', "pipe"), (b';', "semicolon"), (b',', "comma")];

impl Place {
    /// The place that a format calls so.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        ALL.into_iter().find(|place| place.name() == name)
    }

    /// What a format calls it: `start`, `tab 2`, `json @timestamp`.
    fn name(self) -> String {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_matches(['"', '=']).to_owned();
        match self {
            Self::Start => "start".to_owned(),
            Self::Number => "number".to_owned(),
            Self::Column(sign, at) => {
                let sign = SIGNS.iter().find(|(byte, _)| *byte == sign).map_or("column", |(_, name)| *name);
                format!("{sign} {at}")
            }
            Self::Bracket(at) => format!("bracket {at}"),
            Self::Json(key) => format!("json {}", text(key)),
            Self::Named(name) => format!("named {}", text(name)),
            Self::Word(at) => format!("word {at}"),
        }
    }

    /// Where a stamp would begin.
    pub(super) fn find(self, line: &[u8]) -> Option<usize> {
        let line = &line[..line.len().min(REACH)];
        let at = match self {
            Self::Start => 0,
            Self::Number => {
                let mut cursor = Cursor::new(line, 0);
                cursor.digits(5, 9)?;
                cursor.eat(b":")?;
                cursor.at
            }
            Self::Column(separator, number) => memchr::memchr_iter(separator, line).nth(number - 1)? + 1,
            Self::Bracket(number) => memchr::memchr_iter(b'[', line).nth(number - 1)? + 1,
            Self::Json(key) => json_value(line, key)?,
            Self::Named(name) => named(line, name)?,
            Self::Word(number) => word(line, number)?,
        };
        let mut cursor = Cursor::new(line, at);
        cursor.blanks();
        cursor.eat(b"[(<\"'{");
        Some(cursor.at)
    }
}

fn json_value(line: &[u8], key: &[u8]) -> Option<usize> {
    if Cursor::new(line, 0).peek() != b'{' {
        return None;
    }
    let mut cursor = Cursor::new(line, memchr::memmem::find(line, key)? + key.len());
    cursor.blanks();
    cursor.eat(b":")?;
    Some(cursor.at)
}

fn named(line: &[u8], name: &[u8]) -> Option<usize> {
    let at = memchr::memmem::find(line, name)?;
    let is_whole = at == 0 || !line[at - 1].is_ascii_alphanumeric();
    is_whole.then_some(at + name.len())
}

/// The start of a word, counted from zero.
fn word(line: &[u8], number: usize) -> Option<usize> {
    let mut cursor = Cursor::new(line, 0);
    for _ in 0..number {
        let rest = cursor.rest();
        cursor.at += rest.iter().position(|byte| *byte == b' ')?;
        cursor.blanks();
    }
    Some(cursor.at)
}
