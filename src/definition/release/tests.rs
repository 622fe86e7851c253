//! What a table of releases may say, and which definitions it serves.

use super::*;
use crate::definition::Catalog;

const GOOD: &str = r#"schema = 1
definitions = ["example", "example-desktop"]
release = [
    { version = "12.16", name = "April 2018", source = "a page" },
    { version = "12.16.4", name = "April 2018", patch = "Patch 1", supported_until = "2020-04-30", source = "a page" },
    { version = "12.26", name = "June 2018", sure = "inferred" },
]
"#;

#[test]
fn a_table_reads() {
    let table = check_releases("releases/example.toml", GOOD).unwrap();
    assert_eq!(table.definitions, ["example", "example-desktop"]);
    assert_eq!(table.release[1].full_name(), "April 2018 Patch 1");
    let alone = GOOD.replace("definitions = [\"example\", \"example-desktop\"]\n", "");
    assert_eq!(check_releases("releases/other.toml", &alone).unwrap().definitions, ["other"]);
}

#[test]
fn errors_name_line_field_and_remedy() {
    let table = [
        (("schema = 1", "schema = 2"), 1, "schema: 2 is not known", "schema = 1"),
        (("\"example-desktop\"", "\"example\""), 2, "definitions[1]: `example` stands twice", "once"),
        (("\"example\"", "\"Example\""), 2, "definitions[0]: `Example` is no id", "lower-case"),
        (("\"example\", ", ""), 2, "definitions: `example`, the name of the file", "add \"example\""),
        (("12.26", "12.x"), 6, "release[2].version: is no version", "12.16"),
        (("12.26", "12.2"), 6, "release[2].version: `12.2` does not rise above 12.16.4", "order"),
        (("12.26", "12.16.4"), 6, "release[2].version: `12.16.4` does not rise", "once"),
        (("June 2018", " "), 6, "release[2].name: is empty", "write it"),
        (("2020-04-30", "2020-04-31"), 5, "release[1].supported_until: is no date", "2026-10-31"),
        (("2020-04-30", "April 2020"), 5, "release[1].supported_until: is no date", "2026-10-31"),
        ((", sure = \"inferred\"", ""), 6, "release[2]: has no source", "inferred"),
        (
            ("name = \"April 2018\", patch", "name = \"May 2018\", patch"),
            5,
            "is a number of April 2018",
            "its release",
        ),
        (("sure", "shure"), 6, "unknown field `shure`", "did you mean `sure`?"),
    ];
    for ((from, to), line, message, hint) in table {
        assert!(GOOD.contains(from), "{from}");
        let error = check_releases("releases/example.toml", &GOOD.replacen(from, to, 1)).unwrap_err();
        let Error::Definition { line: got_line, message: got, hint: got_hint, .. } = error else {
            panic!("{to}: another error")
        };
        assert_eq!(got_line, line, "{to}: {got}");
        assert!(got.contains(message) && got_hint.contains(hint), "{to}: {got}; {got_hint}");
    }
}

#[test]
fn a_folder_of_releases_adds_and_overrides() {
    let folder = tempfile::tempdir().unwrap();
    let releases = folder.path().join("releases");
    std::fs::create_dir(&releases).unwrap();
    let id = "qlik-sense-enterprise-windows";
    let plain = Catalog::load(None, &|_| true).unwrap();
    assert!(plain.get(id).unwrap().release.len() > 30);
    let text = GOOD.replace("\"example\", ", &format!("\"{id}\", "));
    std::fs::write(releases.join(format!("{id}.toml")), text).unwrap();
    let catalog = Catalog::load(Some(folder.path()), &|_| true).unwrap();
    assert_eq!(catalog.get(id).unwrap().release.len(), 3);
    std::fs::write(
        releases.join("second.toml"),
        GOOD.replace("\"example\"", &format!("\"second\", \"{id}\"")),
    )
    .unwrap();
    let error = Catalog::load(Some(folder.path()), &|_| true).unwrap_err().to_string();
    assert!(error.contains("has its releases in") && error.contains("second.toml:2:"), "{error}");
}
