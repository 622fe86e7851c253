//! Redaction against a plain copy and against `sha256sum`, on the logs of the real host in `tests/hosts`; and the cost of more rules. Rounds
//! are taken in turns, since only ratios within one run say something.

#![expect(
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::cast_precision_loss,
    reason = "a benchmark reads its own input and prints its result"
)]

use std::hint::black_box;
use std::io::{self, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use qdiag::redact::{Hint, MaskKey, Privacy, Redaction, RuleFile};

/// Bytes of each measurement.
const BYTES: usize = 128 * 1024 * 1024;

/// Rounds in turns.
const ROUNDS: usize = 5;

fn main() {
    let logs = logs();
    let redaction = redaction(&[]);
    let more = doubled(&redaction);
    let doubled = self::redaction(&[RuleFile { name: "more.toml".into(), text: more }]);
    println!(
        "{} rules, {} when doubled; {} MB of logs",
        redaction.rules().count(),
        doubled.rules().count(),
        BYTES / 1_000_000
    );
    let mut times = [const { Vec::new() }; 5];
    for _ in 0..ROUNDS {
        times[0].push(time(|| copy(&logs)));
        times[1].push(time(|| sha256sum(&logs)));
        times[2].push(time(|| clear(&redaction, &logs)));
        times[3].push(time(|| clear(&doubled, &logs)));
        times[4].push(time(|| clear(&with_identities(), &logs)));
    }
    let names = ["copy", "sha256sum", "redact", "redact, rules doubled", "redact, identities"];
    let medians = times.map(|mut rounds| {
        rounds.sort();
        rounds[ROUNDS / 2]
    });
    for (name, median) in names.iter().zip(medians) {
        let seconds = median.as_secs_f64();
        println!(
            "{name:<22} {seconds:6.2} s {:6.0} MB/s  {:5.2} × copy  {:5.2} × sha256sum  {:5.2} × redact",
            BYTES as f64 / 1e6 / seconds,
            seconds / medians[0].as_secs_f64(),
            seconds / medians[1].as_secs_f64(),
            seconds / medians[2].as_secs_f64(),
        );
    }
}

/// The logs of the real host, over and over.
fn logs() -> Vec<u8> {
    let mut one = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts/qlik-sense-april-2018/root");
    for file in walkdir::WalkDir::new(root).sort_by_file_name().into_iter().flatten() {
        if file.path().extension().is_some_and(|ending| ending == "txt" || ending == "log") {
            one.extend(std::fs::read(file.path()).expect("a file of the repository"));
        }
    }
    one.iter().copied().cycle().take(BYTES).collect()
}

fn redaction(files: &[RuleFile]) -> Redaction {
    Redaction::with_rules(MaskKey::from_secret(b"a key for measuring"), Privacy::Secrets, files)
        .expect("rules load")
}

fn with_identities() -> Redaction {
    Redaction::new(MaskKey::from_secret(b"a key for measuring"), Privacy::Identities).expect("rules load")
}

/// As many rules again, of the shape that vendors' tokens have.
fn doubled(redaction: &Redaction) -> String {
    (0..redaction.rules().count())
        .map(|at| {
            let word: String = format!("{at:03}").chars().map(|digit| char::from(b'g' + digit as u8 - b'0')).collect();
            format!(
                "[[rule]]\nid = \"more-{at}\"\nclass = \"token\"\nneedles = [\"{word}_z\"]\npattern = '(?P<secret>\\b{word}_z[A-Za-z0-9]{{32}})'\n\
                 hides = [\"«{word}_zabcdefghijklmnopqrstuvwxyz012345»\"]\nkeeps = [\"{word}_z\"]\nsource = \"made for measuring\"\n"
            )
        })
        .collect()
}

fn time(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

fn copy(logs: &[u8]) {
    let mut out = Vec::with_capacity(logs.len());
    out.extend_from_slice(logs);
    black_box(out);
}

fn sha256sum(logs: &[u8]) {
    let child = Command::new("sha256sum").stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
    let mut child = child.expect("sha256sum is on every Linux");
    child.stdin.take().expect("piped").write_all(logs).expect("it reads all");
    child.wait().expect("it ends");
}

fn clear(redaction: &Redaction, logs: &[u8]) {
    let mut cleared = redaction.clear(io::Cursor::new(logs), &Hint::default());
    let mut buffer = vec![0; 256 * 1024];
    while cleared.read(&mut buffer).expect("memory") > 0 {
        black_box(&buffer);
    }
}
