//! Containers made here, real ones from `tests/samples/apps`, and those in the folder that `QDIAG_SAMPLES` names.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;
use crate::app::{DataInside, Named};

mod build;
mod samples;

use build::{Build, Huge, packed, table};

const CLEAN: &[u8] = include_bytes!("../../../tests/samples/apps/test.qvf");
const DAMAGED: &[u8] = include_bytes!("../../../tests/samples/apps/damaged.qvf");
const STORED: &[u8] = include_bytes!("../../../tests/samples/apps/container.qvd");

fn summary(bytes: &[u8]) -> AppSummary {
    read(&mut Cursor::new(bytes))
}

fn app() -> Build {
    let long =
        format!(r#"{{"qScript":"///$tab Main\r\n{}Section Access;\r\n"}}"#, r"LET a = 1;\r\n".repeat(900));
    Build::new()
        .stream("qvapp_header", "qvapp_header", b"{\"FileType\":1,\"buildno\":\"50621\"}\0")
        .json("qvapp_approperties", r#"{"qTitle":"Sales","qSavedInProductVersion":"12.16.2","qLastReloadTime":"2018-04-01T00:00:00Z","description":"What it does","qThumbnail":{"qUrl":"/media/a.png"},"encrypted":true,"hassectionaccess":false,"owner":"Umber"}"#)
        .json("qvapp_appscript", &long)
        .json("qvapp_variablelist", r#"{"qEntryList":[{"qValue":1,"qProperties":{"qName":"a","qDefinition":"Trellis44"}}]}"#)
        .json("user_variablelist", r#"{"qEntryList":[{"qProperties":{"qName":"b"}},{"qProperties":{"qName":"a"}}]}"#)
        .stream("qvapp_qaccess", "x", &[b'T'; 100])
        .stream("qvapp_data", "x", b"\x031.0\0\0\0\0\x03\0\0\0\x06$Field\x06Region\x05Sales")
        .json("LoadModel", r#"{"qMetaData":{"qType":"LoadModel"}}"#)
        .json("sheet", r#"{"qRoot":{"qProperty":{"qInfo":{"qType":"sheet"},"qMetaDef":{"title":"One"}}}}"#)
        .folder("media", |folder| folder.stream("a.png", "NxQvfBundledItem", &[1; 900]))
        .folder("data", |folder| {
            folder
                .stream("field_0", "qvapp_cfield", &[2; 2000])
                .stream("table_10", "qvapp_ctable", &table("$$SysTable 1", "", 9))
                .stream("table_2", "qvapp_ctable", &table("Second", "lib://Files/b.qvd", 3))
                .stream("table_1", "qvapp_ctable", &table("First", "AUTOGENERATE(3)", 4))
        })
}

#[test]
fn an_app_is_told_without_its_values() {
    let read = summary(&app().finish());
    assert_eq!(read.problems, Vec::<String>::new());
    assert_eq!((read.title.as_deref(), read.build.as_deref()), (Some("Sales"), Some("50621")));
    assert_eq!(read.description.as_deref(), Some("What it does"));
    assert_eq!((read.section_access, read.encrypted, read.thumbnail), (Some(true), Some(true), Some(true)));
    assert_eq!((read.script_lines, read.script_tabs.len()), (Some(902), 1));
    assert_eq!(
        (read.variables.clone(), read.fields.clone()),
        (vec!["a".into(), "b".into()], vec!["Region".into(), "Sales".into()])
    );
    let tables: Vec<_> =
        read.tables.iter().map(|table| (table.name.as_str(), table.rows, table.fields)).collect();
    assert_eq!(tables, [("First", Some(4), Some(1)), ("Second", Some(3), Some(1))]);
    assert!(read.tables.iter().all(|table| table.bytes.is_some_and(|bytes| bytes > 70)));
    assert_eq!((read.data, read.sheets.len(), read.objects.len()), (Some(DataInside::Yes), 1, 0));
    assert_eq!(read.connections.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["Files"]);
    let json = serde_json::to_string(&read).expect("a summary is JSON");
    assert!(!json.contains("Trellis44") && !json.contains("TTTT") && !json.contains("Umber"), "{json}");
}

#[test]
fn section_access_is_told_by_each_of_its_signs() {
    let with = |app: Build, flag: &str| {
        let json = format!(r#"{{"qTitle":"x","{flag}":true}}"#);
        summary(&app.json("qvapp_approperties", &json).json("qvapp_appscript", r#"{"qScript":""}"#).finish())
            .section_access
    };
    assert_eq!(with(Build::new(), "other"), Some(false));
    assert_eq!(with(Build::new(), "hassectionaccess"), Some(true));
    assert_eq!(with(Build::new(), "qHasSectionAccess"), Some(true));
    assert_eq!(with(Build::new().stream("qvapp_qaccess", "x", &[0; 27]), "other"), Some(false));
    assert_eq!(with(Build::new().stream("qvapp_qaccess", "x", &[0; 28]), "other"), Some(true));
}

#[test]
fn an_older_script_stands_in_for_the_real_one() {
    let told = |app: Build| {
        let read = summary(&app.finish());
        (read.script.map(|script| script.unredacted().to_owned()), read.problems.len())
    };
    let properties =
        || Build::new().stream("qvapp_allproperties", "AllProperties", b"\0\0\x0c///$tab Mainmore");
    assert_eq!(told(Build::new().json("app_appscript", r#"{"qScript":"old"}"#)), (Some("old".into()), 3));
    assert_eq!(told(properties()), (Some("///$tab Main".into()), 5));
    assert_eq!(told(properties().json("qvapp_appscript", "[]")), (Some("///$tab Main".into()), 5));
    let mut cut = packed(r#"{"qScript":"LET a = 1;\r\nLET b = 2;"}"#);
    cut.truncate(cut.len() - 12);
    let (script, _) = told(Build::new().stream("qvapp_appscript", "x", &cut));
    assert!(script.is_some_and(|script| script.starts_with("LET a")), "the beginning is told");
}

#[test]
fn what_is_no_container_or_has_no_directory_is_said() {
    assert_eq!(summary(b"").kind, AppKind::Unknown);
    assert_eq!(summary(b"PK\x03\x04").problems.len(), 1);
    let read = summary(&CLEAN[..600]);
    assert_eq!(read.kind, AppKind::Qvf);
    assert!(read.problems.iter().any(|problem| problem.starts_with("the directory")), "{:?}", read.problems);
}

#[test]
fn streams_and_folders_that_go_round_end() {
    let pointer = 1_u64 << 63;
    let at = 1024;
    let bytes = Build::new()
        .strange("qvapp_appscript", 2000, &[(at + 0x30, 0x1d0 | pointer), (0x200, 512)])
        .strange("qvapp_approperties", 2000, &[(u64::MAX, u64::MAX >> 1), (3, 1)])
        .strange("qvapp_header", u64::MAX, &[(0, 1)])
        .folder_at("data", 512)
        .folder_at("media", 512)
        .finish();
    let read = summary(&bytes);
    assert_eq!(read.script, None);
    assert!(read.problems.len() >= 3, "{:?}", read.problems);
    assert!(!read.problems.concat().contains("holds more than is read"), "{:?}", read.problems);
}

#[test]
fn there_is_an_end_to_what_is_read() {
    let few = Limits { stored: 4000, unpacked: 500, all: 100_000, entries: 6, extents: 9, depth: 1 };
    let read = read_within(&mut Cursor::new(app().finish()), few);
    for says in [
        "the directory is larger than is read of one",
        "the load script is damaged, only its beginning is told",
    ] {
        assert!(read.problems.iter().any(|problem| problem == says), "{:?}", read.problems);
    }
    let none = Limits { all: 9000, ..Limits::default() };
    let read = read_within(&mut Cursor::new(app().finish()), none);
    assert!(
        read.problems.iter().any(|problem| problem.contains("holds more than is read")),
        "{:?}",
        read.problems
    );
}

#[test]
fn an_app_of_gigabytes_is_read_in_a_few_pieces() {
    let size = 3_500_000_000_u64.next_multiple_of(512);
    let vast = table("Vast", "lib://Files/vast.qvd", 90_000_000);
    for size in [size, size + 1] {
        let data =
            |folder: Build| folder.vast("table_0", &vast, size - 4096).vast("field_0", &[], size - 4096);
        let app = Build::new()
            .json("qvapp_approperties", r#"{"qTitle":"Sales"}"#)
            .json("qvapp_appscript", r#"{"qScript":"x"}"#)
            .folder("data", data)
            .vast("object", b"{", size - 4096);
        let mut source = Huge::new(app.finish(), size);
        let read = read(&mut source);
        assert_eq!((read.bytes, read.title.as_deref(), read.script_lines), (size, Some("Sales"), Some(1)));
        assert_eq!(read.tables[0].rows, Some(90_000_000));
        assert_eq!((read.tables[0].bytes, read.data), (Some(size - 4096), Some(DataInside::Yes)));
        assert!(source.given < 512 << 10, "{} bytes were read", source.given);
    }
}

#[test]
fn bytes_that_version_control_took_are_reckoned_with() {
    let build = || {
        let text = "a\r\nb\r\n".repeat(40);
        Build::new().stream("qvapp_allproperties", "x", text.as_bytes())
    };
    let app =
        build().json("qvapp_approperties", r#"{"qTitle":"T"}"#).json("qvapp_appscript", r#"{"qScript":"x"}"#);
    let whole = app.stream("qvapp_header", "x", b"{\"buildno\":\"50621\"}").finish();
    let is_kept = |at: &usize| whole[*at] != b'\r' || whole.get(at + 1) != Some(&b'\n');
    let bytes: Vec<u8> = (0..whole.len()).filter(is_kept).map(|at| whole[at]).collect();
    assert_eq!(bytes.len(), whole.len() - 80);
    let read = summary(&bytes);
    assert_eq!((read.title.as_deref(), read.build.as_deref()), (Some("T"), Some("50621")));
    assert_eq!(read.script_lines, Some(1));
    assert!(read.problems[0].starts_with("bytes of the file were lost"), "{:?}", read.problems);
}

#[test]
fn the_words_of_problems_hold_nothing_of_the_file() {
    let name = "Trellis44";
    for app in [
        Build::new().stream(name, "x", b"?"),
        Build::new().folder_at(name, 3),
        Build::new().strange(name, 9, &[]),
    ] {
        let read = summary(&app.folder(name, |folder| folder.stream(name, "x", b"?")).finish());
        assert!(!read.problems.is_empty() && !read.problems.concat().contains(name), "{:?}", read.problems);
    }
}

fn never_panics(bytes: &[u8]) {
    let limits = Limits { all: 8 << 20, ..Limits::default() };
    let read = read_within(&mut Cursor::new(bytes), limits);
    assert!(serde_json::to_string(&read).is_ok());
    assert!(read.problems.len() < 20);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_bytes_are_read_to_an_end(changes in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..200),
        cut in any::<proptest::sample::Index>(), which in 0_usize..4, is_cut in any::<bool>()) {
        let mut bytes = match which { 0 => STORED.to_vec(), 1 => DAMAGED.to_vec(), 2 => CLEAN.to_vec(), _ => app().finish() };
        // Most of a file are values; what leads to them stands at sector starts of the first part.
        for (at, byte) in changes {
            let at = if byte & 1 == 0 { at.index(bytes.len()) } else { at.index(bytes.len() / 512) * 512 + usize::from(byte / 4) };
            if at >= 12 && at < bytes.len() { bytes[at] = byte; }
        }
        if is_cut { bytes.truncate(cut.index(bytes.len())); }
        never_panics(&bytes);
    }
    #[test]
    fn parts_of_any_bytes_are_read_to_an_end(which in 0_usize..5, change in any::<(proptest::sample::Index, u8)>(), cut in any::<proptest::sample::Index>()) {
        let parts = [
            table("Name", "lib://Files/x.qvd", 7),
            b"\x031.0\0\0\0\0\x03\0\0\0\x06$Field\x06Region\xff\x05\0Sales".to_vec(),
            b"\x05qInfo\0\x05alpha\x08bookmark\x05title\0\x03\"a\"".to_vec(),
            b"\0\x86\x0c///$tab Main".to_vec(),
            packed(r#"{"qScript":"LET a = 1;"}"#),
        ];
        let mut bytes = parts[which].clone();
        let at = change.0.index(bytes.len());
        bytes[at] = change.1;
        bytes.truncate(cut.index(bytes.len() * 2 + 1));
        drop((model::table(&bytes), model::fields(&bytes), model::bookmark(&bytes)));
        let _ = model::script_in_properties(&bytes);
        let content = payload::unpack(Content { bytes: zeroize::Zeroizing::new(bytes), whole: true }, 100);
        drop(script_text(&content));
    }
}
