//! The rules as data: needles that gate, patterns compiled on their first hit, examples that hold them to their word.

use std::sync::OnceLock;

use regex::bytes::Regex;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::Error;

/// The built-in rules.
const TEXT: &str = include_str!("rules.toml");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    keys: Keys,
    rule: Vec<RuleText>,
}

/// Words at the end of a name that make its value a secret.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    pub(super) words: Vec<String>,
    pub(super) hides: Vec<String>,
    pub(super) keeps: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    id: String,
    class: String,
    needles: Vec<String>,
    pattern: toml::Spanned<String>,
    hides: Vec<String>,
    keeps: Vec<String>,
    source: String,
}

/// One rule.
pub(super) struct Rule {
    pub(super) id: String,
    pub(super) needles: Vec<String>,
    pattern: String,
    compiled: OnceLock<Regex>,
    pub(super) hides: Vec<String>,
    pub(super) keeps: Vec<String>,
}

impl Rule {
    /// The pattern, compiled when it is first needed: all at once would cost more than most files.
    pub(super) fn regex(&self) -> &Regex {
        self.compiled.get_or_init(|| Regex::new(&self.pattern).expect("the built-in patterns are tested"))
    }
}

/// All rules.
pub(super) struct Rules {
    pub(super) keys: Keys,
    pub(super) list: Vec<Rule>,
    /// Digest of the rule file, in short.
    pub(super) version: String,
}

impl Rules {
    /// The built-in rules.
    pub(super) fn builtin() -> Result<Self, Error> {
        Self::parse("rules.toml", TEXT)
    }

    /// Rules from a text. A rule without needles, examples or the group `secret` does not load.
    pub(super) fn parse(name: &str, text: &str) -> Result<Self, Error> {
        let wrong = |at: usize, message: String, hint: &str| Error::Definition {
            file: name.to_owned(),
            line: text[..at.min(text.len())].matches('\n').count() + 1,
            message,
            hint: hint.to_owned(),
        };
        let file: File = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            wrong(
                at,
                error.message().to_owned(),
                "a rule has id, class, needles, pattern, hides, keeps and source",
            )
        })?;
        let mut list = Vec::new();
        for rule in file.rule {
            let at = rule.pattern.span().start;
            let pattern = rule.pattern.into_inner();
            let needs = [
                (
                    !rule.needles.is_empty() && rule.needles.iter().all(|needle| needle.len() >= 3),
                    "needles: each needs three bytes or more",
                    "a literal that stands in every match",
                ),
                (
                    pattern.contains("(?P<secret>"),
                    "pattern: no group named secret",
                    "(?P<secret>…) around what is to be masked",
                ),
                (
                    ![
                        rule.hides.is_empty(),
                        rule.keeps.is_empty(),
                        rule.source.is_empty(),
                        rule.class.is_empty(),
                    ]
                    .contains(&true),
                    "hides, keeps, class and source must not be empty",
                    "examples that hold the rule to its word",
                ),
            ];
            if let Some((_, what, hint)) = needs.into_iter().find(|(is_met, ..)| !is_met) {
                return Err(wrong(at, format!("{}: {what}", rule.id), hint));
            }
            let (id, needles, hides, keeps) = (rule.id, rule.needles, rule.hides, rule.keeps);
            list.push(Rule { id, needles, pattern, compiled: OnceLock::new(), hides, keeps });
        }
        let digest = Sha256::digest(text.as_bytes());
        let version = digest[..6].iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { keys: file.keys, list, version })
    }
}
