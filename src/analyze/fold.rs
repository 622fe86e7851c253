//! Makes the same text of what differs in numbers and ids only: messages of many records, names of the files of one log.

/// Most bytes of a message that are compared and kept.
const MESSAGE: usize = 200;

/// A message without what differs from record to record: numbers, GUIDs, hashes, tags of masks, names of users in paths.
pub(super) fn message(text: &str) -> String {
    let mut folded = String::with_capacity(text.len().min(MESSAGE) + 4);
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        if folded.len() >= MESSAGE {
            folded.push('…');
            break;
        }
        if !first.is_alphanumeric() {
            if first.is_whitespace() || first.is_control() {
                if !folded.ends_with(' ') {
                    folded.push(' ');
                }
            } else {
                folded.push(first);
            }
            rest = &rest[first.len_utf8()..];
            continue;
        }
        if let Some(length) = guid(rest) {
            number(&mut folded);
            rest = &rest[length..];
            continue;
        }
        let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (word, further) = rest.split_at(length);
        rest = further;
        put_word(&mut folded, word);
    }
    folded
}

/// A word, or a sign in place of one that differs.
fn put_word(folded: &mut String, word: &str) {
    let is_person = ["users\\", "users/", "/home/"].iter().any(|folder| {
        let from = folded.len().checked_sub(folder.len());
        from.and_then(|from| folded.get(from..)).is_some_and(|end| end.eq_ignore_ascii_case(folder))
    });
    if word.starts_with("REDACTED_") {
        folded.push_str("REDACTED");
    } else if is_person || is_hash(word) {
        number(folded);
    } else {
        let mut is_digit = false;
        for c in word.chars() {
            if c.is_ascii_digit() {
                if !is_digit {
                    number(folded);
                }
                is_digit = true;
            } else {
                folded.push(c);
                is_digit = false;
            }
            // A word without an end, as of an alphabet without blanks.
            if folded.len() >= MESSAGE {
                return;
            }
        }
    }
}

/// A sign for what differs; the parts of a time or a version are one.
fn number(folded: &mut String) {
    let before = folded.trim_end_matches(['.', ':', '-', ',']);
    if before.ends_with('#') && folded.len() - before.len() <= 1 {
        folded.truncate(before.len());
    } else {
        folded.push('#');
    }
}

/// Whether a word looks like a hash or a part of one.
fn is_hash(word: &str) -> bool {
    word.len() >= 8
        && word.bytes().all(|byte| byte.is_ascii_hexdigit())
        && word.bytes().any(|byte| byte.is_ascii_digit())
}

/// The length of a GUID at the start of a text.
fn guid(text: &str) -> Option<usize> {
    let bytes = text.as_bytes().get(..36)?;
    let fits = bytes.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    });
    fits.then_some(36)
}

/// The name of a log by the path of its file: the file's name without endings, with `#` for times, numbers and ids, and behind its folder if
/// it begins with one of those. A file that was rolled has the name of the one that is written.
pub(super) fn log_name(path: &str) -> String {
    let mut parts = path.rsplit(['/', '\\']);
    let name = name_of(parts.next().unwrap_or_default());
    let folder =
        parts.next().map(varied_name).filter(|folder| name.starts_with('#') && !folder.starts_with('#'));
    folder
        .filter(|folder| !folder.is_empty())
        .map_or_else(|| name.clone(), |folder| format!("{folder}/{name}"))
}

/// A file's name without endings.
fn name_of(file_name: &str) -> String {
    let mut stem = file_name;
    while let Some((rest, ending)) = stem.rsplit_once('.') {
        let is_ending = !rest.is_empty() && (1..=4).contains(&ending.len());
        if !is_ending || !ending.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            break;
        }
        stem = rest;
    }
    varied_name(stem)
}

/// A name with `#` for what differs.
fn varied_name(stem: &str) -> String {
    let mut name = String::new();
    let mut rest = stem;
    while let Some(first) = rest.chars().next() {
        if let Some(length) = guid(rest) {
            varied(&mut name);
            rest = &rest[length..];
            continue;
        }
        let length = rest.find(|c: char| !c.is_alphanumeric()).unwrap_or(rest.len());
        if length == 0 {
            name.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (word, further) = rest.split_at(length);
        rest = further;
        if is_varied(word) { varied(&mut name) } else { name.push_str(word) }
    }
    let name = name.trim_end_matches(['-', '_', '.', ' ', '#']);
    if name.is_empty() { "#".into() } else { name.to_owned() }
}

/// Whether a word of a file's name is a number, a part of a time, or of a hash.
fn is_varied(word: &str) -> bool {
    let is_hash = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b'T' | b'Z');
    let begins = word.as_bytes().first().is_some_and(u8::is_ascii_digit);
    word.bytes().all(is_hash) && (begins || word.len() >= 8 && word.bytes().any(|byte| byte.is_ascii_digit()))
}

fn varied(name: &mut String) {
    let before = name.trim_end_matches(['-', '_', '.', ' ']);
    if before.ends_with('#') {
        name.truncate(before.len());
    } else {
        name.push('#');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_folded() {
        for (text, folded) in [
            ("Session 12 ended after 3.5 s", "Session # ended after # s"),
            ("App 0b79c806-dacd-47f5-8da1-f6f1df040eb0 failed", "App # failed"),
            ("at 2019-02-01T04:59:01.475", "at #T#"),
            ("hash 540A8CD792C161D06B42!", "hash #!"),
            ("C:\\Users\\anna\\x.log", "C:\\Users\\#\\x.log"),
            ("/home/anna/x", "/home/#/x"),
            ("  a\t\tb ", "a b"),
            ("password=REDACTED_connection_12ab and more", "password=REDACTED and more"),
            ("Ejecución 7", "Ejecución #"),
            ("decade of decline", "decade of decline"),
        ] {
            assert_eq!(message(text), folded, "{text}");
        }
        assert!(message(&"x ".repeat(1_000)).len() < 210);
        assert!(message(&"日".repeat(1_000)).len() < 210);
    }

    #[test]
    fn files_of_one_log_have_one_name() {
        for (file, name) in [
            ("QLIKSERVER1_System_Engine.txt", "QLIKSERVER1_System_Engine"),
            ("QLIKSERVER1_System_Engine_2019-02-01T03.59.01Z.log", "QLIKSERVER1_System_Engine"),
            ("C:\\Log\\HubService\\201901311637062170100-access.log", "HubService/#-access"),
            ("/log/20190131/201901311637062170100-access.log", "#-access"),
            ("201901311637062170100.log", "#"),
            ("1a13fc0d-f928-48ee-8cc2-a18f7099d9e2.2019_01_31_21_58_57.540A8CD792C161D06B42.log", "#"),
            ("reptask_Sales.log", "reptask_Sales"),
            ("reptask_Sales__230222101230.log", "reptask_Sales"),
            ("nprinting_engine.log.3", "nprinting_engine"),
            ("postgresql-2019-02-01_000000.log", "postgresql"),
            (".log", ".log"),
            ("", "#"),
        ] {
            assert_eq!(log_name(file), name, "{file}");
        }
    }
}
