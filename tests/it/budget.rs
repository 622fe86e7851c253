//! `--max-bundle` keeps its promise to two percent, loses nothing newest and says what it left out; a disk without space is told of before
//! anything is written.

use std::time::{Duration, SystemTime};

use crate::support::{Bundle, Ran, Root, Run, collect};

/// Lines of a log that do not pack too well, so that a few of them make a bundle.
fn log(lines: usize, salt: u64) -> String {
    let mut seed = salt;
    let mut random = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 33
    };
    let line = |n| {
        format!(
            "{n}\t20260101T0000{:02}\tINFO\ttask {:08x} of reload {:04x} ended after {} ms\n",
            n % 60,
            random(),
            random() % 999,
            random() % 5000
        )
    };
    let head = format!("Sequence#\tTimestamp\tLevel\tMessage\n0\t20260101T000000\tINFO\tversion {salt}\n");
    head + &(1..lines).map(line).collect::<String>()
}

/// A host with logs of a definition of its own: twelve files of 20 to 700 kB, each an hour older than the one before.
struct Host(Root);

const SIZES: [usize; 12] = [9_000, 300, 2_000, 700, 400, 7_000, 1_000, 300, 500, 3_000, 800, 1_500];

impl Host {
    fn new() -> Self {
        let mut root = Root::linux()
            .file("/opt/example/app.conf", "[server]\nport = 4242\npassword = Gannet2026Harbor\n")
            .file("/opt/example/odd_Error.log", log(200, 99));
        for (number, lines) in SIZES.iter().enumerate() {
            root = root.file(&name(number), log(*lines, number as u64));
        }
        for number in 0..SIZES.len() {
            age(&root, &name(number), number as u64 + 1);
        }
        age(&root, "/opt/example/odd_Error.log", 20);
        let definition = "schema = 1\nid = \"example\"\nname = \"Example\"\n\
            [[detect.file]]\npath = '/opt/example/app.conf'\n\
            [[collect]]\nid = \"config\"\ncategory = \"config\"\npaths = ['/opt/example/*.conf']\n\
            [[collect]]\nid = \"logs\"\ncategory = \"logs\"\npaths = ['/opt/example/*.log']\n";
        let folder = root.path().join("definitions");
        std::fs::create_dir(&folder).expect("writable");
        std::fs::write(folder.join("example.toml"), definition).expect("writable");
        Self(root)
    }

    fn collect(&self, more: &[&str]) -> (Bundle, Ran) {
        let folder = tempfile::TempDir::new_in(self.0.output.path()).expect("writable").keep();
        let definitions = self.0.path().join("definitions");
        let args = ["--collectors", definitions.to_str().expect("text")];
        collect(self.0.path(), &folder, &[&args[..], more].concat())
    }

    fn plan(&self, more: &[&str]) -> Ran {
        let definitions = self.0.path().join("definitions");
        Run::new(["plan", "--root"]).arg(self.0.path()).arg("--collectors").arg(definitions).args(more).run()
    }
}

fn name(number: usize) -> String {
    format!("/opt/example/app_{number:02}.log")
}

fn age(root: &Root, path: &str, hours: u64) {
    let file = std::fs::File::options().append(true).open(root.real(path)).expect("is there");
    // The clock of the host stands at 2026-01-02T02:04:05Z.
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_319_445);
    file.set_modified(now - Duration::from_secs(hours * 3600)).expect("the time is set");
}

fn size(bundle: &Bundle) -> u64 {
    std::fs::metadata(&bundle.path).expect("is there").len()
}

fn outcome(bundle: &Bundle, source: &str) -> String {
    bundle.line(source)["outcome"].as_str().expect("a word").to_owned()
}

#[test]
fn a_bundle_is_within_two_percent_below_its_limit() {
    let host = Host::new();
    let (whole, _) = host.collect(&[]);
    for limit in [150_000, 250_000, 400_000] {
        assert!(limit < size(&whole), "{limit} is no limit to {}", size(&whole));
        let (bundle, ran) = host.collect(&["--max-bundle", &format!("{limit}B")]);
        let size = size(&bundle);
        assert!(size <= limit && size * 100 >= limit * 98, "{size} for {limit}\n{}\n{ran}", bundle.listing());
        assert_eq!(ran.code, 0, "the user's own limit is no gap\n{ran}");
        assert_eq!(bundle.lines().len(), whole.lines().len(), "each item is a line");
        assert_eq!(outcome(&bundle, "app.conf"), "collected");
        let verified = Run::new(["verify"]).arg(&bundle.path).run();
        assert_eq!(verified.code, 0, "{verified}");
    }
    let (bundle, _) = host.collect(&["--max-bundle", "100MB"]);
    for line in whole.lines().iter().filter(|line| line["category"] == "logs") {
        let name = line["name"].as_str().expect("a name");
        assert!(bundle.entries[name] == whole.entries[name], "{name} is another below a limit never reached");
    }
}

