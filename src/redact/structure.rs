//! Whether structured text still parses after masking: the text before and after goes through a checker, and what was well formed must stay so.
//! The checkers follow a stream byte by byte and keep nothing but the open brackets or elements.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::kind::Kind;

/// Deepest nesting that is followed; what goes deeper is not checked.
const DEEPEST: usize = 2_000;

/// Follows the text before and after masking.
pub(super) enum Structure {
    Json(Box<[Json; 2]>),
    Xml(Box<[Xml; 2]>),
}

impl Structure {
    /// The checker of a kind of file, if there is one.
    pub(super) fn of(kind: Kind) -> Option<Self> {
        match kind {
            Kind::Json => Some(Self::Json(Box::default())),
            Kind::Xml => Some(Self::Xml(Box::default())),
            Kind::Text | Kind::Settings | Kind::Yaml => None,
        }
    }

    /// Text that is the same before and after.
    pub(super) fn same(&mut self, text: &[u8]) {
        match self {
            Self::Json(both) => both.iter_mut().for_each(|one| one.push(text)),
            Self::Xml(both) => both.iter_mut().for_each(|one| one.push(text)),
        }
    }

    /// Text that became another.
    pub(super) fn masked(&mut self, before: &[u8], after: &[u8]) {
        match self {
            Self::Json(both) => {
                both[0].push(before);
                both[1].push(after);
            }
            Self::Xml(both) => {
                both[0].push(before);
                both[1].push(after);
            }
        }
    }

    /// Whether the text was well formed before and is no longer.
    pub(super) fn is_broken(&mut self) -> bool {
        let [before, after] = match self {
            Self::Json(both) => both.each_mut().map(Json::is_whole),
            Self::Xml(both) => both.each_mut().map(|one| one.is_whole()),
        };
        before && !after
    }
}

/// What JSON may come next.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Next {
    /// A value; at the top also the end.
    #[default]
    Value,
    /// A value or the end of an empty list.
    FirstItem,
    /// A name or the end of an empty object.
    FirstName,
    Name,
    Colon,
    /// A comma or a closing bracket.
    Comma,
    /// Anything: the text is no JSON.
    Wrong,
}

/// Follows JSON, or JSON values one after another.
#[derive(Default)]
pub(super) struct Json {
    next: Next,
    open: Vec<u8>,
    /// Inside a string, and whether the next character is escaped.
    string: Option<bool>,
    literal: Vec<u8>,
}

impl Json {
    fn push(&mut self, text: &[u8]) {
        for byte in text {
            if self.next == Next::Wrong {
                return;
            }
            self.byte(*byte);
        }
    }

    fn is_whole(&mut self) -> bool {
        self.end_literal();
        self.next == Next::Value && self.open.is_empty() && self.string.is_none()
    }

    fn byte(&mut self, byte: u8) {
        match self.string {
            Some(true) => self.string = Some(false),
            Some(false) => match byte {
                b'\\' => self.string = Some(true),
                b'"' => {
                    self.string = None;
                    self.value_ended();
                }
                b'\n' => self.next = Next::Wrong,
                _ => {}
            },
            None if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.') => {
                if self.literal.is_empty() && !matches!(self.next, Next::Value | Next::FirstItem)
                    || self.literal.len() > 64
                {
                    self.next = Next::Wrong;
                }
                self.literal.push(byte);
            }
            None => {
                self.end_literal();
                self.sign(byte);
            }
        }
    }

    fn sign(&mut self, byte: u8) {
        self.next = match (byte, self.next) {
            (b' ' | b'\t' | b'\r' | b'\n' | 0xEF | 0xBB | 0xBF, next) => next,
            (b'"', Next::Value | Next::FirstItem | Next::FirstName | Next::Name) => {
                self.string = Some(false);
                return;
            }
            (b'{', Next::Value | Next::FirstItem) if self.open.len() < DEEPEST => {
                self.open.push(b'}');
                Next::FirstName
            }
            (b'[', Next::Value | Next::FirstItem) if self.open.len() < DEEPEST => {
                self.open.push(b']');
                Next::FirstItem
            }
            (b'}', Next::FirstName | Next::Comma) | (b']', Next::FirstItem | Next::Comma)
                if self.open.last() == Some(&byte) =>
            {
                self.open.pop();
                if self.open.is_empty() { Next::Value } else { Next::Comma }
            }
            (b',', Next::Comma) => {
                if self.open.last() == Some(&b'}') {
                    Next::Name
                } else {
                    Next::Value
                }
            }
            (b':', Next::Colon) => Next::Value,
            _ => Next::Wrong,
        };
    }

    fn value_ended(&mut self) {
        self.next = match self.next {
            Next::FirstName | Next::Name => Next::Colon,
            Next::Value | Next::FirstItem if self.open.is_empty() => Next::Value,
            Next::Value | Next::FirstItem => Next::Comma,
            _ => Next::Wrong,
        };
    }

    fn end_literal(&mut self) {
        if self.literal.is_empty() || self.next == Next::Wrong {
            return;
        }
        let is_known = matches!(self.literal.as_slice(), b"true" | b"false" | b"null")
            || std::str::from_utf8(&self.literal).is_ok_and(|text| text.parse::<f64>().is_ok())
                && self.literal.iter().any(u8::is_ascii_digit);
        self.literal.clear();
        if is_known {
            self.value_ended();
        } else {
            self.next = Next::Wrong;
        }
    }
}

/// Where in XML the stream stands.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Place {
    #[default]
    Text,
    /// After `<`.
    Tag,
    /// In the name of an element; whether it is an end tag.
    Name(bool),
    /// Between attributes; whether the last sign was a slash.
    Inside(bool),
    /// In an attribute's value up to this quote.
    Quote(u8),
    /// In an end tag behind its name.
    End,
    /// In a comment, a CDATA section, a declaration or an instruction, up to an ending.
    Until(&'static [u8]),
    Wrong,
}

