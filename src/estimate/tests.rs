//! Estimates of a made host, and the order of its items.

#![expect(clippy::disallowed_types, reason = "files of a made host")]

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::*;
use crate::bundle::{Compression, packed_size};
use crate::plan::{Options, plan};
use crate::redact::{MaskKey, Privacy, Redaction};

fn host(folder: &Path, files: &[(&str, Vec<u8>)]) -> Host {
    let text = "os = \"linux\"\nname = \"h\"\nclock = \"2026-01-02T03:04:05Z\"\n";
    fs::write(folder.join("host.toml"), text).unwrap();
    for (name, content) in files {
        let path = folder.join("root/data").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    Host::rooted(folder).unwrap()
}

fn planned(host: &Host) -> Plan {
    let options = Options { add: vec!["/data".into()], environment_only: true, ..Options::default() };
    let redaction = Redaction::new(MaskKey::from_secret(b"a key for tests"), Privacy::Secrets).unwrap();
    plan(host, &[], &options, &redaction)
}

fn log(lines: usize, salt: u64) -> Vec<u8> {
    let mut seed = salt;
    let mut random = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 33
    };
    let line = |n| {
        format!("{n}\t2026-01-01 00:00:{:02}\tINFO\tsession {:08x} of task {}\n", n % 60, random(), n % 7)
    };
    (0..lines).map(line).collect::<String>().into_bytes()
}

#[test]
fn sizes_are_estimated_to_a_tenth() {
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("a.log", log(40_000, 1)),
        ("b.log", log(15_000, 2)),
        ("c.log", log(9_000, 3)),
        ("d.txt", b"the same line over and over\n".repeat(50_000)),
        ("e.bin", (0..400_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[2]).collect()),
    ];
    let host = host(folder.path(), &files);
    let plan = planned(&host);
    let estimate = estimate(&host, &plan, &Packing::default(), false);
    let real: u64 = files.iter().map(|(_, content)| packed_size(content, Compression::Balanced)).sum();
    let items = plan.items.iter().filter(|item| item.category == Category::Added);
    let estimated: u64 = items.map(|item| estimate.content(&item)).sum();
    let percent = estimated * 100 / real;
    assert!((92..=108).contains(&percent), "{estimated} for {real}");
    let sum = estimate.categories[&Category::Added];
    assert_eq!((sum.items, sum.bytes), (5, files.iter().map(|(_, content)| content.len() as u64).sum()));
    assert!(sum.packed > estimated && estimate.total.packed > sum.packed);
    assert_eq!(estimate.seconds(&sum), None, "nobody asked");
}

#[test]
fn a_file_that_cannot_be_opened_or_was_left_out_costs_no_estimate() {
    let folder = tempfile::tempdir().unwrap();
    let host = host(
        folder.path(),
        &[("a.log", log(4_000, 1)), ("gone.log", log(4_000, 2)), ("client_key.pem", log(900, 3))],
    );
    let plan = planned(&host);
    fs::remove_file(folder.path().join("root/data/gone.log")).unwrap();
    let estimate = estimate(&host, &plan, &Packing::default(), true);
    let of = |name: &str| {
        let item = plan.items.iter().find(|item| item.source.describe().ends_with(name)).unwrap();
        estimate.packed(&item)
    };
    assert!(of("gone.log").abs_diff(of("a.log")) < 50, "known by the others of its kind");
    assert_eq!(of("client_key.pem"), LINE, "what is never taken");
    assert!(estimate.seconds(&estimate.total).unwrap() > 0.0);
}

#[test]
fn names_with_dates_are_one_group() {
    let group = |name: &str| {
        let folder = tempfile::tempdir().unwrap();
        let host = host(folder.path(), &[(name, b"a line\n".to_vec())]);
        let plan = planned(&host);
        plan.items
            .iter()
            .find(|item| item.category == Category::Added)
            .and_then(|item| Group::of(&item))
            .unwrap()
    };
    assert_eq!(group("app.log.20260101"), group("app.log.20260102"));
    assert_eq!(group("app.LOG"), group("other.log"));
    assert_ne!(group("app.log"), group("app.txt"));
}

#[test]
fn logs_are_taken_newest_first_but_errors_before_them() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["a/svc_5.log", "a/svc_4.log", "a/Error_1.log", "a/svc_2.log", "b/svc_5.log"];
    let mut files: Vec<(&str, Vec<u8>)> = names.iter().map(|name| (*name, log(10, 1))).collect();
    files[3].1.extend(b"9\t2026-01-01\tERROR\tit broke\n");
    let host = host(folder.path(), &files);
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    for (name, hours) in names.iter().zip([1, 5, 9, 7, 3]) {
        let file = fs::File::options().append(true).open(folder.path().join("root/data").join(name)).unwrap();
        file.set_modified(now - Duration::from_secs(hours * 3600)).unwrap();
    }
    let added = planned(&host);
    let logs = added.items.iter().map(|item| match item.category {
        Category::Added => PlanItem { category: Category::Logs, origin: Arc::from("p/logs"), ..item },
        _ => item,
    });
    let plan = added.with_items(logs.collect());
    let order = |window: &crate::host::Window| -> Vec<String> {
        let ordered = prioritize(&host, &plan, window);
        assert_eq!(ordered.items.len(), plan.items.len());
        let logs = ordered.items.iter().filter(|item| item.category == Category::Logs);
        logs.map(|item| item.source.describe().replace("/data/", "")).collect()
    };
    assert_eq!(
        order(&(None, None)),
        ["a/svc_5.log", "b/svc_5.log", "a/Error_1.log", "a/svc_2.log", "a/svc_4.log"]
    );
    let at = |hours: u64| Some((now - Duration::from_secs(hours * 3600 + 60)).into());
    let incident = order(&(at(6), at(4)));
    assert_eq!(incident[0], "a/svc_4.log");
    let last = prioritize(&host, &plan, &(None, None)).items.iter().last().unwrap();
    assert_eq!(last.source, Source::RunLog);
}
