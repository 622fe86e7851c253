//! What real files say: those of the repository, and those of the folder that `QDIAG_SAMPLES` names.

use super::*;
use crate::app::Table;

#[test]
fn a_clean_app_is_read_whole() {
    let read = summary(CLEAN);
    assert_eq!(read.title.as_deref(), Some("test"));
    assert_eq!(read.saved_by_version.as_deref(), Some("12.387.0"));
    assert_eq!(read.build.as_deref(), Some("50621"));
    assert_eq!(read.last_reload.as_deref(), Some("2019-06-04T12:19:18.704Z"));
    assert_eq!(
        read.script.map(|script| script.unredacted().to_owned()).as_deref(),
        Some("set a = 10;\nlet b = sqr(10)\n")
    );
    let bookmark = |name: &str| Named { name: name.into(), kind: Some("bookmark".into()) };
    assert_eq!(read.objects, [bookmark("Håkan #1"), bookmark("Håkan #2")]);
    assert_eq!((read.data, read.problems.len()), (Some(DataInside::No), 0));
    assert_eq!(read.variables.last().map(String::as_str), Some("b"));
}

#[test]
fn a_damaged_app_loses_nothing_that_is_still_there() {
    let read = summary(DAMAGED);
    assert_eq!((read.title.as_deref(), read.build.as_deref()), (Some("App import 1"), Some("50666")));
    let tables: Vec<_> = read.tables.iter().map(|table| (table.name.as_str(), table.rows)).collect();
    assert_eq!(tables, [("Characters", Some(26)), ("ASCII", Some(191)), ("Transactions", Some(1984))]);
    assert_eq!((read.script_lines, read.variables.len(), read.problems.len()), (Some(52), 25, 1));
}

#[test]
fn a_container_may_be_a_stored_table() {
    let read = summary(STORED);
    assert_eq!(
        (read.build.as_deref(), read.last_reload.as_deref()),
        (Some("50500"), Some("2015-06-11 11:01:24"))
    );
    let table = Table { name: "T_Product".into(), rows: Some(4), fields: Some(3), bytes: Some(151) };
    assert_eq!((read.tables, read.fields.join(" ")), (vec![table], "Product ProductID Sales".to_owned()));
    assert_eq!((read.data, read.script, read.problems.len()), (Some(DataInside::Yes), None, 0));
}

/// File, title, version, reload, bytes of the script; sheets, objects, fields, variables, connections; rows of the tables; problems.
type Row = (&'static str, &'static str, &'static str, &'static str, usize, [usize; 5], &'static [u64], usize);

#[rustfmt::skip]
const ROWS: [Row; 13] = [
    ("qvd/T_Product.QVD", "", "", "2015-06-11 11:01:24", 0, [0, 0, 3, 0, 0], &[4], 0),
    ("qvf/App import 1.qvf", "App import 1", "12.1501.3", "2023-02-17T13:55:23.677Z", 1658, [0, 0, 12, 25, 0], &[26, 191, 1984], 1),
    ("qvf/Banking analysis.qvf", "Banking analysis", "12.1798.0", "2023-08-01T22:30:07.684Z", 1284, [1, 23, 22, 25, 1], &[3000, 3000], 0),
    ("qvf/Butler 8.4 demo app.qvf", "Butler 8.4 demo app", "12.1327.1", "2022-08-08T08:32:24.921Z", 39618, [1, 5, 0, 10, 3], &[], 0),
    ("qvf/Governance QVD Generator for Qlik Sense.qvf", "Governance QVD Generator for Qlik Sense", "12.20.10", "2017-09-29T14:50:52.935Z", 103_976, [0, 0, 0, 80, 3], &[], 0),
    ("qvf/IndexMonitor.qvf", "", "2.0.2", "2015-08-20T14:47:45.000+0200", 1719, [1, 8, 13, 0, 1], &[4, 10, 40], 0),
    ("qvf/Reporting App Example.qvf", "Reporting App Example", "12.1934.0", "2023-12-15T17:29:30.939Z", 3371, [1, 5, 18, 26, 1], &[26, 191, 1971, 7, 1], 0),
    ("qvf/SSE Go.qvf", "sse go", "12.20.11", "2017-10-12T07:52:01.685Z", 858, [2, 13, 3, 24, 0], &[3, 4], 0),
    ("qvf/SSE_Column_Operations.qvf", "SSE Column Operations", "12.106.1", "2017-12-06T18:46:59.311Z", 868, [3, 17, 4, 24, 0], &[5, 1], 0),
    ("qvf/TestApp.qvf", "Test", "", "2014-11-21T15:36:38.000Z", 3917, [1, 2, 4, 0, 0], &[84], 0),
    ("qvf/html-object-pro demo.qvf", "html-object-pro demo", "12.1678.10", "2024-04-26T10:51:33.204Z", 1553, [3, 8, 20, 20, 1], &[50], 0),
    ("qvf/qs-admin-playbook-v1.0.0.qvf", "qs-admin-playbook-v1.0.0", "12.475.3", "2020-04-24T19:06:25.956Z", 1430, [1, 41, 8, 29, 1], &[65], 0),
    ("qvf/test.qvf", "test", "12.387.0", "2019-06-04T12:19:18.704Z", 28, [0, 2, 0, 8, 0], &[], 0),
];

#[test]
#[expect(clippy::disallowed_methods, reason = "the test reads samples")]
fn every_sample_is_read() {
    let Some(samples) = std::env::var_os("QDIAG_SAMPLES") else { return };
    for (file, title, version, reload, script, counts, rows, problems) in ROWS {
        let bytes = std::fs::read(std::path::Path::new(&samples).join("apps").join(file)).expect("a sample");
        let read = summary(&bytes);
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        assert_eq!(text(&read.title), title, "{file}");
        assert_eq!(text(&read.saved_by_version), version, "{file}");
        assert_eq!(text(&read.last_reload), reload, "{file}");
        assert_eq!(read.script.as_ref().map_or(0, |script| script.unredacted().len()), script, "{file}");
        let lists = [
            read.sheets.len(),
            read.objects.len(),
            read.fields.len(),
            read.variables.len(),
            read.connections.len(),
        ];
        assert_eq!(lists, counts, "{file}");
        assert_eq!(read.tables.iter().filter_map(|table| table.rows).collect::<Vec<_>>(), rows, "{file}");
        assert_eq!(read.problems.len(), problems, "{file}: {:?}", read.problems);
        for part in 0..bytes.len() / 4096 {
            if part % 16 == 0 {
                never_panics(&bytes[..part * 4096]);
            }
        }
    }
}
