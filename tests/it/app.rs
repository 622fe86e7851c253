//! `qdiag app`: what is told of apps, by their bytes, and that no secret of a script is shown.

mod collect;

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::support::{Root, Run};

/// Secrets of the load script, none of which may ever be shown or stored.
const SECRETS: [&str; 5] =
    ["NaBcDeFgHiJkLmNo", "tiger-4711-x", "Umber44Vault", "Ochre55Vault", "jet.pass.9876"];

/// Words of it that must stay.
const KEPT: [&str; 6] = [
    "///$tab Main",
    "///$tab Access",
    "ADMIN",
    "Provider=SQLOLEDB.1",
    "LOAD Name, City",
    "lib://Sales Files",
];

const SCRIPT: &str = "///$tab Main\r\nSET ThousandSep=',';\r\n\
    ODBC CONNECT TO [shop] (XUserId is AbCdEf0123456789, XPassword is NaBcDeFgHiJkLmNo);\r\n\
    OLEDB CONNECT32 TO [Provider=SQLOLEDB.1;Data Source=dbhost;User ID=etl;Password=tiger-4711-x;Initial Catalog=shop];\r\n\
    OLEDB CONNECT TO [Provider=Microsoft.Jet.OLEDB.4.0;Jet OLEDB:Database Password=jet.pass.9876;];\r\n\
    ///$tab Load\r\nLOAD Name, City FROM [lib://Sales Files/customers.qvd] (qvd);\r\n\
    ///$tab Access\r\nSection Access;\r\nLOAD * INLINE [\r\nACCESS, USERID, PASSWORD, REGION\r\n\
    ADMIN, ADMIN, Umber44Vault, *\r\nUSER, USER1, Ochre55Vault, North\r\n];\r\nSection Application;\r\n";

const PROPERTIES: &str = r#"{"qTitle": "Sales: North/South", "qSavedInProductVersion": "12.387.0", "qLastReloadTime": "2026-01-02T03:04:05.000Z", "description": "Figures"}"#;

/// A host with an unbuilt app in it.
fn host_with_app() -> Root {
    Root::linux()
        .file("/apps/sales/app-properties.json", PROPERTIES)
        .file("/apps/sales/config.yml", "script: script.qvs\nconnections: connections.yml\n")
        .file("/apps/sales/script.qvs", SCRIPT)
        .file(
            "/apps/sales/connections.yml",
            "connections:\n  Sales DB:\n    connectionstring: Provider=X;Password=tiger-4711-x;\n    username: etl\n    password: Umber44Vault\n    type: OLEDB\n",
        )
}

/// An app of Qlik Sense by its first bytes, with nothing in it that can be read, and secrets in its data.
fn stub_of_app() -> Vec<u8> {
    let mut bytes = b"\xFF\xFF\x01\x00\xC1\x06\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00".to_vec();
    bytes.resize(1024, 0);
    bytes.extend_from_slice(b"Password=\"tiger-4711-x\"; https://etl:tiger-4711-x@host/x");
    bytes.resize(4096, 7);
    bytes
}

fn zip_of(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in members {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).expect("memory");
        zip.write_all(content).expect("memory");
    }
    zip.finish().expect("memory").into_inner()
}

fn write(folder: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("a temporary folder is writable");
    path
}

fn assert_clean(text: &str, what: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} stands in {what}:\n{text}");
    }
}

/// The samples that are part of the sources.
fn samples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/apps");
    walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .flatten()
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .filter(|path| {
            let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
            ending.is_some_and(|ending| ["qvf", "qvw", "qvd", "qvx"].contains(&ending.as_str()))
        })
        .collect()
}

#[test]
fn the_command_tells_of_every_sample() {
    for path in samples() {
        let ran = Run::new(["app", "--json"]).arg(&path).run();
        assert!(ran.code == 0 || ran.code == 3, "{ran}");
        let document = ran.json();
        let summary = &document["apps"][0]["summary"];
        assert!(
            summary["kind"].is_string() && summary["bytes"].as_u64().is_some_and(|bytes| bytes > 0),
            "{ran}"
        );
        let text = Run::new(["app"]).arg(&path).run().text();
        assert!(text.lines().skip(1).all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.lines().count() <= 50 && text.contains("what"), "{text}");
    }
}

#[test]
fn the_script_is_printed_without_its_secrets_and_whole_else() {
    let host = host_with_app();
    let folder = host.real("/apps/sales");
    let text = Run::new(["app", "--script"]).arg(&folder).run().code(0).text();
    assert_clean(&text, "the script");
    for kept in KEPT {
        assert!(text.contains(kept), "{kept} is not in\n{text}");
    }
    assert_eq!(text.lines().count(), SCRIPT.lines().count(), "{text}");
    let ran = Run::new(["app", "--script", "--json"]).arg(&folder).run().code(0);
    assert_clean(&ran.text(), "the document");
    let document = ran.json();
    let summary = &document["apps"][0]["summary"];
    assert_eq!(
        document["apps"][0]["script"].as_str().map(|script| script.lines().count()),
        Some(SCRIPT.lines().count())
    );
    assert_eq!(summary["section_access"], true, "{document:#}");
    assert_eq!(summary["title"], "Sales: North/South");
    let tabs = ["Main", "Load", "Access"].map(serde_json::Value::from).to_vec();
    assert_eq!(summary["script_tabs"], serde_json::Value::Array(tabs));
    assert_clean(&Run::new(["app"]).arg(&folder).run().text(), "the screen");
}

