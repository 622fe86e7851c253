//! What a bundle says of its logs is what stands in them, whatever the number of threads, and in bounded size.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Bundle, Ran, Root, Run, collect, hosts, is_foreign, sense_2018};

fn analysis(bundle: &Bundle) -> Value {
    let name = bundle.entries.keys().find(|name| name.ends_with("/qdiag/analysis.json"));
    let name = name.unwrap_or_else(|| panic!("no analysis in {:?}", bundle.entries.keys()));
    serde_json::from_slice(&bundle.entries[name]).expect("the analysis is JSON")
}

/// Lines, and rows by level, of an entry that is a table of Qlik Sense.
fn counted(content: &[u8]) -> Option<(u64, BTreeMap<String, u64>)> {
    let text = String::from_utf8_lossy(content);
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let names: Vec<&str> = lines.next()?.trim_end().split('\t').collect();
    let at = |wanted: &str| names.iter().position(|name| *name == wanted);
    let (time, level) = (at("Timestamp")?, at("Level").or_else(|| at("Severity")));
    at("Sequence#")?;
    let mut rows: BTreeMap<String, u64> = BTreeMap::new();
    for line in lines {
        let cells: Vec<&str> = line.split('\t').collect();
        if cells.get(time).is_some_and(|cell| cell.starts_with("20") && cell.contains('T')) {
            let level = level.and_then(|at| cells.get(at)).copied().unwrap_or_default();
            *rows.entry(level.to_owned()).or_default() += 1;
        }
    }
    Some((text.lines().count() as u64, rows))
}

#[test]
fn counts_are_those_of_the_entries() {
    let folder = TempDir::new().expect("temporary folder");
    let (bundle, ran) = collect(&sense_2018(), folder.path(), &[]);
    let analysis = analysis(&bundle);
    let of_items =
        ["service-log", "archived-log"].map(|item| format!("qlik-sense-enterprise-windows/{item}"));
    let mut wanted = [0_u64; 4];
    for line in bundle.lines() {
        let is_one = of_items.iter().any(|item| line["item"] == **item) && line["sha256"].is_string();
        let name = line["name"].as_str().expect("a name");
        let Some((lines, rows)) =
            bundle.entries.get(name).filter(|_| is_one).and_then(|bytes| counted(bytes))
        else {
            continue;
        };
        let of = |levels: &[&str]| levels.iter().filter_map(|level| rows.get(*level)).sum::<u64>();
        let one = [lines, rows.values().sum(), of(&["ERROR", "FATAL"]), of(&["WARN"])];
        wanted.iter_mut().zip(one).for_each(|(sum, one)| *sum += one);
    }
    assert!(wanted[1] > 2_000 && wanted[2] > 100, "{wanted:?}");
    // Logs of the engine's start have another table.
    let is_other = |log: &Value| {
        log["log"].as_str().is_some_and(|name| name.contains("_Start_") || name.contains("_Exit_"))
    };
    let logs = analysis["logs"].as_array().expect("a list");
    let told = ["lines", "records", "errors", "warnings"].map(|field| {
        let of_log = |log: &Value| log[field].as_u64().expect("a number");
        let logs =
            logs.iter().filter(|log| of_items.iter().any(|item| log["item"] == **item) && !is_other(log));
        logs.map(of_log).sum::<u64>()
    });
    assert!(told[1] >= wanted[1] && told[1] - wanted[1] < 600, "{told:?} against {wanted:?}");
    assert_eq!(told[2..], wanted[2..], "{told:?} against {wanted:?}");
    for (field, of) in [("records", 1), ("errors", 2), ("warnings", 3)] {
        let in_slices = |log: &Value| -> u64 {
            log["slices"]
                .as_array()
                .expect("a list")
                .iter()
                .map(|slice| slice[field].as_u64().expect("a number"))
                .sum()
        };
        let logs =
            logs.iter().filter(|log| of_items.iter().any(|item| log["item"] == **item) && !is_other(log));
        assert_eq!(logs.map(in_slices).sum::<u64>(), told[of], "{field} in slices");
    }
    assert_eq!(analysis["license_denials"], 108);
    let result = ran.json();
    assert_eq!(result["findings"]["error"], 7, "{result}");
}

#[test]
fn another_program_counts_the_same() {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/analysis/count.py");
    if is_foreign() || Command::new("python3").arg("--version").output().is_err() {
        println!("python3 is not there: nothing is counted");
        return;
    }
    for host in hosts() {
        let folder = TempDir::new().expect("temporary folder");
        let (bundle, _) = collect(&host, folder.path(), &[]);
        if !bundle.entries.keys().any(|name| name.ends_with("/qdiag/analysis.json")) {
            continue;
        }
        let unpacked = folder.path().join("unpacked");
        for (name, bytes) in &bundle.entries {
            let path = unpacked.join(name);
            std::fs::create_dir_all(path.parent().expect("below a folder")).expect("writable");
            std::fs::write(path, bytes).expect("writable");
        }
        let ran = Command::new("python3").arg(&script).arg(&unpacked).output().expect("python3 runs");
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success(), "{}: {said}{}", host.display(), String::from_utf8_lossy(&ran.stderr));
    }
}

