//! The data model in its binary streams: names of fields, heads of tables, bookmarks. Values are passed over.

use super::super::tolerant::{MOST, cut};
use super::super::{Named, Table};
use super::container::number32;

/// Fields and tables that the product adds for itself.
const SYSTEM_FIELDS: [&str; 6] = ["$Field", "$Table", "$Rows", "$Fields", "$FieldNo", "$Info"];
const SYSTEM_TABLE: &str = "$$SysTable ";
/// Bytes of a table's stream in which its head stands, with the path of its source.
pub(super) const TABLE_HEAD: u64 = 128 << 10;

/// Bytes that are read from the front.
struct Walk<'a>(&'a [u8]);

impl<'a> Walk<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn number(&mut self) -> Option<u32> {
        number32(self.take(4)?, 0)
    }

    /// A text behind its length: one byte, or 255 and two bytes.
    fn text(&mut self) -> Option<String> {
        let length = match self.byte()? {
            u8::MAX => usize::from(self.byte()?) | usize::from(self.byte()?) << 8,
            short => usize::from(short),
        };
        Some(cut(&String::from_utf8_lossy(self.take(length)?)).to_owned())
    }
}

/// Whether the product adds a field of this name for itself.
pub(super) fn is_system_field(name: &str) -> bool {
    SYSTEM_FIELDS.contains(&name)
}

/// Whether the product adds a table of this name for itself.
pub(super) fn is_system_table(name: &str) -> bool {
    name.starts_with(SYSTEM_TABLE)
}

/// Names of the fields from `qvapp_data`: a version, a zero, how many, the names.
pub(super) fn fields(bytes: &[u8]) -> Option<Vec<String>> {
    let mut walk = Walk(bytes);
    walk.text()?;
    walk.number()?;
    let count = usize::try_from(walk.number()?).ok()?;
    let mut names = Vec::new();
    for _ in 0..count.min(MOST) {
        names.push(walk.text()?);
    }
    names.retain(|name| !is_system_field(name));
    Some(names)
}

/// The head of `data/table_N`: name, source, eight zeros, fields, rows. Gives the source as well.
pub(super) fn table(bytes: &[u8]) -> Option<(Table, String)> {
    let mut walk = Walk(bytes);
    let (name, source) = (walk.text()?, walk.text()?);
    (walk.take(8)? == [0; 8]).then_some(())?;
    let (fields, rows) = (walk.number()?, walk.number()?);
    Some((Table { name, rows: Some(rows.into()), fields: Some(fields.into()), bytes: None }, source))
}

/// Title and kind from a bookmark, which is no JSON but holds some.
pub(super) fn bookmark(bytes: &[u8]) -> Option<Named> {
    let behind = |mark: &[u8]| {
        let at = memchr::memmem::find(bytes, mark)?;
        bytes.get(at + mark.len()..).map(Walk)
    };
    let mut info = behind(b"\x05qInfo\0")?;
    let (_, kind) = (info.text()?, info.text()?);
    let title = behind(b"\x05title\0")
        .and_then(|mut title| serde_json::from_str::<String>(&title.text()?).ok())
        .unwrap_or_default();
    Some(Named { name: cut(&title).to_owned(), kind: Some(kind) })
}

/// The script that an app keeps among its properties, behind its length in groups of seven bits.
pub(super) fn script_in_properties(bytes: &[u8]) -> Option<&str> {
    let at = memchr::memmem::find(bytes, b"///$tab")?;
    // The widest one that fits: its last byte alone would be a short length.
    (1..=5_usize.min(at)).rev().find_map(|width| {
        let length = seven_bits(bytes.get(at - width..at)?)?;
        std::str::from_utf8(bytes.get(at..at.checked_add(length)?)?).ok()
    })
}

/// A number of which each byte but the last has its highest bit set.
fn seven_bits(bytes: &[u8]) -> Option<usize> {
    let (last, others) = bytes.split_last()?;
    if last & 0x80 != 0 || *last == 0 || others.iter().any(|byte| byte & 0x80 == 0) {
        return None;
    }
    let value = bytes.iter().rev().fold(0_u64, |value, byte| value << 7 | u64::from(byte & 0x7f));
    usize::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_stands_behind_its_length() {
        let text = format!("///$tab Main\r\n{}", "x".repeat(300));
        let bytes = [b"\0\0\0\x85".as_slice(), b"\xba\x02", text.as_bytes(), b"more"].concat();
        assert_eq!(script_in_properties(&bytes), Some(text.as_str()));
        assert_eq!(script_in_properties(b"\xff\xff///$tab Main"), None);
        assert_eq!(script_in_properties(b"\x7f///$tab Main"), None, "longer than what is there");
        assert_eq!(script_in_properties(b"///$tab Main"), None);
    }

    #[test]
    fn numbers_of_seven_bits() {
        for (bytes, number) in [
            (b"\x05".as_slice(), Some(5)),
            (b"\xb6\x0c", Some(1590)),
            (b"\xb6", None),
            (b"\x05\x05", None),
            (b"", None),
        ] {
            assert_eq!(seven_bits(bytes), number, "{bytes:?}");
        }
    }

    #[test]
    fn a_table_says_its_fields_and_rows() {
        let mut bytes = b"\x04Data\xff\x01\x01".to_vec();
        bytes.extend([b's'; 257]);
        bytes.extend(b"\0\0\0\0\0\0\0\0\x14\0\0\0\xb8\x0b\0\0\xff\xff\xff\xff");
        let (table, source) = table(&bytes).expect("a table");
        assert_eq!((table.name.as_str(), table.rows, table.fields), ("Data", Some(3000), Some(20)));
        assert_eq!(source.len(), 257);
        assert_eq!(super::table(&bytes[..270]), None);
        assert_eq!(super::table(b"\x01a\x01b12345678\x14\0\0\0\xb8\x0b\0\0"), None);
    }

    #[test]
    fn a_bookmark_has_a_title_and_a_kind() {
        let bytes = b"\xbc\x02\0\0\0\x07\x05qInfo\0\x10alpha-bookmark-1\x08bookmark\xb4\x07\x05title\0\x0b\"H\xc3\xa5kan #1\"\x99";
        let named = bookmark(bytes).expect("a bookmark");
        assert_eq!((named.name.as_str(), named.kind.as_deref()), ("Håkan #1", Some("bookmark")));
        assert_eq!(bookmark(b"\x05title\0\x03\"a\""), None);
    }
}
