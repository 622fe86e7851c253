//! The XML header of a QVD or QVX: where it ends, and what it says. A damaged one gives what can be read. The text of statements is
//! never kept, nor any value that is too long to be one.

use std::collections::HashSet;
use std::io;

use memchr::memmem;
use quick_xml::Reader;
use quick_xml::events::Event;
use zeroize::Zeroizing;

use crate::app::Limited;

/// A header with the lineage of years may be large; a larger one is something else.
const HEADER_LIMIT: u64 = 16 << 20;
/// How much is looked through at once for the header's end.
const WINDOW: usize = 64 << 10;
/// Longer values are left out: cut, they could lose what shows that they hold a secret.
const VALUE_LIMIT: usize = 8 << 10;
/// No table has more fields, and nobody reads more sources.
const LIST_LIMIT: usize = 20_000;
/// How deep elements are told apart.
const DEPTH: usize = 16;
/// After how many places that are no XML the rest is left alone.
const BREAKS: usize = 32;

/// The tags of one of the two formats.
#[derive(Debug, Clone, Copy)]
pub(in crate::app) struct Form {
    /// The format as people call it.
    pub(in crate::app) name: &'static str,
    root: &'static str,
    field: &'static str,
}

/// A table that a load script stored.
pub(in crate::app) const QVD: Form = Form { name: "QVD", root: "QvdTableHeader", field: "QvdFieldHeader" };
/// A table in the exchange format.
pub(in crate::app) const QVX: Form = Form { name: "QVX", root: "QvxTableHeader", field: "QvxFieldHeader" };

impl Form {
    /// Whether bytes from the beginning of a file are of this format: its root, or a field where damage took the root away.
    pub(in crate::app) fn begins(self, start: &[u8]) -> bool {
        let bare = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
        let has = |tag: &str| memmem::find(bare, tag.as_bytes()).is_some();
        bare.starts_with(b"<") && (has(self.root) || has(self.field))
    }
}

/// Where the header of a file lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) struct Extent {
    /// Its length in bytes, with the end tag if there is one.
    pub(in crate::app) length: u64,
    /// Where rows begin: behind the zero byte. None without an end tag.
    pub(in crate::app) data: Option<u64>,
    /// Whether that zero byte is there.
    pub(in crate::app) zero: bool,
}

/// What a header says.
#[derive(Debug, Default)]
pub(in crate::app) struct Header {
    pub(in crate::app) build: Option<String>,
    pub(in crate::app) creator: Option<String>,
    pub(in crate::app) created: Option<String>,
    pub(in crate::app) table: Option<String>,
    pub(in crate::app) comment: Option<String>,
    pub(in crate::app) rows: Option<String>,
    pub(in crate::app) offset: Option<String>,
    pub(in crate::app) length: Option<String>,
    pub(in crate::app) encrypted: Option<bool>,
    pub(in crate::app) fields: Vec<String>,
    /// Descriptions of fields, also of those without a name.
    pub(in crate::app) field_count: u64,
    pub(in crate::app) lineage: Vec<String>,
    /// Values that were too long, and fields and sources beyond the limit.
    pub(in crate::app) left_out: u64,
    /// Whether all of it is well-formed XML.
    pub(in crate::app) well_formed: bool,
}

/// Looks for the end tag. Without one, the header ends before the first zero byte, since XML has none.
pub(in crate::app) fn extent(source: &mut Limited<'_>, form: Form) -> io::Result<Extent> {
    let end = format!("</{}>", form.root);
    let limit = source.size().min(HEADER_LIMIT);
    let (mut at, mut zero) = (0_u64, None);
    while at < limit {
        // The next window begins within this one, or a tag across the border would be missed.
        let window = source.at(at, WINDOW + end.len())?;
        if let Some(found) = memmem::find(&window, end.as_bytes()) {
            let length = at.saturating_add((found + end.len()) as u64);
            let (data, zero) = data_start(source, length)?;
            return Ok(Extent { length, data: Some(data), zero });
        }
        zero = zero.or_else(|| memchr::memchr(0, &window).map(|found| at + found as u64));
        if window.is_empty() {
            break;
        }
        at = at.saturating_add(WINDOW as u64);
    }
    Ok(Extent { length: zero.unwrap_or(limit), data: None, zero: false })
}

