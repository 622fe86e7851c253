//! Masks secrets in a stream of bytes and leaves every other byte as it is. Knows no host and no bundle.

mod block;
mod cleared;
mod decode;
mod identity;
mod keyed;
mod kind;
mod learn;
mod mask;
mod rules;
mod scan;
mod structure;
mod table;

#[cfg(test)]
mod matrix;
#[cfg(test)]
mod tests;

use std::io::{Cursor, Read};

pub use cleared::{Clearance, Cleared};
pub use learn::Learned;
pub use mask::MaskKey;

use serde::Serialize;

use crate::Error;
use kind::Kind;
use learn::Memory;
use rules::Rules;
use scan::Prefilter;

/// What is masked besides secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Privacy {
    /// Secrets only; support needs names and addresses.
    #[default]
    Secrets,
    /// Users, hosts and addresses too.
    Identities,
}

/// What is known of a stream before it is read. A wrong hint is never less strict than none.
#[derive(Debug, Clone, Default)]
pub struct Hint {
    /// File name, which tells the format.
    pub name: String,
    /// Rules of the definition, besides the common ones.
    pub rules: Vec<String>,
}

/// What a rule says of itself.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct RuleFacts<'a> {
    /// Its id, which stands in its masks.
    pub id: &'a str,
    /// What kind of secret it finds.
    pub class: &'a str,
    /// An example; what stands between « and » is masked.
    pub example: &'a str,
    /// Who describes that shape.
    pub source: &'a str,
}

/// The rules, the key, the privacy level and what has been learned in one run.
pub struct Redaction {
    /// Level.
    pub privacy: Privacy,
    key: MaskKey,
    rules: Rules,
    prefilter: Prefilter,
    memory: Memory,
}

impl Redaction {
    /// The built-in rules with a key for the masks.
    pub fn new(key: MaskKey, privacy: Privacy) -> Result<Self, Error> {
        let rules = Rules::builtin()?;
        let prefilter = Prefilter::new(&rules)?;
        Ok(Self { privacy, key, rules, prefilter, memory: Memory::default() })
    }

    /// Version of the rules: a short digest of the rule file.
    pub fn rules_version(&self) -> &str {
        &self.rules.version
    }

    /// All rules with patterns, in the order of their files.
    pub fn rules(&self) -> impl Iterator<Item = RuleFacts<'_>> {
        self.rules.list.iter().map(|rule| RuleFacts {
            id: &rule.id,
            class: &rule.class,
            example: rule.hides.first().map_or("", String::as_str),
            source: &rule.source,
        })
    }

    /// Whether there is a rule of that id.
    pub fn has_rule(&self, id: &str) -> bool {
        self.rules.list.iter().any(|rule| rule.id == id)
    }

    /// A reader of the same stream with every secret masked.
    pub fn clear<R: Read>(&self, source: R, hint: &Hint) -> Cleared<'_, R> {
        self.clear_with(source, hint, None)
    }

    /// As `clear`, with values that were learned elsewhere masked too.
    pub fn clear_with<'a, R: Read>(
        &'a self,
        source: R,
        hint: &Hint,
        learned: Option<&'a Learned>,
    ) -> Cleared<'a, R> {
        Cleared::redacted(source, (self, self.privacy), Kind::of_name(&hint.name), learned)
    }

    /// As `clear`, for what this program writes of a run: names in it must stay as they are in the bundle, secrets must not.
    pub fn clear_own<R: Read>(&self, source: R) -> Cleared<'_, R> {
        Cleared::redacted(source, (self, Privacy::Secrets), None, None)
    }

    /// A short text with every secret masked: an argument, a line of standard error.
    pub fn clear_text(&self, text: &str) -> String {
        let mut cleared = self.clear(Cursor::new(text.as_bytes()), &Hint::default());
        let mut bytes = Vec::new();
        match cleared.read_to_end(&mut bytes) {
            Ok(_) if cleared.clearance().withheld.is_none() => String::from_utf8_lossy(&bytes).into_owned(),
            _ => "withheld".to_owned(),
        }
    }

    /// What stands in place of a value: a mask, or a stand-in of an identity.
    fn mask(&self, rule: &str, value: &[u8]) -> String {
        if identity::is_identity(rule) {
            return identity::stand_in(&self.key, rule, value);
        }
        self.memory.learn(value);
        self.key.mask(rule, value)
    }

    /// What has been masked so far, to be searched for elsewhere.
    pub fn learned(&self) -> Learned {
        self.memory.learned()
    }

    /// Holds every rule against its examples; gives the number of examples, or what is wrong.
    pub fn selftest(&self) -> Result<usize, Vec<String>> {
        let keys = ("keys", &self.rules.keys.hides, &self.rules.keys.keeps);
        let rules = self.rules.list.iter().map(|rule| (rule.id.as_str(), &rule.hides, &rule.keeps));
        let (mut count, mut wrong) = (0, Vec::new());
        for (id, hides, keeps) in std::iter::once(keys).chain(rules) {
            let examples =
                hides.iter().map(|text| (text, true)).chain(keeps.iter().map(|text| (text, false)));
            for (example, hide) in examples {
                count += 1;
                if let Some(actual) = self.disagrees(example, hide) {
                    wrong.push(format!("{id}: {example:?} becomes {actual:?}"));
                }
            }
        }
        if wrong.is_empty() { Ok(count) } else { Err(wrong) }
    }

    /// What an example becomes, if that is not what it says.
    fn disagrees(&self, example: &str, hide: bool) -> Option<String> {
        let actual = self.clear_text(&example.replace(['«', '»'], ""));
        if !hide {
            return (actual != example).then_some(actual);
        }
        let (mut expected, mut rest) = (Vec::new(), example);
        while let Some((before, after)) = rest.split_once('«') {
            expected.push(before);
            rest = after.split_once('»').map_or("", |(_, after)| after);
        }
        expected.push(rest);
        let mut left = actual.as_str();
        for (at, part) in expected.iter().enumerate() {
            if at > 0 {
                let mask = left
                    .strip_prefix(mask::PREFIX)
                    .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_'));
                let Some(rest) = mask else { return Some(actual) };
                left = rest;
            }
            let Some(rest) = left.strip_prefix(part) else { return Some(actual) };
            left = rest;
        }
        (!left.is_empty()).then_some(actual)
    }
}