#[test]
fn the_newest_is_whole_and_what_is_cut_keeps_its_start_and_its_end() {
    let host = Host::new();
    let (bundle, _) = host.collect(&["--max-bundle", "200kB"]);
    assert_eq!(outcome(&bundle, "app_00.log"), "collected", "{}", bundle.listing());
    assert_eq!(outcome(&bundle, "odd_Error.log"), "collected", "errors come before what is only newer");
    let lines = bundle.lines();
    let cut: Vec<_> = lines.iter().filter(|line| line["outcome"] == "truncated").collect();
    let left_out = lines.iter().filter(|line| line["outcome"] == "skipped").count();
    assert!(!cut.is_empty() && left_out > 0, "{}", bundle.listing());
    for line in cut {
        let reason = line["reason"].as_str().expect("a reason");
        assert!(reason.starts_with("cut to fit --max-bundle: "), "{reason}");
        let source = line["source"].as_str().expect("a source");
        let original = std::fs::read_to_string(host.0.real(source)).expect("is there");
        let stored = String::from_utf8(bundle.bytes(source).to_vec()).expect("text");
        let start: Vec<&str> = original.lines().take(2).collect();
        assert!(stored.starts_with(&start.join("\n")), "{source}: more than the first line is kept");
        assert!(stored.contains("\n[qdiag left out "), "{source} says that it is cut");
        assert!(stored.ends_with(&original[original.len() - 200..]), "{source} ends with the newest");
        let part = |name: &str| line["cut"][name].as_u64().expect("a number");
        assert_eq!(part("head") + part("tail") + part("dropped"), original.len() as u64);
    }
    let oldest_whole = (0..SIZES.len()).filter(|n| outcome(&bundle, &name(*n)) == "collected").max();
    assert!(oldest_whole.is_some_and(|oldest| oldest < SIZES.len() - 1), "{}", bundle.listing());
}

#[test]
fn the_number_of_threads_changes_nothing_of_what_fits() {
    let host = Host::new();
    let [one, four] = ["1", "4"].map(|n| host.collect(&["--max-bundle", "200kB", "--threads", n]).0);
    let own = ["manifest.json", "tagmanifest-sha256.txt", "packed-crc32.txt"];
    for (name, bytes) in one.entries.iter().filter(|(name, _)| !own.contains(&name.as_str())) {
        assert!(four.entries.get(name) == Some(bytes), "{name} differs");
    }
    assert_eq!(one.listing(), four.listing());
}

#[test]
fn a_late_discovery_does_not_break_the_promise() {
    let host = Host::new();
    let password = "Cormorant7Lighthouse";
    let text = format!("x {password} y\n").repeat(400) + &log(900, 5) + &format!("password={password}\n");
    std::fs::write(host.0.real(&name(0)), text).expect("writable");
    age(&host.0, &name(0), 1);
    let (bundle, _) = host.collect(&["--max-bundle", "150kB"]);
    assert!((147_000..=150_000).contains(&size(&bundle)), "{}", size(&bundle));
    assert!(!String::from_utf8_lossy(bundle.bytes("app_00.log")).contains(password));
}

#[test]
fn configuration_is_never_cut_and_never_lost_in_silence() {
    let root =
        Root::linux().file("/data/big.json", format!("{{\"a\": \"{}\"}}\n", log(9_000, 3).escape_default()));
    let (bundle, ran) = root.collect(&["--add", "/data", "--max-bundle", "60kB"]);
    let line = bundle.line("big.json");
    assert_eq!((&line["outcome"], &line["reason"]), (&"skipped".into(), &"does not fit --max-bundle".into()));
    assert_eq!(ran.code, 0);
    let text = Run::new([
        "collect",
        "--yes",
        "--quiet",
        "--environment-only",
        "--add",
        "/data",
        "--max-bundle",
        "60kB",
    ])
    .arg("--root")
    .arg(root.path())
    .arg("--output")
    .arg(root.output.path().join("second.zip"))
    .run()
    .code(0);
    assert!(text.text().contains("To fit --max-bundle 0 cut and 1 item left out"), "{text}");
}

#[test]
fn a_limit_below_the_list_of_items_is_refused() {
    let mut root = Root::linux();
    for number in 0..900_u64 {
        let words = (1..6).map(|n| number.wrapping_mul(6_364_136_223_846_793_005).wrapping_mul(n * n + 7));
        let name: String = words.map(|word| format!("{word:016x}")).collect();
        root = root.file(&format!("/data/{name}.log"), "x\n");
    }
    let ran = Run::new([
        "collect",
        "--yes",
        "--environment-only",
        "--add",
        "/data",
        "--max-bundle",
        "50kB",
        "--root",
    ])
    .arg(root.path())
    .arg("--output")
    .arg(root.output.path())
    .run()
    .code(2);
    assert!(ran.stderr.contains("planned items alone takes about"), "{ran}");
    assert_eq!(std::fs::read_dir(root.output.path()).expect("readable").count(), 0, "nothing is left behind");
    for wrong in ["1kB", "25", "many"] {
        let ran = Run::new(["plan", "--environment-only", "--max-bundle", wrong]).run().code(2);
        assert!(ran.stderr.contains("--max-bundle"), "{ran}");
    }
}

