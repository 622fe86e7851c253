//! The rules as data: needles that gate, patterns compiled on their first hit, examples that hold them to their word.

use std::sync::{Arc, OnceLock};

use regex::bytes::{Match, Regex, RegexBuilder};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::keyed;
use crate::Error;

/// The built-in rules, and how far around a needle their patterns look. Tokens are short and all in one piece.
const FILES: [(&str, &str, Reach); 7] = [
    ("rules.toml", include_str!("rules.toml"), Reach { before: 256, after: 640 }),
    ("contexts.toml", include_str!("contexts.toml"), Reach { before: 320, after: 1280 }),
    ("commands.toml", include_str!("commands.toml"), Reach { before: 320, after: 800 }),
    ("places.toml", include_str!("places.toml"), Reach { before: 160, after: 640 }),
    ("qlik.toml", include_str!("qlik.toml"), Reach { before: 160, after: 640 }),
    ("tokens.toml", include_str!("tokens.toml"), Reach { before: 96, after: 384 }),
    ("vendors.toml", include_str!("vendors.toml"), Reach { before: 96, after: 384 }),
];

/// The reach of rules that users write.
const WIDE: Reach = Reach { before: 256, after: 4096 };

/// A file of rules that a user wrote, in the form of the built-in ones.
#[derive(Debug, Clone)]
pub struct RuleFile {
    /// What messages call it.
    pub name: String,
    /// Its text: TOML with `[[rule]]` tables, and `[keys]` if it adds key words.
    pub text: String,
}

/// How many bytes around a needle a pattern is run on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reach {
    pub(super) before: usize,
    pub(super) after: usize,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Where its rules look, in words, unless they say so themselves.
    #[serde(default)]
    contexts: String,
    keys: Option<Keys>,
    #[serde(default)]
    rule: Vec<RuleText>,
}

/// Words at the end of a name that make its value a secret.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    pub(super) words: Vec<String>,
    /// Words that count only as a part of a name by themselves: too short or too common to be looked for inside others.
    #[serde(default)]
    pub(super) parts: Vec<String>,
    pub(super) hides: Vec<String>,
    pub(super) keeps: Vec<String>,
}

impl Keys {
    /// Takes the words of another file too.
    fn add(&mut self, more: Self) -> Result<(), String> {
        if let Some(word) = more.words.iter().find(|word| word.trim().len() < 3) {
            return Err(format!("keys: {word:?} is too short"));
        }
        self.words.extend(more.words);
        self.parts.extend(more.parts);
        self.hides.extend(more.hides);
        self.keeps.extend(more.keeps);
        Ok(())
    }
}

/// What a match must pass besides its pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Check {
    /// Nothing: the pattern says it all.
    #[default]
    None,
    /// It has what words have not, a digit, a sign or a capital inside: for places where a word of a sentence may stand.
    Odd,
    /// It is no placeholder and does not say that there is none.
    Set,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    id: String,
    class: String,
    /// Where it looks, in words.
    contexts: Option<String>,
    needles: Vec<String>,
    pattern: toml::Spanned<String>,
    #[serde(default)]
    check: Check,
    /// How far before and behind a needle the pattern looks, in bytes, if not as far as all of its file.
    reach: Option<(usize, usize)>,
    /// How many letters, digits and these signs stand in a row at least where a needle begins: a look that spares most patterns.
    run: Option<(usize, String)>,
    /// How far from where a needle begins one of these signs stands at most.
    ahead: Option<(usize, String)>,
    /// Whether its repetitions stay counted: where several may stand in for each other, any number would take too long.
    #[serde(default)]
    counted: bool,
    hides: Vec<String>,
    keeps: Vec<String>,
    source: String,
}

