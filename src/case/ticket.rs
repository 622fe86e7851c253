//! The text of a ticket: what a person says, what the host is, what the bundle holds, and what is still missing. It is made of a manifest,
//! whose texts are redacted.

use super::evidence::{NAMED, Survey};
use super::fields::{FIELDS, Field, Slot};
use super::markup::{Format, Markup};
use crate::manifest::{Case, Completeness, InstallationFacts, Manifest, State};

/// What only somebody who holds the finished bundle knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleFacts {
    /// File name of the zip.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: String,
    /// What is wrong with it; nothing, if it is as it was written.
    pub findings: Vec<String>,
}

/// All that a ticket is made of.
pub struct Ticket<'a, L> {
    /// The manifest; its lines are not looked at.
    pub manifest: &'a Manifest<L>,
    /// What its lines show.
    pub survey: &'a Survey,
    /// The verdict on each duty.
    pub completeness: &'a Completeness,
}

/// Answers that stand in the head, in one line each.
const HEAD: [&str; 6] = ["case_number", "severity", "contact", "since_when", "how_often", "affected"];

/// Answers that stand below, in this order; those that no duty asks for only if they were given.
const BODY: [&str; 9] =
    ["description", "error_text", "key_words", "steps", "expected", "actual", "changed", "tried", "articles"];

