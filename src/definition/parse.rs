//! TOML text to a definition, with errors that name line, field and what would be right.

use serde::de::DeserializeOwned;

use super::lines::line_at;
use crate::Error;

/// Parses a file of this program's own format; nothing beyond the types is checked.
pub fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Error> {
    toml::from_str(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start);
        let message = error.message().replace('\n', ", ");
        Error::Definition {
            file: name.to_owned(),
            line: line_at(text, offset),
            hint: hint(&message),
            message: with_field(&message, text, offset),
        }
    })
}

/// A wrong type is told without the field; its line begins with it.
fn with_field(message: &str, text: &str, offset: usize) -> String {
    let line = text.get(..offset).map_or("", |before| before.rsplit('\n').next().unwrap_or(before));
    match line.split_once('=') {
        Some((field, _)) if !message.contains('`') => format!("{}: {message}", field.trim()),
        _ => message.to_owned(),
    }
}

fn hint(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let first = quoted.next().unwrap_or_default();
    if message.starts_with("missing field") {
        return format!("add `{first} = …`; collectors/README.md shows each field with an example");
    }
    if message.starts_with("unknown field")
        && let Some(near) = nearest(first, quoted)
    {
        return format!("did you mean `{near}`?");
    }
    "collectors/README.md shows each field with an example".to_owned()
}

/// The name that was probably meant, if one of the known ones is near enough.
pub fn nearest<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known.min_by_key(|name| distance(wrong, name)).filter(|near| distance(wrong, near) <= near.len() / 2)
}

/// Number of letters to insert, delete or replace; names are short.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let cost = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = cost.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let table = [("", "", 0), ("path", "paths", 1), ("pahts", "paths", 2), ("a", "", 1), ("", "ab", 2)];
        for (a, b, wanted) in table {
            assert_eq!(distance(a, b), wanted, "{a} {b}");
        }
    }
}
