//! Lines in every format, the formats of whole files, zones, and what is no stamp.

use chrono::{DateTime, FixedOffset};

use super::*;

/// A host an hour ahead of UTC, and a file that was written on the 2nd of February 2019.
fn origin() -> Origin {
    Origin {
        zone: Zone::Fixed(FixedOffset::east_opt(3600).unwrap()),
        modified: Some("2019-02-02T00:00:00Z".parse().unwrap()),
    }
}

fn stamps(lines: &[&str], origin: &Origin) -> Option<Stamps> {
    let lines: Vec<Vec<u8>> = lines.iter().map(|line| line.as_bytes().to_vec()).collect();
    Stamps::of(&lines, origin)
}

fn micros(time: &str) -> i64 {
    DateTime::parse_from_rfc3339(time).unwrap().timestamp_micros()
}

/// The time of one line that is a file by itself.
fn time_of(line: &str) -> Option<String> {
    let moment = stamps(&[line], &origin())?.moment(line.as_bytes())?;
    assert_eq!(moment.early, moment.late, "{line}");
    Some(Moment::time(moment.early).to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
}

/// Lines of the products.
const PRODUCTS: &[(&str, &str)] = &[
    // Qlik Sense
    ("7\t20190201T045901.475+0100\tINFO\tHOST\tSystem.Proxy\ttext", "2019-02-01T03:59:01.475Z"),
    ("7\t13.15.1.0\t20190201T045901.475+0100\tINFO\tHOST\ttext", "2019-02-01T03:59:01.475Z"),
    ("INFO\t20190201T045901.475Z\t4368\t4372\ttext", "2019-02-01T04:59:01.475Z"),
    ("3\t20190201T045901.303+01:00\t127.0.0.1\t1.15.1\tConfig\tINFO\ttext", "2019-02-01T03:59:01.303Z"),
    ("System\tINFO\t2019-02-01T04:59:01.710+01:00\t166771.2\ttext", "2019-02-01T03:59:01.710Z"),
    ("20190201T0459\tINFO\tHOST\ttext", "2019-02-01T03:59:00Z"),
    // reload logs
    ("20190201T045901.615+0100      Execution started.", "2019-02-01T03:59:01.615Z"),
    ("    20190201T045901.615+0100 0012 LOAD a", "2019-02-01T03:59:01.615Z"),
    ("1/31/2019 4:59:01 AM:      Execution started.", "2019-01-31T03:59:01Z"),
    ("1/31/2019 12:59:01 AM: 0012  LOAD a", "2019-01-30T23:59:01Z"),
    ("1/31/2019 12:59:01 p. m.: 0012  LOAD a", "2019-01-31T11:59:01Z"),
    ("1/31/2019 4:59:01\u{202F}PM: 0012  LOAD a", "2019-01-31T15:59:01Z"),
    ("31/01/2019 16:59:01:      Execution started.", "2019-01-31T15:59:01Z"),
    ("31.01.2019 16:59:01:      Execution started.", "2019-01-31T15:59:01Z"),
    ("31-01-2019 16:59:01      Execution started.", "2019-01-31T15:59:01Z"),
    ("31. 1. 2019 16.59.01 text", "2019-01-31T15:59:01Z"),
    ("2019. 01. 31. 16:59:01 text", "2019-01-31T15:59:01Z"),
    // Replicate
    ("00012345: 2019-02-01T04:59:01 [SERVER          ]I:  text", "2019-02-01T03:59:01Z"),
    ("00012345: 2019-02-01T04:59:01:851275 [SERVER          ]I:  text", "2019-02-01T03:59:01.851275Z"),
    // Karaf, log4j and their like
    ("2019-02-01T04:59:01,017 | INFO  | pool-1 | text", "2019-02-01T03:59:01.017Z"),
    ("2019-02-01 04:59:01,215 | INFO  | pool-1 | text", "2019-02-01T03:59:01.215Z"),
    ("Feb 01, 2019 4:59:01 AM org.apache.karaf.main.Main launch", "2019-02-01T03:59:01Z"),
    ("25-Jan-2019 01:17:33.805 WARNING [main] text", "2019-01-25T00:17:33.805Z"),
    ("[2019-02-01 04:59:01,123] INFO text", "2019-02-01T03:59:01.123Z"),
    ("INFO   | jvm 1    | 2019/02/01 04:59:01 | text", "2019-02-01T03:59:01Z"),
    ("INFO 2019-02-01 04:59:01 text", "2019-02-01T03:59:01Z"),
];

/// Lines of what the products stand on.
const SYSTEMS: &[(&str, &str)] = &[
    // databases and queues
    ("2019-02-01 04:59:01.123 CET [12] LOG:  text", "2019-02-01T03:59:01.123Z"),
    ("2019-02-01 04:59:01.123 UTC [12] LOG:  text", "2019-02-01T04:59:01.123Z"),
    ("2019-02-01 04:59:01.123+02 [12] LOG:  text", "2019-02-01T02:59:01.123Z"),
    ("2019-02-01 04:59:01.123 [info] <0.33.0> text", "2019-02-01T03:59:01.123Z"),
    ("=INFO REPORT==== 1-Feb-2019::04:59:01 ===", "2019-02-01T03:59:01Z"),
    ("2019-02-01 04:59:01.81 Logon       text", "2019-02-01T03:59:01.810Z"),
    // web servers
    ("::ffff:172.16.1.1 - - [01/Feb/2019:04:59:01 +0000] \"GET / HTTP/1.1\" 200 1", "2019-02-01T04:59:01Z"),
    ("2019/02/01 04:59:01 [error] 12#12: text", "2019-02-01T03:59:01Z"),
    ("[Fri Feb 01 04:59:01.123456 2019] [core:notice] text", "2019-02-01T03:59:01.123456Z"),
    ("1548993541.123   5043 10.0.0.1 TCP_MISS/200 1 GET", "2019-02-01T03:59:01.123Z"),
    // systems
    ("Feb  1 04:59:01 host sshd[12]: text", "2019-02-01T03:59:01Z"),
    ("Dec 31 04:59:01 host sshd[12]: text", "2018-12-31T03:59:01Z"),
    ("Fri, 01 Feb 2019 04:59:01 GMT text", "2019-02-01T04:59:01Z"),
    ("2019-02-01 04:59:01, Info                  CBS    text", "2019-02-01T03:59:01Z"),
    // JSON and pairs
    ("{\"level\":\"info\",\"time\":1548993541123,\"msg\":\"text\"}", "2019-02-01T03:59:01.123Z"),
    ("{\"@timestamp\" : \"2019-02-01T03:59:01.123Z\"}", "2019-02-01T03:59:01.123Z"),
    ("{\"t\":{\"$date\":\"2019-02-01T04:59:01.123+01:00\"},\"s\":\"I\"}", "2019-02-01T03:59:01.123Z"),
    ("level=info time=\"2019-02-01T04:59:01+01:00\" msg=text", "2019-02-01T03:59:01Z"),
    ("2019-01-01T00:59:60Z text", "2019-01-01T00:59:59Z"),
];

#[test]
fn the_time_of_a_line_is_found_in_every_format() {
    for (line, wanted) in PRODUCTS.iter().chain(SYSTEMS) {
        assert_eq!(time_of(line).as_deref(), Some(*wanted), "{line}");
    }
}

#[test]
fn what_is_no_time_is_none() {
    for line in [
        "",
        "\tat org.example.Main.run(Main.java:12)",
        "Caused by: java.lang.Exception",
        "Sequence#\tTimestamp\tLevel",
        "20191301T045901 no such month",
        "2019-02-30 04:59:01 no such day",
        "2019-02-01 24:59:01 no such hour",
        "2019-02-01 without a time",
        "13:59:01 without a date",
        "0019-02-01 04:59:01 long ago",
        "12345678901234 text",
        "99/99/2019 04:59:01 no such day",
        "{\"time\":5}",
    ] {
        assert_eq!(time_of(line), None, "{line}");
    }
    // What follows the time is no zone.
    assert_eq!(time_of("2019-02-01 13:01:55.240 - Logging").as_deref(), Some("2019-02-01T12:01:55.240Z"));
    assert_eq!(time_of("2019-02-01 13:01:55 -12 text").as_deref(), Some("2019-02-01T12:01:55Z"));
    assert_eq!(time_of("2019-02-01 13:01:55: text").as_deref(), Some("2019-02-01T12:01:55Z"));
}

#[test]
fn the_order_of_day_and_month_is_told_by_the_file() {
    let time = |lines: &[&str]| {
        let stamps = stamps(lines, &origin()).expect("a format");
        Moment::time(stamps.moment(lines[0].as_bytes()).expect("a time").early).to_rfc3339()
    };
    let (january, february) = ("2019-01-02T03:00:00+00:00", "2019-02-01T03:00:00+00:00");
    assert_eq!(time(&["2/1/2019 4:00:00 a", "13/1/2019 4:00:00 a"]), january, "the 13th is a day");
    assert_eq!(time(&["2/1/2019 4:00:00 a", "2/13/2019 4:00:00 a"]), february, "the 13th is a day");
    // The file was written on the 2nd of February, so its last line is of the 1st.
    assert_eq!(time(&["2/1/2019 4:00:00 a"]), february);
    assert_eq!(time(&["1/2/2019 4:00:00 a"]), february);
    let unknown = Origin { modified: None, ..origin() };
    let first = |line: &str| {
        let moment = stamps(&[line], &unknown).unwrap().moment(line.as_bytes()).unwrap();
        Moment::time(moment.early).to_rfc3339()
    };
    assert_eq!(first("2/1/2019 4:00:00 AM: a"), february, "a clock with two halves");
    assert_eq!(first("2/1/2019 04:00:00: a"), january);
}

#[test]
fn a_column_that_is_named_for_the_time_comes_first() {
    let lines = [
        "Exe Type\tServer Started\tTimestamp\tDocument",
        "RLS64\t2019-01-01 00:00:00\t2019-02-01 04:00:00\ta",
        "RLS64\t2019-01-01 00:00:00\t2019-02-01 05:00:00\tb",
    ];
    let stamps = stamps(&lines, &origin()).expect("a format");
    assert_eq!(stamps.moment(lines[0].as_bytes()), None);
    assert_eq!(stamps.moment(lines[1].as_bytes()).unwrap().early, micros("2019-02-01T03:00:00Z"));
}

#[test]
fn iis_writes_in_utc() {
    let lines = ["#Fields: date time s-ip", "2019-02-01 04:00:00 ::1", "2019-02-01 04:00:01 ::1"];
    let stamps = stamps(&lines, &origin()).expect("a format");
    assert_eq!(stamps.moment(lines[1].as_bytes()).unwrap().early, micros("2019-02-01T04:00:00Z"));
}

#[test]
fn a_file_may_change_its_format_but_a_few_dates_are_none() {
    let mut lines = vec!["Feb 01, 2019 4:59:01 AM org.apache.karaf.main.Main launch", "INFO: Installing"];
    lines.extend(["Feb 01, 2019 4:59:01 AM org.apache.karaf.main.Main launch"; 3]);
    lines.extend(["2019-02-01T04:59:02,017 | INFO  | text"; 9]);
    let found = stamps(&lines, &origin()).expect("a format");
    assert!(found.moment(lines[0].as_bytes()).is_some() && found.moment(lines[9].as_bytes()).is_some());
    assert!(found.moment(b"INFO: Installing").is_none());

    let mut lines = vec!["a text that goes on"; 30];
    lines.push("2019-02-01 04:59:01 it was");
    assert!(stamps(&lines, &origin()).is_none());
}

#[test]
fn a_local_time_that_comes_twice_is_both() {
    // An hour is put back at one o'clock UTC on the 27th of October 2019.
    let change = micros("2019-10-27T01:00:00Z") / 1_000_000;
    let zone = Zone::Change(change, 7200, 3600);
    let origin = Origin { zone, modified: None };
    for (line, early, late) in [
        ("2019-10-27 01:59:59 a", "2019-10-26T23:59:59Z", "2019-10-26T23:59:59Z"),
        ("2019-10-27 02:30:00 a", "2019-10-27T00:30:00Z", "2019-10-27T01:30:00Z"),
        ("2019-10-27 03:00:00 a", "2019-10-27T02:00:00Z", "2019-10-27T02:00:00Z"),
    ] {
        let moment = stamps(&[line], &origin).unwrap().moment(line.as_bytes()).unwrap();
        assert_eq!((moment.early, moment.late), (micros(early), micros(late)), "{line}");
    }
}

#[test]
fn wide_lines_end_at_whole_characters() {
    // U+0A00 and U+000A, both ways round.
    let text = "a\u{0A00}b\r\nc";
    for (bytes, mark) in [
        (text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(), [0xFF, 0xFE]),
        (text.encode_utf16().flat_map(u16::to_be_bytes).collect(), [0xFE, 0xFF]),
    ] {
        let file = [&mark[..], &bytes].concat();
        let wide = Text::of(&file);
        assert_eq!((wide.unit(), wide.mark(), wide.line_end(&bytes)), (2, 2, Some(10)));
        assert_eq!(wide.narrow(&bytes, &mut Vec::new()), b"a?b\r\nc");
        assert_eq!(wide.line("x").len(), 6, "it ends as the lines of the file do");
    }
    let plain = Text::of(b"a\nb");
    assert_eq!((plain.unit(), plain.mark(), plain.line("x")), (1, 0, b"x\n".to_vec()));
    assert!(!plain.fits(b"a\0b"));
    let unmarked: Vec<u8> = "20190201T045901 text\r\n".encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_eq!(Text::of(&unmarked).unit(), 2);
}
