//! `qdiag redact`: the same engine, the same bytes.

use crate::support::{Root, Run, case_key};

#[test]
fn standard_input_is_masked_to_standard_output() {
    let ran = Run::new(["redact"])
        .input("user=etl;Password=Hunter2-Hunter2;db=dwh\r\nversion 12.145.3.0\r\n")
        .run()
        .code(0);
    let text = ran.text();
    assert!(!text.contains("Hunter2"), "{ran}");
    assert!(
        text.starts_with("user=etl;Password=REDACTED_")
            && text.ends_with(";db=dwh\r\nversion 12.145.3.0\r\n"),
        "{ran}"
    );
}

#[test]
fn a_file_and_a_bundle_give_the_same_bytes() {
    let text = "\u{feff}{\"username\": \"qlogs_reader\", \"password\": \"Sommer2019!\"}\r\n";
    let root = Root::linux().file("/data/connections.json", text);
    let (bundle, _) = root.collect(&["--add", "/data"]);
    let key = case_key(root.output.path());
    let file =
        Run::new(["redact", "--case-key"]).arg(&key).arg(root.real("/data/connections.json")).run().code(0);
    assert_eq!(bundle.bytes("connections.json"), file.stdout, "{file}");
    let piped =
        Run::new(["redact", "--name", "connections.json", "--case-key"]).arg(&key).input(text).run().code(0);
    assert_eq!(piped.stdout, file.stdout, "{piped}");
    assert!(!file.text().contains("Sommer2019!"), "{file}");
}

#[test]
fn a_second_pass_changes_nothing() {
    let first = Run::new(["redact", "--name", "x.config"])
        .input("<add key=\"Password\" value=\"abcDEF123456\"/>\n<connectionString>Server=a;Pwd=xYz987654;</connectionString>\n")
        .run()
        .code(0);
    let second = Run::new(["redact", "--name", "x.config"]).input(first.stdout.clone()).run().code(0);
    assert_eq!(first.stdout, second.stdout, "{second}");
}

#[test]
fn binary_input_is_withheld() {
    let ran = Run::new(["redact"]).input(&b"PK\x03\x04\x00\x00\x00password=Hunter2Hunter2"[..]).run().code(3);
    assert!(!ran.text().contains("Hunter2") && ran.stderr.contains("withheld"), "{ran}");
}

#[test]
fn a_file_that_is_not_there_is_an_input_error() {
    let ran = Run::new(["redact", "no/such/file.log"]).run().code(6);
    assert!(ran.stderr.starts_with("error: cannot open no/such/file.log\ncaused by: "), "{ran}");
}

#[test]
fn a_short_case_key_is_refused() {
    let root = Root::linux().file("/short.key", "abc");
    let ran = Run::new(["redact", "--case-key"]).arg(root.real("/short.key")).run().code(2);
    assert!(ran.stderr.contains("hint: use a file of 16 bytes"), "{ran}");
}

#[test]
fn identities_are_masked_when_asked_for() {
    let text = "Timestamp\tUserId\tMessage\n1\tjdoe\tDOMAIN\\svc from 10.1.2.3:4242, version 10.1.2.3\n";
    let ran = Run::new(["redact", "--privacy", "identities"]).input(text).run().code(0);
    let masked = ran.text();
    assert!(
        !masked.contains("jdoe") && !masked.contains("svc") && !masked.contains("from 10.1.2.3"),
        "{ran}"
    );
    assert!(masked.contains(":4242, version 10.1.2.3\n") && masked.starts_with("Timestamp\tUserId"), "{ran}");
    let root = Root::linux().file("/data/app.log", text);
    let (bundle, _) = root.collect(&["--add", "/data", "--privacy", "identities"]);
    assert_eq!(bundle.manifest()["redaction"]["privacy"], "identities");
    assert!(!String::from_utf8_lossy(bundle.bytes("app.log")).contains("jdoe"));
}

#[test]
fn the_program_tests_its_own_rules() {
    let ran = Run::new(["selftest"]).run().code(0);
    assert!(ran.text().contains("all do what they say"), "{ran}");
    let document = Run::new(["selftest", "--json"]).run().code(0).json();
    assert!(document["rules"].as_array().is_some_and(|rules| rules.len() > 150), "{document}");
    assert_eq!(document["failures"], serde_json::json!([]));
}