const DEFINITION: &str = "schema = 1\nid = \"example-server\"\nname = \"Example Server\"\n[[detect.file]]\npath = \"/opt/example/server.conf\"\n\
    [[collect]]\nid = \"log\"\ncategory = \"logs\"\nformat = \"log4j\"\npaths = [\"/var/log/example/*\"]\n";

fn example() -> Root {
    Root::linux().file("/opt/example/server.conf", "x\n").file("/definitions/example-server.toml", DEFINITION)
}

fn collected(root: &Root, folder: &Path, more: &[&str]) -> (Bundle, Ran) {
    std::fs::create_dir_all(folder).expect("writable");
    let definitions = root.real("/definitions");
    let args = [&["--collectors", definitions.to_str().expect("plain")], more].concat();
    collect(root.path(), folder, &args)
}

/// A line of a log, of a time, which tells of something different each time.
fn line(n: usize) -> String {
    let letters: String = (0..5)
        .map(|at| char::from(b'a' + u8::try_from(n / 26_usize.pow(at) % 26).expect("less than 26")))
        .collect();
    let level = ["INFO", "INFO", "WARN", "INFO", "ERROR"][n % 5];
    let (hour, minute, second) = (n / 3_600 % 24, n / 60 % 60, n % 60);
    format!(
        "2026-01-01 {hour:02}:{minute:02}:{second:02},000 {level} [main] c.e.Server - {letters} of {n} is gone\n"
    )
}

#[test]
fn the_number_of_threads_changes_nothing_and_size_is_bounded() {
    let mut root = example().file("/var/log/example/large.log", (0..60_000).map(line).collect::<String>());
    for n in 0..20 {
        root = root.file(
            &format!("/var/log/example/small-{}.log", char::from(b'a' + n)),
            (0..usize::from(n) * 50).map(line).collect::<String>(),
        );
    }
    let told = ["1", "3"].map(|threads| {
        let folder = root.output.path().join(threads);
        analysis(&collected(&root, &folder, &["--threads", threads]).0)
    });
    assert_eq!(told[0], told[1]);
    let told = &told[0];
    assert_eq!(told["read"]["records"], 60_000 + 50 * 190);
    assert_eq!(told["read"]["errors"], 12_000 + 10 * 190);
    let top = told["messages"]["top"].as_array().expect("a list");
    let too_low_by = told["messages"]["too_low_by"].as_u64().expect("a number");
    assert!(top.len() <= 100 && too_low_by > 0, "{} messages, {too_low_by}", top.len());
    assert!(told.to_string().len() < 100_000, "{} bytes", told.to_string().len());
    let slices = told["logs"][0]["slices"].as_array().expect("a list");
    assert!(slices.len() > 20 && slices.len() <= 200, "{}", slices.len());
}

#[test]
fn what_stands_around_the_incident_is_told_and_a_bundle_tells_it_again() {
    let text: String = (0..4_000).map(line).collect();
    let root = example().file("/var/log/example/a.log", text);
    let folder = root.output.path().join("one");
    let (bundle, ran) = collected(&root, &folder, &["--around", "2026-01-01T00:20:02", "--window", "10m"]);
    let told = analysis(&bundle);
    let near = told["incident"]["records"].as_array().expect("a list");
    assert_eq!(
        (told["incident"]["time"].as_str(), near.len()),
        (Some("2025-12-31T23:20:02.000Z"), 20),
        "{told}"
    );
    let is_close = |record: &Value| record["seconds"].as_i64().is_some_and(|seconds| seconds.abs() <= 30);
    assert!(near.iter().all(is_close), "{near:?}");
    assert!(near.is_sorted_by_key(|record| record["time"].as_str()), "{near:?}");
    assert_eq!(ran.json()["findings"]["error"], 0);

    let definitions = root.real("/definitions");
    let run = |bundle: &Path| {
        Run::new(["analyze", "--json", "--collectors"]).arg(&definitions).arg(bundle).run().code(0).json()
    };
    let stored = run(&bundle.path);
    assert_eq!(stored["analysis"]["logs"], told["logs"]);
    assert_eq!(stored["products"][0], "example-server");
    let made = run(&without_analysis(&bundle));
    assert_eq!(made["analysis"]["logs"], told["logs"]);
    assert_eq!(made["analysis"]["messages"], told["messages"]);
}

/// The same bundle, packed by another program, without its analysis.
fn without_analysis(bundle: &Bundle) -> std::path::PathBuf {
    let path = bundle.path.with_file_name("other.zip");
    let file = std::fs::File::create(&path).expect("writable");
    let mut zip = zip::ZipWriter::new(file);
    for (name, bytes) in bundle.entries.iter().filter(|(name, _)| !name.ends_with("analysis.json")) {
        let options = zip::write::SimpleFileOptions::default();
        zip.start_file(format!("{}/{name}", bundle.top), options).expect("writable");
        zip.write_all(bytes).expect("writable");
    }
    zip.finish().expect("writable");
    path
}
