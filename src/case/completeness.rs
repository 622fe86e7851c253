//! Holds a case against the duties that Qlik lays on a partner (Qlik Responsible Partner Duties, an official support article): product,
//! version, description, key words, environment, sample app, logs, license, and that it was looked for a solution before.
//!
//! Each duty gets a verdict with a reason. What is empty, withheld or failed does not count, and neither does an answer that only fills
//! its field. A verdict tells how much there is, never whether it is true.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, Utc};

use super::evidence::Survey;
use super::words::{count, said, said_of};
use crate::manifest::{Case, Completeness, Duty, InstallationFacts, Manifest, State, Verdict};

/// A sentence that says what was done, where, and what happened has about a dozen different words; with fewer, one of them is not said.
const DESCRIPTION_WORDS: usize = 12;
/// One key word finds too much; two narrow a search.
const KEY_WORDS: usize = 2;
/// One step of a few words, such as *open the app*, leaves open which one and how; that takes about eight words, or a second step.
const STEPS: usize = 2;
const STEP_WORDS: usize = 8;
/// A result is named by a subject and what it does: *fails* says nothing, *the reload fails* does.
const RESULT_WORDS: usize = 3;
/// *Restarted* does not say what, nor what came of it.
const TRIED_WORDS: usize = 5;
/// An article is named by its address, by its number, or by a title, which has at least three words.
const ARTICLE_WORDS: usize = 3;
const ARTICLE_DIGITS: usize = 5;
/// Qlik numbers its releases with at least three parts; two of them name a line of releases, not the one that runs.
const VERSION_PARTS: usize = 3;
/// Without these facts nobody can tell what the product runs on, and whether its services run.
const ENVIRONMENT: [(&str, &str); 4] = [
    ("environment/system", "the operating system"),
    ("environment/services", "the services"),
    ("environment/processes", "the processes"),
    ("environment/network", "the network"),
];

/// Products that have apps, or what stands for one in a case: a document, a task, a project, a job.
const WITH_APPS: [(&str, &str); 10] = [
    ("qlik-sense-enterprise-windows", "app"),
    ("qlik-sense-desktop", "app"),
    ("qlik-sense-kubernetes", "app"),
    ("qlikview-server", "document"),
    ("qlikview-publisher", "document"),
    ("qlikview-desktop", "document"),
    ("qlik-replicate", "task"),
    ("data-gateway-data-movement", "task"),
    ("qlik-compose", "project"),
    ("talend-studio", "job"),
];

/// The verdict on each duty.
pub fn judge<L>(manifest: &Manifest<L>, survey: &Survey) -> Completeness {
    let nothing = Case::default();
    let case = manifest.case.as_ref().unwrap_or(&nothing);
    let found = &manifest.installations;
    let duties = vec![
        product(manifest),
        version(found),
        description(case),
        key_words(case),
        environment(survey),
        sample_app(found, survey),
        logs(manifest, case, survey),
        license(survey),
        steps(case),
        results(case),
        knowledge_base(case),
        troubleshooting(case),
    ];
    let number = |state| duties.iter().filter(|verdict| verdict.state == state).count() as u64;
    Completeness { missing: number(State::Missing), weak: number(State::Weak), duties }
}

fn present(duty: Duty, reason: impl Into<String>) -> Verdict {
    Verdict { duty, state: State::Present, reason: reason.into(), next: None }
}

fn weak(duty: Duty, reason: impl Into<String>, next: &str) -> Verdict {
    Verdict { duty, state: State::Weak, reason: reason.into(), next: Some(next.to_owned()) }
}

fn missing(duty: Duty, reason: impl Into<String>, next: &str) -> Verdict {
    Verdict { duty, state: State::Missing, reason: reason.into(), next: Some(next.to_owned()) }
}

fn product<L>(manifest: &Manifest<L>) -> Verdict {
    let next = "run qdiag on the host of the product, as an administrator";
    match (manifest.installations.len(), manifest.left_overs.len()) {
        (0, 0) => missing(Duty::Product, "no Qlik product was found", next),
        (0, _) => missing(Duty::Product, "only left-overs of products were found", next),
        (1, _) => present(Duty::Product, "it was found on the host"),
        (number, _) => present(Duty::Product, format!("{number} installations were found on the host")),
    }
}

fn version(found: &[InstallationFacts]) -> Verdict {
    let next = "name the version in the description, as the product shows it";
    let named = |wanted: &dyn Fn(Option<&str>) -> bool| -> Vec<&str> {
        let version =
            |one: &InstallationFacts| wanted(one.version.as_ref().map(|version| version.value.as_str()));
        found.iter().filter(|one| version(one)).map(|one| one.name.as_str()).collect()
    };
    let unknown = named(&|version| version.is_none());
    let rough = named(&|version| version.is_some_and(|version| parts(version) < VERSION_PARTS));
    if unknown.len() == found.len() {
        return missing(Duty::Version, "no version could be read", next);
    }
    if !unknown.is_empty() {
        return weak(Duty::Version, format!("the version of {} could not be read", unknown.join(", ")), next);
    }
    if !rough.is_empty() {
        let reason =
            format!("of {} only the line of releases is known, not the exact version", rough.join(", "));
        return weak(Duty::Version, reason, next);
    }
    let is_guessed = |one: &InstallationFacts| {
        one.release.as_ref().is_some_and(|release| {
            release.source.ends_with(", inferred") || release.source.ends_with(", unsourced")
        })
    };
    let reason = if found.iter().any(is_guessed) {
        "it was read on the host; the name of the release is inferred from it"
    } else {
        "it was read on the host"
    };
    present(Duty::Version, reason)
}