#[test]
fn the_plan_tells_what_it_comes_to_and_what_fits() {
    let host = Host::new();
    let document = host.plan(&["--json"]).json();
    let estimate = &document["estimate"];
    let total = estimate["total"]["bundle_bytes"].as_u64().expect("a number");
    assert!((450_000..=550_000).contains(&total), "{total}");
    // Two megabytes take less than a tenth of a second with an optimized program.
    assert!(estimate["total"]["seconds"].as_f64().is_some_and(|seconds| seconds >= 0.0), "{estimate}");
    let of_categories: u64 = estimate["categories"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|category| category["bytes"].as_u64().expect("a number"))
        .sum();
    assert_eq!(Some(of_categories), document["bytes_to_read"].as_u64());

    let planned = host.plan(&["--json", "--max-bundle", "200kB"]).json();
    let (bundle, _) = host.collect(&["--max-bundle", "200kB"]);
    let names = |lines: &[serde_json::Value]| -> Vec<String> {
        lines.iter().map(|line| line["name"].as_str().expect("a name").to_owned()).collect()
    };
    let items = planned["items"].as_array().expect("a list");
    assert_eq!(names(items), names(&bundle.lines()), "the plan is in the order of the bundle");
    let fits = |word: &str| items.iter().filter(|item| item["fits"] == word).count();
    assert!(fits("whole") > 3 && fits("cut") > 0 && fits("left out") > 0, "{planned}");
    let text = host.plan(&["--max-bundle", "200kB"]).text();
    assert!(text.contains("will be cut to fit --max-bundle") && text.contains("about "), "{text}");
}

/// A disk of a few megabytes, which only an administrator can make.
#[cfg(target_os = "linux")]
mod disk {
    use std::path::Path;
    use std::process::Command;

    use super::*;
    use crate::support::is_foreign;

    struct Disk(tempfile::TempDir);

    impl Disk {
        fn new(size: &str) -> Option<Self> {
            let folder = tempfile::TempDir::new().expect("temporary folder");
            let made = Command::new("mount")
                .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
                .arg(folder.path())
                .output();
            (!is_foreign() && made.is_ok_and(|made| made.status.success())).then_some(Self(folder))
        }

        fn collect(&self, root: &Root, more: &[&str]) -> Ran {
            Run::new([
                "collect",
                "--yes",
                "--json",
                "--quiet",
                "--environment-only",
                "--add",
                "/data",
                "--root",
            ])
            .arg(root.path())
            .arg("--output")
            .arg(self.0.path())
            .args(more)
            .run()
        }

        fn files(&self) -> Vec<std::ffi::OsString> {
            let files = std::fs::read_dir(self.0.path()).expect("readable");
            files.map(|file| file.expect("readable").file_name()).collect()
        }
    }

    impl Drop for Disk {
        fn drop(&mut self) {
            let _ = Command::new("umount").arg(self.0.path()).status();
        }
    }

    #[test]
    fn a_disk_without_space_is_told_of_before_anything_is_written() {
        let Some(disk) = Disk::new("300k") else { return println!("no disk could be made") };
        let root = Root::linux().file("/data/app.log", log(15_000, 1));
        let ran = disk.collect(&root, &[]).code(5);
        for text in ["needs about", "are free", "--output", "--max-bundle"] {
            assert!(ran.stderr.contains(text), "{text}\n{ran}");
        }
        assert!(disk.files().is_empty(), "{:?}", disk.files());
        let ran = disk.collect(&root, &["--max-bundle", "100kB"]).code(0);
        assert_eq!(ran.json()["whole"], true, "{ran}");
    }

    #[test]
    fn a_disk_that_fills_up_ends_collecting_with_a_valid_bundle() {
        let Some(disk) = Disk::new("1200k") else { return println!("no disk could be made") };
        // What the samples do not see: between its start, middle and end it does not pack at all.
        let dull = "a line as any other\n".repeat(8_000);
        let root = Root::linux()
            .file("/data/a.log", log(500, 1))
            .file("/data/b.log", format!("{dull}{}{dull}{}{dull}", noise(1_200_000, 1), noise(1_200_000, 2)))
            .file("/data/c.log", log(500, 2));
        let ran = disk.collect(&root, &[]).code(3);
        let bundle = Bundle::open(Path::new(ran.json()["bundle"].as_str().expect("a path")));
        assert_eq!(outcome(&bundle, "a.log"), "collected");
        for name in ["b.log", "c.log"] {
            let line = bundle.line(name);
            assert_eq!(line["outcome"], "skipped", "{}", bundle.listing());
            assert!(line["reason"].as_str().expect("a reason").contains("too little space"), "{line}");
        }
        assert!(Run::new(["verify"]).arg(&bundle.path).run().code == 0);
    }

    /// Text of letters that do not pack.
    fn noise(bytes: usize, salt: u64) -> String {
        let mut seed = salt;
        let mut letter = || {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(
                b" abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:;,.!?()-+=/"
                    [(seed >> 33) as usize % 65],
            )
        };
        let mut text: String = (0..bytes).map(|n| if n % 100 == 99 { '\n' } else { letter() }).collect();
        text.push('\n');
        text
    }
}