/// Behind the end tag stand a line end and a zero byte.
fn data_start(source: &mut Limited<'_>, end: u64) -> io::Result<(u64, bool)> {
    let behind = source.at(end, 3)?;
    let line_end = behind.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
    let zero = behind.get(line_end) == Some(&0);
    Ok((end + line_end as u64 + u64::from(zero), zero))
}

/// Reads a header; what is no XML in it is passed over.
pub(in crate::app) fn parse(bytes: Vec<u8>, form: Form) -> Header {
    let text = String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
    let text = Zeroizing::new(text);
    let mut walk = Walk::new(form);
    let mut from = 0;
    for _ in 0..BREAKS {
        let Some(broken) = text.get(from..).and_then(|rest| walk.read(rest)) else { break };
        // On with the next element behind what was broken.
        let behind = from.saturating_add(broken).saturating_add(1);
        let next = text.as_bytes().get(behind..).and_then(|rest| memchr::memchr(b'<', rest));
        let Some(next) = next else { break };
        from = behind + next;
    }
    walk.header.well_formed = is_well_formed(&text, form);
    walk.header
}

fn is_well_formed(text: &str, form: Form) -> bool {
    let mut reader = Reader::from_str(text);
    let (mut depth, mut roots) = (0_u64, 0_u64);
    loop {
        match reader.read_event() {
            Err(_) => return false,
            Ok(Event::Eof) => return depth == 0 && roots == 1,
            Ok(Event::Start(element)) => {
                roots += u64::from(depth == 0 && element.local_name().as_ref() == form.root);
                depth += 1;
            }
            Ok(Event::End(_)) => depth = depth.saturating_sub(1),
            Ok(_) => {}
        }
    }
}

/// Elements whose content means something of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Field,
    Lineage,
    Encryption,
    /// Tags and profiles, which name fields again.
    Aside,
}

/// A value that is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Item {
    Build,
    Creator,
    Created,
    Table,
    Comment,
    Rows,
    Offset,
    Length,
    FieldName,
    Source,
}

/// A walk through the elements. End tags need not fit.
struct Walk {
    form: Form,
    places: Vec<Place>,
    open: Option<(Item, Zeroizing<String>)>,
    known: HashSet<String>,
    header: Header,
}

impl Walk {
    fn new(form: Form) -> Self {
        Self { form, places: Vec::new(), open: None, known: HashSet::new(), header: Header::default() }
    }

    /// Reads to the end, or to something that is no XML, and tells where that is.
    fn read(&mut self, text: &str) -> Option<usize> {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.check_end_names = false;
        config.allow_unmatched_ends = true;
        config.allow_dangling_amp = true;
        loop {
            match reader.read_event() {
                Err(_) => {
                    self.settle();
                    return usize::try_from(reader.error_position()).ok();
                }
                Ok(Event::Eof) => {
                    self.settle();
                    return None;
                }
                Ok(Event::Start(element)) => self.enter(element.local_name().as_ref()),
                Ok(Event::Empty(element)) => {
                    let name = element.local_name();
                    self.enter(name.as_ref());
                    self.leave(name.as_ref());
                }
                Ok(Event::End(element)) => self.leave(element.local_name().as_ref()),
                Ok(Event::Text(part)) => self.add(&part.xml10_content()),
                Ok(Event::CData(part)) => self.add(&part.xml10_content()),
                Ok(Event::GeneralRef(part)) => {
                    let reference = format!("&{};", part.xml10_content());
                    let known = quick_xml::escape::unescape(&reference);
                    self.add(known.as_deref().unwrap_or(&reference));
                }
                Ok(_) => {}
            }
        }
    }

