//! Folders in memory, as `qlik app unbuild` writes them.

use std::collections::BTreeMap;
use std::io;

use super::*;
use crate::app::Named;

#[derive(Default)]
struct Memory(BTreeMap<String, Vec<u8>>);

impl Memory {
    fn with(mut self, name: &str, text: &str) -> Self {
        self.0.insert(name.into(), text.into());
        self
    }
}

impl Folder for Memory {
    fn names(&mut self) -> io::Result<Vec<String>> {
        Ok(self.0.keys().cloned().collect())
    }

    fn read(&mut self, name: &str, limit: usize) -> io::Result<Vec<u8>> {
        let bytes = self.0.get(name).ok_or(io::ErrorKind::NotFound)?;
        Ok(bytes[..bytes.len().min(limit)].to_vec())
    }
}

const CONNECTIONS: &str = "connections:
  sales:
    type: QvOdbcConnectorPackage.exe
    connectionstring: CUSTOM CONNECT TO \"provider=QvOdbcConnectorPackage.exe;host=db7;\"
    username: umber
    password: Trellis44
  'OneDrive - me':
    connectionstring: >-
      type: no kind, for it is deeper
    type: \"qix-datafiles.exe\"
  DataFiles:
    username:
  DataFiles:
    username:
other:
  notone:
    type: x
";

fn app() -> Memory {
    Memory::default()
        .with("app-properties.json", r#"{"qTitle":"Consumer","qSavedInProductVersion":"12.731.0","qLastReloadTime":"2020-07-06T17:15:04.468Z","qThumbnail":{"qUrl":"/x.png"}}"#)
        .with("config.yml", "script: scripts/main.qvs\nobjects: objects/*.json\nother: y\n")
        .with("connections.yml", CONNECTIONS)
        .with("scripts/main.qvs", "\u{feff}///$tab Main\nLIB CONNECT TO 'sales';\n")
        .with("script.qvs", "not this one")
        .with("variables.json", r#"[{"qInfo":{"qType":"variable"},"qName":"file","qDefinition":"secret44"},{"qName":"file"},{"qName":"b"}]"#)
        .with("dimensions.json", r#"[{"qInfo":{"qType":"dimension"},"qDim":{},"qMetaDef":{"title":"Region"}}]"#)
        .with("measures.json", r#"[{"qInfo":{"qType":"measure"},"qMeasure":{"qLabel":"Sum"}}]"#)
        .with("objects/sheet-1.json", r#"{"qProperty":{"qInfo":{"qType":"sheet"},"qMetaDef":{"title":"One"}},"qChildren":[{"qProperty":{"qInfo":{"qType":"kpi"},"title":"K","visualization":"kpi"}}]}"#)
        .with("objects/readme.txt", "no object")
}

#[test]
fn a_folder_is_read_where_its_configuration_says() {
    let read = read(&mut app());
    assert_eq!(read.kind, AppKind::Unbuilt);
    assert_eq!(read.title.as_deref(), Some("Consumer"));
    assert_eq!(read.saved_by_version.as_deref(), Some("12.731.0"));
    assert_eq!((read.thumbnail, read.script_lines, read.section_access), (Some(true), Some(2), Some(false)));
    assert_eq!(read.script_tabs, ["Main"]);
    assert_eq!(read.variables, ["file", "b"]);
    assert_eq!(read.sheets, [Named { name: "One".into(), kind: None }]);
    let objects: Vec<_> = read.objects.iter().filter_map(|one| one.kind.as_deref()).collect();
    assert_eq!(objects, ["master dimension", "master measure", "kpi"]);
    assert_eq!(read.problems, Vec::<String>::new());
}

#[test]
fn of_a_connection_only_its_name_and_kind_are_told() {
    let read = read(&mut app());
    let told: Vec<_> = read.connections.iter().map(|one| format!("{}:{}", one.kind, one.name)).collect();
    assert_eq!(
        told,
        [
            "QvOdbcConnectorPackage.exe:sales",
            "qix-datafiles.exe:OneDrive - me",
            "unknown:DataFiles",
            "lib:sales"
        ]
    );
    let json = serde_json::to_string(&read).expect("a summary is JSON");
    for secret in ["Trellis44", "umber", "db7", "secret44"] {
        assert!(!json.contains(secret), "{secret} in {json}");
    }
}

#[test]
fn what_is_missing_or_damaged_is_said() {
    let read = read(
        &mut Memory::default().with("app-properties.json", "{\"qTitle\":").with("objects/a.json", "[1]"),
    );
    assert_eq!(
        read.problems,
        [
            "app-properties.json is damaged",
            "1 of 1 files of sheets, objects or master items could not be read",
            "the load script is not there"
        ]
    );
}

#[test]
fn a_path_out_of_the_folder_is_not_followed_and_large_files_are_left() {
    let mut folder = app().with("config.yml", "script: ../outside.qvs\nvariables: \"./variables.json\"\n");
    let read = super::read(&mut folder);
    assert_eq!(read.variables, ["file", "b"]);
    assert_eq!((read.script, read.problems), (None, vec!["the load script is not there".to_owned()]));
    let mut folder = app().with("scripts/main.qvs", &"x".repeat(LARGEST + 1));
    let problems = super::read(&mut folder).problems;
    assert!(problems.contains(&"scripts/main.qvs is too large to be read".to_owned()), "{problems:?}");
}

/// A real folder, without its objects and its script.
#[test]
#[expect(clippy::disallowed_methods, reason = "the test reads samples")]
fn the_sample_is_read() {
    let Some(samples) = std::env::var_os("QDIAG_SAMPLES") else { return };
    let root = std::path::Path::new(&samples).join("apps/unbuilt/consumer-sales-unbuild");
    let mut folder = Memory::default();
    for name in ["app-properties.json", "config.yml", "connections.yml", "variables.json"] {
        folder.0.insert(name.into(), std::fs::read(root.join(name)).expect("a sample"));
    }
    let read = read(&mut folder);
    assert_eq!(read.title.as_deref(), Some("Consumer+Sales"));
    assert_eq!(read.variables, ["file"]);
    let names: Vec<_> = read.connections.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(
        names,
        ["jogdata-prime", "OneDrive - me@host.test", "MyDataFiles", "DataFiles", "DataPrepAppCache"]
    );
    assert_eq!(read.problems, ["the load script is not there"]);
}
