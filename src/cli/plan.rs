//! `qdiag plan`: what a bundle would hold. The plan printed is the very plan that `collect` runs.

use std::fmt::Write;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::estimate::{document as estimated, table};
use super::exit::Exit;
use super::{apps, args, options, print, site};
use crate::Error;
use crate::detect::detect;
use crate::estimate::{Estimate, Share, estimate, prioritize};
use crate::manifest::{InstallationFacts, LeftOverFacts};
use crate::plan::{Plan, PlanItem, plan};

pub(super) fn run(args: &args::Plan) -> Result<Exit, Error> {
    let redaction = options::plain_redaction()?;
    let host = options::host(&args.place)?;
    let catalog = options::catalog(args.place.collectors.as_deref(), &redaction)?;
    let mut chosen = options::plan(&args.choose, &host, &catalog)?;
    chosen.qrs = site::settings(&args.site)?.is_some();
    let detection = detect(&host, &catalog);
    chosen.apps = apps::look((&args.choose.apps, chosen.qrs), &host, &detection.installations);
    let mut plan = plan(&host, &detection.installations, &chosen, &redaction);
    let max_bundle = options::max_bundle(&args.choose)?;
    let estimate = estimate(&host, &plan, &options::packing(&args.work), true);
    if max_bundle.is_some() {
        plan = prioritize(&host, &plan, &chosen.window);
    }
    let head = Head {
        installations: super::detect::installations(&detection, &host)
            .into_iter()
            .filter(|found| found.instance.is_some())
            .collect(),
        left_overs: super::detect::left_overs(&detection),
    };
    let document = Document { plan: &plan, estimate: &estimate, max_bundle, head };
    if args.json {
        print::json(&document);
    } else {
        print(&document);
    }
    let is_named =
        args.choose.environment_only || !args.choose.add.is_empty() || !args.choose.apps.app.is_empty();
    let nothing = detection.installations.is_empty() && !is_named;
    Ok(if nothing { Exit::Finding } else { Exit::Ok })
}

fn print(document: &Document<'_>) {
    let mut text = document.head.text();
    for (item, share) in document.shares() {
        let _ = writeln!(text, "{}", line(&item, share));
        if text.len() > 64 * 1024 {
            print::out(&std::mem::take(&mut text));
        }
    }
    let _ = write!(text, "\n{}\n", table(document.estimate, document.max_bundle));
    let _ = writeln!(text, "{}", summary(document.plan));
    print::out(&text);
}

fn line(item: &PlanItem, share: Share) -> String {
    let size = item.stat.map_or(String::from("-"), |stat| print::size(stat.bytes));
    let (what, why) = match (&item.known, share) {
        (Some((outcome, reason)), _) => (outcome.word(), reason.to_string()),
        (None, Share::Nothing) => ("skip", "will not fit --max-bundle".to_owned()),
        (None, Share::Part(_)) => ("cut", format!("{}; will be cut to fit --max-bundle", item.reason)),
        (None, Share::Whole) => ("take", item.reason.to_string()),
    };
    print::plain(&format!("{what:<8} {size:>9}  {}  ({why})", item.source.describe()))
}

/// One sentence on what the plan comes to.
pub(super) fn summary(plan: &Plan) -> String {
    let (items, bytes) = plan.to_read();
    let left = plan.items.len() - items;
    format!(
        "{} with {} will be read; {left} more are listed with the reason why not.",
        print::count(items, "item"),
        print::size(bytes)
    )
}

/// What the command prints.
struct Document<'a> {
    plan: &'a Plan,
    estimate: &'a Estimate,
    max_bundle: Option<u64>,
    head: Head,
}

impl Document<'_> {
    /// All items, and what each will probably get.
    fn shares(&self) -> Box<dyn Iterator<Item = (PlanItem, Share)> + '_> {
        match self.max_bundle {
            Some(most) => Box::new(self.estimate.shares(self.plan, most)),
            None => Box::new(self.plan.items.iter().map(|item| (item, Share::Whole))),
        }
    }
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (items, bytes) = self.plan.to_read();
        let mut document = serializer.serialize_struct("plan", 5)?;
        document.serialize_field("schema", "1.0")?;
        document.serialize_field("items_to_read", &items)?;
        document.serialize_field("bytes_to_read", &bytes)?;
        if !self.head.installations.is_empty() {
            document.serialize_field("installations", &self.head.installations)?;
        }
        if !self.head.left_overs.is_empty() {
            document.serialize_field("left_overs", &self.head.left_overs)?;
        }
        document.serialize_field("items", &Items(self))?;
        document.serialize_field("estimate", &estimated(self.estimate, self.max_bundle))?;
        document.end()
    }
}

/// What a reader must know of the products before the items: several installations of one, and mere left-overs.
struct Head {
    installations: Vec<InstallationFacts>,
    left_overs: Vec<LeftOverFacts>,
}

impl Head {
    fn text(&self) -> String {
        let mut text = String::new();
        for found in &self.installations {
            let version = found.version.as_ref().map_or("version unknown", |version| &version.value);
            let _ =
                writeln!(text, "{} {version}{}: {}", found.name, super::detect::place(found), found.folder);
        }
        text.push_str(&super::detect::left_over_lines(&self.left_overs));
        if !text.is_empty() {
            text.push('\n');
        }
        print::plain(&text)
    }
}

struct Items<'a>(&'a Document<'a>);

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let limited = self.0.max_bundle.is_some();
        let lines = self.0.shares().map(|(item, share)| Line(item, limited.then_some(share)));
        serializer.collect_seq(lines)
    }
}

struct Line(PlanItem, Option<Share>);

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(item, share) = self;
        let mut line = serializer.serialize_struct("item", 9)?;
        line.serialize_field("name", item.name.as_str())?;
        line.serialize_field("source", &item.source.describe())?;
        line.serialize_field("category", item.category.word())?;
        line.serialize_field("item", &*item.origin)?;
        line.serialize_field("bytes", &item.stat.map(|stat| stat.bytes))?;
        line.serialize_field("expected_bytes", &item.expected_bytes())?;
        line.serialize_field("outcome", &item.known.as_ref().map(|(outcome, _)| outcome.word()))?;
        line.serialize_field("reason", item.known.as_ref().map_or(&*item.reason, |(_, reason)| reason))?;
        if let (Some(share), None) = (share, &item.known) {
            let word = match share {
                Share::Whole => "whole",
                Share::Part(_) => "cut",
                Share::Nothing => "left out",
            };
            line.serialize_field("fits", word)?;
        }
        line.end()
    }
}
