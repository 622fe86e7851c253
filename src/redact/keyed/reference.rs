//! What stands under a secret's name and is none: a reference to one, a call or a type in source code, the name of a file or of a key, the
//! words of a sentence, the serial number of a certificate.

use super::{Link, Name, is_name, is_quote};

/// How much of a value tells whether it is one.
const LOOK: usize = 256;

/// Architectures, which stand behind the name of a package and a colon.
const ARCHITECTURES: [&str; 12] = [
    "amd64", "arm64", "armhf", "i386", "i686", "x86_64", "noarch", "all", "any", "native", "ppc64el", "s390x",
];

/// Types of parameters and fields.
const TYPES: [&str; 24] = [
    "str",
    "&str",
    "string",
    "&string",
    "&mut",
    "bool",
    "boolean",
    "int",
    "bytes",
    "char",
    "any",
    "object",
    "securestring",
    "secretstring",
    "text",
    "varchar",
    "optional",
    "option",
    "number",
    "u64",
    "u32",
    "usize",
    "&[u8]",
    "void",
];

/// Words that make a sentence of what stands around them, in some languages.
const SENTENCE: [&str; 52] = [
    "the", "is", "was", "not", "has", "have", "must", "for", "to", "be", "will", "cannot", "and", "or", "of",
    "wird", "ist", "nicht", "wurde", "und", "der", "die", "das", "für", "muss", "kein", "keine", "non",
    "pas", "est", "pour", "le", "la", "les", "du", "ne", "sin", "para", "el", "los", "del", "se", "no", "är",
    "inte", "för", "att", "och", "het", "een", "niet", "voor",
];

/// What says that the value is not shown, or stands elsewhere.
const HIDDEN: [&str; 16] = [
    "not_logging",
    "[hidden]",
    "(sensitive",
    "(hidden",
    "<hidden",
    "<not set",
    "<redacted",
    "<secret",
    "[redacted",
    "[filtered",
    "[masked",
    "(redacted",
    "(masked",
    "(not set",
    "not set",
    "!vault",
];

/// Where programs read a value from.
const ENVIRONMENTS: [&str; 8] =
    ["process.env", "os.environ", "env[", "env.", "import.meta.env", "secrets.", "vars.", "steps."];

/// Whether the value only refers to a secret.
pub(super) fn is_reference(text: &[u8], name: Name, link: Link, (from, to): (usize, usize)) -> bool {
    let word = String::from_utf8_lossy(&text[name.start..name.end]);
    let is_quoted = is_quote(text, from);
    let value = String::from_utf8_lossy(&text[from..to.min(from + LOOK)]);
    let value = value.trim();
    let folded = value.to_lowercase();
    if HIDDEN.iter().any(|hidden| folded.starts_with(hidden)) {
        return true;
    }
    if is_serial(&word) {
        return !is_license_serial(value);
    }
    if is_name_of_key(&word) && is_words(value)
        || is_folder(&word, value)
        || is_template(text, &word, value, from)
    {
        return true;
    }
    if is_quoted {
        return link == Link::Colon && is_closing_quote(text, name, from);
    }
    let first = folded.split_whitespace().next().unwrap_or_default();
    match link {
        Link::Colon => {
            let is_type = |word: &str| TYPES.contains(&word.trim_end_matches([',', ';', ')', '>', '?', '=']));
            ARCHITECTURES.contains(&first)
                || is_type(first.split(['<', '[']).next().unwrap_or_default())
                || is_sentence(&folded)
                || is_code(text, name, (from, to), value)
        }
        Link::Option => is_variable(value),
        Link::Equals => {
            (word.starts_with('$') && (is_variable(value) || is_cmdlet(value)))
                || is_code(text, name, (from, to), value)
                || is_bind(value)
                || is_word_of_sentence(text, name, (from, to))
        }
        Link::Is => is_sentence(&folded),
        Link::Markup | Link::Packed => false,
    }
}

/// Names under which certificates, disks and licenses all have their number.
fn is_serial(word: &str) -> bool {
    let folded = word.to_lowercase();
    folded.ends_with("serialnumber") && !folded.contains("license")
        || folded == "serial"
        || folded.ends_with("number") && folded.starts_with("serial")
}

/// Sixteen digits or so, perhaps in groups; a certificate's has letters.
fn is_license_serial(value: &str) -> bool {
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    (10..=20).contains(&digits)
        && value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b' ' | b'-' | b'.'))
        || (5..10).contains(&digits) && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Names that hold the name of a secret rather than itself.
fn is_name_of_key(word: &str) -> bool {
    let folded: String = word.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    folded == "secret"
        || folded == "existingsecret"
        || folded.ends_with("passwordkey")
        || folded.ends_with("tokenkey")
        || folded.ends_with("pullsecret")
        || folded.ends_with("pullsecrets")
}

