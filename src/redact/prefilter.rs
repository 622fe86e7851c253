//! What all streams of a run are looked at with: the rules, and all their needles as they may be written.

use super::block::OPENINGS;
use super::needle::Needles;
use super::rules::Rules;
use super::words::Words;

/// What a needle calls for.
#[derive(Clone, Copy)]
pub(super) enum Call {
    /// A key word; whether it must be a part of a name by itself.
    Key(bool),
    Rule(usize),
    /// A block may begin.
    Opening,
}

/// What all streams of a run are looked at with.
pub(super) struct Tools {
    pub(super) rules: Rules,
    pub(super) prefilter: Prefilter,
    pub(super) words: Words,
}

/// All needles, and what each calls for.
pub(super) struct Prefilter {
    /// The needles themselves, in small letters.
    pub(super) words: Vec<Vec<u8>>,
    pub(super) needles: Needles,
    pub(super) calls: Vec<Call>,
}

impl Prefilter {
    pub(super) fn new(rules: &Rules) -> Self {
        let keys =
            rules.keys.words.iter().flat_map(|word| written(word)).map(|word| (word, Call::Key(false)));
        let parts =
            rules.keys.parts.iter().flat_map(|word| written(word)).map(|word| (word, Call::Key(true)));
        let needles = rules.list.iter().enumerate().flat_map(|(at, rule)| {
            rule.needles.iter().map(move |needle| (needle.to_lowercase().into_bytes(), Call::Rule(at)))
        });
        let openings = OPENINGS.iter().map(|opening| (opening.as_bytes().to_vec(), Call::Opening));
        let (words, calls): (Vec<Vec<u8>>, Vec<Call>) =
            keys.chain(parts).chain(needles).chain(openings).unzip();
        Self { needles: Needles::new(words.clone()), words, calls }
    }
}

/// A key word as UTF-8 and as the code pages of Windows write it, in which text of an unknown code page is left.
fn written(word: &str) -> Vec<Vec<u8>> {
    let folded = word.to_lowercase();
    // A phrase is written with blanks, dashes, underscores, dots or nothing between its words.
    let mut forms: Vec<Vec<u8>> = if folded.contains(' ') {
        [" ", "", "_", "-", "."].iter().map(|joint| folded.replace(' ', joint).into_bytes()).collect()
    } else {
        vec![folded.clone().into_bytes()]
    };
    if !folded.is_ascii() {
        // Only letters of ASCII are folded later.
        forms.push(word.to_uppercase().into_bytes());
        let mut letters = word.chars();
        forms.extend(
            letters.next().map(|first| format!("{}{}", first.to_uppercase(), letters.as_str()).into_bytes()),
        );
        for page in [encoding_rs::WINDOWS_1252, encoding_rs::SHIFT_JIS] {
            let (bytes, _, has_lost) = page.encode(&folded);
            if !has_lost {
                forms.push(bytes.into_owned());
            }
        }
    }
    forms
}
