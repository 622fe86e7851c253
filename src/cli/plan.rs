//! `qdiag plan`: what a bundle would hold. The plan printed is the very plan that `collect` runs.

use std::fmt::Write;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::exit::Exit;
use super::{args, options, print};
use crate::Error;
use crate::detect::detect;
use crate::manifest::Packed;
use crate::plan::{Plan, PlanItem, plan};

pub(super) fn run(args: &args::Plan) -> Result<Exit, Error> {
    let redaction = options::plain_redaction()?;
    let host = options::host(&args.place)?;
    let catalog = options::catalog(args.place.collectors.as_deref(), &redaction)?;
    let chosen = options::plan(&args.choose, &host, &catalog)?;
    let detection = detect(&host, &catalog);
    let plan = plan(&host, &detection.installations, &chosen, &redaction);
    if args.json {
        print::json(&Document { plan: &plan });
    } else {
        print(&plan);
    }
    let nothing =
        detection.installations.is_empty() && !args.choose.environment_only && args.choose.add.is_empty();
    Ok(if nothing { Exit::Finding } else { Exit::Ok })
}

fn print(plan: &Plan) {
    let mut text = String::new();
    for item in plan.items.iter() {
        let _ = writeln!(text, "{}", line(&item));
        if text.len() > 64 * 1024 {
            print::out(&std::mem::take(&mut text));
        }
    }
    let _ = writeln!(text, "\n{}", summary(plan));
    print::out(&text);
}

fn line(item: &PlanItem) -> String {
    let size = item.stat.map_or(String::from("-"), |stat| print::size(stat.bytes));
    let (what, why) = match &item.known {
        Some((outcome, reason)) => (outcome.word(), reason.to_string()),
        None => ("take", item.reason.to_string()),
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

/// What the command prints with `--json`.
struct Document<'a> {
    plan: &'a Plan,
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (items, bytes) = self.plan.to_read();
        let mut document = serializer.serialize_struct("plan", 4)?;
        document.serialize_field("schema", "1.0")?;
        document.serialize_field("items_to_read", &items)?;
        document.serialize_field("bytes_to_read", &bytes)?;
        document.serialize_field("items", &Items(&self.plan.items))?;
        document.end()
    }
}

struct Items<'a>(&'a Packed<PlanItem>);

impl Serialize for Items<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Line))
    }
}

struct Line(PlanItem);

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let item = &self.0;
        let mut line = serializer.serialize_struct("item", 8)?;
        line.serialize_field("name", item.name.as_str())?;
        line.serialize_field("source", &item.source.describe())?;
        line.serialize_field("category", item.category.word())?;
        line.serialize_field("item", &*item.origin)?;
        line.serialize_field("bytes", &item.stat.map(|stat| stat.bytes))?;
        line.serialize_field("expected_bytes", &item.expected_bytes())?;
        line.serialize_field("outcome", &item.known.as_ref().map(|(outcome, _)| outcome.word()))?;
        line.serialize_field("reason", item.known.as_ref().map_or(&*item.reason, |(_, reason)| reason))?;
        line.end()
    }
}
