//! `--app-content reduced`: a copy without data that the site makes, its summary and its script, and each failure a clear outcome.

use serde_json::Value;
use tempfile::TempDir;

use crate::standin::{Fault, SECRETS, ServerCertificate, Standin};
use crate::support::{Bundle, Ran, Run, collect, sense_2018};

/// An app that only the site has.
const APP: &str = "Operations Monitor";

fn arguments(site: &Standin) -> Vec<String> {
    let folder = site.certificates().to_string_lossy().into_owned();
    let more = ["--app", APP, "--app-content", "reduced", "--qrs-certificates"].map(str::to_owned);
    site.flags().into_iter().chain(more).chain([folder]).collect()
}

fn collected(site: &Standin) -> (Bundle, Ran, TempDir) {
    let folder = TempDir::new().expect("temporary folder");
    let mut arguments = arguments(site);
    arguments.push("--accept-app-data".to_owned());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (bundle, ran) = collect(&sense_2018(), folder.path(), &arguments);
    (bundle, ran, folder)
}

#[test]
fn the_site_gives_a_copy_and_all_that_is_told_comes_from_it() {
    let site = Standin::start(ServerCertificate::Good);
    let (bundle, _, _folder) = collected(&site);
    Run::new(["verify"]).arg(&bundle.path).run().code(0);
    let copy = bundle.line(&format!("app without data: {APP}"));
    assert_eq!(
        (&copy["outcome"], &copy["unredacted"]),
        (&Value::from("collected"), &Value::from(true)),
        "{copy}"
    );
    assert_eq!(bundle.manifest()["run"]["app_content"], "reduced");
    let summary: Value =
        serde_json::from_slice(bundle.bytes(&format!("app summary: {APP}"))).expect("a summary is JSON");
    assert_eq!((&summary["kind"], &summary["data"]), (&Value::from("qvf"), &Value::from("no")), "{summary}");
    assert!(summary["script_lines"].as_u64().is_some_and(|lines| lines > 0), "{summary}");
    assert!(!bundle.bytes(&format!("app script: {APP}")).is_empty());
    // The site made one copy, and it was fetched once.
    let seen = site.seen();
    assert_eq!(seen.iter().filter(|one| one.method == "POST").count(), 1, "{seen:?}");
    assert_eq!(seen.iter().filter(|one| one.path.starts_with("/tempcontent/")).count(), 1, "{seen:?}");
    let name = copy["name"].as_str().expect("it has a name");
    assert!(
        bundle
            .entries
            .iter()
            .any(|(entry, bytes)| entry.ends_with(name) && bytes.starts_with(&[0xFF, 0xFF, 1, 0]))
    );
    for (entry, bytes) in bundle.entries.iter().filter(|(entry, _)| !entry.ends_with(name)) {
        let text = String::from_utf8_lossy(bytes);
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret} is in {entry}");
        }
    }
}

#[test]
fn nobody_who_was_not_asked_hands_it_over() {
    let site = Standin::start(ServerCertificate::Good);
    let folder = TempDir::new().expect("temporary folder");
    let ran = Run::new(["collect", "--yes", "--root"])
        .arg(sense_2018())
        .args(arguments(&site))
        .arg("--output")
        .arg(folder.path())
        .run()
        .code(2);
    assert!(ran.stderr.contains("--accept-app-data"), "{}", ran.stderr);
    assert_eq!(site.connections(), 0);
}

#[test]
fn a_copy_that_fails_is_told_and_the_bundle_is_valid() {
    for (fault, path) in [
        (Fault::DiesMidway, "/tempcontent/"),
        (Fault::Status(500), "/qrs/app/"),
        (Fault::RefuseUser, "/qrs/app"),
        (Fault::LoginPage, "/tempcontent/"),
    ] {
        let site = Standin::start(ServerCertificate::Good);
        let text = format!("{fault:?}");
        site.fault(path, fault);
        let (bundle, _, _folder) = collected(&site);
        Run::new(["verify"]).arg(&bundle.path).run().code(0);
        for what in ["app without data", "app summary", "app script"] {
            let line = bundle.line(&format!("{what}: {APP}"));
            assert!(
                ["failed", "denied"].contains(&line["outcome"].as_str().unwrap_or_default()),
                "{text}: {line}"
            );
            assert!(line["reason"].as_str().is_some_and(|reason| reason.len() > 20), "{text}: {line}");
        }
    }
}

#[test]
fn without_the_site_the_summary_is_taken_and_that_is_said() {
    let folder = TempDir::new().expect("temporary folder");
    let app = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/samples/apps/test.qvf");
    let ran = Run::new([
        "collect",
        "--yes",
        "--environment-only",
        "--app",
        app,
        "--app-content",
        "reduced",
        "--output",
    ])
    .arg(folder.path())
    .run();
    assert!(ran.stderr.contains("--qrs"), "{}", ran.stderr);
}
