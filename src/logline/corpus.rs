//! Real and ordinary logs, read with the formats: nearly every line must be explained. `QDIAG_SAMPLES` names a folder of further real files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::FixedOffset;

use super::*;
use crate::definition::Catalog;
use crate::redact::{Hint, MaskKey, Privacy, Redaction};

fn formats() -> Formats {
    Formats::of(&Catalog::load(None, &|_| true).unwrap()).expect("the examples are understood")
}

fn origin() -> Origin {
    Origin {
        zone: Zone::Fixed(FixedOffset::east_opt(3600).unwrap()),
        modified: Some("2026-06-01T00:00:00Z".parse().unwrap()),
    }
}

/// The lines of a file, as far as they are ASCII if its characters are wide.
#[expect(clippy::disallowed_methods, reason = "a test reads its own files whole")]
fn lines(path: &Path) -> Vec<Vec<u8>> {
    let file = fs::read(path).unwrap();
    let text = Text::of(&file);
    let (mut lines, mut rest) = (Vec::new(), &file[text.mark().min(file.len())..]);
    while !rest.is_empty() {
        let (line, further) = rest.split_at(text.line_end(rest).unwrap_or(rest.len()));
        lines.push(text.narrow(line, &mut Vec::new()).to_vec());
        rest = further;
    }
    lines
}

/// Lines of the start and of four places, as a window takes them.
fn some(lines: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let quarter = lines.len() / 4;
    let near = |at: usize| lines[at..].iter().take(25);
    let mut some: Vec<Vec<u8>> = lines.iter().take(100).cloned().collect();
    for place in 1..4 {
        some.extend(near((quarter * place).max(some.len().min(lines.len()))).cloned());
    }
    some
}

#[expect(clippy::disallowed_methods, reason = "a test looks at its own files")]
fn logs(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            logs(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "log" || ending == "txt") {
            found.push(path);
        }
    }
}

#[derive(Default)]
struct Share {
    files: usize,
    lines: usize,
    records: usize,
    levels: usize,
    /// Records of which only the time is known.
    bare: usize,
    unknown: Vec<String>,
}

fn read(formats: &Formats, path: &Path, shares: &mut BTreeMap<String, Share>) -> Option<String> {
    let lines = lines(path);
    let some = some(&lines);
    let format = formats.of_lines(&some, &origin())?;
    let mut parser = Parser::new(format, &some, &origin());
    let share = shares.entry(format.id().to_owned()).or_default();
    share.files += 1;
    for line in lines.iter().filter(|line| !line.trim_ascii().is_empty()) {
        share.lines += 1;
        match parser.line(line) {
            Line::Record(record) => {
                share.records += 1;
                share.levels += usize::from(record.level.is_some());
                share.bare += usize::from(record.message.len() == line.trim_ascii_end().len());
            }
            Line::Continues | Line::Apart => {}
            Line::Unknown => {
                let text = String::from_utf8_lossy(line).chars().take(120).collect::<String>();
                share.unknown.push(format!("{}: {text}", path.display()));
            }
        }
    }
    Some(format.id().to_owned())
}

impl Share {
    fn line(&self, id: &str) -> String {
        let known = (self.lines - self.unknown.len()) * 100_000 / self.lines.max(1);
        let mut line = format!(
            "{id:<28} {:>3} files {:>6} lines {:>6} records {:>6} with level {:>5} with a time only {:>4}.{:03} % understood",
            self.files,
            self.lines,
            self.records,
            self.levels,
            self.bare,
            known / 1000,
            known % 1000
        );
        for unknown in self.unknown.iter().take(5) {
            line += &format!("\n    {}", unknown.trim_end());
        }
        line
    }
}

/// Which family the content of a file must tell.
const FAMILIES: [(&str, &str); 19] = [
    ("QLIKSERVER1_System_Engine.txt", "sense-tab"),
    ("QLIKSERVER1_Start_Engine_2019-01-31.log", "sense-tab"),
    ("201901311615142880100_System.log", "sense-dispatcher"),
    ("1548947715710_System.log", "sense-dispatcher"),
    ("201901311636599400100-access.log", "tomcat-access"),
    ("Qlik_Sense_20190131161430.log", "windows-installer"),
    ("QvRestConnector.log", "dotnet"),
    ("1a13fc0d-f928-48ee-8cc2-a18f7099d9e2.2019_01_31_21_58_57.540A8CD792C161D06B42.log", "reload"),
    ("postgresql-2019-02-01_000000.log", "postgresql"),
    ("ordinary/karaf.log", "karaf"),
    ("ordinary/mongodb.json.log", "mongodb"),
    ("ordinary/iis-w3c.log", "iis-w3c"),
    ("ordinary/tomcat-catalina.log", "tomcat"),
    ("ordinary/apache-access.log", "tomcat-access"),
    ("ordinary/rabbitmq.log", "rabbitmq"),
    ("ordinary/log4j-spring-boot.log", "log4j"),
    ("ordinary/kafka-server.log", "log4j"),
    ("ordinary/dotnet-stacktrace.log", "dotnet"),
    ("ordinary/nginx-error.log", "text"),
];

