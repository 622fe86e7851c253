//! Words that the user wants masked: names of projects and customers, in any letter case.

use aho_corasick::{AhoCorasick, MatchKind};

use crate::Error;

/// What the rule is called in masks and tallies.
pub(super) const RULE: &str = "mask-word";

/// Shorter words are masked only where they stand alone.
const INSIDE: usize = 5;

/// The user's words.
#[derive(Default)]
pub(super) struct Words(Option<AhoCorasick>);

impl Words {
    /// Takes one word or name per item; blanks around it do not count, nor do empty items and those that begin with `#`.
    pub(super) fn new(words: &[String]) -> Result<Self, Error> {
        let words =
            words.iter().map(|word| word.trim()).filter(|word| !word.is_empty() && !word.starts_with('#'));
        let mut forms: Vec<Vec<u8>> = Vec::new();
        for word in words {
            if word.chars().count() < 3 {
                return Err(Error::usage(
                    format!("the word {word:?} is too short to be masked"),
                    "words of three letters or more; shorter ones stand in too many others",
                ));
            }
            // The automaton folds only the letters of ASCII.
            for form in [word.to_owned(), word.to_lowercase(), word.to_uppercase()] {
                forms.push(form.clone().into_bytes());
                let (legacy, _, has_lost) = encoding_rs::WINDOWS_1252.encode(&form);
                forms.extend((!has_lost && !form.is_ascii()).then(|| legacy.into_owned()));
            }
        }
        forms.sort();
        forms.dedup();
        if forms.is_empty() {
            return Ok(Self(None));
        }
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(forms);
        automaton.map(|automaton| Self(Some(automaton))).map_err(|error| {
            Error::usage(format!("the words to mask cannot be used: {error}"), "fewer words")
        })
    }

    /// Finds the words in a text.
    pub(super) fn find(&self, text: &[u8], mut found: impl FnMut(usize, usize)) {
        for hit in self.0.iter().flat_map(|words| words.find_iter(text)) {
            let is_edge = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
            let is_alone = is_edge(hit.start().checked_sub(1).and_then(|at| text.get(at)))
                && is_edge(text.get(hit.end()));
            if is_alone || hit.len() >= INSIDE {
                found(hit.start(), hit.end());
            }
        }
    }
}
