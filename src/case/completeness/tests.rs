//! One table for each duty: what is there, and the verdict.

use super::*;
use crate::manifest::{CommandFacts, Cut, Entry, LeftOverFacts, Outcome, Reading, WindowFacts};

const FOLDER: &str = "qlik-sense-enterprise-windows";

fn manifest() -> Manifest {
    let text = r#"{
        "schema": "1.0", "installations": [], "probe_failures": [], "entries": [],
        "tool": {"name": "qdiag", "version": "0", "build": "", "rules": ""},
        "run": {"started": "", "finished": "", "durations_ms": {}, "slowest": [], "arguments": [], "mode": "live",
                "interrupted": false},
        "host": {"os": "windows", "name": "h", "utc_offset": "+01:00"},
        "totals": {"entries": 0, "bytes": 0, "source_bytes": 0, "outcomes": {}},
        "redaction": {"privacy": "secrets", "masks": {}, "learned_values": 0}
    }"#;
    serde_json::from_str(text).expect("a manifest")
}

fn installed(product: &str, version: Option<&str>) -> InstallationFacts {
    let reading = |value: &str| Reading { value: value.to_owned(), source: "a file".to_owned() };
    InstallationFacts {
        product: product.to_owned(),
        name: product.to_owned(),
        instance: None,
        version: version.map(reading),
        release: None,
        role: None,
        folder: product.to_owned(),
        evidence: Vec::new(),
    }
}

fn entry(category: &str, name: &str, outcome: Outcome, bytes: u64) -> Entry {
    Entry {
        name: format!("data/h/{FOLDER}/{name}"),
        category: category.to_owned(),
        source: name.to_owned(),
        bytes,
        source_modified: Some("2019-02-01T12:00:00Z".to_owned()),
        ..Entry::new(outcome)
    }
}

/// A case of one field.
fn said_so(change: impl Fn(&mut Case)) -> Manifest {
    let mut case = Case::default();
    change(&mut case);
    Manifest { case: Some(case), ..manifest() }
}

/// The verdict on a duty; its reason is a sentence, and what is not there has a next step.
#[track_caller]
fn hold(manifest: &Manifest, duty: Duty, wanted: State) {
    let survey = Survey::of(manifest, manifest.entries.iter().cloned());
    let found = judge(manifest, &survey);
    let number = |state| found.duties.iter().filter(|one| one.state == state).count() as u64;
    assert_eq!((found.missing, found.weak), (number(State::Missing), number(State::Weak)));
    let verdict = found.duties.iter().find(|one| one.duty == duty).expect("each duty has a verdict");
    assert_eq!(verdict.state, wanted, "{verdict:?}");
    assert!(!verdict.reason.is_empty() && !verdict.reason.ends_with('.'), "{verdict:?}");
    assert_eq!(verdict.next.is_some(), wanted != State::Present, "{verdict:?}");
}

fn with(entries: Vec<Entry>) -> Manifest {
    let installations = vec![installed(FOLDER, Some("14.254.6"))];
    Manifest { installations, entries, ..manifest() }
}

#[test]
fn each_duty_has_one_verdict() {
    let manifest = manifest();
    let duties = judge(&manifest, &Survey::default()).duties;
    let mut kinds: Vec<Duty> = duties.iter().map(|one| one.duty).collect();
    kinds.dedup();
    assert_eq!(kinds.len(), 12);
    assert!(kinds.is_sorted());
}

#[test]
fn a_product_is_one_that_was_found() {
    hold(&manifest(), Duty::Product, State::Missing);
    let left = LeftOverFacts { product: "x".into(), name: "x".into(), evidence: Vec::new() };
    hold(&Manifest { left_overs: vec![left], ..manifest() }, Duty::Product, State::Missing);
    hold(&with(Vec::new()), Duty::Product, State::Present);
}

#[test]
fn a_version_is_exact_and_that_of_all_products() {
    for (versions, wanted) in [
        (&[][..], State::Missing),
        (&[None], State::Missing),
        (&[Some("14.254.6"), None], State::Weak),
        (&[Some("8.0")], State::Weak),
        (&[Some("2024.11-54")], State::Present),
        (&[Some("12.90.20000+2024-05-15 11:28:19+80c6079"), Some("14.254.6")], State::Present),
    ] {
        let installations = versions.iter().map(|version| installed("x", *version)).collect();
        hold(&Manifest { installations, ..manifest() }, Duty::Version, wanted);
    }
}

