//! `qdiag collect` and `plan`: choices, names, results, and a host without Qlik.

use crate::support::{Root, Run, bundle_path, collect, is_foreign, sense_2018};

#[test]
fn a_host_without_qlik_is_told_and_environment_only_still_works() {
    let root = Root::linux();
    let ran = Run::new(["collect", "--yes", "--quiet", "--root"])
        .arg(root.path())
        .arg("--output")
        .arg(root.output.path())
        .run()
        .code(1);
    assert!(ran.text().contains("No Qlik product was found on testhost"), "{ran}");
    assert!(std::fs::read_dir(root.output.path()).expect("readable").next().is_none(), "nothing is written");
    Run::new(["detect", "--root"]).arg(root.path()).run().code(1);
    let (bundle, ran) = root.collect(&[]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(
        bundle.line("facts: system")["outcome"] == "missing",
        "what was not recorded says so\n{}",
        bundle.listing()
    );
}

#[test]
fn this_machine_gives_facts_about_itself() {
    let folder = tempfile::TempDir::new().expect("temporary folder");
    let ran = Run::new(["collect", "--yes", "--json", "--quiet", "--environment-only", "--output"])
        .arg(folder.path())
        .run();
    assert!(ran.code == 0 || ran.code == 3, "{ran}");
    let document = ran.json();
    let path = bundle_path(&document);
    Run::new(["verify"]).arg(&path).run().code(0);
    let bundle = crate::support::Bundle::open(&path);
    let system: serde_json::Value = serde_json::from_slice(bundle.bytes("facts: system")).expect("JSON");
    assert!(system.to_string().contains("memory"), "{system}");
    let own = if is_foreign() { "qdiag.exe".to_owned() } else { std::process::id().to_string() };
    let processes: serde_json::Value =
        serde_json::from_slice(bundle.bytes("facts: processes")).expect("JSON");
    assert!(processes.to_string().contains(&own), "this process is in the list");
    assert_eq!(bundle.manifest()["run"]["mode"], "live");
}

#[test]
fn the_name_has_case_host_and_start_and_the_side_file_fits() {
    let root = Root::linux();
    let (bundle, ran) = root.collect(&["--case", "00123 4/5"]);
    assert_eq!(bundle.top, "qdiag-00123_4_5-testhost-20260102T020405Z");
    let side = std::fs::read_to_string(format!("{}.sha256", bundle.path.display())).expect("the side file");
    assert_eq!(side, format!("{}  {}.zip\n", ran.json()["sha256"].as_str().expect("a digest"), bundle.top));
    assert_eq!(bundle.manifest()["run"]["case_number"], "00123 4/5");
}

#[cfg(unix)]
#[test]
fn a_bundle_is_private() {
    use std::os::unix::fs::PermissionsExt;
    if is_foreign() {
        return;
    }
    let root = Root::linux();
    let (bundle, _) = root.collect(&[]);
    let mode = std::fs::metadata(&bundle.path).expect("is there").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn the_host_is_left_as_it_was() {
    let root = Root::linux().file("/data/app.log", "password=Hunter2Hunter2\n");
    let before = std::fs::metadata(root.real("/data/app.log")).expect("there").modified().expect("a time");
    root.collect(&["--add", "/data"]);
    assert_eq!(std::fs::read(root.real("/data/app.log")).expect("there"), b"password=Hunter2Hunter2\n");
    assert_eq!(
        std::fs::metadata(root.real("/data/app.log")).expect("there").modified().expect("a time"),
        before
    );
}

#[test]
fn since_leaves_older_logs_out_and_says_so() {
    let folder = tempfile::TempDir::new().expect("temporary folder");
    // All files of this host count as written at 13:00 UTC on 2019-02-01, an hour before its clock's 14:02 +01:00.
    let (bundle, _) = collect(&sense_2018(), folder.path(), &["--since", "1m"]);
    let lines = bundle.lines();
    let of = |category: &str, outcome: &str| {
        lines.iter().filter(|line| line["category"] == category && line["outcome"] == outcome).count()
    };
    assert_eq!(of("logs", "collected"), 0, "{}", bundle.listing());
    assert!(of("logs", "skipped") > 20 && of("config", "collected") > 3, "{}", bundle.listing());
    for (bad, code) in [("yesterday", 2), ("2019-13-01", 2)] {
        let ran = Run::new(["plan", "--since", bad, "--root"]).arg(sense_2018()).run().code(code);
        assert!(ran.stderr.contains("hint: a duration such as"), "{ran}");
    }
}

#[test]
fn products_and_includes_choose() {
    let folder = tempfile::TempDir::new().expect("temporary folder");
    let (bundle, _) = collect(&sense_2018(), folder.path(), &["--include", "config"]);
    assert!(
        bundle.lines().iter().all(|line| line["category"] != "logs" || line["outcome"] != "collected"),
        "{}",
        bundle.listing()
    );
    let ran = Run::new(["plan", "--product", "no-such", "--root"]).arg(sense_2018()).run().code(2);
    assert!(ran.stderr.contains("qdiag collectors list"), "{ran}");
}

#[test]
fn without_a_terminal_consent_must_be_given() {
    let root = Root::linux();
    let ran = Run::new(["collect", "--environment-only", "--root"])
        .arg(root.path())
        .arg("--output")
        .arg(root.output.path())
        .run()
        .code(2);
    assert!(ran.stderr.contains("--yes"), "{ran}");
}

#[test]
fn people_see_where_the_bundle_is_and_what_is_in_it() {
    let folder = tempfile::TempDir::new().expect("temporary folder");
    let ran =
        Run::new(["collect", "--yes", "--root"]).arg(sense_2018()).arg("--output").arg(folder.path()).run();
    let text = ran.text();
    for words in
        ["bundle   ", "SHA-256  ", "April 2018 12.16.2", " collected", "masked   ", "missing, as is normal"]
    {
        assert!(text.contains(words), "{words} is not said\n{ran}");
    }
    assert!(ran.stderr.contains("collecting ") && ran.stderr.contains("reading the bundle back"), "{ran}");
}

#[test]
fn a_root_without_a_host_file_is_an_input_error() {
    let folder = tempfile::TempDir::new().expect("temporary folder");
    let ran = Run::new(["detect", "--root"]).arg(folder.path()).run().code(6);
    assert!(ran.stderr.contains("host.toml"), "{ran}");
}
