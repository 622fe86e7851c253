//! What the readers of QVD and QVX tell of real files, of damaged ones, of huge ones and of any bytes.

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use proptest::prelude::*;

use super::super::{qvd, qvx};
use super::*;

fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/apps").join(name);
    bytes_of(&path)
}

#[expect(clippy::disallowed_methods, reason = "a sample, named by the test")]
fn bytes_of(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read_qvd(bytes: Vec<u8>) -> AppSummary {
    qvd::read(&mut Cursor::new(bytes))
}

/// A file with these elements in its table, and what follows the zero byte.
fn built(inner: &str, rows: &[u8]) -> Vec<u8> {
    let head = format!("<?xml version=\"1.0\"?>\r\n<QvdTableHeader>{inner}</QvdTableHeader>\r\n\0");
    [head.as_bytes(), rows].concat()
}

#[test]
fn a_table_that_sense_stored() {
    let summary = read_qvd(sample("colors.qvd"));
    assert_eq!(summary.kind, AppKind::Qvd);
    assert_eq!((summary.title.as_deref(), summary.build.as_deref()), (Some("colors"), Some("50689")));
    assert_eq!(summary.last_reload.as_deref(), Some("2025-10-20 12:06:46"));
    assert_eq!(summary.fields, ["id", "name", "rgb", "is_trans"]);
    let table = Table { name: "colors".into(), rows: Some(135), fields: Some(4), bytes: Some(405) };
    assert_eq!(summary.tables, [table]);
    let creator = Named { name: "3483d15b-1242-4a47-927d-f98141e5505a".into(), kind: Some("creator".into()) };
    assert_eq!(summary.objects, [creator]);
    let source = r"\\192.168.1.124\qlik\testdata\lego\colors.csv;";
    assert_eq!(summary.connections, [Connection { name: source.into(), kind: "lineage".into() }]);
    assert_eq!((summary.data, summary.encrypted), (Some(DataInside::Yes), Some(false)));
    assert_eq!((summary.section_access, summary.bytes), (None, 7815));
    assert_eq!(summary.problems, [""; 0]);
}

#[test]
fn a_table_without_rows_holds_no_data() {
    let summary = read_qvd(sample("empty_qvd.qvd"));
    assert_eq!((summary.data, summary.tables[0].rows), (Some(DataInside::No), Some(0)));
    assert_eq!(summary.problems, [""; 0]);
}

#[test]
fn of_a_damaged_header_the_rest_is_told() {
    let summary = read_qvd(sample("damaged.qvd"));
    assert_eq!(summary.kind, AppKind::Qvd);
    assert_eq!(summary.fields, ["ProductName", "Color", "ListPrice", "Size", "Weight", "DaysToManufacture"]);
    let table = &summary.tables[0];
    assert_eq!((table.rows, table.fields, table.bytes), (Some(606), Some(7), Some(4242)));
    assert_eq!((summary.title, summary.data), (None, Some(DataInside::Yes)));
    assert_eq!(summary.connections.len(), 4);
    assert_eq!(summary.problems.len(), 2, "{:?}", summary.problems);
    assert!(summary.problems[0].contains("no well-formed XML"), "{:?}", summary.problems);
    assert!(summary.problems[1].contains("8979 of 24015 bytes are missing"), "{:?}", summary.problems);
}

#[test]
fn a_table_in_the_exchange_format() {
    let summary = qvx::read(&mut Cursor::new(sample("CurrencyExchangeRate.qvx")));
    assert_eq!(summary.kind, AppKind::Qvx);
    assert_eq!(summary.title.as_deref(), Some("CurrencyExchangeRate"));
    assert_eq!(summary.last_reload.as_deref(), Some("2011-03-15 16:18:01"));
    assert_eq!(summary.fields, ["LocalCurrency", "Exchange Rate"]);
    let table = Table { name: "CurrencyExchangeRate".into(), rows: None, fields: Some(2), bytes: Some(111) };
    assert_eq!(summary.tables, [table]);
    assert_eq!((summary.data, summary.encrypted), (Some(DataInside::Yes), None));
    assert_eq!(summary.problems, [""; 0]);
}

#[test]
fn a_kind_is_told_by_bytes() {
    let table = [
        ("colors.qvd", true, false),
        ("damaged.qvd", true, false),
        ("CurrencyExchangeRate.qvx", false, true),
    ];
    for (name, is_qvd, is_qvx) in table {
        let bytes = sample(name);
        assert_eq!((qvd::is_qvd(&bytes), qvx::is_qvx(&bytes)), (is_qvd, is_qvx), "{name}");
    }
    for bytes in [
        &b"\xff\xff\x01\x00\xc1\x06"[..],
        b"version https://git-lfs.github.com/spec/v1\n",
        b"",
        b"text <QvdTableHeader>",
    ] {
        let summary = read_qvd(bytes.to_vec());
        assert_eq!(summary.kind, AppKind::Unknown);
        assert_eq!(summary.problems, ["it does not begin as a QVD does"]);
    }
}

#[test]
fn lineage_is_named_once_and_never_with_its_statement() {
    let inner = "<TableName>A &amp; B</TableName><EncryptionInfo><Key>x</Key></EncryptionInfo><Lineage>\
        <LineageInfo><Discriminator>Provider=X;User ID=a;\r\n Password=b;</Discriminator><Statement>SELECT hidden</Statement></LineageInfo>\
        <LineageInfo><Discriminator>Provider=X;User ID=a; Password=b;</Discriminator><Statement><![CDATA[SELECT hidden]]></Statement></LineageInfo>\
        <LineageInfo><Discriminator>INLINE;</Discriminator></LineageInfo></Lineage>\
        <ProfilingData><FieldName>again</FieldName><TableName>other</TableName></ProfilingData>";
    let summary = read_qvd(built(inner, b""));
    let names: Vec<&str> = summary.connections.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["Provider=X;User ID=a; Password=b;", "INLINE;"]);
    assert_eq!((summary.title.as_deref(), summary.encrypted), (Some("A & B"), Some(true)));
    assert!(summary.fields.is_empty());
    assert!(!format!("{summary:?}").contains("hidden"));
}

