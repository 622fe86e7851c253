//! `qdiag case`, and what `collect` and `verify` make of a case: answers, verdicts, ticket, exit codes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Bundle, Ran, Root, Run, collect, sense_2018};

/// All that somebody can say of the fixture host, whose clock stands at 2019-02-01 14:02.
const FULL: &str = "
title = 'The hub shows error 403 since the upgrade'
description = '''
Since the upgrade on Friday morning all users who open the hub through the proxy get error 403.
Users on the central node itself are not affected.
'''
since_when = '2019-02-01 10:00'
how_often = 'always'
affected = 'all users but those on the central node'
severity = 2
error_text = '''
403 Forbidden
The user cannot be authenticated or authorized
'''
key_words = ['hub', 'proxy', 'error 403']
steps = '''
Open https://qlikserver1/hub as any user of the domain
Choose the stream Everyone
'''
expected = 'The hub shows the apps of the stream'
actual = 'It shows error 403 after some seconds'
changed = 'The upgrade from February 2018 to April 2018'
tried = 'Restarted all services and cleared the cache of the browser, without a change'
articles = ['Qlik Sense: error 403 in the hub', 'https://community.qlik.com/t5/x/ta-p/1711393']
contact = 'Anna Berg, support desk'
case_number = '01234567'
";

fn answers(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("case.toml");
    std::fs::write(&path, text).expect("writable");
    path
}

/// Collects the fixture host with these answers and further arguments.
fn told(folder: &Path, text: &str, more: &[&str]) -> (Bundle, Ran) {
    let path = answers(folder, text);
    let path = path.to_str().expect("a temporary folder has a plain name");
    collect(&sense_2018(), folder, &[&["--answers", path], more].concat())
}

fn states(completeness: &Value) -> BTreeMap<String, String> {
    let duties = completeness["duties"].as_array().expect("a list");
    let text = |value: &Value| value.as_str().expect("a word").to_owned();
    duties.iter().map(|one| (text(&one["duty"]), text(&one["state"]))).collect()
}

#[track_caller]
fn hold(bundle: &Bundle, lacking: &[(&str, &str)]) {
    let manifest = bundle.manifest();
    let found = states(&manifest["completeness"]);
    assert_eq!(found.len(), 12);
    let wanted: BTreeMap<String, String> =
        lacking.iter().map(|(duty, state)| ((*duty).to_owned(), (*state).to_owned())).collect();
    let lacks: BTreeMap<String, String> = found.into_iter().filter(|(_, state)| state != "present").collect();
    assert_eq!(lacks, wanted, "{}", manifest["completeness"]);
    let number = |state: &str| lacking.iter().filter(|(_, one)| *one == state).count();
    assert_eq!(manifest["completeness"]["missing"], number("missing"));
    assert_eq!(manifest["completeness"]["weak"], number("weak"));
}

fn ticket(bundle: &Bundle) -> String {
    String::from_utf8(bundle.entries["CASE.md"].clone()).expect("text")
}

