//! XML of an app, element by element, without holding it: of a damaged one everything before the damage. Entities are never looked up.

use std::io::{self, BufReader, Read};

use encoding_rs::{Decoder, UTF_8};
use quick_xml::events::Event;
use quick_xml::{Reader, escape};

/// How much of an element's text is kept; a name or a title is far below.
const TEXT: usize = 16 * 1024;
/// How deep elements may stand in each other. What Qlik writes has less than twenty levels.
const DEPTH: usize = 200;
/// How much is read at once.
const PIECE: usize = 16 * 1024;

/// How a document ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Its outermost element was closed.
    Whole,
    /// The bytes ended before.
    Cut,
    /// It is no XML from some place on.
    Damaged,
}

/// Told the names from the outermost element down to one: when it opens, without a text, and when it closes, with its text.
type Seen<'a> = &'a mut dyn FnMut(&[String], Option<&str>);

/// Reads the outermost element and tells of every element in it. The text of one is what stands behind the last tag before its
/// end, trimmed.
pub(super) fn walk(source: impl Read, seen: Seen<'_>) -> End {
    let mut reader = Reader::from_reader(BufReader::new(Clean::new(source)));
    // What is told of a damaged document is worth more than a verdict on it.
    let config = reader.config_mut();
    (config.check_end_names, config.allow_unmatched_ends, config.allow_dangling_amp) = (false, true, true);
    let mut walk = Walk { path: Vec::new(), text: String::new(), seen };
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        let Ok(event) = reader.read_event_into(&mut buffer) else { return End::Damaged };
        if let Some(end) = walk.step(&event) {
            return end;
        }
    }
}

struct Walk<'a> {
    path: Vec<String>,
    text: String,
    seen: Seen<'a>,
}

impl Walk<'_> {
    fn step(&mut self, event: &Event<'_>) -> Option<End> {
        match event {
            Event::Start(element) => {
                self.open(element.local_name().as_ref());
                (self.path.len() > DEPTH).then_some(End::Damaged)
            }
            Event::Empty(element) => {
                self.open(element.local_name().as_ref());
                self.close()
            }
            Event::End(element) => {
                // An end without its start closes nothing; one of an outer element closes the inner ones too.
                let name = element.local_name();
                let at = self.path.iter().rposition(|open| open == name.as_ref())?;
                self.path.truncate(at + 1);
                self.close()
            }
            Event::Text(part) => self.push(&part.xml10_content()),
            Event::CData(part) => self.push(&part.xml10_content()),
            Event::GeneralRef(name) => {
                let entity = format!("&{};", name.xml10_content());
                self.push(&escape::unescape(&entity).unwrap_or_default())
            }
            Event::Eof => Some(End::Cut),
            _ => None,
        }
    }

    fn open(&mut self, name: &str) {
        self.text.clear();
        self.path.push(name.to_owned());
        (self.seen)(&self.path, None);
    }

    fn close(&mut self) -> Option<End> {
        (self.seen)(&self.path, Some(self.text.trim()));
        self.text.clear();
        self.path.pop();
        self.path.is_empty().then_some(End::Whole)
    }

    fn push(&mut self, part: &str) -> Option<End> {
        let room = TEXT.saturating_sub(self.text.len());
        self.text.push_str(part.get(..part.floor_char_boundary(room)).unwrap_or_default());
        None
    }
}

/// Bytes as UTF-8: what is none becomes the replacement character, so that one bad byte does not end a document.
struct Clean<R> {
    source: R,
    decoder: Decoder,
    ready: Vec<u8>,
    taken: usize,
    ended: bool,
}

impl<R: Read> Clean<R> {
    fn new(source: R) -> Self {
        let decoder = UTF_8.new_decoder_with_bom_removal();
        Self { source, decoder, ready: Vec::new(), taken: 0, ended: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        let mut raw = [0; PIECE];
        let read = self.source.read(&mut raw)?;
        self.ended = read == 0;
        let raw = raw.get(..read).unwrap_or_default();
        // Room for all that the decoder can make of the piece, and of a character that it still holds.
        self.ready.resize(3 * PIECE + 16, 0);
        let (_, _, written, _) = self.decoder.decode_to_utf8(raw, &mut self.ready, self.ended);
        self.ready.truncate(written);
        self.taken = 0;
        Ok(())
    }
}

impl<R: Read> Read for Clean<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken >= self.ready.len() && !self.ended {
            self.fill()?;
        }
        let mut left = self.ready.get(self.taken..).unwrap_or_default();
        let read = left.read(buffer)?;
        self.taken += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(xml: &[u8]) -> (Vec<String>, End) {
        let mut told = Vec::new();
        let end = walk(xml, &mut |path, text| {
            told.extend(text.map(|text| format!("{}={text}", path.join("/"))));
        });
        (told, end)
    }

    #[test]
    fn elements_are_told_with_their_place_and_text() {
        let (told, end) =
            told(b"\xEF\xBB\xBF<?xml version=\"1.0\"?>\r\n<!-- x -->\r\n<a>\r\n <b> 1 &amp; 2&#x41; </b>\r\n <c/></a>\0\0");
        assert_eq!(told, ["a/b=1 & 2A", "a/c=", "a="]);
        assert_eq!(end, End::Whole);
    }

    #[test]
    fn of_a_damaged_document_everything_before_is_told() {
        assert_eq!(told(b"<a><b>1</b><c>2"), (vec!["a/b=1".to_owned()], End::Cut));
        assert_eq!(told(b"<a><b>1</b><c").0, ["a/b=1"]);
        assert_eq!(told(b"<a><b>1 & 2 \xFF</b></x><c>3</a>").0, ["a/b=1 & 2 \u{FFFD}", "a=3"]);
        assert_eq!(told(&b"<a>".repeat(DEPTH + 1)), (Vec::new(), End::Damaged));
    }

    #[test]
    fn a_text_without_an_end_takes_no_memory() {
        let mut xml = b"<a>".to_vec();
        xml.extend("\u{FEFF}".repeat(TEXT).bytes());
        xml.extend(b"</a>");
        let (told, end) = told(&xml);
        assert!(told[0].len() <= TEXT + 2);
        assert_eq!(end, End::Whole);
    }
}