#[test]
fn a_description_says_what_was_done_where_and_what_happened() {
    let long = "Since the upgrade on Friday all users who open the hub through the proxy get error 403.";
    for (text, wanted) in [
        ("", State::Missing),
        ("n/a", State::Missing),
        ("The hub does not open", State::Weak),
        (&"broken ".repeat(40), State::Weak),
        (&"REDACTED_password_1a2b ".repeat(40), State::Missing),
        (long, State::Present),
        ("升级后所有用户通过代理打开中心时都会收到四零三错误", State::Present),
    ] {
        hold(&said_so(|case| case.description = Some(text.to_owned())), Duty::Description, wanted);
    }
    let same = said_so(|case| {
        case.title = Some(long.to_owned());
        case.description = Some(long.to_owned());
    });
    hold(&same, Duty::Description, State::Weak);
    hold(&manifest(), Duty::Description, State::Missing);
}

#[test]
fn key_words_narrow_a_search() {
    for (words, error, wanted) in [
        (&[][..], None, State::Missing),
        (&["?"][..], None, State::Missing),
        (&[][..], Some("403 Forbidden"), State::Weak),
        (&["hub"][..], None, State::Weak),
        (&["hub"][..], Some("403 Forbidden"), State::Present),
        (&["hub", "proxy"][..], None, State::Present),
    ] {
        let manifest = said_so(|case| {
            case.key_words = words.iter().map(|word| (*word).to_owned()).collect();
            case.error_text = error.map(str::to_owned);
        });
        hold(&manifest, Duty::KeyWords, wanted);
    }
}

#[test]
fn the_environment_needs_what_explains_the_host() {
    let facts = |names: &[&str]| -> Manifest {
        let fact = |name: &&str| Entry {
            item: format!("environment/{name}"),
            ..entry("environment", name, Outcome::Collected, 10)
        };
        with(names.iter().map(fact).collect())
    };
    hold(&facts(&[]), Duty::Environment, State::Missing);
    hold(&facts(&["time"]), Duty::Environment, State::Missing);
    hold(&facts(&["services", "processes", "network"]), Duty::Environment, State::Weak);
    let mut all = facts(&["system", "services", "processes", "network"]);
    hold(&all, Duty::Environment, State::Present);
    all.entries[0].outcome = Outcome::Withheld;
    hold(&all, Duty::Environment, State::Weak);
}

#[test]
fn an_app_is_there_itself_or_not_needed() {
    hold(&with(Vec::new()), Duty::SampleApp, State::Missing);
    hold(&manifest(), Duty::SampleApp, State::Missing);
    let gateway = Manifest { installations: vec![installed("qlik-alerting", None)], ..manifest() };
    hold(&gateway, Duty::SampleApp, State::Present);
    for (name, outcome, bytes, wanted) in [
        ("app/Sales/summary.json", Outcome::Collected, 10, State::Weak),
        ("app/Sales.qvf", Outcome::Collected, 10, State::Present),
        ("app/Sales.qvf", Outcome::Withheld, 10, State::Missing),
        ("app/Sales.qvf", Outcome::Empty, 0, State::Missing),
        ("app/Sales.qvf", Outcome::Skipped, 0, State::Missing),
    ] {
        hold(&with(vec![entry("app", name, outcome, bytes)]), Duty::SampleApp, wanted);
    }
}

#[test]
fn logs_hold_the_time_of_the_problem() {
    let log = || entry("logs", "a.log", Outcome::Collected, 10);
    let at = |when: &str, entries: Vec<Entry>| {
        let case = Case { since_when: Some(when.to_owned()), ..Case::default() };
        Manifest { case: Some(case), ..with(entries) }
    };
    hold(&with(Vec::new()), Duty::Logs, State::Missing);
    for outcome in [Outcome::Withheld, Outcome::Empty, Outcome::Denied, Outcome::Failed, Outcome::Missing] {
        let bytes = u64::from(outcome == Outcome::Withheld);
        hold(&at("2019-02-01", vec![entry("logs", "a.log", outcome, bytes)]), Duty::Logs, State::Missing);
    }
    hold(&with(vec![log()]), Duty::Logs, State::Weak);
    hold(&at("since the upgrade", vec![log()]), Duty::Logs, State::Weak);
    // The log was written at noon UTC, and the host is an hour ahead.
    hold(&at("2019-02-01 13:01", vec![log()]), Duty::Logs, State::Weak);
    hold(&at("2019-02-01 12:59, each hour", vec![log()]), Duty::Logs, State::Present);
    hold(&at("2019-02-01T12:01:00Z", vec![log()]), Duty::Logs, State::Weak);
    let mut two = at("2019-02-01", vec![log()]);
    two.installations.push(installed("qlik-x", None));
    hold(&two, Duty::Logs, State::Present);
    let denied = Entry { name: "data/h/qlik-x/b.log".into(), ..entry("logs", "b.log", Outcome::Denied, 0) };
    two.entries.push(denied);
    hold(&two, Duty::Logs, State::Weak);
}

