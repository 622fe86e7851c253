//! Real documents, made ones, cut ones and damaged ones.

use std::io::Cursor;

use proptest::prelude::*;

use super::*;
use crate::app::{Connection, DataInside, Named, Script};
use made::{Made, Vast};

mod made;
mod real;

fn told(bytes: impl Into<Vec<u8>>) -> AppSummary {
    read(&mut Cursor::new(bytes.into()))
}

fn script(app: &AppSummary) -> &str {
    app.script.as_ref().map_or("", Script::unredacted)
}

#[test]
fn everything_is_told_and_no_value() {
    let app = told(Made::default().bytes());
    assert_eq!(app.problems, Vec::<String>::new());
    assert_eq!(app.kind, AppKind::Qvw);
    assert_eq!(app.title.as_deref(), Some("Sales & more"));
    assert_eq!(app.saved_by_version.as_deref(), Some("12.40.20100.0"));
    assert_eq!(app.last_reload.as_deref(), Some("2024-02-03 04:05:06"));
    assert_eq!((app.section_access, app.thumbnail), (Some(false), Some(true)));
    assert_eq!(app.data, Some(DataInside::Yes));
    assert_eq!(app.sheets, [Named { name: "SH01".into(), kind: None }]);
    let named = |name: &str, kind: &str| Named { name: name.into(), kind: Some(kind.into()) };
    assert_eq!(app.objects, [named("Year", "List Box"), named("Best", "Bookmark")]);
    assert_eq!(app.fields, ["A"]);
    assert_eq!((app.tables.len(), app.tables[0].rows, app.tables[0].fields), (1, Some(7), Some(2)));
    assert_eq!(app.variables, ["vPassword"]);
    let connection = |name: &str, kind: &str| Connection { name: name.into(), kind: kind.into() };
    assert_eq!(app.connections, [connection("C:\\data\\a.qvd", "lineage"), connection("Shop", "lib")]);
    assert_eq!(app.script_tabs, ["Main", "Load"]);
    assert_eq!(script(&app).as_bytes(), Made::default().script);
    let json = serde_json::to_string(&app).expect("it is JSON");
    assert!(!json.contains("canary") && !json.contains("someone"), "{json}");
}

#[test]
fn scripts_of_every_length_are_taken_whole_and_no_more() {
    for (length, tab) in
        [(0, ""), (1, ""), (63, ""), (64, "///$tab A\n"), (8191, ""), (8192, "///$tab A\n"), (3_000_000, "")]
    {
        let mut text = tab.as_bytes().to_vec();
        text.resize(length, b'x');
        let made = Made { script: text.clone(), ..Made::default() };
        let app = told(made.bytes());
        assert_eq!(script(&app).as_bytes(), text, "{length}");
        assert_eq!(
            (app.problems.len(), app.saved_by_version.as_deref()),
            (0, Some("12.40.20100.0")),
            "{length}"
        );
        assert_eq!(app.script_lines, Some(if length == 0 { 0 } else { 1 + u64::from(!tab.is_empty()) }));
    }
}

#[test]
fn a_script_is_found_where_the_numbers_before_it_are_others() {
    // So long that the last byte of its length is one by itself.
    let script = [b"///$tab Main\r\n".to_vec(), vec![b'x'; 2100]].concat();
    let made = Made { title: b"Old title".to_vec(), script, ..Made::default() };
    let stream = made.stream();
    let at = stream.windows(9).position(|part| part == b"Old title").expect("it is there");
    // Twenty more numbers: the folder shows where the title and the script are.
    let moved = [&[0; 20][..], &stream].concat();
    // Nothing but the script: its tab shows where it is, the length before it how long.
    let text = &made.script;
    let bare =
        [&[1, 2, 3][..], &number::write(text.len()), text, b"\x05more text", &stream[at + 100..]].concat();
    // Without its length it goes on to the first byte that is none of a text.
    let lost = [&[0xFF; 9][..], text, &[0; 100]].concat();
    for (stream, title) in [(&moved, Some("Old title")), (&bare, None), (&lost, None)] {
        let document = document::read(&mut Unpacked::new(packed(stream).as_slice(), UNPACKED));
        assert_eq!(document.title.as_deref(), title);
        assert_eq!(document.script.as_ref().map(Script::unredacted).unwrap_or_default().as_bytes(), text);
        assert!(!document.script_cut && !document.other_script);
    }
}

