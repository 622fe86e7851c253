//! `--app` of `collect` and `plan`: apps are found, told of and redacted; one is only handed over as it is with a person's consent.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{KEPT, PROPERTIES, assert_clean, host_with_app, stub_of_app};
use crate::support::{Bundle, Root, Run, bundle_path, case_key, collect, is_foreign};

#[test]
fn the_summary_and_the_redacted_script_are_collected() {
    let host = host_with_app().file("/apps/b.qvf", stub_of_app()).file("/apps/no.qvf", "a text\n");
    let (bundle, ran) = host.collect(&[
        "--app",
        "/apps/sales",
        "--app",
        "/apps/b.qvf",
        "--app",
        "/apps/no.qvf",
        "--app",
        "/apps/gone.qvf",
    ]);
    let folder = "data/testhost/app/Sales_ North_South";
    let script = String::from_utf8_lossy(&bundle.entries[&format!("{folder}/script.qvs")]).into_owned();
    let summary = String::from_utf8_lossy(&bundle.entries[&format!("{folder}/summary.json")]).into_owned();
    for kept in KEPT {
        assert!(script.contains(kept), "{kept} is not in\n{script}");
    }
    assert!(summary.contains("\"section_access\": true"), "{summary}");
    for (name, bytes) in &bundle.entries {
        assert_clean(&String::from_utf8_lossy(bytes), name);
    }
    for (source, outcome) in [
        ("app summary: /apps/sales", "collected"),
        ("app script: /apps/sales", "collected"),
        ("app summary: /apps/b.qvf", "truncated"),
        ("app script: /apps/b.qvf", "missing"),
        ("app summary: /apps/no.qvf", "withheld"),
        ("/apps/gone.qvf", "missing"),
    ] {
        let lines = bundle.lines();
        let line = lines.iter().find(|line| line["source"] == source);
        let line = line.unwrap_or_else(|| panic!("{source}: {}", bundle.listing()));
        assert_eq!(
            (&line["outcome"], &line["category"]),
            (&outcome.into(), &"app".into()),
            "{}",
            bundle.listing()
        );
        assert!(line.get("unredacted").is_none(), "{line}");
    }
    assert_eq!(bundle.manifest()["run"]["app_content"], "summary");
    assert_eq!(ran.json()["app_content"], "summary");
    assert!(!bundle.entries.keys().any(|name| name.ends_with("b.qvf")), "{}", bundle.listing());
    Run::new(["verify"]).arg(&bundle.path).run().code(0);
    let (plain, _) = host_with_app().collect(&[]);
    assert!(plain.manifest()["run"].get("app_content").is_none());
}

#[test]
fn two_apps_of_one_title_have_folders_of_their_own() {
    let host = host_with_app()
        .file("/more/app-properties.json", PROPERTIES)
        .file("/more/config.yml", "script: script.qvs\n")
        .file("/more/script.qvs", "///$tab Other\nLOAD 1 AUTOGENERATE 1;\n");
    let (bundle, _) = host.collect(&["--app", "/apps", "--app", "/more", "--app", "/apps/sales"]);
    let other = &bundle.entries["data/testhost/app/Sales_ North_South~2/script.qvs"];
    assert!(other.starts_with(b"///$tab Other"), "{}", bundle.listing());
    assert!(bundle.entries.contains_key("data/testhost/app/Sales_ North_South/script.qvs"));
    // What is named twice is one app.
    let scripts = bundle
        .lines()
        .iter()
        .filter(|line| line["name"].as_str().is_some_and(|name| name.ends_with(".qvs")))
        .count();
    assert_eq!(scripts, 2, "{}", bundle.listing());
}

#[test]
fn an_app_itself_is_refused_without_consent() {
    let host = Root::linux().file("/apps/b.qvf", stub_of_app());
    let run = |more: &[&str]| {
        Run::new([
            "collect",
            "--environment-only",
            "--quiet",
            "--app",
            "/apps/b.qvf",
            "--app-content",
            "full",
        ])
        .args(more)
        .arg("--root")
        .arg(host.path())
        .arg("--output")
        .arg(host.output.path())
        .run()
        .code(2)
    };
    for more in [&["--yes"][..], &[]] {
        let ran = run(more);
        assert!(ran.stderr.contains("--accept-app-data") && ran.stdout.is_empty(), "{ran}");
    }
    assert_eq!(std::fs::read_dir(host.output.path()).expect("readable").count(), 0);
}