#[test]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a switch for tests; the figures are the result"
)]
fn nearly_every_line_of_a_log_is_explained() {
    let formats = formats();
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut folders: Vec<PathBuf> = ["hosts", "samples", "ordinary"].map(|name| tests.join(name)).into();
    folders.extend(std::env::var("QDIAG_SAMPLES").ok().map(PathBuf::from));
    let (mut files, mut shares) = (Vec::new(), BTreeMap::new());
    for folder in &folders {
        logs(folder, &mut files);
    }
    files.sort();
    let mut families = BTreeMap::new();
    for path in &files {
        let family = read(&formats, path, &mut shares).unwrap_or_else(|| "no log".into());
        println!("{family:<28} {}", path.display());
        families.insert(path, family);
    }
    for (id, share) in &shares {
        println!("{}", share.line(id));
    }
    // Of a text nothing is known before its first time.
    for (id, share) in shares.iter().filter(|(id, _)| *id != "text") {
        assert!(share.unknown.len() * 200 <= share.lines, "{id}: {:?}", share.unknown);
        assert!(share.bare * 20 <= share.records, "{id}: {} of {} records", share.bare, share.records);
    }
    for (name, wanted) in FAMILIES {
        let (path, family) =
            families.iter().find(|(path, _)| path.ends_with(name)).expect("it is part of the sources");
        assert_eq!(family, wanted, "{}", path.display());
    }
}

/// A column that a format calls secret is masked by the rules for headers, but for these.
#[test]
fn secret_columns_are_masked() {
    let redaction = Redaction::new(MaskKey::from_secret(b"a key for tests"), Privacy::Secrets).unwrap();
    let mut gaps = Vec::new();
    for format in formats().iter() {
        let Some(table) = &format.file.table else { continue };
        for name in &format.file.fields.secret {
            let sign = table.separator;
            let head = format!(
                "{}{}{sign}{name}{sign}Last\r\n",
                table.prefix,
                table.header[0].join(&sign.to_string())
            );
            let row = format!(
                "{}{sign}Larch.Beacon.9405{sign}x\r\n",
                vec!["x"; table.header[0].len()].join(&sign.to_string())
            );
            let mut cleared = String::new();
            let text = head + &row;
            let mut reader = redaction.clear(text.as_bytes(), &Hint::default());
            std::io::Read::read_to_string(&mut reader, &mut cleared).unwrap();
            if cleared.contains("Larch") {
                gaps.push(format!("{} {name}", format.id()));
            }
        }
    }
    assert_eq!(gaps, ["iis-w3c cs(Cookie)"]);
}

#[test]
fn a_named_format_comes_first_and_content_tells_where_it_does_not_fit() {
    let formats = formats();
    let named = formats.iter().find(|format| format.id() == "replicate");
    let early = |format: Option<&Format>, lines: &[&str]| {
        let lines: Vec<Vec<u8>> = lines.iter().map(|line| line.as_bytes().to_vec()).collect();
        let stamps = Stamps::of_format(format, &lines, &origin())?;
        stamps.moment(lines.last()?).map(|moment| moment.early)
    };
    let line = "00012345: 2019-02-01T04:59:01 [SERVER          ]I:  text";
    assert_eq!(early(named, &[line]), early(None, &[line]));
    let other = ["a\t2019-02-01 04:59:01\tb", "a\t2019-02-01 05:59:01\tb"];
    assert!(early(named, &other).is_some());
    assert_eq!(early(named, &other), early(None, &other));
    // One record and a long trace: too little to be told by content, enough for who knows the format.
    let trace = ["SELECT 1", "FROM a", "WHERE b", "AND c", "AND d", line];
    assert_eq!((early(None, &trace), early(named, &trace)), (None, early(None, &[line])));
}

#[test]
fn what_a_line_is_depends_on_the_lines_before() {
    let formats = formats();
    let kinds = |id: &str, lines: &[&str]| -> Vec<&str> {
        let format = formats.iter().find(|format| format.id() == id).unwrap();
        let lines: Vec<Vec<u8>> = lines.iter().map(|line| line.as_bytes().to_vec()).collect();
        let mut parser = Parser::new(format, &lines, &origin());
        let kind = |line: &Vec<u8>| match parser.line(line) {
            Line::Record(_) => "record",
            Line::Continues => "continues",
            Line::Apart => "apart",
            Line::Unknown => "unknown",
        };
        lines.iter().map(kind).collect()
    };
    let head = "\u{feff}Sequence#\tTimestamp\tLevel\tHostname\tLogger\tThread\tId\tMessage\r\r\n";
    let row = "1\t20190201T045901.475+0100\tINFO\tHOST\tSystem\t1\tid\ttext\r\r\n";
    let left_out = "[qdiag left out 12 bytes here]\r\n";
    let lines = [head, row, "\r\n", "Signature:\tce35", "no row", row, left_out, head, row];
    assert_eq!(
        kinds("sense-tab", &lines),
        ["apart", "record", "apart", "apart", "unknown", "record", "apart", "apart", "record"]
    );
    let head = "Sequence#\tTimestamp\tHostname\tVersion\tLogger\tSeverity\tMessage\r\n";
    let row = "1\t20190131T163659.942+0100\tHOST\t0.25.1\tGlobal\tINFO\ttext\r\n";
    assert_eq!(
        kinds("sense-dispatcher", &["too early", head, row, "    at Error (a.js:1)\n"]),
        ["unknown", "apart", "record", "continues"]
    );
    let trace = "\tat com.example.Main.run(Main.java:12)";
    let lines = [trace, "2024-01-06 00:08:37,184 ERROR text", trace, "2024-01-06 00:08:38,184 odd"];
    assert_eq!(kinds("log4j", &lines), ["unknown", "record", "continues", "record"]);
}
