//! `--around`, `--since` and `--until`: of logs only the records of the time are taken, whole, and the manifest tells which.

use serde_json::Value;

use crate::support::{Bundle, Ran, Root, Run, collect};

const EXAMPLE: &str = r#"schema = 1
id = "example-server"
name = "Example Server"

[[detect.file]]
path = "/opt/example/server.conf"

[[collect]]
id = "settings"
category = "config"
paths = ["/opt/example/server.conf"]

[[collect]]
id = "service-log"
category = "logs"
paths = ["/var/log/example/**/*"]
"#;

/// The host of all tests here: an hour ahead of UTC, its clock at 2026-01-02 03:04:05.
fn host() -> Root {
    Root::linux()
        .file("/opt/example/server.conf", "2026-01-01 09:00:00 = a\n2026-01-01 10:00:00 = b\n")
        .file("/definitions/example-server.toml", EXAMPLE)
}

fn take(root: &Root, more: &[&str]) -> (Bundle, Ran) {
    let definitions = root.real("/definitions");
    let definitions = ["--collectors", definitions.to_str().expect("plain")];
    collect(root.path(), root.output.path(), &[&definitions[..], more].concat())
}

/// A record for each minute of the 1st of January, from 08:00 to 19:59, each with a line that continues it.
fn table(end: &str) -> String {
    let mut text = format!("Sequence#\tTimestamp\tPassword\tMessage{end}");
    for minute in 480..1200 {
        let stamp = format!("20260101T{:02}{:02}00.000+0100", minute / 60, minute % 60);
        text.push_str(&format!(
            "{minute}\t{stamp}\tSecret-{minute}-Value\tfailed:{end}  at line {minute}{end}"
        ));
    }
    text
}

fn sum(line: &Value) -> u64 {
    let cut = &line["cut"];
    ["head", "tail", "dropped", "dropped_after"].iter().filter_map(|part| cut[part].as_u64()).sum()
}

#[test]
fn of_a_log_only_the_records_around_a_time_are_taken() {
    for end in ["\n", "\r\n"] {
        let text = format!("\u{FEFF}{}", table(end));
        let root = host().file("/var/log/example/a.log", &text);
        let (bundle, ran) = take(&root, &["--around", "2026-01-01T12:00", "--window", "20m"]);
        let line = bundle.line("a.log");
        assert_eq!((ran.code, &line["outcome"]), (0, &"collected".into()), "{ran}");
        assert_eq!(line["reason"], "only the records of the time window");
        let stored = std::str::from_utf8(bundle.bytes("a.log")).expect("text");
        let lines: Vec<&str> = stored.split_terminator(end).collect();
        assert_eq!(lines[0], "\u{FEFF}Sequence#\tTimestamp\tPassword\tMessage");
        assert!(lines[1].starts_with("[qdiag left out "), "{}", lines[1]);
        // One record more, since it may still be running when the window begins.
        assert!(lines[2].starts_with("709\t20260101T114900.000+0100\tREDACTED_"), "{}", lines[2]);
        assert!(lines[4].starts_with("710\t20260101T115000.000+0100\tREDACTED_"), "{}", lines[4]);
        assert_eq!(lines[lines.len() - 2], "  at line 730");
        assert!(lines[lines.len() - 1].starts_with("[qdiag left out "), "{stored}");
        assert_eq!(lines.len(), 1 + 1 + 22 * 2 + 1);
        assert!(!stored.contains("-Value"), "the column is still known by the header");
        assert_eq!(line["cut"]["first_time"], "2026-01-01T10:49:00Z");
        assert_eq!(line["cut"]["last_time"], "2026-01-01T11:10:00Z");
        assert_eq!(sum(&line), text.len() as u64);
        assert_eq!(line["source_bytes"], text.len() as u64);
    }
}

#[test]
fn a_log_of_two_byte_text_is_cut_at_whole_records() {
    let mut bytes = vec![0xFF, 0xFE];
    // A reload log begins with a record, so it has no header.
    let text: String = (480..1200)
        .map(|minute| format!("1/1/2026 {}:{:02}:00: 0001 Lädt 表\r\n  weiter\r\n", minute / 60, minute % 60))
        .collect();
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let root = host().file("/var/log/example/reload.log", &bytes);
    let (bundle, ran) = take(&root, &["--since", "2026-01-01T12:00", "--until", "2026-01-01T12:01"]);
    let line = bundle.line("reload.log");
    assert_eq!((ran.code, &line["outcome"]), (0, &"collected".into()), "{line}");
    let stored = bundle.bytes("reload.log");
    let units: Vec<u16> =
        stored[2..].chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
    let shown = String::from_utf16(&units).expect("whole characters");
    let records: Vec<&str> = shown.split("\r\n").collect();
    assert_eq!(records.len(), 9, "{shown}");
    assert!(records[0].starts_with("[qdiag left out ") && records[7].starts_with("[qdiag left out "));
    let minute = |time: &str| format!("1/1/2026 {time}:00: 0001 Lädt 表");
    let wanted = [minute("11:59"), "  weiter".into(), minute("12:00"), "  weiter".into(), minute("12:01")];
    assert_eq!(records[1..6], wanted);
    assert_eq!(sum(&line), bytes.len() as u64);
    assert_eq!(line["cut"]["first_time"], "2026-01-01T10:59:00Z");
}