#[test]
fn an_app_itself_is_stored_as_it_is_and_stamped() {
    let host = Root::linux()
        .file("/apps/b.qvf", stub_of_app())
        .file("/apps/key.pem", "-----BEGIN PRIVATE KEY-----\n");
    let full =
        ["--app-content", "full", "--accept-app-data", "--app", "/apps/b.qvf", "--app", "/apps/key.pem"];
    let (bundle, ran) = host.collect(&full);
    assert_eq!(bundle.entries["data/testhost/app/b/b.qvf"], stub_of_app(), "{}", bundle.listing());
    let lines = bundle.lines();
    let stamped: Vec<_> = lines.iter().filter(|line| line["unredacted"] == true).collect();
    assert_eq!(stamped.len(), 1, "{}", bundle.listing());
    assert_eq!(stamped[0]["source"], "/apps/b.qvf");
    assert!(stamped[0]["reason"].as_str().is_some_and(|reason| reason.contains("a person agreed")));
    assert_eq!(bundle.manifest()["run"]["app_content"], "full");
    assert_eq!(ran.json()["app_content"], "full");
    assert!(ran.stderr.contains("Passwords, names and data inside stay readable"), "{ran}");
    // The consent is for apps, not for whatever is named as one.
    assert!(!bundle.entries.keys().any(|name| name.ends_with("key.pem")), "{}", bundle.listing());
    Run::new(["verify"]).arg(&bundle.path).run().code(0);

    // What is redacted again has nobody's consent.
    let again = host.output.path().join("again.zip");
    let key = case_key(host.output.path());
    let ran = Run::new(["redact", "--json"])
        .arg(&bundle.path)
        .arg("--case-key")
        .arg(key)
        .arg("--output")
        .arg(&again)
        .run();
    let again = Bundle::open(&bundle_path(&ran.json()));
    assert!(again.lines().iter().all(|line| line.get("unredacted").is_none()), "{}", again.listing());
    let itself = again.lines().into_iter().find(|line| line["source"] == "/apps/b.qvf").expect("as before");
    assert_eq!(itself["outcome"], "withheld", "{}", again.listing());
    assert_eq!(again.manifest()["run"]["app_content"], "summary");
}

#[test]
fn the_plan_shows_what_is_taken_of_apps() {
    let host = host_with_app().file("/apps/b.qvf", stub_of_app());
    let ran = Run::new([
        "plan",
        "--environment-only",
        "--json",
        "--app",
        "/apps",
        "--app-content",
        "full",
        "--root",
    ])
    .arg(host.path())
    .run()
    .code(0);
    let document = ran.json();
    let items = document["items"].as_array().expect("a list");
    let of = |source: &str| {
        items.iter().find(|item| item["source"] == source).unwrap_or_else(|| panic!("{source}: {ran}"))
    };
    assert_eq!(of("app script: /apps/sales")["category"], "app");
    assert!(
        of("/apps/sales")["reason"].as_str().is_some_and(|reason| reason.contains("not one file")),
        "{ran}"
    );
    assert_eq!(of("/apps/b.qvf")["bytes"], 4096, "{ran}");
    assert!(of("/apps/b.qvf")["outcome"].is_null(), "{ran}");
    // Without the site, an export without data falls back to the summary and says so.
    let (bundle, ran) = host.collect(&["--app", "/apps/b.qvf", "--app-content", "reduced"]);
    assert!(ran.stderr.contains("reduced"), "{ran}");
    assert_eq!(bundle.manifest()["run"]["app_content"], "summary");
    assert_eq!(bundle.line("app summary: /apps/b.qvf")["outcome"], "truncated");
}

