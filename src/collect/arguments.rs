//! Command lines in facts: their words stand one by one, so that no rule for command lines knows them. Each line is cleared as a whole.

use serde_json::Value;

use crate::redact::Redaction;

/// Clears the arguments of all processes of a document.
pub(super) fn clear(redaction: &Redaction, document: &mut Value) {
    match document {
        Value::Array(list) => list.iter_mut().for_each(|value| clear(redaction, value)),
        Value::Object(fields) => {
            let name = fields.get("name").and_then(Value::as_str).unwrap_or("program").to_owned();
            if let Some(Value::Array(words)) = fields.get_mut("arguments") {
                clear_words(redaction, &name, words);
            }
            fields.values_mut().for_each(|value| clear(redaction, value));
        }
        _ => {}
    }
}

/// Clears the words behind a program's name as the command line that they are.
fn clear_words(redaction: &Redaction, name: &str, words: &mut Vec<Value>) {
    let texts: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
    if texts.len() != words.len() || texts.is_empty() {
        return;
    }
    // Words are parted by tabs, which command lines may have and words do not.
    let line = texts.iter().fold(name.to_owned(), |line, word| line + "\t" + &written(word));
    let cleared = redaction.clear_text(&line);
    if cleared == line {
        return;
    }
    let parts: Vec<&str> = cleared.split('\t').skip(1).collect();
    *words = if parts.len() == words.len() {
        parts.into_iter().zip(texts).map(|(part, word)| read(part, word).into()).collect()
    } else {
        // A mask took a part between words with it.
        vec![cleared.replace('\t', " ").into()]
    };
}

/// A word as a shell has it: in quotes if it has blanks.
fn written(word: &str) -> String {
    if word.contains(' ') && !word.contains('"') { format!("\"{word}\"") } else { word.replace('\t', " ") }
}

/// A word back from what it was written as: what was not masked is as it was, to the byte.
fn read<'w>(part: &'w str, word: &'w str) -> &'w str {
    let written = written(word);
    if part == written {
        return word;
    }
    let inside = part.strip_prefix('"').and_then(|part| part.strip_suffix('"'));
    inside.filter(|_| written.len() == word.len() + 2).unwrap_or(part)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::redact::{MaskKey, Privacy};

    #[test]
    fn a_password_among_the_words_is_masked() {
        let redaction = Redaction::new(MaskKey::from_secret(b"a key"), Privacy::Secrets).expect("rules load");
        for (name, words, secret) in [
            ("repctl.exe", json!(["-d", "F:\\Replicate\\data", "setserverpassword", "Flint-Parade-7719"]), 3),
            ("agentctl", json!(["agent", "set_config", "-p", "Auburn-Cleat-8350"]), 3),
            ("erl.exe", json!(["-sname", "rabbit@h", "-setcookie", "KQZVTNEVERTAKE"]), 3),
            ("tool", json!(["--password", "two words 77", "--verbose"]), 1),
            ("tool", json!(["\"quoted\"", "a\ttab", "--password", "Umber44-Trellis"]), 3),
        ] {
            let mut document = json!([{ "name": name, "pid": 4, "arguments": words }]);
            clear(&redaction, &mut document);
            let cleared = document[0]["arguments"].as_array().expect("a list");
            for (at, word) in cleared.iter().enumerate() {
                let is_masked = word.as_str().expect("a word").starts_with("REDACTED_");
                assert_eq!(is_masked, at == secret, "{document}");
                assert!(is_masked || *word == words[at], "{document}");
            }
            assert_eq!(cleared.len(), words.as_array().expect("a list").len());
        }
    }
}