#[test]
fn what_lies_outside_or_has_no_times_says_so() {
    let text = table("\n");
    let root = host()
        .file("/var/log/example/later.log", &text)
        .file("/var/log/example/notes.log", "no times\nin these lines\n")
        .file("/var/log/example/small.log", "2026-01-01 06:00:00 a\n  goes on\n2026-01-01 07:00:00 b\n")
        .file("/data/named.log", &text);
    let args = ["--around", "2026-01-01T06:30", "--window", "30m", "--add", "/data"];
    let (bundle, ran) = take(&root, &args);
    assert_eq!(ran.code, 0, "{ran}");
    let line = bundle.line("later.log");
    assert_eq!(
        (&line["outcome"], &line["reason"]),
        (&"skipped".into(), &"empty window: all its records are later".into())
    );
    let line = bundle.line("notes.log");
    assert_eq!(
        (&line["outcome"], &line["reason"], &line["cut"]),
        (
            &"collected".into(),
            &"whole, not only the time window: its lines have no time stamps".into(),
            &Value::Null
        )
    );
    // The last words before a silence are kept.
    let stored = String::from_utf8_lossy(bundle.bytes("small.log")).into_owned();
    assert_eq!(stored, "2026-01-01 06:00:00 a\n  goes on\n[qdiag left out 22 bytes here]\n");
    assert_eq!(
        bundle.line("small.log")["reason"],
        "no record lies in the time window; the last one before it is kept"
    );
    for whole in ["named.log", "server.conf"] {
        let line = bundle.line(whole);
        assert_eq!((&line["outcome"], &line["cut"]), (&"collected".into(), &Value::Null), "{whole}");
    }
}

#[test]
fn a_limit_keeps_the_newest_records_of_the_window() {
    let root = host().file("/var/log/example/a.log", table("\n"));
    let args = ["--since", "2026-01-01T10:00", "--until", "2026-01-01T12:00", "--max-file", "2kB"];
    let (bundle, ran) = take(&root, &args);
    let line = bundle.line("a.log");
    assert_eq!((ran.code, &line["outcome"]), (0, &"truncated".into()), "a limit is no gap\n{ran}");
    assert!(line["reason"].as_str().expect("text").starts_with("over the limit: "), "{line}");
    let stored = String::from_utf8_lossy(bundle.bytes("a.log")).into_owned();
    let kept: Vec<&str> = stored.lines().filter(|line| line.contains('\t')).collect();
    assert!(kept.len() > 20 && kept.len() < 40, "{stored}");
    assert!(kept[kept.len() - 1].starts_with("720\t20260101T120000"), "{stored}");
    assert!(stored.lines().nth(2).expect("a record").contains("\t20260101T11"), "whole records\n{stored}");
    assert_eq!(line["cut"]["last_time"], "2026-01-01T11:00:00Z");
    assert_eq!(sum(&line), table("\n").len() as u64);
}

#[test]
fn a_window_of_the_whole_file_changes_nothing() {
    let text = table("\n");
    let root = host().file("/var/log/example/a.log", &text).file("/var/log/example/b.log.gz", "no zip");
    let (bundle, _) = take(&root, &["--since", "2026-01-01"]);
    let line = bundle.line("a.log");
    assert_eq!(
        (&line["outcome"], &line["reason"], &line["cut"]),
        (&"collected".into(), &Value::Null, &Value::Null)
    );
    assert!(String::from_utf8_lossy(bundle.bytes("a.log")).ends_with("  at line 1199\n"));
}

#[test]
fn around_and_since_exclude_each_other_and_a_window_needs_a_length() {
    let root = host();
    let run =
        |args: &[&str]| Run::new(["plan", "--environment-only", "--root"]).arg(root.path()).args(args).run();
    run(&["--around", "2026-01-01T12:00", "--since", "2d"]).code(2);
    run(&["--window", "2h"]).code(2);
    for wrong in ["0h", "soon", ""] {
        let ran = run(&["--around", "2026-01-01T12:00", "--window", wrong]).code(2);
        assert!(ran.stderr.contains("--window"), "{ran}");
    }
    run(&["--around", "2026-01-01T12:00"]).code(0);
    run(&["--around", "2h", "--window", "30m"]).code(0);
}