impl RuleText {
    /// What the rule lacks, and what would be right.
    fn lacks(&self, pattern: &str) -> Option<(&'static str, &'static str)> {
        let texts =
            [self.hides.is_empty(), self.keeps.is_empty(), self.source.is_empty(), self.class.is_empty()];
        let is_word = |id: &str| {
            !id.is_empty()
                && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        };
        let needs = [
            (is_word(&self.id), "id: small letters, digits and dashes only", "it stands in the masks"),
            (
                !self.needles.is_empty() && self.needles.iter().all(|needle| needle.len() >= 3),
                "needles: each needs three bytes or more",
                "a literal that stands in every match",
            ),
            (
                pattern.contains("(?P<secret") || pattern.contains(VALUE),
                "pattern: no group named secret",
                "(?P<secret>…) around what is to be masked; a second one is called secret2, and {{value}} stands for a word in quotes or without",
            ),
            (
                !texts.contains(&true),
                "hides, keeps, class and source must not be empty",
                "examples that hold the rule to its word",
            ),
        ];
        needs.into_iter().find(|(is_met, ..)| !is_met).map(|(_, what, hint)| (what, hint))
    }
}

/// One rule.
pub(super) struct Rule {
    pub(super) id: Arc<str>,
    pub(super) class: String,
    pub(super) contexts: String,
    pub(super) needles: Vec<String>,
    pub(super) reach: Reach,
    run: Option<(usize, String)>,
    ahead: Option<(usize, String)>,
    pub(super) source: String,
    pattern: String,
    pub(super) check: Check,
    compiled: OnceLock<Regex>,
    pub(super) hides: Vec<String>,
    pub(super) keeps: Vec<String>,
}

impl Rule {
    /// The pattern, compiled when it is first needed: all at once would cost more than most files.
    pub(super) fn regex(&self) -> &Regex {
        self.compiled.get_or_init(|| compile(&self.pattern).expect("the built-in patterns are tested"))
    }

    /// Whether a match may stand around a needle that begins here. The run may begin behind the first sign of the needle.
    pub(super) fn may_stand(&self, text: &[u8], at: usize) -> bool {
        let is_run = self.run.as_ref().is_none_or(|(length, signs)| {
            let is_one = |byte: &u8| byte.is_ascii_alphanumeric() || signs.as_bytes().contains(byte);
            let at = at + usize::from(!is_one(&text[at]));
            text.get(at..at + length).is_some_and(|run| run.iter().all(is_one))
        });
        let is_ahead = |(distance, signs): &(usize, String)| {
            let rest = &text[at..text.len().min(at + distance)];
            signs.bytes().any(|sign| memchr::memchr(sign, rest).is_some())
        };
        is_run && self.ahead.as_ref().is_none_or(is_ahead)
    }

    /// What a pattern found and the check lets pass: every group whose name begins with `secret`.
    pub(super) fn secrets<'t>(&self, text: &'t [u8]) -> impl Iterator<Item = Match<'t>> {
        let regex = self.regex();
        let groups: Vec<&str> =
            regex.capture_names().flatten().filter(|name| name.starts_with("secret")).collect();
        let check = self.check;
        regex
            .captures_iter(text)
            .flat_map(move |found| groups.clone().into_iter().filter_map(move |group| found.name(group)))
            .filter(move |secret| check.passes(secret.as_bytes()))
    }
}

/// Repetitions that are taken for any number: how far a pattern looks is bounded anyway, and each time costs memory.
const MANY: usize = 64;

/// `{{value}}` in a pattern.
const VALUE: &str = "{{value}}";

/// A pattern with `{{value}}` written out: what stands in quotes, or up to a blank.
/// The edges of words are those of ASCII, for the others keep the regex engine from its fastest way.
fn expanded(pattern: &str, counted: bool) -> String {
    let mut ascii = String::with_capacity(pattern.len() + 64);
    let mut letters = pattern.chars();
    while let Some(letter) = letters.next() {
        match (letter, letters.clone().next()) {
            ('\\', Some('b')) => {
                letters.next();
                ascii.push_str(r"(?-u:\b)");
            }
            ('\\', Some(escaped)) => {
                letters.next();
                ascii.extend([letter, escaped]);
            }
            ('{', _) if !counted => match many(letters.as_str()) {
                Some((least, length)) => {
                    ascii.push_str(&format!("{{{least},}}"));
                    letters.by_ref().take(length).for_each(drop);
                }
                None => ascii.push(letter),
            },
            _ => ascii.push(letter),
        }
    }
    let mut parts = ascii.split(VALUE);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for (at, part) in parts.enumerate() {
        text.push_str(&format!(
            r#"(?:"(?P<secret_a{at}>[^"\r\n]{{1,512}})"|'(?P<secret_b{at}>[^'\r\n]{{1,512}})'|(?P<secret_c{at}>[^\s"'|<>;&][^\s"|<>]{{0,511}}))"#
        ));
        text.push_str(part);
    }
    text
}

