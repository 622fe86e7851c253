//! Whether what stands under a secret's name is a value, or a word of a sentence, a placeholder, a way to say that there is none.

use super::Link;

/// How much of a value tells whether it is one; more would make a line of a million names slow.
const LOOK: usize = 512;

/// Values that say there is none, or that it stands elsewhere.
const NOTHING: [&str; 27] = [
    "null",
    "none",
    "nil",
    "true",
    "false",
    "yes",
    "no",
    "undefined",
    "empty",
    "n/a",
    "na",
    "string",
    "required",
    "optional",
    "not",
    "is",
    "was",
    "integratedsecurity",
    "reject",
    "trust",
    "md5",
    "scram-sha-256",
    // Phases of an unattended setup of Windows, which are called passes.
    "windowspe",
    "generalize",
    "specialize",
    "oobesystem",
    "auditsystem",
];

/// Whether the value is one, rather than a word of a sentence or a way to say that there is none.
pub(super) fn is_secret(value: &[u8], link: Link, before: Option<u8>) -> bool {
    let start = String::from_utf8_lossy(&value[..value.len().min(LOOK)]);
    // The last character may be cut.
    let text = if value.len() > LOOK { start.trim_end_matches(char::REPLACEMENT_CHARACTER) } else { &start };
    let text = text.trim();
    let quoted = matches!(before, Some(b'"' | b'\'' | b'`'));
    let lower = text.to_lowercase();
    let placeholder = (text.starts_with("${") && text.ends_with('}'))
        || (text.starts_with("$(") && text.ends_with(')'))
        || (text.starts_with("{{") && text.ends_with("}}"))
        || (text.len() > 2 && text.starts_with('%') && text.ends_with('%') && !text[1..].starts_with('%'))
        || (text.starts_with('<') && text.ends_with('>'))
        || is_shell_variable(text)
        || is_code(text)
        || text.starts_with("-----BEGIN")
        || text.starts_with("-----END")
        || text.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '.' | '-' | '?' | '#' | '•'));
    if text.is_empty()
        || placeholder
        || text.contains(crate::redact::mask::PREFIX)
        || NOTHING.contains(&lower.trim_end_matches(['.', ',', ';']))
    {
        return false;
    }
    if lower.contains("0000000-0000-0000") || (text.len() == 1 && !quoted) {
        return false;
    }
    match link {
        Link::Equals | Link::Markup | Link::Packed | Link::Option => true,
        Link::Colon | Link::Is if quoted => true,
        // In a sentence a word may follow; a secret has something that words have not.
        Link::Colon | Link::Is => {
            let odd = |c: char| {
                c.is_ascii_digit()
                    || (!c.is_alphanumeric()
                        && !matches!(c, '.' | ',' | '-' | '\'' | ' ' | '/' | '(' | ')' | ':' | '\\'))
            };
            let mixed = text.chars().skip(1).any(char::is_uppercase)
                && text.chars().any(char::is_lowercase)
                && !text.contains(' ');
            (text.chars().any(odd)
                || mixed
                || (text.len() >= 8 && !text.contains(' ') && link == Link::Colon && before.is_none()))
                && !is_measure(text)
        }
    }
}

/// A number with a unit, a time, or a version, as prose has them.
fn is_measure(text: &str) -> bool {
    text.len() < 5 && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ':' | '%' | 's' | 'm'))
}

/// A call in a program: `await client.GetTokenAsync(scope` or `getToken(request`. A text in quotes among its arguments may be the secret
/// itself.
fn is_code(text: &str) -> bool {
    const VERBS: [&str; 10] =
        ["await ", "new ", "get", "create", "fetch", "read", "load", "find", "resolve", "generate"];
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '<' | '>' | ':');
    VERBS.iter().filter_map(|verb| text.strip_prefix(verb)).any(|call| {
        call.starts_with(|c: char| c.is_alphabetic())
            && call.trim_start_matches(is_name).starts_with('(')
            && !call.contains(['"', '\''])
            && !call.contains(|c: char| c.is_ascii_digit())
    })
}

/// `$PASSWORD`, in capitals as shells have it.
fn is_shell_variable(text: &str) -> bool {
    text.strip_prefix('$').is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
    })
}