/// Collects an app as it is with a terminal on which a word is typed; gives what was said and the folder of the bundle.
fn typed(host: &Root, word: &str) -> String {
    let command = format!(
        "{} collect --environment-only --app /apps/b.qvf --app-content full --root {} --output {}",
        env!("CARGO_BIN_EXE_qdiag"),
        host.path().display(),
        host.output.path().display()
    );
    let mut child = Command::new("script")
        .args(["-qec", &command, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program was looked for");
    let answers = format!("{word}\ny\n");
    child.stdin.take().expect("was piped").write_all(answers.as_bytes()).expect("it listens");
    let output = child.wait_with_output().expect("it ends");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn bundle_in(folder: &Path) -> Bundle {
    let mut files = std::fs::read_dir(folder).expect("readable").map(|entry| entry.expect("readable").path());
    let zip = files.find(|path| path.extension().is_some_and(|ending| ending == "zip"));
    Bundle::open(&zip.expect("a bundle was written"))
}

#[test]
fn a_person_sees_what_is_inside_and_types_a_word() {
    if is_foreign() || !Path::new("/usr/bin/script").exists() {
        return;
    }
    let host = Root::linux().file("/apps/b.qvf", stub_of_app());
    let said = typed(&host, "yes");
    for line in [
        "/apps/b.qvf (4.1 kB) will be in the bundle as it is",
        "section access  unknown",
        "tables          none found",
        "Type the word yes",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(said.contains("warning  /apps/b.qvf is inside with all data"), "{said}");
    assert_eq!(bundle_in(host.output.path()).entries["data/testhost/app/b/b.qvf"], stub_of_app());
    for word in ["y", "", "no"] {
        let host = Root::linux().file("/apps/b.qvf", stub_of_app());
        typed(&host, word);
        let bundle = bundle_in(host.output.path());
        assert!(!bundle.entries.contains_key("data/testhost/app/b/b.qvf"), "{}", bundle.listing());
        let line =
            bundle.lines().into_iter().find(|line| line["source"] == "/apps/b.qvf").expect("it is a line");
        assert_eq!(line["outcome"], "skipped");
        assert_eq!(bundle.manifest()["run"]["app_content"], "summary");
    }
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts").join(name)
}

#[test]
fn an_app_is_found_by_its_id_and_stands_below_its_product() {
    let folder = TempDir::new().expect("temporary folder");
    let id = "3f1d4c1e-8a57-4c3b-9d0e-5b7c2a6f4e21";
    let (bundle, _) = collect(
        &fixture("qlik-sense-single-november-2025"),
        folder.path(),
        &["--app", id, "--app", "no such app", "--include", "nothing"],
    );
    let lines = bundle.lines();
    let line = lines.iter().find(|line| line["source"] == format!("app summary: E:\\QlikShare\\Apps\\{id}"));
    let line = line.unwrap_or_else(|| panic!("{}", bundle.listing()));
    let name = line["name"].as_str().expect("a name");
    assert!(
        name.contains("/qlik-sense-enterprise-windows/app/") && name.ends_with("/summary.json"),
        "{line}"
    );
    let summary: serde_json::Value = serde_json::from_slice(&bundle.entries[name]).expect("JSON");
    assert_eq!(summary["kind"], "qvf", "{summary:#}");
    assert!(summary["title"].is_string() && summary["saved_by_version"].is_string(), "{summary:#}");
    assert!(!bundle.entries[&name.replace("summary.json", "script.qvs")].is_empty(), "{}", bundle.listing());
    let missing = bundle.line("no such app");
    assert!(missing["reason"].as_str().is_some_and(|reason| reason.contains("name or id")), "{missing}");
}

#[test]
fn the_tasks_of_other_products_are_texts() {
    let folder = TempDir::new().expect("temporary folder");
    let more = [
        "--environment-only",
        "--app",
        "Replication_Definition",
        "--app-content",
        "full",
        "--accept-app-data",
    ];
    let (bundle, _) = collect(&fixture("qlik-replicate-windows-november-2025"), folder.path(), &more);
    let named: Vec<_> = bundle.lines().into_iter().filter(|line| line["item"] == "options/app").collect();
    assert_eq!(named.len(), 1, "{}", bundle.listing());
    assert_eq!(
        (&named[0]["outcome"], named[0].get("unredacted")),
        (&"collected".into(), None),
        "{}",
        named[0]
    );
    assert_eq!(bundle.manifest()["run"]["app_content"], "summary");
    let absent =
        std::fs::read_to_string(fixture("qlik-replicate-windows-november-2025").join("expect/absent.txt"));
    let text =
        String::from_utf8_lossy(&bundle.entries[named[0]["name"].as_str().expect("a name")]).into_owned();
    for secret in
        absent.expect("part of the fixture").lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
    {
        assert!(!text.contains(secret), "{secret}");
    }
}