/// Small words with dashes between them.
fn is_words(value: &str) -> bool {
    value.contains('-')
        && value.split('-').all(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// The working directory of a shell is called PWD too.
fn is_folder(word: &str, value: &str) -> bool {
    matches!(word, "PWD" | "OLDPWD") && value.starts_with(['/', '~'])
}

/// `{password}` in a text that something is filled into.
fn is_template(text: &[u8], word: &str, value: &str, from: usize) -> bool {
    let is_braced = from > 0 && text[from - 1] == b'{' || value.starts_with('{');
    let inside = value.trim_matches(['{', '}', '$']).to_lowercase();
    let is_own = !inside.is_empty()
        && (word.to_lowercase().ends_with(&inside) || inside.ends_with(&word.to_lowercase()));
    is_braced && is_own
}

/// `$name`, `$env:NAME`, `$x.y`: what stands behind an option in a shell.
fn is_variable(value: &str) -> bool {
    value.strip_prefix('$').is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphabetic() || c == '{' || c == '_' || c == '(')
            && rest.chars().all(|c| {
                c.is_ascii_alphanumeric()
                    || matches!(
                        c,
                        '_' | ':' | '.' | '{' | '}' | '[' | ']' | '(' | ')' | '"' | '\'' | ',' | ';'
                    )
            })
    })
}

/// `Read-Host`, `Get-Credential`.
fn is_cmdlet(value: &str) -> bool {
    value.split_once('-').is_some_and(|(verb, noun)| {
        verb.starts_with(|c: char| c.is_ascii_uppercase())
            && verb.bytes().all(|byte| byte.is_ascii_alphabetic())
            && noun.starts_with(|c: char| c.is_ascii_uppercase())
    })
}

/// `:name`, which a database is given the value for.
fn is_bind(value: &str) -> bool {
    value.strip_prefix(':').is_some_and(|rest| {
        let rest = rest.trim_end_matches([',', ')', ';']);
        rest.len() > 2
            && rest.starts_with(|c: char| c.is_ascii_lowercase())
            && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    })
}

/// A call, or a place that a program reads it from. Only where the sign has a blank behind it, as in code.
fn is_code(text: &[u8], name: Name, (from, _): (usize, usize), value: &str) -> bool {
    if !matches!(text.get(from.wrapping_sub(1)), Some(b' ')) || name.end >= from {
        return false;
    }
    let line = &text[from..text.len().min(from + 256)];
    let line = &line[..memchr::memchr(b'\n', line).unwrap_or(line.len())];
    let folded = value.to_lowercase();
    let path = line
        .iter()
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b':' | b'!' | b'&'))
        .count();
    let head = &line[..path];
    let has_joint = head.iter().any(|byte| matches!(byte, b'.' | b'_' | b':'));
    let is_call = line.get(path) == Some(&b'(')
        && path > 2
        && head[0].is_ascii_alphabetic()
        && !head.iter().any(u8::is_ascii_digit)
        && (has_joint || line.get(path + 1) == Some(&b')'));
    let is_default = folded.trim_end_matches(';') == "default" && line.contains(&b';');
    is_call || is_default || ENVIRONMENTS.iter().any(|place| folded.starts_with(place))
}

/// Whether the first words are those of a sentence.
fn is_sentence(folded: &str) -> bool {
    let mut words = folded.split_whitespace();
    let first: Vec<&str> = words.by_ref().take(3).collect();
    first.len() >= 2
        && first.iter().any(|word| SENTENCE.contains(word))
        && first[0].chars().all(char::is_alphabetic)
}

/// `no password= part because`: a small word behind the sign and another one behind that.
fn is_word_of_sentence(text: &[u8], name: Name, (from, to): (usize, usize)) -> bool {
    let has_blank_before = text.get(name.end) == Some(&b' ');
    let next = text.get(to..text.len().min(to + 24)).unwrap_or_default();
    !has_blank_before
        && text.get(from.wrapping_sub(1)) == Some(&b' ')
        && text[from..to].iter().all(u8::is_ascii_lowercase)
        && next.first() == Some(&b' ')
        && next.iter().skip(1).take_while(|byte| byte.is_ascii_lowercase()).count() > 1
        && !next.iter().skip(1).take_while(|byte| is_name(**byte) || **byte == b'=').any(|byte| *byte == b'=')
}

/// `"Password:" to blank`: the quote behind the colon closes one before the name.
fn is_closing_quote(text: &[u8], name: Name, from: usize) -> bool {
    is_quote(text, from)
        && is_quote(text, name.start)
        && text.get(name.end) == Some(&b':')
        && from == name.end + 2
}
