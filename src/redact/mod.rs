//! Masks secrets in a stream of bytes and leaves every other byte as it is. Knows no host and no bundle.

mod archive;
mod block;
mod cleared;
mod decode;
mod engine;
mod identity;
mod keyed;
mod keys;
mod kind;
mod learn;
mod mask;
mod needle;
mod piece;
mod prefilter;
mod residual;
mod rules;
mod scan;
mod settle;
mod structure;
mod table;
mod words;

#[cfg(test)]
mod matrix;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::sync::Arc;

pub use cleared::{Clearance, Cleared};
pub use learn::Learned;
pub use mask::MaskKey;
pub use residual::ReadBack;
pub use rules::RuleFile;

use serde::Serialize;

use crate::Error;
use crate::pool::Pool;
use learn::Memory;
use prefilter::{Prefilter, Tools};
use rules::Rules;
use scan::{Look, Scanner};
use words::Words;

/// What is masked besides secrets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Privacy {
    /// Nothing: the user said so with a typed word.
    Nothing,
    /// Secrets only; support needs names and addresses.
    #[default]
    Secrets,
    /// Users, hosts and addresses too.
    Identities,
}

/// Whether the name of a file says that it holds settings rather than a log.
pub fn is_configuration(name: &str) -> bool {
    kind::Kind::of_name(name).is_some()
}

/// Whether a word is what stands in place of an identity.
pub fn is_stand_in(word: &str) -> bool {
    identity::stand_in::is_one(word.as_bytes())
}

/// A kind of name that can be known beforehand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// A person's account, also with its domain: `DOMAIN\\user`.
    User,
    /// A host, short or with its domain.
    Host,
    /// A domain.
    Domain,
}

impl Identity {
    fn rule(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Host => "host",
            Self::Domain => "domain",
        }
    }
}

/// Rules whose values are found again by their own shape, wherever they stand.
const FOUND_AGAIN: [&str; 5] =
    ["private-key", "encrypted-section", "undecodable-line", "mask-word", "learned-value"];

/// What is known of a stream before it is read. A wrong hint is never less strict than none.
#[derive(Debug, Clone, Default)]
pub struct Hint {
    /// File name, which tells the format.
    pub name: String,
    /// Rules of the definition, besides the common ones.
    pub rules: Vec<String>,
    /// Columns that hold secrets if it is a table, folded.
    pub columns: Vec<String>,
    /// Whether the stream was cleared before and the check found something: the stricter rules mask too.
    pub is_second: bool,
    /// Whether this program wrote it.
    pub(crate) is_own: bool,
    /// How many archives it lies in.
    pub(crate) depth: u8,
    /// Threads that help, if it is large. Never given to work that is done by one of them.
    pub pool: Option<Arc<Pool>>,
}

impl Hint {
    /// A file of this name, and what a definition says of it.
    pub fn new(name: &str, rules: &[String]) -> Self {
        Self { name: name.to_owned(), rules: rules.to_vec(), ..Self::default() }
    }

    /// The kind of file that the definition tells, or else its name.
    fn kind(&self) -> Option<kind::Kind> {
        self.rules
            .iter()
            .find_map(|rule| kind::Kind::of_rule(rule))
            .or_else(|| kind::Kind::of_name(&self.name))
    }
}

/// What a rule says of itself.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct RuleFacts<'a> {
    /// Its id, which stands in its masks.
    pub id: &'a str,
    /// What kind of secret it finds.
    pub class: &'a str,
    /// Where it looks, in words.
    pub contexts: &'a str,
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
    tools: Arc<Tools>,
    memory: Memory,
}

impl Redaction {
    /// The built-in rules with a key for the masks.
    pub fn new(key: MaskKey, privacy: Privacy) -> Result<Self, Error> {
        Self::with_rules(key, privacy, &[])
    }