#[test]
fn logs_hold_the_time_that_was_asked_for() {
    let window = |entries| {
        let mut manifest = with(entries);
        let since = Some("2019-02-01T11:00:00Z".to_owned());
        manifest.run.window = Some(WindowFacts { since, until: None });
        manifest
    };
    let log = entry("logs", "a.log", Outcome::Collected, 10);
    hold(&window(vec![log.clone()]), Duty::Logs, State::Present);
    let before = Entry { source_modified: Some("2019-02-01T10:00:00Z".into()), ..log.clone() };
    hold(&window(vec![before]), Duty::Logs, State::Weak);
    let cut = Cut { last_time: Some("2019-02-01T11:30:00Z".into()), ..Cut::default() };
    let mut part =
        Entry { cut: Some(cut), reason: Some("only the records of the time window".into()), ..log };
    hold(&window(vec![part.clone()]), Duty::Logs, State::Present);
    part.reason = Some("no record lies in the time window; the last one before it is kept".into());
    hold(&window(vec![part]), Duty::Logs, State::Weak);
}

#[test]
fn a_license_is_what_was_taken_of_one() {
    let license = || entry("license", "license.txt", Outcome::Collected, 10);
    hold(&with(Vec::new()), Duty::License, State::Missing);
    hold(&with(vec![license()]), Duty::License, State::Present);
    hold(&with(vec![entry("license", "license.txt", Outcome::Withheld, 10)]), Duty::License, State::Missing);
    let failed = CommandFacts { exit_code: Some(1), ..CommandFacts::default() };
    hold(&with(vec![Entry { command: Some(failed), ..license() }]), Duty::License, State::Missing);
}

#[test]
fn steps_lead_somebody_to_the_problem() {
    for (steps, wanted) in [
        (&[][..], State::Missing),
        (&["-"][..], State::Missing),
        (&["Open the app"][..], State::Weak),
        (&["open", "look"][..], State::Weak),
        (&["Open the hub as any user", "Choose the stream Everyone"][..], State::Present),
        (&["Open the hub as any user and choose the stream Everyone"][..], State::Present),
    ] {
        let steps: Vec<String> = steps.iter().map(|step| (*step).to_owned()).collect();
        hold(&said_so(|case| case.steps.clone_from(&steps)), Duty::Steps, wanted);
    }
}

#[test]
fn both_results_are_told() {
    for (expected, actual, wanted) in [
        (None, None, State::Missing),
        (Some("none"), Some("?"), State::Missing),
        (Some("The hub opens"), None, State::Weak),
        (None, Some("It shows error 403"), State::Weak),
        (Some("works"), Some("fails"), State::Weak),
        (Some("The hub opens"), Some("the hub opens"), State::Weak),
        (Some("The hub opens"), Some("It shows error 403"), State::Present),
    ] {
        let manifest = said_so(|case| {
            case.expected = expected.map(str::to_owned);
            case.actual = actual.map(str::to_owned);
        });
        hold(&manifest, Duty::Results, wanted);
    }
}

#[test]
fn an_article_is_named_and_what_was_tried_is_told() {
    for (article, wanted) in [
        ("", State::Missing),
        ("none", State::Missing),
        ("yes", State::Weak),
        ("searched it", State::Weak),
        ("1711393", State::Present),
        ("https://community.qlik.com/t5/x/ta-p/1", State::Present),
        ("Searched for: hub error 403, found nothing", State::Present),
    ] {
        hold(&said_so(|case| case.articles = vec![article.to_owned()]), Duty::KnowledgeBase, wanted);
    }
    for (tried, wanted) in [
        ("nothing", State::Missing),
        ("Restarted", State::Weak),
        ("Restarted all services and cleared the cache, no change", State::Present),
    ] {
        hold(&said_so(|case| case.tried = Some(tried.to_owned())), Duty::Troubleshooting, wanted);
    }
}

#[test]
fn products_with_apps_are_products() {
    let catalog = crate::definition::Catalog::load(None, &|_| true).expect("it loads");
    for (id, _) in WITH_APPS {
        assert!(catalog.definitions.iter().any(|definition| definition.id == id), "{id}");
    }
}