impl<L> Ticket<'_, L> {
    /// The text; without facts of the finished bundle it says where they are.
    pub fn text(&self, bundle: Option<&BundleFacts>, format: Format) -> String {
        let mut text = Markup::new(format);
        text.title(&self.title());
        let mut case = self.manifest.case.clone().unwrap_or_default();
        self.head(&mut text, &mut case);
        for key in BODY {
            body(&mut text, field(key), &mut case);
        }
        self.products(&mut text);
        self.environment(&mut text);
        self.findings(&mut text, bundle);
        self.still_missing(&mut text);
        self.bundle(&mut text, bundle);
        text.finish()
    }

    fn title(&self) -> String {
        if let Some(title) = self.manifest.case.as_ref().and_then(|case| case.title.clone()) {
            return title;
        }
        match self.manifest.installations.first() {
            Some(found) => format!("Support case: {}", product(found)),
            None => "Support case".to_owned(),
        }
    }

    fn head(&self, text: &mut Markup, case: &mut Case) {
        for key in HEAD {
            let field = field(key);
            if let Slot::Text(Some(answer)) = (field.slot)(case) {
                text.field(field.label, answer);
            }
        }
        if self.manifest.case.is_none() {
            text.paragraph("Nobody has described the problem yet; below is what the host says by itself.");
        }
    }

    fn products(&self, text: &mut Markup) {
        text.heading("Products");
        text.list(self.manifest.installations.iter().map(product));
        for left in &self.manifest.left_overs {
            text.list([format!("{}: only left-overs of it", left.name)]);
        }
        if self.manifest.installations.is_empty() && self.manifest.left_overs.is_empty() {
            text.paragraph("No Qlik product was found.");
        }
    }

    fn environment(&self, text: &mut Markup) {
        let (host, run) = (&self.manifest.host, &self.manifest.run);
        text.heading("Environment");
        text.field("Host", &format!("{}, {}, UTC{}", host.name, host.os, host.utc_offset));
        text.field("Collected", &format!("{} to {}", run.started, run.finished));
        if let Some(window) = &run.window {
            let end = |time: &Option<String>, none: &str| time.clone().unwrap_or_else(|| none.to_owned());
            let (since, until) = (end(&window.since, "the beginning"), end(&window.until, "the end"));
            text.field("Time of the logs", &format!("{since} to {until}"));
        }
        match run.administrator {
            Some(true) => text.field("Account", "an administrator"),
            Some(false) => text.field("Account", "no administrator, so some files could not be read"),
            None => {}
        }
        text.list(["Details are in the folder environment of the bundle."]);
    }

    /// What the collection itself shows to be wrong.
    fn findings(&self, text: &mut Markup, bundle: Option<&BundleFacts>) {
        let (manifest, survey) = (self.manifest, self.survey);
        text.heading("Findings so far");
        let mut found = Vec::new();
        let altered = bundle.map_or(&[][..], |bundle| &bundle.findings);
        if !altered.is_empty() {
            found.push("The bundle is NOT as it was written.".to_owned());
        }
        if manifest.run.interrupted {
            found.push("The run was interrupted; the bundle holds what had been taken.".to_owned());
        }
        if manifest.redaction.privacy == "none" {
            found.push("Nothing was redacted.".to_owned());
        }
        found.extend(
            manifest.probe_failures.iter().take(NAMED).map(|failure| format!("not found out: {failure}")),
        );
        let is_none = found.is_empty() && survey.named.is_empty();
        text.list(found);
        for finding in altered.iter().take(NAMED) {
            text.sourced("altered", finding);
        }
        for (outcome, what) in &survey.named {
            text.sourced(&outcome.replace('_', " "), what);
        }
        let more = survey.gaps.values().sum::<u64>().saturating_sub(survey.named.len() as u64);
        if more > 0 {
            text.list([format!(
                "and {more} more items that could not be taken whole; manifest.json names each"
            )]);
        }
        if is_none {
            text.paragraph("Everything that was looked for could be read, or is not on this host.");
        }
    }

    fn still_missing(&self, text: &mut Markup) {
        text.heading("What Qlik asks for");
        for verdict in &self.completeness.duties {
            let next = match &verdict.next {
                Some(next) if verdict.state != State::Present => format!("; {next}"),
                _ => String::new(),
            };
            text.list([format!(
                "{}: {} ({}){next}",
                verdict.duty.words(),
                verdict.state.word(),
                verdict.reason
            )]);
        }
    }

    fn bundle(&self, text: &mut Markup, bundle: Option<&BundleFacts>) {
        text.heading("Bundle");
        match bundle {
            Some(bundle) => {
                text.sourced("File", &bundle.name);
                text.field("Size", &format!("{} bytes", bundle.bytes));
                text.field("SHA-256", &bundle.sha256);
            }
            None => text.list([
                "A file cannot hold its own SHA-256: it stands in the .sha256 file beside the bundle, and in the text that \
                 qdiag case prints.",
            ]),
        }
        let kept =
            self.survey.categories.iter().map(|(category, (number, _))| format!("{number} {category}"));
        let kept: Vec<String> = kept.collect();
        if !kept.is_empty() {
            text.field("Items", &kept.join(", "));
        }
        let masked: u64 = self.manifest.redaction.masks.values().sum();
        text.field("Masked", &format!("{masked} values, level {}", self.manifest.redaction.privacy));
    }
}

fn field(key: &str) -> &'static Field {
    FIELDS.iter().find(|field| field.key == key).expect("the keys of this module are questions")
}

/// One answer with its heading.
fn body(text: &mut Markup, field: &Field, case: &mut Case) {
    match (field.slot)(case) {
        Slot::Text(Some(answer)) => {
            text.heading(field.label);
            if field.key == "error_text" { text.verbatim(answer) } else { text.paragraph(answer) }
        }
        Slot::List(list) if !list.is_empty() => {
            text.heading(field.label);
            if field.key == "steps" { text.steps(list) } else { text.list(&*list) }
        }
        Slot::Text(None) | Slot::List(_) => {}
    }
}

fn product(found: &InstallationFacts) -> String {
    let value = |reading: &Option<crate::manifest::Reading>, before: &str| {
        reading.as_ref().map_or(String::new(), |reading| format!("{before}{}", reading.value))
    };
    let version = match &found.version {
        Some(version) => format!(", version {}", version.value),
        None => ", version unknown".to_owned(),
    };
    format!(
        "{}{}{version}{}{}",
        found.name,
        value(&found.release, " "),
        value(&found.role, ", role "),
        value(&found.instance, ", in ")
    )
}

#[cfg(test)]
mod tests;