#[test]
fn a_script_may_be_the_last_and_may_be_cut() {
    let letters =
        std::iter::successors(Some(1_u32), |last| Some(last.wrapping_mul(1_664_525).wrapping_add(12_345)));
    let script: Vec<u8> = letters.map(|letter| b'a' + letter.to_be_bytes()[0] % 26).take(90_000).collect();
    let made = Made { script: script.clone(), ..Made::default() };
    let stream = made.stream();
    let at = stream.windows(90).position(|part| part == &script[..90]).expect("it is there");
    let last = packed(&stream[..at + script.len()]);
    let document = document::read(&mut Unpacked::new(last.as_slice(), UNPACKED));
    assert_eq!(document.script.as_ref().map(|script| script.unredacted().len()), Some(script.len()));
    assert!(!document.script_cut);
    let app = told(&made.bytes()[..20_000]);
    let left = self::script(&app).as_bytes();
    assert!(left.len() > 10_000 && script.starts_with(left), "{}", left.len());
    assert!(app.problems.contains(&"the load script is cut".to_owned()), "{:?}", app.problems);
}

fn packed(stream: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(stream).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

#[test]
fn the_last_version_of_a_length_is_taken_unless_one_has_the_digest() {
    let layout = b"\x1011.20.12347.0409\0\0\0 not 10.00.8935.0409 \x0f10.00.8935.0409\0\0".to_vec();
    let made = Made { layout: layout.clone(), ..Made::default() };
    assert_eq!(told(made.bytes()).saved_by_version.as_deref(), Some("12.40.20100.0"));
    let made = Made { layout, version: "twelve", ..Made::default() };
    assert_eq!(told(made.bytes()).saved_by_version.as_deref(), Some("10.00.8935.0409"));
    let made = Made { version: "13.SR2", ..Made::default() };
    assert_eq!(told(made.bytes()).saved_by_version.as_deref(), Some("13.SR2"));
    let digest = "5F6E".repeat(16);
    let layout = b"\x0d12.50.20000.0\0\0\0".to_vec();
    let layout = [layout, vec![0x80, 1], digest.into_bytes(), b"\x1011.20.12347.0409\0".to_vec()].concat();
    let made = Made { layout, version: "twelve", ..Made::default() };
    assert_eq!(told(made.bytes()).saved_by_version.as_deref(), Some("12.50.20000.0"));
    let made =
        Made { layout: b"see 11.20.12347.0409, or\x0511.20.12347".to_vec(), version: "", ..Made::default() };
    let app = told(made.bytes());
    assert_eq!(app.saved_by_version, None);
    assert_eq!(app.problems, ["the version that saved the document was not found"]);
}

#[test]
fn section_access_is_told_wherever_it_is() {
    let visible = Made {
        script: b"///$tab A\nSection Access;\nLOAD * INLINE [\nUSERID\n];".to_vec(),
        ..Made::default()
    };
    let app = told(visible.bytes());
    assert_eq!(app.section_access, Some(true));
    let hidden = b"///$tab Hidden Script\r\nsection  access ;\r\nLOAD 1;";
    let layout = [&[0, 0][..], &number::write(hidden.len()), hidden, &[0; 9]].concat();
    let app = told(Made { layout, ..Made::default() }.bytes());
    assert_eq!(app.section_access, Some(true));
    assert_eq!(app.problems, ["a second load script is inside, perhaps a hidden one; it was not taken"]);
    assert!(!script(&app).contains("ection"));
    let information = "<DocumentInfo><HasSectionAccess>true</HasSectionAccess></DocumentInfo>";
    assert_eq!(told(Made { information, ..Made::default() }.bytes()).section_access, Some(true));
    let app = told(Made { information: "", ..Made::default() }.bytes());
    assert_eq!(app.section_access, None, "a script without it says nothing of a hidden one");
}

#[test]
fn a_text_that_speaks_of_tabs_is_no_script() {
    let made = Made { layout: b"\0\0 see ///$tab in the manual\0".to_vec(), ..Made::default() };
    assert_eq!(told(made.bytes()).problems, Vec::<String>::new());
}

#[test]
fn rows_are_inside_where_a_table_or_a_field_has_some() {
    let table = "<DocumentSummary><TableDescription><Name>T</Name><NoOfRows>0</NoOfRows></TableDescription>";
    let empty = "<DocumentSummary><FieldDescription><Name>A</Name><Cardinal>0</Cardinal></FieldDescription></DocumentSummary>";
    let full = "<DocumentSummary><FieldDescription><Name>A</Name><Cardinal>2</Cardinal></FieldDescription>";
    for (summary, data) in [(table, None), (empty, Some(DataInside::No)), (full, Some(DataInside::Yes))] {
        let app = told(Made { summary, ..Made::default() }.bytes());
        assert_eq!(app.data, data, "{summary}");
        assert_eq!(app.problems.is_empty(), summary == empty);
    }
}

#[test]
fn without_a_reload_time_of_the_place_that_of_the_world_is_told() {
    let information = "<DocumentInfo><LastReloadTimeISO></LastReloadTimeISO>\
        <UtcLastReloadTimeISO>2015-11-17 09:08:53</UtcLastReloadTimeISO></DocumentInfo>";
    let app = told(Made { information, ..Made::default() }.bytes());
    assert_eq!(app.last_reload.as_deref(), Some("2015-11-17 09:08:53"));
    let made = Made { information, title: b" Title ".to_vec(), ..Made::default() };
    assert_eq!(told(made.bytes()).title.as_deref(), Some("Title"));
}

#[test]
fn of_three_gigabytes_the_two_ends_are_read() {
    let made = Made::default();
    let (front, back) = (made.front(), made.back());
    let mut vast = Vast { front, middle: 3 << 30, back, at: 0, read: 0, most: 0 };
    let app = read(&mut vast);
    assert_eq!((app.bytes, app.problems.len()), (vast.size(), 0));
    assert_eq!(app.last_reload.as_deref(), Some("2024-02-03 04:05:06"));
    assert_eq!(app.saved_by_version.as_deref(), Some("12.40.20100.0"));
    assert_eq!((app.thumbnail, app.script_tabs.len()), (Some(false), 2));
    assert!(vast.read < 8 << 20, "{} bytes were read", vast.read);
    assert!(vast.most <= 1 << 21, "{} bytes at once", vast.most);
}

#[test]
fn of_three_gigabytes_without_an_end_no_more_than_a_stretch_is_searched() {
    let mut vast =
        Vast { front: Made::default().front(), middle: 3 << 30, back: vec![1], at: 0, read: 0, most: 0 };
    let app = read(&mut vast);
    assert_eq!(app.saved_by_version.as_deref(), Some("12.40.20100.0"));
    assert_eq!(app.problems.len(), 3, "{:?}", app.problems);
    assert!(vast.read < 200 << 20, "{} bytes were read", vast.read);
}

#[test]
fn a_stream_is_unpacked_to_the_limit() {
    let made = Made { layout: vec![0; 4_000_000], ..Made::default() };
    let bytes = made.bytes();
    let mut cursor = Cursor::new(bytes);
    let mut limited = Limited::new(&mut cursor).expect("memory seeks");
    let app = read_within(&mut limited, 1_000_000);
    assert_eq!(app.script_tabs.len(), 2);
    assert_eq!(app.problems.len(), 2, "{:?}", app.problems);
    assert!(app.problems[0].contains("looked at for 1000000 of "), "{:?}", app.problems);
}

#[test]
fn of_a_cut_document_what_is_left_is_told() {
    let made = Made {
        layout: (0..40_000_u32).flat_map(|at| at.wrapping_mul(2_654_435_761).to_le_bytes()).collect(),
        ..Made::default()
    };
    let whole = made.bytes();
    let front = made.front().len();
    for left in
        [0, 7, 8, 20, 23, 24, 60, 20_000, front / 2, front, front + 1000, whole.len() - 600, whole.len() - 1]
    {
        let app = told(&whole[..left]);
        assert!(!app.problems.is_empty(), "{left}");
        assert_eq!(app.kind == AppKind::Qvw, left >= 8, "{left}");
        assert_eq!(app.script.is_some(), left >= 20_000, "{left}");
        assert_eq!(app.saved_by_version.is_some(), left >= front, "{left}");
        assert_eq!(app.last_reload.is_some(), left > front, "{left}");
    }
}

#[test]
fn what_is_no_document_is_said_to_be_none() {
    let app = told(&b"PK\x03\x04 and more than twenty bytes"[..]);
    assert_eq!(app.kind, AppKind::Unknown);
    assert_eq!(app.problems, ["the file does not begin as a QlikView document does"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_damaged_document_never_ends_the_program(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0_u8..4), 1..12),
        is_real in any::<bool>(),
    ) {
        let mut bytes = if is_real { real::SAMPLE.to_vec() } else { Made::default().bytes() };
        for (place, byte, how) in changes {
            let place = place.index(bytes.len());
            match how {
                0 => bytes[place] = byte,
                1 => bytes[place] ^= 1 << (byte % 8),
                2 => drop(bytes.drain(place..(place + usize::from(byte)).min(bytes.len()))),
                _ => drop(bytes.splice(place..place, std::iter::repeat_n(byte, 40))),
            }
            if bytes.is_empty() {
                break;
            }
        }
        let app = told(bytes);
        prop_assert!(app.script.is_some() || !app.problems.is_empty());
    }

    #[test]
    fn any_stream_is_read(stream in prop::collection::vec(any::<u8>(), 0..2000), shift in 0_usize..60) {
        let mut known = Made::default().stream();
        known.splice(shift..shift, stream.iter().copied());
        for stream in [&known, &stream] {
            let document = document::read(&mut Unpacked::new(packed(stream).as_slice(), UNPACKED));
            prop_assert_eq!(document.ended, Some(Ended::Whole));
            prop_assert_eq!(document.bytes, stream.len() as u64);
        }
    }
}
