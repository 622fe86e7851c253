//! A run over a host that changes between the plan and the reading.

use std::collections::BTreeMap;
use std::fs;

use super::*;
use crate::bundle::Partial;
use crate::plan::{Options, plan};
use crate::redact::{MaskKey, Privacy};

#[test]
fn what_vanishes_or_turns_into_something_else_is_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("root/data");
    fs::create_dir_all(data.join("gone")).unwrap();
    fs::write(
        folder.path().join("host.toml"),
        "os = \"linux\"\nname = \"h\"\nclock = \"2026-01-02T03:04:05Z\"\n",
    )
    .unwrap();
    for name in ["gone/a.log", "gone/b.log", "stays.log", "turns.log"] {
        fs::write(data.join(name), "a line\n").unwrap();
    }
    let host = Host::rooted(folder.path()).unwrap();
    let options = Options { add: vec!["/data".into()], environment_only: true, ..Options::default() };
    let redaction =
        Arc::new(Redaction::new(MaskKey::from_secret(b"a key for tests"), Privacy::Secrets).unwrap());
    let planned = plan(&host, &[], &options, &redaction);
    fs::remove_dir_all(data.join("gone")).unwrap();
    fs::remove_file(data.join("turns.log")).unwrap();
    fs::create_dir(data.join("turns.log")).unwrap();

    let job = Job {
        host: &host,
        redaction: &redaction,
        packing: Packing::default(),
        stop: &Stop::new(),
        tell: &Silent,
        arguments: Vec::new(),
        window: options.window,
        max_bundle: None,
        case_number: None,
        installations: Vec::new(),
        probe_failures: Vec::new(),
        durations_ms: BTreeMap::new(),
    };
    let partial = Partial::create(&folder.path().join("out.zip")).unwrap();
    let collected = collect(&job, &planned, partial).unwrap();
    let outcome = |name: &str| {
        let line = collected.manifest.entries.iter().find(|entry| entry.source.ends_with(name)).unwrap();
        (line.outcome, line.sha256.is_some())
    };
    assert_eq!(outcome("gone/a.log"), (Outcome::Missing, false));
    assert_eq!(outcome("gone/b.log"), (Outcome::Missing, false));
    assert_eq!(outcome("turns.log"), (Outcome::Failed, false));
    assert_eq!(outcome("stays.log"), (Outcome::Collected, true));
    assert_eq!(crate::bundle::verify(&collected.path).unwrap().findings, []);
}