#[test]
fn damage_of_each_kind_is_told() {
    let numbers = "<NoOfRecords>3</NoOfRecords><Offset>2</Offset><Length>3</Length>";
    let whole = built(numbers, b"12345");
    let cut = |length: usize| whole[..length].to_vec();
    let table: [(Vec<u8>, Option<DataInside>, &str); 7] = [
        (whole.clone(), Some(DataInside::Yes), ""),
        (cut(whole.len() - 2), Some(DataInside::Yes), "2 of 5 bytes are missing"),
        (cut(whole.len() - 5), Some(DataInside::No), "5 of 5 bytes are missing"),
        (built(numbers, b"123456"), Some(DataInside::Yes), "1 bytes more than"),
        (cut(whole.len() - 12), None, "has no end"),
        (cut(whole.len() - 6), Some(DataInside::No), "the zero byte"),
        (built("<NoOfRecords>-1</NoOfRecords>", b""), Some(DataInside::No), "count of rows is no number"),
    ];
    for (bytes, data, problem) in table {
        let summary = read_qvd(bytes);
        assert_eq!(summary.data, data, "{problem}");
        let told = summary.problems.join("; ");
        assert!(
            if problem.is_empty() { told.is_empty() } else { told.contains(problem) },
            "{problem}: {told}"
        );
    }
}

#[test]
fn what_is_no_xml_is_passed_over() {
    for broken in [
        "<!ELEMENT",
        "<a b=\"<\">",
        "&;&unknown;",
        "<",
        "</>",
        "<1>",
        "<!-- -- >",
        "<?",
        "<![CDATA[",
        "\u{fffd}",
    ] {
        let inner =
            format!("<QvBuildNo>50500</QvBuildNo>{broken}<CreatorDoc>x</CreatorDoc><TableName>T</TableName>");
        let summary = read_qvd(built(&inner, b""));
        assert_eq!(summary.build.as_deref(), Some("50500"), "{broken}");
        assert_eq!(summary.title.as_deref(), Some("T"), "{broken}");
    }
    let mut bytes = built("<TableName>T</TableName><Comment>\u{e4}</Comment>", b"");
    let at = bytes.iter().position(|byte| *byte == 0xc3).expect("there is one");
    bytes[at] = 0xff;
    assert_eq!(read_qvd(bytes).title.as_deref(), Some("T"));
}

#[test]
fn a_header_with_much_lineage_is_read_to_its_end() {
    let source = |number: usize| {
        format!(
            "<LineageInfo><Discriminator>lib://Files/{number}.csv</Discriminator><Statement>{}</Statement></LineageInfo>",
            "x".repeat(900)
        )
    };
    let lineage: String = (0..1000).map(source).collect();
    let inner = format!("<Lineage>{lineage}</Lineage><TableName>late</TableName>");
    let summary = read_qvd(built(&inner, b""));
    assert_eq!((summary.title.as_deref(), summary.connections.len()), (Some("late"), 1000));
    assert_eq!(summary.problems, [""; 0]);
    // An end tag across the border of two windows.
    for pad in 0..40 {
        let inner = format!("<a>{}</a>", "y".repeat((64 << 10) - 60 + pad));
        assert_eq!(read_qvd(built(&inner, b"")).problems, [""; 0], "{pad}");
    }
}