/// Compiles a pattern. One of ASCII alone takes text as bytes: classes of all of Unicode, repeated a hundred times, would need megabytes.
fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(pattern).unicode(!pattern.is_ascii()).build()
}

/// What stands behind `{` if it is a repetition that may be long: the least number of times, and how long it is written.
fn many(rest: &str) -> Option<(usize, usize)> {
    let (inside, _) = rest.split_once('}')?;
    let (least, most) = inside.split_once(',')?;
    let most: usize = most.parse().ok()?;
    (most >= MANY).then(|| Some((least.parse().ok()?, inside.len() + 1)))?
}

impl Check {
    fn passes(self, secret: &[u8]) -> bool {
        match self {
            Self::None => true,
            Self::Odd => secret.len() >= 4 && keyed::is_odd(secret),
            Self::Set => keyed::is_set(secret),
        }
    }
}

/// All rules.
pub(super) struct Rules {
    pub(super) keys: Keys,
    pub(super) list: Vec<Rule>,
    /// How many of them are built in.
    pub(super) builtin: usize,
    /// Digest of the rule files, in short.
    pub(super) version: String,
}

impl Rules {
    /// The built-in rules, and those of a user's files.
    pub(super) fn with(files: &[RuleFile]) -> Result<Self, Error> {
        let mut all = Self { keys: Keys::default(), list: Vec::new(), builtin: 0, version: String::new() };
        let mut digest = Sha256::new();
        for (name, text, reach) in FILES {
            all.add(name, text, reach)?;
            digest.update(text.as_bytes());
        }
        all.builtin = all.list.len();
        for file in files {
            all.add(&file.name, &file.text, WIDE)?;
            digest.update(file.text.as_bytes());
        }
        all.version = digest.finalize()[..6].iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(all)
    }

    /// What is wrong with a rule of this file, and what would be right.
    fn check(&self, rule: &RuleText, pattern: &str) -> Result<(), (String, &'static str)> {
        if let Some((what, hint)) = rule.lacks(rule.pattern.get_ref()) {
            return Err((what.to_owned(), hint));
        }
        // Compiling the built-in ones would cost more than most files; their tests do.
        if self.builtin > 0
            && let Err(error) = compile(pattern)
        {
            let why = error.to_string();
            let why = why.lines().last().unwrap_or_default();
            return Err((
                format!("pattern: {why}"),
                "a pattern as the crate regex describes it, without look-around",
            ));
        }
        if self.list.iter().any(|known| *known.id == *rule.id) {
            return Err(("there is a rule of that id already".to_owned(), "another id"));
        }
        Ok(())
    }

    /// Adds the rules of a text. A rule without needles, examples or the group `secret` does not load.
    fn add(&mut self, name: &str, text: &str, reach: Reach) -> Result<(), Error> {
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
        if let Some(keys) = file.keys {
            self.keys.add(keys).map_err(|message| wrong(0, message, "key words of three letters or more"))?;
        }
        for rule in file.rule {
            let at = rule.pattern.span().start;
            let pattern = expanded(rule.pattern.get_ref(), rule.counted);
            self.check(&rule, &pattern)
                .map_err(|(message, hint)| wrong(at, format!("{}: {message}", rule.id), hint))?;
            self.list.push(Rule {
                id: rule.id.into(),
                class: rule.class,
                contexts: rule.contexts.unwrap_or_else(|| file.contexts.clone()),
                needles: rule.needles,
                reach: rule.reach.map_or(reach, |(before, after)| Reach { before, after }),
                run: rule.run,
                ahead: rule.ahead,
                source: rule.source,
                pattern,
                check: rule.check,
                compiled: OnceLock::new(),
                hides: rule.hides,
                keeps: rule.keeps,
            });
        }
        Ok(())
    }
}
