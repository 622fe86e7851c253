//! Identities: people, hosts, addresses. Each becomes a stand-in of its own kind, keyed like the masks, so that the same one looks the same
//! everywhere. Found by shape, by the name they stand under, and by what is known of the site. Never touches a version number.

mod named;
pub(super) mod stand_in;
#[cfg(test)]
mod tests;
mod vocabulary;

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use regex::bytes::Regex;

pub(super) use vocabulary::Vocabulary;

/// How far before a dotted quad it is looked whether it is called an address or a version.
const CONTEXT: usize = 16;

/// What the rules of identities are called in tallies.
const RULES: [&str; 7] = ["user", "domain", "host", "address", "mail", "mac", "sid"];

static MAIL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}"));
static SID: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bS-1-5-21(?:-[0-9]{1,10}){3,4}\b"));
static MAC: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}\b|\b[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}\b")
});
static QUAD: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b"));
static SIX: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]{4,40}"));

fn pattern(text: &str) -> Regex {
    Regex::new(&format!("(?-u){text}")).expect("a constant")
}

/// The rule of an identity by its name, if it is one.
pub(super) fn rule(name: &str) -> Option<&'static str> {
    RULES.into_iter().find(|rule| *rule == name)
}

/// Finds identities in a text: by their shape, by the names they stand under, and by what is known.
pub(super) fn find(text: &[u8], known: &Vocabulary, mut found: impl FnMut(usize, usize, &'static str)) {
    let mut found = |start: usize, end: usize, rule| {
        if !stand_in::is_one(&text[start..end]) {
            found(start, end, rule);
        }
    };
    for (pattern, rule) in [(&MAIL, "mail"), (&SID, "sid"), (&MAC, "mac")] {
        pattern.find_iter(text).for_each(|hit| found(hit.start(), hit.end(), rule));
    }
    for hit in QUAD.find_iter(text).filter(|hit| is_address(text, hit.start(), hit.end())) {
        found(hit.start(), hit.end(), "address");
    }
    for hit in SIX.find_iter(text) {
        let is_known = parse::<Ipv6Addr>(hit.as_bytes()).is_some_and(|address| !address.is_loopback());
        if is_known {
            found(hit.start(), hit.end(), "address");
        }
    }
    named::find(text, &mut found);
    known.find(text, &mut found);
}

/// Whether a folder among those of users is a person's.
pub(super) fn is_person(folder: &str) -> bool {
    !vocabulary::is_common(folder)
        && !["default user", "all users", "defaultapppool"].contains(&folder.to_lowercase().as_str())
}

/// Whether a span, if it is about an identity at all, names somebody: no stand-in, no account of the system or of Qlik itself, not this very
/// machine as every machine calls itself.
pub(super) fn is_wanted(name: &str, value: &[u8]) -> bool {
    let text = || String::from_utf8_lossy(value);
    let is_loopback = || {
        parse::<std::net::IpAddr>(value)
            .is_some_and(|address| address.is_loopback() || address.is_unspecified())
    };
    match rule(name) {
        None => true,
        Some("user" | "host" | "domain") => {
            // At the place of a domain even the word DOMAIN is one.
            let is_domain =
                name == "domain" && text().to_lowercase() != "internal" && text().to_lowercase() != "system";
            !stand_in::is_one(value) && !is_loopback() && (is_domain || !vocabulary::is_common(&text()))
        }
        Some(_) => !stand_in::is_one(value) && !is_loopback() && !vocabulary::is_common_word(&text()),
    }
}

fn parse<T: std::str::FromStr>(bytes: &[u8]) -> Option<T> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

/// A dotted quad is an address if it lies in a private range or is called one, and is not called a version.
fn is_address(text: &[u8], start: usize, end: usize) -> bool {
    let Some(address) = parse::<Ipv4Addr>(&text[start..end]) else { return false };
    let before = text[start.saturating_sub(CONTEXT)..start].to_ascii_lowercase();
    let says = |word: &[u8]| memchr::memmem::find(&before, word).is_some();
    let next = |at: usize| text.get(at).copied().unwrap_or(b' ');
    let is_longer = before.ends_with(b".") || next(end) == b'.' && next(end + 1).is_ascii_digit();
    if is_longer
        || address.is_loopback()
        || address.is_unspecified()
        || says(b"version")
        || before.ends_with(b"v")
    {
        return false;
    }
    let is_called = [&b"://"[..], b"@", b"::ffff:", b"addr", b"ip", b"host", b"server", b"client", b"from "];
    address.is_private()
        || address.is_link_local()
        || is_called.iter().any(|word| says(word))
        || (matches!(next(end), b':' | b'/') && next(end + 1).is_ascii_digit())
}