#[test]
fn a_full_case_lacks_only_the_app() {
    let folder = tempfile::TempDir::new().expect("temporary folder");
    let (bundle, ran) = told(folder.path(), FULL, &[]);
    hold(&bundle, &[("sample_app", "missing")]);
    assert!(bundle.top.starts_with("qdiag-01234567-QLIKSERVER1-"), "{}", bundle.top);
    assert_eq!(bundle.manifest()["run"]["case_number"], "01234567");
    assert_eq!(bundle.manifest()["case"]["steps"][1], "Choose the stream Everyone");
    assert_eq!(ran.json()["completeness"], bundle.manifest()["completeness"]);
    let text = ticket(&bundle);
    for part in [
        "# The hub shows error 403 since the upgrade\n",
        "- **Severity:** 2\n",
        "Qlik Sense Enterprise on Windows April 2018, version 12.16.2",
        "## Replication steps\n\n1. Open https://qlikserver1/hub",
        "The upgrade from February 2018 to April 2018",
        "- sample app: missing (no app of Qlik Sense",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    Run::new(["verify"]).arg(&bundle.path).run().code(0);
}

#[test]
fn half_a_case_says_what_is_weak() {
    let half = "description = 'The hub does not open'\nsteps = 'Open the hub'\nexpected = 'The hub opens'\n\
                tried = 'Restarted'\nerror_text = '403'\n";
    let folder = tempfile::TempDir::new().expect("temporary folder");
    let (bundle, _) = told(folder.path(), half, &["--article", "yes", "--exclude", "license"]);
    hold(
        &bundle,
        &[
            ("description", "weak"),
            ("key_words", "weak"),
            ("sample_app", "missing"),
            ("logs", "weak"),
            ("license", "missing"),
            ("steps", "weak"),
            ("results", "weak"),
            ("knowledge_base", "weak"),
            ("troubleshooting", "weak"),
        ],
    );
}

#[test]
fn an_empty_case_on_an_empty_host_lacks_everything() {
    let root = Root::linux();
    let (bundle, ran) = root.collect(&[]);
    let duties = states(&bundle.manifest()["completeness"]);
    assert!(duties.values().all(|state| state == "missing"), "{duties:?}");
    assert!(bundle.manifest().get("case").is_none(), "nothing was said");
    let text = ticket(&bundle);
    assert!(text.contains("Nobody has described the problem yet"), "{text}");
    assert!(text.contains("- description: missing (nobody says what is wrong)"), "{text}");
    assert_eq!(ran.code, 0, "{ran}");
}

#[test]
fn the_result_says_what_is_missing_and_what_to_do() {
    let root = Root::linux();
    let run = |more: &[&str]| {
        let base = ["collect", "--yes", "--quiet", "--environment-only", "--root"];
        Run::new(base).arg(root.path()).arg("--output").arg(root.output.path()).args(more).run()
    };
    let ran = run(&[]).code(0);
    assert!(ran.text().contains("0 of 12 things that Qlik asks for are there"), "{ran}");
    assert!(ran.text().contains("missing   description: nobody says what is wrong"), "{ran}");
    assert!(ran.text().contains("next     describe the problem: qdiag case template > case.toml"), "{ran}");
    let ran = run(&["--case", "7", "--title", "x"]).code(0);
    assert!(ran.text().contains("next     run qdiag on the host of the product"), "{ran}");
    assert!(ran.text().contains("ticket   qdiag case "), "{ran}");
}

#[test]
fn a_password_in_an_answer_is_masked_everywhere() {
    let secrets = ["Hunter2Falcon99", "Osprey-5521", "Wren-Parade-7719", "Tulip-Anchor-4410"];
    let text = "The services start again and again after the upgrade, and users see error 403.\n\
                My password: Hunter2Falcon99, and the connection is Server=db;Uid=sa;Pwd=Osprey-5521;\n\
                The password is Wren-Parade-7719 and the file says Tulip-Anchor-4410 instead.";
    let mut answers_text = String::new();
    for key in [
        "title",
        "description",
        "error_text",
        "steps",
        "expected",
        "actual",
        "changed",
        "tried",
        "articles",
        "contact",
    ] {
        answers_text.push_str(&format!("{key} = '''\n{text}\n'''\n"));
    }
    // What only a configuration gives away is masked in the answers too, and what an answer gives away in a log.
    let root = Root::linux()
        .file("/data/app.ini", "password=Tulip-Anchor-4410\n")
        .file("/data/app.log", "login of sa with Osprey-5521 refused\n");
    let path = answers(root.output.path(), &answers_text);
    let path = path.to_str().expect("a plain name");
    let more = ["--add", "/data", "--answers", path, "--description", text, "--case", "77"];
    let (bundle, ran) = root.collect(&more);
    assert_eq!(ran.code, 0, "{ran}");
    let verified = Run::new(["case", "--json"]).arg(&bundle.path).run().code(0);
    for secret in secrets {
        for (name, bytes) in &bundle.entries {
            let text = String::from_utf8_lossy(bytes);
            assert!(!text.contains(secret), "{secret} is in {name}:\n{text}");
        }
        assert!(!ran.text().contains(secret) && !verified.text().contains(secret), "{ran}");
    }
    let said = bundle.manifest()["case"]["description"].as_str().expect("a text").to_owned();
    assert!(said.contains("My password: REDACTED_") && said.contains("users see error 403"), "{said}");
    assert!(ticket(&bundle).contains("My password: REDACTED_"));
}

#[test]
fn identities_in_answers_get_the_stand_ins_of_the_files() {
    let root = Root::linux().file("/data/app.log", "user=anna.berg@example-bank.com failed\n");
    let more = ["--add", "/data", "--privacy", "identities", "--contact", "anna.berg@example-bank.com"];
    let (bundle, ran) = root.collect(&more);
    assert_eq!(ran.code, 0, "{ran}");
    let contact = bundle.manifest()["case"]["contact"].as_str().expect("a text").to_owned();
    assert!(!contact.contains("anna") && !contact.contains("example-bank"), "{contact}");
    let log = String::from_utf8_lossy(bundle.bytes("app.log")).into_owned();
    assert!(log.contains(&contact), "{contact} is not in {log}");
}

#[test]
fn whatever_is_pasted_gives_a_bundle() {
    let odd = [
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7bq1\n-----END RSA PRIVATE KEY-----",
        "{\"password\": \"Hunter2-Hunter2\", \"user\": \"x\"}",
        "<add key=\"Password\" value=\"Hunter2-Hunter2\"/>",
        "curl -u admin:Hunter2-Hunter2 https://a:b-c-d-e@host/x?token=abcdef1234567890abcdef",
        "`*_[](){}#+-.!|~\\ \u{1b}[31m \u{202e} \u{0} end",
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    ];
    let root = Root::linux();
    let path = root.output.path().join("case.toml");
    let text: String = odd.join("\n").replace(['\u{0}', '\u{1b}'], "");
    std::fs::write(&path, format!("description = '''\n{text}\n'''\nerror_text = '''\n{text}\n'''\n"))
        .expect("writable");
    let (bundle, ran) = root.collect(&["--answers", path.to_str().expect("a plain name"), "--title", odd[4]]);
    assert_eq!(ran.code, 0, "{ran}");
    assert!(!ticket(&bundle).contains("Hunter2"), "{}", ticket(&bundle));
    Run::new(["verify"]).arg(&bundle.path).run().code(0);
}

#[test]
fn a_wrong_file_of_answers_is_refused_with_its_line() {
    let root = Root::linux();
    let run = |text: &str| {
        let path = answers(root.output.path(), text);
        let base = ["collect", "--yes", "--quiet", "--environment-only", "--root"];
        Run::new(base)
            .arg(root.path())
            .arg("--output")
            .arg(root.output.path())
            .arg("--answers")
            .arg(path)
            .run()
    };
    let ran = run("title = 'a'\n\ndescripton = 'b'\n").code(4);
    assert!(ran.stderr.contains("case.toml:3: unknown key `descripton`"), "{ran}");
    assert!(ran.stderr.contains("hint: did you mean `description`?"), "{ran}");
    let ran = run("title = 'a\n").code(4);
    assert!(ran.stderr.contains("case.toml:1: ") && ran.stderr.contains("qdiag case template"), "{ran}");
    let entries = std::fs::read_dir(root.output.path()).expect("readable");
    assert_eq!(entries.count(), 1, "nothing but the answers is there");
    let gone = ["collect", "--yes", "--environment-only", "--answers", "/no/such/case.toml", "--root"];
    Run::new(gone).arg(root.path()).run().code(6);
}

#[test]
fn the_template_is_taken_as_answers() {
    let template = Run::new(["case", "template"]).run().code(0).text();
    assert!(template.contains("# What is wrong?") && template.contains("\nsteps = '''\n'''\n"), "{template}");
    let folder = tempfile::TempDir::new().expect("temporary folder");
    let root = Root::linux();
    let path = answers(folder.path(), &template);
    let (bundle, _) = root.collect(&["--answers", path.to_str().expect("a plain name")]);
    assert!(bundle.manifest().get("case").is_none(), "nothing was said");
}

#[test]
fn an_incomplete_case_is_a_finding_for_who_asks() {
    let root = Root::linux();
    let (bundle, ran) = root.collect(&["--require-complete"]);
    assert_eq!(ran.code, 1, "{ran}");
    Run::new(["verify"]).arg(&bundle.path).run().code(0);
    let ran = Run::new(["verify", "--require-complete"]).arg(&bundle.path).run().code(1);
    assert!(ran.text().contains(": as it was written\n"), "{ran}");
    assert!(ran.text().contains("incomplete case: manifest.json: description: nobody says"), "{ran}");
    let ran = Run::new(["verify", "--require-complete", "--json"]).arg(&bundle.path).run().code(1);
    assert_eq!(ran.json()[0]["findings"][0]["kind"], "incomplete_case", "{ran}");
}

#[test]
fn a_complete_case_is_no_finding() {
    // A product without apps, whose host tells everything.
    let host = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts/nprinting-february-2024");
    let folder = tempfile::TempDir::new().expect("temporary folder");
    let path = answers(folder.path(), &FULL.replace("2019-02-01", "2020-02-01"));
    let path = path.to_str().expect("a plain name");
    let (bundle, ran) = collect(&host, folder.path(), &["--answers", path, "--require-complete"]);
    assert_eq!(bundle.manifest()["completeness"]["missing"], 0, "{}", bundle.manifest()["completeness"]);
    assert_eq!(ran.code, 0, "{ran}");
    Run::new(["verify", "--require-complete"]).arg(&bundle.path).run().code(0);
}

#[test]
fn the_ticket_of_a_bundle_has_its_digest() {
    let folder = tempfile::TempDir::new().expect("temporary folder");
    let (bundle, collected) = told(folder.path(), FULL, &[]);
    let sha256 = collected.json()["sha256"].as_str().expect("a digest").to_owned();
    let size = format!("Size: {} bytes", std::fs::metadata(&bundle.path).expect("there").len());
    let ran = Run::new(["case"]).arg(&bundle.path).run().code(0);
    for part in
        ["The hub shows error 403 since the upgrade\n====", &sha256, &size, &format!("{}.zip", bundle.top)]
    {
        assert!(ran.text().contains(part), "{part} is not in\n{ran}");
    }
    let ran = Run::new(["case", "--format", "markdown"]).arg(&bundle.path).run().code(0);
    assert!(ran.text().contains(&format!("- **SHA-256:** {sha256}\n")), "{ran}");
    let document = Run::new(["case", "--json"]).arg(&bundle.path).run().code(0).json();
    assert_eq!(document["sha256"], sha256.as_str());
    assert_eq!(document["case"]["case_number"], "01234567");
    assert!(document["text"].as_str().is_some_and(|text| text.contains(&sha256)), "{document}");

    // A changed bundle is told, in the text too.
    let mut bytes = std::fs::read(&bundle.path).expect("readable");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x41;
    let path = folder.path().join("changed.zip");
    std::fs::write(&path, bytes).expect("writable");
    let ran = Run::new(["case"]).arg(&path).run().code(1);
    assert!(ran.text().contains("The bundle is NOT as it was written."), "{ran}");
    Run::new(["case", "/no/such.zip"]).run().code(6);
}

#[test]
fn redacting_a_bundle_again_keeps_its_case() {
    let root = Root::linux();
    let (bundle, _) = root.collect(&["--title", "Falcon is slow", "--contact", "Falcon team"]);
    let words = root.output.path().join("words.txt");
    std::fs::write(&words, "Falcon\n").expect("writable");
    let output = root.output.path().join("again.zip");
    let base = ["redact", "--json", "--mask-word"];
    Run::new(base).arg(&words).arg(&bundle.path).arg("--output").arg(&output).run().code(0);
    let again = Bundle::open(&output);
    let title = again.manifest()["case"]["title"].as_str().expect("a text").to_owned();
    assert!(title.starts_with("REDACTED_") && title.ends_with(" is slow"), "{title}");
    assert!(ticket(&again).contains(" is slow") && !ticket(&again).contains("Falcon"), "{}", ticket(&again));
}