/// Parts of a version that are numbers.
fn parts(version: &str) -> usize {
    let parts = version.split(['.', '-', '+', ' ']);
    parts.take_while(|part| part.starts_with(|c: char| c.is_ascii_digit())).count()
}

fn description(case: &Case) -> Verdict {
    let next = "say what was done, where, and what happened: --description or --answers";
    let Some(text) = said(case.description.as_deref()) else {
        return missing(Duty::Description, "nobody says what is wrong", next);
    };
    let words = count(text);
    let is_title = case.title.as_deref().is_some_and(|title| title.trim().eq_ignore_ascii_case(text));
    if words < DESCRIPTION_WORDS {
        let words = if words == 1 { "one word".to_owned() } else { format!("{words} different words") };
        return weak(Duty::Description, format!("{words} do not describe a problem"), next);
    }
    if is_title {
        return weak(Duty::Description, "it says no more than the title", next);
    }
    present(Duty::Description, format!("it has {words} different words"))
}

fn key_words(case: &Case) -> Verdict {
    let next = "name the function, the message, the connector: --key-word, once for each";
    let words = said_of(&case.key_words);
    let has_error = said(case.error_text.as_deref()).is_some();
    match (words.len(), has_error) {
        (number, _) if number >= KEY_WORDS => present(Duty::KeyWords, format!("there are {number}")),
        (0, false) => missing(Duty::KeyWords, "there are no words to search for", next),
        (0, true) => weak(Duty::KeyWords, "there is the text of an error, but no words to search for", next),
        (_, false) => weak(Duty::KeyWords, "one word finds too much", next),
        (_, true) => present(Duty::KeyWords, "there is one, and the text of an error"),
    }
}

fn environment(survey: &Survey) -> Verdict {
    let next = "run qdiag on the host itself, as an administrator";
    let is_absent = |item: &str| !survey.environment.contains(item);
    let absent: Vec<&str> =
        ENVIRONMENT.iter().filter(|(item, _)| is_absent(item)).map(|(_, words)| *words).collect();
    if absent.len() == ENVIRONMENT.len() {
        return missing(Duty::Environment, "no facts of the host are in the bundle", next);
    }
    if !absent.is_empty() {
        return weak(
            Duty::Environment,
            format!("of the host, {} could not be told", absent.join(", ")),
            next,
        );
    }
    present(Duty::Environment, format!("{} items tell of the host", survey.items("environment")))
}

fn sample_app(found: &[InstallationFacts], survey: &Survey) -> Verdict {
    let next = "add an app that shows the problem; without data, if the problem needs none";
    let kind = |one: &InstallationFacts| WITH_APPS.iter().find(|(id, _)| *id == one.product);
    let kinds = found.iter().find_map(|one| kind(one).map(|(_, word)| (one.name.as_str(), *word)));
    if survey.apps > 0 {
        return present(Duty::SampleApp, format!("{} of category app in the bundle", items(survey.apps)));
    }
    if survey.about_apps > 0 {
        let reason = "only the description and the script of an app are there, not the app";
        return weak(Duty::SampleApp, reason, next);
    }
    match kinds {
        Some((name, word)) => missing(Duty::SampleApp, format!("no {word} of {name} is in the bundle"), next),
        None if found.is_empty() => missing(Duty::SampleApp, "no app is in the bundle", next),
        None => present(Duty::SampleApp, "none is needed, since no product here has apps"),
    }
}

fn items(number: u64) -> String {
    if number == 1 { "one item".to_owned() } else { format!("{number} items") }
}