    /// The built-in rules and those of some files, which have the same form and go through the same tests. A rule that does not do what
    /// its examples say does not load.
    pub fn with_rules(key: MaskKey, privacy: Privacy, files: &[RuleFile]) -> Result<Self, Error> {
        let rules = Rules::with(files)?;
        let prefilter = Prefilter::new(&rules);
        let tools = Arc::new(Tools { rules, prefilter, words: Words::default() });
        let mut this = Self { privacy, key, tools, memory: Memory::default() };
        if !files.is_empty()
            && let Err(wrong) = this.selftest()
        {
            let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
            return Err(Error::Definition {
                file: names.join(", "),
                line: 1,
                message: format!("an example does not hold: {}", wrong.first().map_or("", String::as_str)),
                hint:
                    "in hides, what stands between « and » must be masked and nothing else; keeps must stay"
                        .into(),
            });
        }
        // The examples teach nothing.
        this.memory = Memory::default();
        Ok(this)
    }

    /// Masks these words too, wherever they stand and in any letter case: names of projects and customers.
    pub fn mask_words(&mut self, words: &[String]) -> Result<(), Error> {
        let words = Words::new(words)?;
        let tools = Arc::get_mut(&mut self.tools)
            .ok_or_else(|| Error::usage("words were added too late", "name them first"))?;
        tools.words = words;
        Ok(())
    }

    /// Version of the rules: a short digest of the rule file.
    pub fn rules_version(&self) -> &str {
        &self.tools.rules.version
    }