#[test]
fn what_is_too_long_or_too_much_is_left_out_and_counted() {
    let field = "<QvdFieldHeader><FieldName>f</FieldName></QvdFieldHeader>".repeat(20_001);
    let inner = format!("<Comment>{}</Comment><TableName>T</TableName>{field}", "\u{e4}".repeat(8 << 10));
    let summary = read_qvd(built(&inner, b""));
    assert_eq!((summary.title.as_deref(), &summary.description), (Some("T"), &None));
    assert_eq!((summary.fields.len(), summary.tables[0].fields), (20_000, Some(20_001)));
    assert!(summary.problems[0].starts_with("2 values"), "{:?}", summary.problems);
}

/// A header, then zeros; counts what is read of it.
struct Huge {
    head: Vec<u8>,
    size: u64,
    at: u64,
    read: u64,
}

impl Read for Huge {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let length = buffer.len().min(left);
        for (place, byte) in (self.at..).zip(&mut buffer[..length]) {
            let of_head = usize::try_from(place).ok().and_then(|place| self.head.get(place));
            *byte = of_head.copied().unwrap_or(b'z');
        }
        self.at += length as u64;
        self.read += length as u64;
        Ok(length)
    }
}

impl Seek for Huge {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => self.size.saturating_add_signed(by),
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
        };
        Ok(self.at)
    }
}

#[test]
fn of_a_huge_file_no_more_is_read_than_of_a_small_one() {
    let rows = 3_u64 << 30;
    let inner = format!(
        "<TableName>big</TableName><NoOfRecords>1073741824</NoOfRecords><Offset>0</Offset><Length>{rows}</Length>"
    );
    let head = built(&inner, b"");
    let size = head.len() as u64 + rows;
    let mut huge = Huge { head, size, at: 0, read: 0 };
    let summary = qvd::read(&mut huge);
    assert_eq!((summary.bytes, summary.data), (size, Some(DataInside::Yes)));
    assert_eq!(summary.problems, [""; 0]);
    assert!(huge.read < 256 << 10, "{} bytes were read", huge.read);
    // Without an end tag the search for it ends.
    let mut huge =
        Huge { head: b"<QvdTableHeader><TableName>T</TableName>".to_vec(), size: u64::MAX, at: 0, read: 0 };
    let summary = qvd::read(&mut huge);
    assert_eq!((summary.title.as_deref(), summary.data), (Some("T"), None));
    assert!(summary.problems[0].contains("has no end"), "{:?}", summary.problems);
    assert!(huge.read < 40 << 20, "{} bytes were read", huge.read);
}

/// Fails after so many bytes.
struct Failing(Cursor<Vec<u8>>);

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::new(io::ErrorKind::PermissionDenied, "a secret path"))
    }
}

impl Seek for Failing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_source_that_cannot_be_read_is_told() {
    let summary = qvd::read(&mut Failing(Cursor::new(vec![0; 10])));
    assert_eq!(summary.problems, ["it cannot be read: permission denied"]);
}

/// Every sample, also those that may not be copied: title, build or creation, and fields of each QVD and QVX.
#[test]
#[expect(clippy::disallowed_methods, reason = "a folder of samples, named by the tester")]
fn all_samples_are_read() {
    let Some(folder) = std::env::var_os("QDIAG_SAMPLES") else { return };
    let (mut read, mut whole) = (0, 0);
    for kind in ["apps/qvd", "apps/qvx"] {
        let Ok(files) = std::fs::read_dir(Path::new(&folder).join(kind)) else { continue };
        for file in files {
            let path = file.expect("a readable folder").path();
            let bytes = bytes_of(&path);
            let summary = match (qvd::is_qvd(&bytes), qvx::is_qvx(&bytes)) {
                (true, _) => read_qvd(bytes),
                (_, true) => qvx::read(&mut Cursor::new(bytes)),
                _ => continue,
            };
            read += 1;
            let told =
                summary.title.is_some() && summary.last_reload.is_some() && summary.problems.is_empty();
            whole += usize::from(told && !summary.fields.is_empty() && summary.tables.len() == 1);
        }
    }
    // One is damaged on purpose, and one is a container of another kind.
    assert!(read == 0 || whole + 1 == read && read >= 9, "{whole} of {read}");
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let _ = read_qvd(bytes.clone());
        let _ = qvx::read(&mut Cursor::new(bytes));
    }

    #[test]
    fn any_change_of_a_file_is_read_without_a_panic(
        name in 0..3_usize, at in any::<prop::sample::Index>(), length in 0..40_usize, new in proptest::collection::vec(any::<u8>(), 0..40)
    ) {
        let name = ["Test.qvd", "damaged.qvd", "CurrencyExchangeRate.qvx"][name];
        let mut bytes = sample(name);
        let at = at.index(bytes.len());
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, new);
        let size = bytes.len() as u64;
        prop_assert_eq!(qvx::read(&mut Cursor::new(bytes.clone())).bytes, size);
        let summary = read_qvd(bytes);
        prop_assert_eq!(summary.bytes, size);
        prop_assert!(summary.fields.len() as u64 <= summary.tables.first().map_or(0, |table| table.fields.unwrap_or(0)) + 7);
    }
}
