//! Expressions and globs that hold, and cost little on any text.

use super::{Checked, Place, wrong};
use crate::definition::template::{Piece, pieces};

/// The most bytes that an expression may have when it is compiled.
const COMPILED: usize = 1 << 19;

/// The largest number of repetitions that may be counted.
const COUNTED: u32 = 200;

/// The most `**` of a glob and the most `*` of a name in it: matching tries each against each.
const DEEP: usize = 2;
const STARS: usize = 3;

/// A glob that holds and that does not try too much.
pub(super) fn check_glob(glob: &str, place: &Place) -> Checked {
    let slashed: String = pieces(glob)
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.replace('\\', "/"),
            Piece::Environment(_) | Piece::Variable(_) => "x".to_owned(),
        })
        .collect();
    if slashed.is_empty() {
        return wrong(place.clone(), "is empty", "write a path or a glob");
    }
    if let Err(error) = glob::Pattern::new(&slashed) {
        let hint = "use * and ? within a name, ** for any folders, [a-z] for one letter";
        return wrong(place.clone(), format!("is no glob: {}", error.msg), hint);
    }
    let names = || slashed.split('/');
    if names().filter(|name| *name == "**").count() > DEEP {
        let hint = "name the folders between; ** may stand twice";
        return wrong(place.clone(), "takes too long to match: it has too many **", hint);
    }
    if names().any(|name| name != "**" && name.matches('*').count() > STARS) {
        let hint = "write more of the name; * may stand three times in it";
        return wrong(place.clone(), "takes too long to match: a name in it has too many *", hint);
    }
    Ok(())
}

/// An expression that holds and that stays small. However it is written, matching takes time in proportion to the text and to its size.
pub(super) fn check_regex(pattern: &str, place: &Place) -> Checked {
    if largest_count(pattern) > COUNTED {
        let hint = format!("count at most to {COUNTED}, or use * or +");
        return wrong(place.clone(), "is too large: it counts too many repetitions", hint);
    }
    match regex::RegexBuilder::new(pattern).case_insensitive(true).size_limit(COMPILED).build() {
        Ok(_) => Ok(()),
        Err(regex::Error::CompiledTooBig(_)) => {
            let hint = "count fewer repetitions, above all within one another, or use * or +";
            wrong(place.clone(), "is too large", hint)
        }
        Err(error) => {
            let reason = error.to_string();
            let reason = reason.lines().last().unwrap_or("").trim_start_matches("error: ").to_owned();
            let hint = "escape . ( ) [ ] + * ? with \\ where they are meant";
            wrong(place.clone(), format!("is no regular expression: {reason}"), hint)
        }
    }
}

/// The largest number in the `{n}` and `{n,m}` of an expression.
fn largest_count(pattern: &str) -> u32 {
    let mut largest = 0;
    let mut rest = pattern.chars();
    let mut class = false;
    while let Some(c) = rest.next() {
        match c {
            '\\' => {
                // \p{Greek} and \x{2026} are letters.
                let named = rest.next().is_some_and(|c| matches!(c, 'p' | 'P' | 'x' | 'u' | 'U'));
                if named && rest.as_str().starts_with('{') {
                    rest.by_ref().find(|c| *c == '}');
                }
            }
            '[' => class = true,
            ']' => class = false,
            '{' if !class => {
                let inner = rest.as_str().split('}').next().unwrap_or_default();
                let numbers = inner.split(',').filter(|part| !part.trim().is_empty());
                let counts = numbers.map(|part| part.trim().parse().unwrap_or(u32::MAX));
                largest = counts.max().unwrap_or(0).max(largest);
            }
            _ => {}
        }
    }
    largest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(checked: Checked) -> String {
        checked.err().map(|problem| problem.message).unwrap_or_default()
    }

    #[test]
    fn expressions_stay_small() {
        let place = Place::key("x");
        let table = [
            (r"Qlik Sense [^ ]+ 20\d\d(?: Patch \d{1,3})?", ""),
            (r"\p{Greek}{2}[{999}]\{999\}\x{2026}", ""),
            (r"\w+\s*=\s*([^;]{1,100})", ""),
            ("a{201}", "is too large: it counts"),
            ("a{1,9999}", "is too large: it counts"),
            ("a{200,}", ""),
            ("a{99999999999}", "is too large: it counts"),
            (r"((\w{100}){100}){100}", "is too large"),
            (r"(?:(?:a{150}){150})", "is too large"),
            ("(", "is no regular expression"),
        ];
        for (pattern, wanted) in table {
            let got = message(check_regex(pattern, &place));
            assert!(got.starts_with(wanted) && got.is_empty() == wanted.is_empty(), "{pattern}: {got}");
        }
    }

    #[test]
    fn globs_try_little() {
        let place = Place::key("x");
        let table = [
            (r"{a}\**\logs\**\*_x_*.log", ""),
            ("**/a/**/b/**/*.log", "takes too long to match: it has too many **"),
            ("/x/*a*b*c*.log", "takes too long to match: a name"),
            ("/x/**y", "is no glob"),
            ("", "is empty"),
        ];
        for (glob, wanted) in table {
            let got = message(check_glob(glob, &place));
            assert!(got.starts_with(wanted) && got.is_empty() == wanted.is_empty(), "{glob}: {got}");
        }
    }
}
