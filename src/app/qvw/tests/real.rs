//! Real documents: two that come with the sources, and those in the folder of `QDIAG_SAMPLES`.

use std::path::PathBuf;

use super::*;

pub(super) const SAMPLE: &[u8] = include_bytes!("../../../../tests/samples/apps/SSE_Column_Operations.qvw");
const OLD: &[u8] = include_bytes!("../../../../tests/samples/apps/activedirectoryload.qvw");

/// File, version, reload, title, tabs, lines, tables, fields, data.
const KNOWN: [(&str, [&str; 8]); 9] = [
    ("1.Create.qvw", ["11.20.12235.0409", "2015-11-17 10:08:53", "", "1", "12", "0", "0", "no"]),
    ("AutomationTest.qvw", ["11.20.12347.0409", "2014-07-19 16:24:09", "", "1", "32", "3", "12", "yes"]),
    ("ExternalLogging.qvw", ["10.00.8935.0409", "2011-04-16 23:26:34", "", "3", "49", "1", "1", "yes"]),
    (
        "NP_RabbitMQLog-Checker-v1.0.qvw",
        ["12.30.20000.0", "2019-11-15 10:35:36", "", "3", "66", "0", "0", "no"],
    ),
    (
        "NP_SchedulerLog_Checker-v1.0.qvw",
        ["12.30.20000.0", "2019-11-15 16:22:40", "", "5", "97", "0", "0", "no"],
    ),
    (
        "SSE_Column_Operations.qvw",
        ["12.20.20100.0", "2018-03-09 09:54:17", "SSE Column Operations", "1", "28", "1", "2", "yes"],
    ),
    ("activedirectoryload.qvw", ["10.00.8935.0409", "2008-09-13 10:07:31", "", "1", "36", "0", "0", "no"]),
    ("adgroupsandusers.qvw", ["10.00.8935.0409", "2008-12-12 21:00:34", "", "4", "63", "2", "11", "yes"]),
    ("extracao.qvw", ["12.0.20000.0", "2025-12-30 17:56:26", "", "2", "47", "0", "0", "no"]),
];

fn facts(app: &AppSummary) -> [String; 8] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        text(&app.saved_by_version),
        text(&app.last_reload),
        text(&app.title),
        app.script_tabs.len().to_string(),
        app.script_lines.unwrap_or_default().to_string(),
        app.tables.len().to_string(),
        app.fields.len().to_string(),
        app.data.map_or("", |data| if data == DataInside::Yes { "yes" } else { "no" }).to_owned(),
    ]
}

fn known(name: &str) -> [String; 8] {
    let (_, facts) = KNOWN.iter().find(|(known, _)| *known == name).expect("it is in the table");
    facts.map(str::to_owned)
}

#[test]
fn a_document_of_version_12_is_told() {
    let app = told(SAMPLE);
    assert_eq!(app.problems, Vec::<String>::new());
    assert_eq!(facts(&app), known("SSE_Column_Operations.qvw"));
    assert_eq!((app.section_access, app.thumbnail), (Some(false), Some(true)));
    assert_eq!((app.tables[0].name.as_str(), app.tables[0].rows), ("DataTable", Some(5)));
    assert_eq!(app.fields, ["A", "B"]);
    assert_eq!((app.sheets.len(), app.objects.len()), (2, 16));
    assert_eq!(app.objects[0], Named { name: "Sum of Rows".into(), kind: Some("Straight Table".into()) });
    assert!(app.variables.is_empty() && app.connections.is_empty());
    let script = script(&app);
    assert!(script.starts_with("///$tab Main\r\nSET ThousandSep='\u{A0}';"));
    assert!(script.ends_with("\r\n7,8\r\n9,10\r\n];"));
}

#[test]
fn a_document_of_version_10_is_told() {
    let app = told(OLD);
    assert_eq!(app.problems, Vec::<String>::new());
    assert_eq!(facts(&app), known("activedirectoryload.qvw"));
    assert_eq!(app.variables, ["arg"]);
    assert!(script(&app).starts_with("///$tab Main\r\nSET ThousandSep=',';"));
}

#[test]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a switch for tests; the figures are the result"
)]
fn nearly_every_document_of_the_samples_is_told_in_full() {
    let Ok(samples) = std::env::var("QDIAG_SAMPLES") else { return };
    let mut folders = vec![PathBuf::from(samples).join("apps")];
    let (mut all, mut full) = (0, 0);
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let bytes = std::fs::read(&path).expect("samples are readable");
            if !bytes.starts_with(&MAGIC) {
                continue;
            }
            let name = path.file_name().expect("it has one").to_string_lossy().into_owned();
            let app = told(bytes);
            println!("{name}: {:?} {:?}", facts(&app), app.problems);
            all += 1;
            full += usize::from(
                app.saved_by_version.is_some() && app.last_reload.is_some() && app.script.is_some(),
            );
            if KNOWN.iter().any(|(known, _)| *known == name) {
                assert_eq!(facts(&app), known(&name), "{name}");
            }
        }
    }
    println!("{full} of {all} documents in full");
    assert!(full * 100 >= all * 95, "{full} of {all}");
}
