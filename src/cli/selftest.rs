//! `qdiag selftest`: the rules of this very program against their own examples.

use std::fmt::Write;

use serde::Serialize;

use super::exit::Exit;
use super::{args, options, print};
use crate::Error;
use crate::redact::RuleFacts;

/// What the command prints with `--json`.
#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    rules_version: &'a str,
    examples: usize,
    failures: &'a [String],
    rules: Vec<RuleFacts<'a>>,
}

pub(super) fn run(args: &args::Selftest) -> Result<Exit, Error> {
    let redaction = options::plain_redaction()?;
    let tested = redaction.selftest();
    let (examples, failures) = tested.map_or_else(|wrong| (0, wrong), |count| (count, Vec::new()));
    let exit = if failures.is_empty() { Exit::Ok } else { Exit::Finding };
    let rules: Vec<RuleFacts<'_>> = redaction.rules().collect();
    if args.json {
        let rules_version = redaction.rules_version();
        print::json(&Document { schema: "1.0", rules_version, examples, failures: &failures, rules });
        return Ok(exit);
    }
    let mut text = String::new();
    for rule in &rules {
        let _ = writeln!(text, "{:<28} {:<12} {}", rule.id, rule.class, rule.source);
    }
    for failure in &failures {
        let _ = writeln!(text, "WRONG  {failure}");
    }
    let outcome = if failures.is_empty() { "all do what they say" } else { "not all do what they say" };
    let _ = writeln!(
        text,
        "\n{} and the key words, {examples} examples: {outcome} (rules {})",
        print::count(rules.len() as u64, "rule"),
        redaction.rules_version()
    );
    print::out(&print::plain(&text));
    Ok(exit)
}