    /// All rules with patterns, in the order of their files.
    pub fn rules(&self) -> impl Iterator<Item = RuleFacts<'_>> {
        self.tools.rules.list.iter().map(|rule| RuleFacts {
            id: &rule.id,
            class: &rule.class,
            contexts: &rule.contexts,
            example: rule.hides.first().map_or("", String::as_str),
            source: &rule.source,
        })
    }

    /// All literals that make the rules look closer, for tests of speed.
    pub fn needles(&self) -> impl Iterator<Item = &str> {
        let keys = self.tools.rules.keys.words.iter().chain(&self.tools.rules.keys.parts);
        keys.chain(self.tools.rules.list.iter().flat_map(|rule| &rule.needles)).map(String::as_str)
    }

    /// Whether there is a rule of that id, or a format that a definition may name in its place.
    pub fn has_rule(&self, id: &str) -> bool {
        kind::Kind::of_rule(id).is_some() || self.tools.rules.list.iter().any(|rule| &*rule.id == id)
    }

    /// A reader of the same stream with every secret masked, also what was learned up to the last `look`.
    pub fn clear<'a, R: Read + 'a>(&'a self, source: R, hint: &Hint) -> Cleared<'a, R> {
        Cleared::redacted(source, (self, self.privacy), hint)
    }

    /// As `clear`, for what this program writes of a run: names in it must stay as they are in the bundle, secrets must not.
    pub fn clear_own<R: Read>(&self, source: R) -> Cleared<'_, R> {
        let hint = Hint { is_own: true, ..Hint::default() };
        let privacy = if self.privacy == Privacy::Nothing { Privacy::Nothing } else { Privacy::Secrets };
        Cleared::redacted(source, (self, privacy), &hint)
    }

    /// A stream that stays as it is: an app that a person agreed to hand over with all that is in it. Whoever calls this has that word.
    pub fn agreed<R: Read>(source: R) -> Cleared<'static, R> {
        Cleared::agreed(source)
    }

    /// A stream of which nothing is passed on, for this reason.
    pub fn withheld<R: Read>(source: R, reason: &str) -> Cleared<'static, R> {
        Cleared::withheld(source, reason)
    }

    /// A short text with every secret masked: an argument, a line of standard error.
    pub fn clear_text(&self, text: &str) -> String {
        self.clear_text_as(text, &Hint::default())
    }

    /// As `clear_text`, for a text of which more is known.
    pub fn clear_text_as(&self, text: &str, hint: &Hint) -> String {
        let mut cleared = self.clear(Cursor::new(text.as_bytes()), hint);
        let mut bytes = Vec::new();
        match cleared.read_to_end(&mut bytes) {
            Ok(_) if cleared.clearance().withheld.is_none() => String::from_utf8_lossy(&bytes).into_owned(),
            _ => "withheld".to_owned(),
        }
    }

    /// What stands in place of a value: a mask, or a stand-in of an identity.
    fn mask(&self, rule: &str, value: &[u8]) -> String {
        if let Some(rule) = identity::rule(rule) {
            let stand_in = identity::stand_in::of(&self.key, rule, value);
            self.memory.learn_name(rule, &String::from_utf8_lossy(value));
            self.memory.tell(&stand_in, value);
            return stand_in;
        }
        if !FOUND_AGAIN.contains(&rule) {
            self.memory.learn(rule, value);
        }
        self.key.mask(rule, value)
    }

    /// What stands in place of a value that is known to be none of the receiver's business by the name it stands under. A secret is masked
    /// from then on wherever it stands; what is only a name is not.
    pub fn mask_field(&self, rule: &str, value: &str, is_secret: bool) -> String {
        if is_secret { self.mask(rule, value.as_bytes()) } else { self.key.mask(rule, value.as_bytes()) }
    }

    /// Makes the name of a user, a host or a domain of this site known before anything is read. Does nothing unless identities are masked.
    pub fn know(&self, kind: Identity, name: &str) {
        if self.privacy == Privacy::Identities {
            self.memory.learn_name(kind.rule(), name);
        }
    }

    /// From now on, all that was masked up to here is masked wherever it stands.
    pub fn look(&self) -> Arc<Learned> {
        self.memory.look(&self.tools.prefilter.words)
    }

    /// A check of what was cleared: by what was learned up to the last `look`, and by stricter rules of its own.
    pub fn read_back(&self) -> ReadBack {
        ReadBack::new(self.memory.current())
    }

    /// What each stand-in of an identity stands for. It must never enter a bundle.
    pub fn table(&self) -> BTreeMap<String, String> {
        self.memory.table()
    }

    /// Part of a name, such as that of a file, with every secret masked, and every identity at that level.
    pub fn clear_name(&self, name: &str) -> String {
        if self.privacy == Privacy::Nothing {
            return name.to_owned();
        }
        let look = Look { identities: self.privacy == Privacy::Identities, ..Look::default() };
        let learned = self.memory.current();
        let text = name.as_bytes();
        let part = (0, text.len());
        let found = look.find(&self.tools, &learned, text, part);
        let (spans, _) = Scanner::beside().spans(look, found, text, part);
        let (mut cleared, mut at) = (Vec::new(), 0);
        for span in spans {
            cleared.extend_from_slice(&text[at..span.start]);
            let value =
                span.known.and_then(|known| learned.value(known)).unwrap_or(&text[span.start..span.end]);
            cleared.extend_from_slice(self.mask(&span.rule, value).as_bytes());
            at = span.end;
        }
        cleared.extend_from_slice(&text[at..]);
        String::from_utf8_lossy(&cleared).into_owned()
    }

    /// As `clear_name`, part by part of a path.
    pub fn clear_path(&self, path: &str) -> String {
        const HOMES: [&str; 3] = ["users", "home", "documents and settings"];
        let mut before = "";
        let parts = path.split('/').map(|part| {
            let is_home =
                HOMES.iter().any(|home| home.eq_ignore_ascii_case(std::mem::replace(&mut before, part)));
            if is_home {
                self.know(Identity::User, part);
            }
            let is_own = is_home && self.privacy == Privacy::Identities && identity::is_person(part);
            if is_own { self.mask("user", part.as_bytes()) } else { self.clear_name(part) }
        });
        parts.collect::<Vec<_>>().join("/")
    }

    /// Holds every rule against its examples; gives the number of examples, or what is wrong.
    pub fn selftest(&self) -> Result<usize, Vec<String>> {
        let keys = ("keys", &self.tools.rules.keys.hides, &self.tools.rules.keys.keeps);
        let rules = self.tools.rules.list.iter().map(|rule| (&*rule.id, &rule.hides, &rule.keeps));
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
