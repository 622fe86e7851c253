//! Every fixture host: what is detected, planned and written, against the reviewed files in its `expect/`.
//! `QDIAG_ACCEPT=1 cargo test golden` writes them anew; review the difference.

use std::path::Path;

use serde_json::Value;

use crate::support::{Root, Run, collect, hosts, sense_2018};

fn hold_against(host: &Path, name: &str, actual: &str) {
    let path = host.join("expect").join(name);
    if std::env::var_os("QDIAG_ACCEPT").is_some() {
        std::fs::create_dir_all(host.join("expect")).expect("writable");
        std::fs::write(&path, actual).expect("writable");
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    let first = expected.lines().zip(actual.lines()).find(|(expected, actual)| expected != actual);
    assert!(
        expected == actual,
        "{} differs; first difference: {first:?}; {} against {} lines. Review, then accept with QDIAG_ACCEPT=1",
        path.display(),
        expected.lines().count(),
        actual.lines().count()
    );
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("plain data") + "\n"
}

#[test]
fn detect_plan_and_manifest_are_as_reviewed() {
    for host in hosts() {
        let detect = Run::new(["detect", "--json", "--root"]).arg(&host).run().code(0);
        hold_against(&host, "detect.json", &detect.text());
        let plan = Run::new(["plan", "--json", "--root"]).arg(&host).run().code(0);
        // What it comes to is an estimate, and how long it takes depends on the machine.
        let text = plan.text();
        let (items, _) = text.split_once(",\n  \"estimate\": {").expect("an estimate follows the items");
        hold_against(&host, "plan.json", &format!("{items}\n}}\n"));
        let folder = tempfile::TempDir::new().expect("temporary folder");
        let (bundle, _) = collect(&host, folder.path(), &[]);
        let mut manifest = bundle.manifest();
        // What differs between machines and releases, not between runs.
        manifest["tool"] = Value::Null;
        manifest["run"]["arguments"] = Value::Null;
        manifest["run"]["administrator"] = Value::Null;
        hold_against(&host, "manifest.json", &pretty(&manifest));
    }
}

#[test]
fn the_plan_is_the_manifest() {
    for host in hosts() {
        let plan = Run::new(["plan", "--json", "--root"]).arg(&host).run().code(0).json();
        let folder = tempfile::TempDir::new().expect("temporary folder");
        let (bundle, _) = collect(&host, folder.path(), &[]);
        let key = |line: &Value| ["name", "source", "category", "item"].map(|field| line[field].to_string());
        let planned: Vec<_> = plan["items"].as_array().expect("a list").iter().map(key).collect();
        let written: Vec<_> = bundle.lines().iter().map(key).collect();
        assert_eq!(planned, written, "{}", host.display());
    }
}

#[test]
fn sense_april_2018_is_known_by_name() {
    let document = Run::new(["detect", "--json", "--root"]).arg(sense_2018()).run().code(0).json();
    let found = &document["installations"][0];
    assert_eq!(found["product"], "qlik-sense-enterprise-windows");
    assert_eq!(found["release"]["value"], "April 2018");
    assert_eq!(found["version"]["value"], "12.16.2");
    assert_eq!(found["role"]["value"], "central");
    for reading in ["version", "release", "role"] {
        assert!(!found[reading]["source"].as_str().expect("a source").is_empty(), "{found}");
    }
    let probes: Vec<_> = found["evidence"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|sign| sign["probe"].as_str().expect("a probe"))
        .collect();
    for probe in ["service", "uninstall", "file"] {
        assert!(probes.contains(&probe), "{probe} is missing in {probes:?}");
    }
}

#[test]
fn two_runs_with_one_clock_and_key_give_the_same_bytes() {
    for host in hosts() {
        let folders = [(); 2].map(|()| tempfile::TempDir::new().expect("temporary folder"));
        // The command line is part of the manifest, so both runs are given the same one.
        let bytes = folders.each_ref().map(|folder| {
            let key = crate::support::case_key(folder.path());
            let ran = Run::new([
                "collect",
                "--yes",
                "--json",
                "--quiet",
                "--case-key",
                "case.key",
                "--output",
                ".",
                "--root",
            ])
            .arg(&host);
            let output = ran.command().current_dir(folder.path()).output().expect("runs");
            // An encrypted log is withheld, which is told by code 3.
            let is_done = matches!(output.status.code(), Some(0 | 3));
            assert!(key.exists() && is_done, "{}", String::from_utf8_lossy(&output.stderr));
            let document: Value = serde_json::from_slice(&output.stdout).expect("JSON");
            std::fs::read(folder.path().join(crate::support::bundle_path(&document))).expect("the bundle")
        });
        assert!(bytes[0] == bytes[1], "two runs over {} differ", host.display());
    }
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let line = |n: usize, salt: usize| match n % 50 {
        0 => format!("{n}\tpassword=Gannet{}x{salt} of etl\n", n % 97),
        _ => {
            format!("{n}\t2026-01-01 00:00:{:02}\t{}\n", n % 60, "a task has ended as it should; ".repeat(4))
        }
    };
    let lines = |count, salt| -> String { (0..count).map(|n| line(n, salt)).collect() };
    let mut root = Root::linux().file("/data/large.log", lines(15_000, 1)).file("/data/app.ini", lines(3, 2));
    for n in 0..40 {
        root = root.file(&format!("/data/small-{n}.log"), lines(n * 20, n));
    }
    let folder = tempfile::TempDir::new().expect("temporary folder");
    let collected = ["1", "2", "7"].map(|threads| {
        let folder = folder.path().join(threads);
        std::fs::create_dir(&folder).expect("writable");
        let args = ["--environment-only", "--add", "/data", "--threads", threads];
        collect(root.path(), &folder, &args).0
    });
    // The manifest holds the command line. Of all that stands before it, packed bytes are the same too.
    let of_threads = |name: &str| name == "manifest.json" || name == "tagmanifest-sha256.txt";
    let packed = |bundle: &crate::support::Bundle| -> Vec<String> {
        let checks = String::from_utf8_lossy(&bundle.entries["packed-crc32.txt"]).into_owned();
        checks.lines().take(43).map(str::to_owned).collect()
    };
    for other in &collected[1..] {
        for (name, bytes) in collected[0].entries.iter().filter(|(name, _)| !of_threads(name)) {
            if name != "packed-crc32.txt" {
                assert!(*bytes == other.entries[name], "{name} differs in {}", other.path.display());
            }
        }
        assert_eq!(packed(&collected[0]), packed(other));
    }
    assert!(collected[0].bytes("large.log").len() > 2 << 20, "it is worked on by all threads");
    assert_eq!(packed(&collected[0]).len(), 43);
}