    fn place_of(&self, name: &str) -> Option<Place> {
        match name {
            name if name == self.form.field => Some(Place::Field),
            "LineageInfo" => Some(Place::Lineage),
            "EncryptionInfo" => Some(Place::Encryption),
            "TableTags" | "Tags" | "ProfilingData" | "NumberFormat" | "FieldFormat" => Some(Place::Aside),
            _ => None,
        }
    }

    fn item_of(&self, name: &str) -> Option<Item> {
        Some(match (self.places.last(), name) {
            (None, "QvBuildNo") => Item::Build,
            (None, "CreatorDoc") => Item::Creator,
            (None, "CreateUtcTime") => Item::Created,
            (None, "TableName") => Item::Table,
            (None, "Comment") => Item::Comment,
            (None, "NoOfRecords") => Item::Rows,
            (None, "Offset") => Item::Offset,
            (None, "Length") => Item::Length,
            (Some(Place::Field), "FieldName") => Item::FieldName,
            (Some(Place::Lineage), "Discriminator") => Item::Source,
            _ => return None,
        })
    }

    fn enter(&mut self, name: &str) {
        self.settle();
        if self.places.last() == Some(&Place::Encryption) {
            self.header.encrypted = Some(true);
        }
        if let Some(place) = self.place_of(name) {
            self.header.field_count += u64::from(place == Place::Field);
            if place == Place::Encryption {
                self.header.encrypted.get_or_insert(false);
            }
            if self.places.len() < DEPTH {
                self.places.push(place);
            }
        } else {
            self.open = self.item_of(name).map(|item| (item, Zeroizing::default()));
        }
    }

    fn leave(&mut self, name: &str) {
        self.settle();
        let Some(place) = self.place_of(name) else { return };
        match self.places.iter().rposition(|known| *known == place) {
            Some(at) => self.places.truncate(at),
            None if place == Place::Field => {
                // Its start is gone, so what was taken for the table's own was the field's.
                self.header.field_count += 1;
                (self.header.offset, self.header.length, self.header.comment) = (None, None, None);
            }
            None => {}
        }
    }

    fn add(&mut self, text: &str) {
        if self.places.last() == Some(&Place::Encryption) && !text.trim().is_empty() {
            self.header.encrypted = Some(true);
        }
        if let Some((_, value)) = &mut self.open
            && value.len() <= VALUE_LIMIT
        {
            // One byte more than allowed is enough to know that it is too long.
            let end = text.floor_char_boundary(VALUE_LIMIT + 4 - value.len().min(VALUE_LIMIT));
            value.push_str(&text[..end]);
        }
    }

    /// Takes the value of the element that is open, if one is.
    fn settle(&mut self) {
        let Some((item, value)) = self.open.take() else { return };
        if value.len() > VALUE_LIMIT {
            self.header.left_out += 1;
            return;
        }
        let value = one_line(&value);
        if value.is_empty() {
            return;
        }
        let header = &mut self.header;
        match item {
            Item::Build => header.build = Some(value),
            Item::Creator => header.creator = Some(value),
            Item::Created => header.created = Some(value),
            Item::Table => header.table = Some(value),
            Item::Comment => header.comment = Some(value),
            Item::Rows => header.rows = Some(value),
            Item::Offset => header.offset = Some(value),
            Item::Length => header.length = Some(value),
            Item::FieldName if header.fields.len() < LIST_LIMIT => header.fields.push(value),
            Item::Source if self.known.contains(&value) => {}
            Item::Source if header.lineage.len() < LIST_LIMIT => {
                self.known.insert(value.clone());
                header.lineage.push(value);
            }
            Item::FieldName | Item::Source => header.left_out += 1,
        }
    }
}

/// A value without line ends and other signs that only lay it out.
fn one_line(value: &str) -> String {
    let mut line = String::with_capacity(value.len());
    for word in value.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}