/// Follows XML: tags are balanced, quotes of attributes are closed.
#[derive(Default)]
pub(super) struct Xml {
    place: Place,
    open: Vec<u64>,
    name: Vec<u8>,
    seen: bool,
}

impl Xml {
    fn push(&mut self, text: &[u8]) {
        for byte in text {
            if self.place == Place::Wrong {
                return;
            }
            self.place = self.byte(*byte);
        }
    }

    fn is_whole(&self) -> bool {
        self.place == Place::Text && self.open.is_empty() && self.seen
    }

    fn byte(&mut self, byte: u8) -> Place {
        match self.place {
            Place::Text if byte == b'<' => {
                self.name.clear();
                Place::Tag
            }
            Place::Tag => match byte {
                b'/' => Place::Name(true),
                b'?' => Place::Until(b"?>"),
                b'!' => Place::Until(b""),
                _ if byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':' | 0x80..) => {
                    self.name.push(byte);
                    Place::Name(false)
                }
                _ => Place::Wrong,
            },
            Place::Name(is_end) => self.in_name(byte, is_end),
            Place::Inside(slash) => match byte {
                b'>' if slash => {
                    self.open.pop();
                    Place::Text
                }
                b'>' => Place::Text,
                b'"' | b'\'' => Place::Quote(byte),
                b'<' => Place::Wrong,
                _ => Place::Inside(byte == b'/'),
            },
            Place::Quote(quote) if byte == quote => Place::Inside(false),
            Place::Quote(_) if byte == b'<' => Place::Wrong,
            Place::End if byte == b'>' => Place::Text,
            Place::End if byte.is_ascii_whitespace() => Place::End,
            Place::End => Place::Wrong,
            Place::Until(ending) => self.until(byte, ending),
            place => place,
        }
    }

    fn in_name(&mut self, byte: u8, is_end: bool) -> Place {
        if !byte.is_ascii_whitespace() && !matches!(byte, b'>' | b'/' | b'<' | b'"') {
            self.name.push(byte);
            return if self.name.len() > 256 { Place::Wrong } else { self.place };
        }
        let mut hasher = DefaultHasher::new();
        self.name.hash(&mut hasher);
        let name = hasher.finish();
        self.seen = true;
        if is_end {
            return match (self.open.pop() == Some(name), byte) {
                (true, b'>') => Place::Text,
                (true, b' ' | b'\t' | b'\r' | b'\n') => Place::End,
                _ => Place::Wrong,
            };
        }
        if self.open.len() >= DEEPEST || matches!(byte, b'<' | b'"') {
            return Place::Wrong;
        }
        self.open.push(name);
        if byte == b'>' { Place::Text } else { Place::Inside(byte == b'/') }
    }

    /// Up to an ending; which one shows in the first characters.
    fn until(&mut self, byte: u8, ending: &'static [u8]) -> Place {
        self.name.push(byte);
        let ending: &[u8] = match (ending, self.name.as_slice()) {
            (b"", b"--") => b"-->",
            (b"", b"[") => b"]]>",
            (b"", [first, ..]) if !matches!(first, b'-' | b'[') => b">",
            (ending, _) => ending,
        };
        if !ending.is_empty() && self.name.ends_with(ending) {
            return Place::Text;
        }
        if self.name.len() > 64 {
            self.name.drain(..60);
        }
        Place::Until(ending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> bool {
        let mut json = Json::default();
        json.push(text.as_bytes());
        json.is_whole()
    }

    fn xml(text: &str) -> bool {
        let mut xml = Xml::default();
        xml.push(text.as_bytes());
        xml.is_whole()
    }

    #[test]
    fn json_is_told_from_what_is_none() {
        for text in [
            "{}",
            "[]",
            "{\"a\": [1, -2.5e3, true, null, \"x\\\"]\"]}\n{\"b\": {}}\n",
            "\u{feff}[{\"a\":\"\"}]",
            " ",
        ] {
            assert!(json(text), "{text}");
        }
        for text in [
            "{",
            "[1,]",
            "{\"a\"}",
            "{\"a\": REDACTED_x}",
            "{\"a\": \"x\" \"y\"}",
            "{a: 1}",
            "\"x",
            "[1 2]",
            "}",
        ] {
            assert!(!json(text), "{text}");
        }
    }

    #[test]
    fn xml_is_told_from_what_is_none() {
        for text in [
            "<?xml version=\"1.0\"?>\n<!DOCTYPE a>\n<a b='1' c=\"<x>\"/>"
                .replace("<x>", "&lt;x&gt;")
                .as_str(),
            "<a><!-- <b> --><![CDATA[ <c> ]]><d:e f=\"/\">g</d:e ></a>",
        ] {
            assert!(xml(text), "{text}");
        }
        for text in ["<a>", "<a></b>", "<a b=\"></a>", "<a></a", "<a><b></a></b>", "text", "<a \"<b>\"/>"] {
            assert!(!xml(text), "{text}");
        }
    }

    #[test]
    fn masking_that_breaks_is_seen() {
        let mut structure = Structure::of(Kind::Json).expect("JSON is checked");
        structure.same(b"{\"a\": ");
        structure.masked(b"12", b"REDACTED_x");
        structure.same(b"}");
        assert!(structure.is_broken());
        let mut structure = Structure::of(Kind::Json).expect("JSON is checked");
        structure.masked(b"{a: 12", b"{a: REDACTED_x");
        structure.same(b"}");
        assert!(!structure.is_broken(), "it was none before");
    }
}
