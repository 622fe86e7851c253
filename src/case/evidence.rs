//! What the lines of a manifest show of a case, in one pass: what is really there, of which product, and what is not.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::manifest::{Entry, Manifest, Outcome};

/// Gaps that are named one by one; the manifest has them all.
pub(super) const NAMED: usize = 10;

/// Files that only tell of an app.
const ABOUT_APPS: [&str; 3] = ["summary.json", "script.qvs", "structure.json"];

/// What a window of time says of a log that has none of its records.
const BEFORE_WINDOW: &str = "no record lies in the time window";

/// What the entries show.
#[derive(Debug, Default)]
pub struct Survey {
    /// Items with content, and their bytes, per category.
    pub categories: BTreeMap<String, (u64, u64)>,
    /// Facts of the environment that are there, by their item.
    pub(super) environment: BTreeSet<String>,
    /// Folders of installations of which logs were looked for, and whether one is there.
    pub(super) logs: BTreeMap<String, bool>,
    /// Logs with records of the window, if there was one.
    pub(super) in_window: u64,
    /// When the log that was written last was written.
    pub(super) last_log: Option<DateTime<Utc>>,
    /// Apps themselves, and files that only tell of one.
    pub(super) apps: u64,
    pub(super) about_apps: u64,
    /// Items that should be there and are not, by outcome, and the first of them as `source (reason)`.
    pub(super) gaps: BTreeMap<&'static str, u64>,
    pub(super) named: Vec<(&'static str, String)>,
}

impl Survey {
    /// What these entries show. The manifest's own lines are not looked at.
    pub fn of<L>(manifest: &Manifest<L>, entries: impl Iterator<Item = Entry>) -> Self {
        let mut survey = Self::default();
        let since = manifest.run.window.as_ref().and_then(|window| time(window.since.as_deref()));
        for entry in entries {
            survey.note(&entry, since);
        }
        survey
    }

    fn note(&mut self, entry: &Entry, since: Option<DateTime<Utc>>) {
        let folder = entry.name.split('/').nth(2).unwrap_or_default();
        if entry.is_gap() {
            self.gap(entry);
        }
        if entry.category == "logs" {
            *self.logs.entry(folder.to_owned()).or_default() |= is_there(entry);
        }
        if !is_there(entry) {
            return;
        }
        let (items, bytes) = self.categories.entry(entry.category.clone()).or_default();
        *items += 1;
        *bytes = bytes.saturating_add(entry.bytes);
        match entry.category.as_str() {
            "environment" => {
                self.environment.insert(entry.item.clone());
            }
            "logs" => {
                let written = time(entry.source_modified.as_deref());
                self.last_log = self.last_log.max(written);
                let is_before = entry.reason.as_ref().is_some_and(|reason| reason.starts_with(BEFORE_WINDOW));
                // A log without time stamps may hold the time, if it was written to since.
                let is_in = match entry.cut.as_ref().and_then(|cut| cut.last_time.as_ref()) {
                    Some(_) => !is_before,
                    None => since.is_none() || written >= since,
                };
                self.in_window += u64::from(is_in);
            }
            "app" => {
                let name = entry.name.rsplit('/').next().unwrap_or_default();
                let is_about = ABOUT_APPS.contains(&name);
                *(if is_about { &mut self.about_apps } else { &mut self.apps }) += 1;
            }
            _ => {}
        }
    }

    fn gap(&mut self, entry: &Entry) {
        *self.gaps.entry(entry.outcome.word()).or_default() += 1;
        if self.named.len() < NAMED {
            let reason = entry.reason.as_deref().unwrap_or("no reason is known");
            self.named.push((entry.outcome.word(), format!("{} ({reason})", entry.source)));
        }
    }

    /// Items of a category with content.
    pub(super) fn items(&self, category: &str) -> u64 {
        self.categories.get(category).map_or(0, |(items, _)| *items)
    }
}

/// Whether an item left something that can be read: not empty, not a stub, not the output of a program that failed.
fn is_there(entry: &Entry) -> bool {
    let is_taken = matches!(entry.outcome, Outcome::Collected | Outcome::Truncated) && entry.bytes > 0;
    let has_failed = entry.command.as_ref().is_some_and(|command| command.exit_code != Some(0));
    is_taken && !has_failed
}

fn time(text: Option<&str>) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text?).ok().map(|time| time.to_utc())
}
