//! A run over a host that changes between the plan and the reading.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::*;
use crate::bundle::Partial;
use crate::plan::{Options, plan};
use crate::redact::{MaskKey, Privacy};

/// A Linux host with these files below `/data`.
fn host_with(folder: &Path, names: &[&str]) -> Host {
    let data = folder.join("root/data");
    fs::create_dir_all(data.join("gone")).unwrap();
    let text = "os = \"linux\"\nname = \"h\"\nclock = \"2026-01-02T03:04:05Z\"\n";
    fs::write(folder.join("host.toml"), text).unwrap();
    for name in names {
        fs::write(data.join(name), "a line\n").unwrap();
    }
    Host::rooted(folder).unwrap()
}

fn redaction() -> Arc<Redaction> {
    Arc::new(Redaction::new(MaskKey::from_secret(b"a key for tests"), Privacy::Secrets).unwrap())
}

/// Collects `/data` after a change.
fn collected(folder: &Path, host: &Host, deadline: Deadline, change: impl FnOnce()) -> Collected {
    let options = Options { add: vec!["/data".into()], environment_only: true, ..Options::default() };
    let redaction = redaction();
    let planned = plan(host, &[], &options, &redaction);
    change();
    let job = Job {
        host,
        formats: &Formats::default(),
        redaction: &redaction,
        packing: Packing::default(),
        stop: &Stop::new(),
        deadline,
        tell: &Silent,
        arguments: Vec::new(),
        window: options.window,
        max_bundle: None,
        app_content: None,
        site: None,
        case: None,
        issues: None,
        incident: None,
        installations: Vec::new(),
        left_overs: Vec::new(),
        probe_failures: Vec::new(),
        durations_ms: BTreeMap::new(),
    };
    let collected = collect(&job, &planned, Partial::create(&folder.join("out.zip")).unwrap()).unwrap();
    assert_eq!(crate::bundle::verify(&collected.path).unwrap().findings, []);
    collected
}

#[test]
fn what_vanishes_or_turns_into_something_else_is_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let host = host_with(folder.path(), &["gone/a.log", "gone/b.log", "stays.log", "turns.log"]);
    let data = folder.path().join("root/data");
    let collected = collected(folder.path(), &host, Deadline::default(), || {
        fs::remove_dir_all(data.join("gone")).unwrap();
        fs::remove_file(data.join("turns.log")).unwrap();
        fs::create_dir(data.join("turns.log")).unwrap();
    });
    let outcome = |name: &str| {
        let line = collected.manifest.entries.iter().find(|entry| entry.source.ends_with(name)).unwrap();
        (line.outcome, line.sha256.is_some())
    };
    assert_eq!(outcome("gone/a.log"), (Outcome::Missing, false));
    assert_eq!(outcome("gone/b.log"), (Outcome::Missing, false));
    assert_eq!(outcome("turns.log"), (Outcome::Failed, false));
    assert_eq!(outcome("stays.log"), (Outcome::Collected, true));
}

#[test]
fn when_its_time_is_over_a_run_ends_with_a_valid_bundle() {
    let folder = tempfile::tempdir().unwrap();
    let host = host_with(folder.path(), &["a.log", "b.log"]);
    let over = Deadline::new(Some(std::time::Duration::ZERO), None);
    let collected = collected(folder.path(), &host, over, || {});
    let outcomes: Vec<Outcome> = collected
        .manifest
        .entries
        .iter()
        .filter(|entry| entry.source.contains("/data/"))
        .map(|entry| entry.outcome)
        .collect();
    assert_eq!(outcomes, [Outcome::TimedOut, Outcome::TimedOut]);
    assert!(collected.manifest.entries.iter().any(|entry| entry.source == "qdiag" && entry.sha256.is_some()));
}
