//! How much an answer says: its words, without masks and without those that only fill a field.

use std::collections::BTreeSet;

/// Answers that say nothing, in lower case.
const NOTHING: [&str; 22] = [
    "-", "--", "---", ".", "...", "?", "??", "???", "x", "n/a", "na", "n.a.", "none", "no", "nothing", "nil",
    "null", "todo", "tbd", "test", "unknown", "withheld",
];

/// An answer, if it says something.
pub(super) fn said(answer: Option<&str>) -> Option<&str> {
    let text = answer?.trim();
    (!NOTHING.contains(&text.to_lowercase().as_str()) && count(text) > 0).then_some(text)
}

/// Those of a list that say something.
pub(super) fn said_of(list: &[String]) -> Vec<&str> {
    list.iter().filter_map(|text| said(Some(text))).collect()
}

/// Different words of a text. Masks are none, since nobody can read them; of scripts without blanks between words, two characters
/// count as one.
pub(super) fn count(text: &str) -> usize {
    let parts =
        text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).filter(|part| !is_mask(part));
    let (mut words, mut characters) = (BTreeSet::new(), 0_usize);
    for part in parts {
        let of_script = part.chars().filter(|c| is_without_blanks(*c)).count();
        characters += of_script;
        if of_script == 0 && part.chars().any(char::is_alphanumeric) {
            words.insert(part.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase());
        }
    }
    words.len() + characters.div_ceil(2)
}

fn is_mask(part: &str) -> bool {
    part.contains("REDACTED_")
}

/// Characters of Chinese and Japanese, Thai, Lao and Khmer.
fn is_without_blanks(c: char) -> bool {
    matches!(c, '\u{0E00}'..='\u{0EFF}' | '\u{1780}'..='\u{17FF}' | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_once_and_only_if_they_say_something() {
        for (text, wanted) in [
            ("", 0),
            (" - ? ", 0),
            ("The hub does not open.", 5),
            ("help help HELP, help!", 1),
            ("Password REDACTED_password_12ab was refused", 3),
            ("Qlik Sense のハブが開きません", 7),
            ("打开中心时出现错误", 5),
            ("error 403", 2),
        ] {
            assert_eq!(count(text), wanted, "{text}");
        }
    }

    #[test]
    fn what_only_fills_a_field_is_no_answer() {
        for text in ["n/a", " None ", "?", "TODO", "", "REDACTED_word_1a2b"] {
            assert_eq!(said(Some(text)), None, "{text:?}");
        }
        assert_eq!(said(Some(" once ")), Some("once"));
        assert_eq!(said_of(&["-".into(), "look".into()]), ["look"]);
    }
}