#[test]
fn bytes_tell_what_a_file_is_and_names_do_not() {
    let folder = TempDir::new().expect("temporary folder");
    let members: &[(&str, &[u8])] = &[
        ("sales/app-properties.json", PROPERTIES.as_bytes()),
        ("sales/config.yml", b"script: script.qvs\n"),
        ("sales/script.qvs", SCRIPT.as_bytes()),
    ];
    let zipped = write(&folder, "zipped.qvf", zip_of(members, CompressionMethod::Deflated));
    let ran = Run::new(["app", "--json", "--script"]).arg(&zipped).run().code(0);
    let summary = &ran.json()["apps"][0]["summary"];
    assert_eq!((&summary["kind"], &summary["packed_as"]), (&"unbuilt".into(), &"sales".into()), "{ran}");
    assert_clean(&ran.text(), "the document");

    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        let stub = stub_of_app();
        let zip = zip_of(&[("read.me", b"x"), ("a/b.bin", &stub)], method);
        let ran = Run::new(["app", "--json"]).arg(write(&folder, "one.qvw", zip)).run();
        let summary = &ran.json()["apps"][0]["summary"];
        assert_eq!((&summary["kind"], &summary["packed_as"]), (&"qvf".into(), &"a/b.bin".into()), "{ran}");
    }

    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 31337\n";
    let ran = Run::new(["app", "--json"]).arg(write(&folder, "pointer.qvd", pointer)).run().code(3);
    let summary = &ran.json()["apps"][0]["summary"];
    assert_eq!(summary["kind"], "lfs_pointer");
    assert!(summary["problems"][0].as_str().is_some_and(|problem| problem.contains("31337 bytes")), "{ran}");
}

#[test]
fn a_container_that_is_named_qvd_is_one() {
    for path in samples().iter().filter(|path| path.ends_with("container.qvd")) {
        let ran = Run::new(["app", "--json"]).arg(path).run();
        assert_eq!(ran.json()["apps"][0]["summary"]["kind"], "qvf", "{ran}");
    }
    let folder = TempDir::new().expect("temporary folder");
    let ran = Run::new(["app", "--json"]).arg(write(&folder, "x.qvd", stub_of_app())).run().code(3);
    assert_eq!(ran.json()["apps"][0]["summary"]["kind"], "qvf", "{ran}");
}

#[test]
fn a_wrong_file_is_refused_with_what_to_do() {
    let folder = TempDir::new().expect("temporary folder");
    let text = write(&folder, "text.qvf", "just a text\n");
    let ran = Run::new(["app"]).arg(&text).run().code(6);
    assert!(ran.stderr.contains("it is a text") && ran.stderr.contains("hint: name a .qvf"), "{ran}");
    assert!(ran.stdout.is_empty(), "{ran}");
    let ran = Run::new(["app"]).arg(folder.path().join("none.qvf")).run().code(6);
    assert!(ran.stderr.contains("cannot read"), "{ran}");
    let empty = TempDir::new().expect("temporary folder");
    let ran = Run::new(["app"]).arg(empty.path()).run().code(6);
    assert!(ran.stderr.contains("holds no app"), "{ran}");
    // What can be read of the others is told all the same.
    let stub = write(&folder, "stub.qvf", stub_of_app());
    let ran = Run::new(["app", "--json"]).arg(&text).arg(&stub).run().code(6);
    assert_eq!(ran.json()["apps"].as_array().map(Vec::len), Some(1), "{ran}");
    // A folder gives every app right in it, and no text.
    let ran = Run::new(["app", "--json"]).arg(folder.path()).run().code(3);
    assert_eq!(ran.json()["apps"].as_array().map(Vec::len), Some(1), "{ran}");
}

#[test]
fn a_damaged_file_gives_what_can_be_read() {
    let folder = TempDir::new().expect("temporary folder");
    let zip = zip_of(&[("a.qvf", &stub_of_app())], CompressionMethod::Deflated);
    for (name, bytes) in [("cut.qvf", &zip[..zip.len() - 30]), ("start.qvf", &zip[..20])] {
        let ran = Run::new(["app", "--json"]).arg(write(&folder, name, bytes)).run().code(3);
        let summary = &ran.json()["apps"][0]["summary"];
        assert!(summary["problems"][0].as_str().is_some_and(|problem| problem.contains("damaged")), "{ran}");
    }
}