fn logs<L>(manifest: &Manifest<L>, case: &Case, survey: &Survey) -> Verdict {
    let around = "say when it happened: --around 2026-11-20T14:05, or --since";
    let number = survey.items("logs");
    if number == 0 {
        return missing(
            Duty::Logs,
            "no log is in the bundle",
            "run qdiag as an account that may read the logs",
        );
    }
    let is_without = |one: &&InstallationFacts| survey.logs.get(&one.folder) == Some(&false);
    let without: Vec<&str> =
        manifest.installations.iter().filter(is_without).map(|one| one.name.as_str()).collect();
    if !without.is_empty() {
        let next = "see in manifest.json why, and run qdiag again as an account that may read them";
        return weak(Duty::Logs, format!("no log of {} is in the bundle", without.join(", ")), next);
    }
    if manifest.run.window.is_some() {
        return match survey.in_window {
            0 => weak(Duty::Logs, "no log has records of the time that was asked for", around),
            inside => {
                present(Duty::Logs, format!("{inside} of {number} logs may hold the time that was asked for"))
            }
        };
    }
    let Some(when) = said(case.since_when.as_deref()) else {
        return weak(Duty::Logs, "nobody says when it happened, so the logs may not hold it", around);
    };
    match (time_in(when, &manifest.host.utc_offset), survey.last_log) {
        (None, _) => weak(Duty::Logs, "the time is told in words only, so the logs may not hold it", around),
        (Some(time), Some(last)) if last < time => {
            weak(Duty::Logs, "all logs were last written before the time of the problem", around)
        }
        (Some(_), None) => weak(Duty::Logs, "nobody knows when the logs were written", around),
        _ => present(Duty::Logs, format!("{number} logs, the last one written after the problem began")),
    }
}

/// The time that a text begins with, in the zone of the host.
fn time_in(text: &str, offset: &str) -> Option<DateTime<Utc>> {
    let first = text.trim();
    let start = first.split([' ', ',']).next().unwrap_or_default();
    if let Ok(time) = DateTime::parse_from_rfc3339(start) {
        return Some(time.to_utc());
    }
    let zone: FixedOffset = offset.parse().ok()?;
    let of = |length: usize| first.get(..length);
    let times = [
        (19, "%Y-%m-%dT%H:%M:%S"),
        (19, "%Y-%m-%d %H:%M:%S"),
        (16, "%Y-%m-%dT%H:%M"),
        (16, "%Y-%m-%d %H:%M"),
    ];
    let time = times.iter().find_map(|(length, form)| NaiveDateTime::parse_from_str(of(*length)?, form).ok());
    let time = time.or_else(|| NaiveDate::parse_from_str(of(10)?, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0))?;
    time.and_local_timezone(zone).single().map(|time| time.to_utc())
}

fn license(survey: &Survey) -> Verdict {
    match survey.items("license") {
        0 => missing(
            Duty::License,
            "nothing tells of the license",
            "have the number of the license ready; the support portal asks for it",
        ),
        number => present(Duty::License, format!("{} of category license in the bundle", items(number))),
    }
}

fn steps(case: &Case) -> Verdict {
    let next = "say what somebody has to do to see it: --step, once for each";
    let steps = said_of(&case.steps);
    let words = count(&steps.join(" "));
    match steps.len() {
        0 => missing(Duty::Steps, "nobody says how to see the problem", next),
        number if number >= STEPS && words >= RESULT_WORDS * STEPS => {
            present(Duty::Steps, format!("there are {number}"))
        }
        1 if words >= STEP_WORDS => present(Duty::Steps, "there is one, in detail"),
        _ => weak(Duty::Steps, format!("a few words ({words}) do not lead anybody to the problem"), next),
    }
}

fn results(case: &Case) -> Verdict {
    let next = "say what should happen and what happens instead: --expected and --actual";
    let (Some(expected), Some(actual)) = (said(case.expected.as_deref()), said(case.actual.as_deref()))
    else {
        return match (said(case.expected.as_deref()), said(case.actual.as_deref())) {
            (Some(_), None) => weak(Duty::Results, "nobody says what happens instead", next),
            (None, Some(_)) => weak(Duty::Results, "nobody says what should happen", next),
            _ => missing(Duty::Results, "nobody says what should happen and what does", next),
        };
    };
    if expected.eq_ignore_ascii_case(actual) {
        return weak(Duty::Results, "both say the same", next);
    }
    if count(expected).min(count(actual)) < RESULT_WORDS {
        return weak(Duty::Results, "one of them has fewer than three words", next);
    }
    present(Duty::Results, "both are told")
}

fn knowledge_base(case: &Case) -> Verdict {
    let next = "search the knowledge base, and name what was read or searched for: --article, once for each";
    let articles = said_of(&case.articles);
    let is_named = |text: &&&str| {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        text.contains("://") || digits >= ARTICLE_DIGITS || count(text) >= ARTICLE_WORDS
    };
    match (articles.len(), articles.iter().filter(is_named).count()) {
        (0, _) => missing(Duty::KnowledgeBase, "nobody says whether it was searched", next),
        (_, 0) => weak(Duty::KnowledgeBase, "no article can be told by its title, number or address", next),
        (_, 1) => present(Duty::KnowledgeBase, "one article or search is named"),
        (_, number) => present(Duty::KnowledgeBase, format!("{number} articles or searches are named")),
    }
}

fn troubleshooting(case: &Case) -> Verdict {
    let next = "say what was tried and what came of it: --tried";
    match said(case.tried.as_deref()).map(count) {
        None => missing(Duty::Troubleshooting, "nobody says what was tried", next),
        Some(words) if words < TRIED_WORDS => {
            weak(Duty::Troubleshooting, "too few words to tell what was tried and what came of it", next)
        }
        Some(_) => present(Duty::Troubleshooting, "it is told"),
    }
}

#[cfg(test)]
mod tests;
