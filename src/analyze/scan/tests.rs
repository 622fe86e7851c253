//! Logs that are looked through in pieces of any size.

use super::*;
use crate::analyze::{Class, Issue, Lookup, Severity};
use crate::host::Zone;

fn issue(id: &str, needle: &str) -> Issue {
    Issue {
        id: id.into(),
        products: Vec::new(),
        versions: None,
        files: Vec::new(),
        needle: needle.into(),
        pattern: None,
        unless: None,
        field: "line".into(),
        at_least: 1,
        lasting: None,
        severity: Severity::Error,
        class: Class::Issue,
        what: "x".into(),
        means: "x".into(),
        action: "x".into(),
        article: None,
        address: None,
        source: None,
        sure: crate::definition::Certainty::Sourced,
        matches: Vec::new(),
        keeps: Vec::new(),
    }
}

fn scan(issues: &[Issue], text: &[u8], piece: usize, window: Window) -> (Vec<(usize, Times)>, u64) {
    let zone = chrono::FixedOffset::east_opt(0).expect("an offset");
    let origin = Origin { zone: Zone::Fixed(zone), modified: None };
    let file = ScanFile { name: "a.txt".into(), origin, format: None, window };
    let mut scan = Scan::new(Lookup::new(issues).set("p", None, "a.txt"), file);
    text.chunks(piece).for_each(|piece| scan.write(piece));
    scan.finish()
}

const TEXT: &str = "Time\tLevel\tMessage\tUser\n\
    2026-01-01T10:00:00Z\tERROR\tthe engine went away\tx\n\
    2026-01-01T10:01:00Z\tINFO\tfine\twent away\n\
    \n\
    2026-01-01T10:02:00Z\tERROR\tthe proxy went away and stopped\tx";

#[test]
fn pieces_of_any_size_give_the_same() {
    let issues = [issue("away", "went away"), Issue { field: "message".into(), ..issue("stop", "stopped") }];
    let whole = scan(&issues, TEXT.as_bytes(), 10_000, (None, None));
    for piece in 1..80 {
        assert_eq!(scan(&issues, TEXT.as_bytes(), piece, (None, None)), whole, "{piece}");
    }
    let (found, lines) = whole;
    assert_eq!((found.len(), lines), (2, 5));
    let (row, times) = &found[0];
    assert_eq!((*row, times.count, times.first.line, times.last.line), (0, 3, 2, 5));
    assert_eq!(times.first.time.as_deref(), Some("2026-01-01T10:00:00.000Z"));
    assert_eq!(times.first.text, "2026-01-01T10:00:00Z ERROR the engine went away x");
}

#[test]
fn a_field_is_a_column_where_there_is_one() {
    let by_message =
        Issue { field: "message".into(), pattern: Some("went".into()), ..issue("away", "went away") };
    let (found, _) = scan(std::slice::from_ref(&by_message), TEXT.as_bytes(), 64, (None, None));
    assert_eq!(found[0].1.count, 2);
    let (found, _) = scan(&[by_message], b"no columns, but it went away\n", 64, (None, None));
    assert_eq!(found[0].1.count, 1);
}

#[test]
fn only_the_time_that_is_wanted_counts() {
    let since = "2026-01-01T10:01:30Z".parse().ok();
    let (found, _) = scan(&[issue("away", "went away")], TEXT.as_bytes(), 64, (since, None));
    assert_eq!((found[0].1.count, found[0].1.first.line), (1, 5));
}

#[test]
fn wide_text_and_very_long_lines_are_read() {
    let wide: Vec<u8> = "\u{feff}a\r\nit went away\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for piece in [2, 3, 7, 100] {
        let (found, lines) = scan(&[issue("away", "went away")], &wide, piece, (None, None));
        assert_eq!((found[0].1.first.line, lines), (2, 2), "{piece}");
    }
    let long = format!("x\n{}it went away{}\nwent away\n", "a".repeat(200_000), "b".repeat(200_000));
    let (found, lines) = scan(&[issue("away", "went away")], long.as_bytes(), 1000, (None, None));
    let times = &found[0].1;
    assert_eq!((times.count, times.first.line, times.last.line, lines), (2, 2, 3, 3));
    assert!(times.first.text.len() < SHOWN + 20, "{}", times.first.text.len());
}

#[test]
fn many_rows_are_all_found() {
    let issues: Vec<Issue> =
        (0..200).map(|n| issue(&format!("row-{n}"), &format!("needle {n:03}"))).collect();
    let text: String = (0..200).map(|n| format!("line with needle {:03}\n", 199 - n)).collect();
    let (found, lines) = scan(&issues, text.as_bytes(), 333, (None, None));
    assert_eq!((found.len(), lines), (200, 200));
    assert!(found.iter().all(|(row, times)| times.first.line == 200 - *row as u64));
}
