//! People, hosts and addresses, which are masked at the level `identities` only. Each becomes a stand-in of its own kind, keyed
//! like the masks, so that the same one looks the same everywhere. Never touches a version number.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use regex::bytes::Regex;

use super::mask::MaskKey;

/// How far before a dotted quad it is looked whether it is called an address or a version.
const CONTEXT: usize = 16;

/// What the rules of identities are called in tallies.
pub(super) const RULES: [&str; 7] = ["user", "domain", "host", "address", "mail", "mac", "sid"];

static MAIL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,8}[A-Za-z]{2,24}"));
static SID: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bS-1-5-21(?:-[0-9]{1,10}){3,4}\b"));
static MAC: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}\b|\b[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}\b")
});
static QUAD: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}\b"));
static SIX: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b[0-9A-Fa-f]{1,4}:[0-9A-Fa-f:]{4,40}"));
static ACCOUNT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?P<domain>[A-Z][A-Z0-9-]{1,14})\\{1,2}(?P<user>[A-Za-z0-9._$-]{2,40})\b"));

fn pattern(text: &str) -> Regex {
    Regex::new(&format!("(?-u){text}")).expect("a constant")
}

/// Whether a span is about an identity rather than a secret.
pub(super) fn is_identity(rule: &str) -> bool {
    RULES.contains(&rule)
}

/// Finds identities in a text by their shape.
pub(super) fn find(text: &[u8], mut found: impl FnMut(usize, usize, &'static str)) {
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
    for hit in ACCOUNT.captures_iter(text) {
        let (Some(domain), Some(user)) = (hit.name("domain"), hit.name("user")) else { continue };
        let before = domain.start().checked_sub(1).map(|at| text[at]);
        let is_path =
            matches!(before, Some(b'\\' | b'/' | b':' | b'}')) || text.get(user.end()) == Some(&b'\\');
        let is_root = domain.as_bytes().starts_with(b"HK") || domain.as_bytes() == b"BUILTIN";
        if !is_path && !is_root {
            found(domain.start(), domain.end(), "domain");
            found(user.start(), user.end(), "user");
        }
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

/// What stands in place of an identity.
pub(super) fn stand_in(key: &MaskKey, rule: &str, value: &[u8]) -> String {
    let folded = value.to_ascii_lowercase();
    let tag = |what: &[u8]| key.digest(what);
    match (rule, parse::<IpAddr>(value)) {
        ("address", Some(IpAddr::V4(address))) => {
            let octets = address.octets();
            // Addresses with the same first octets keep the same first octets.
            let octet = |length: usize| tag(&octets[..length])[0];
            format!("10.{}.{}.{}", octet(2), octet(3), octet(4))
        }
        ("address", Some(IpAddr::V6(_))) => {
            let [a, b, c, d, ..] = tag(&folded);
            format!("fd00::{a:02x}{b:02x}:{c:02x}{d:02x}")
        }
        ("mac", _) => {
            let separator = if value.contains(&b'-') { "-" } else { ":" };
            let bytes = tag(&folded)[..5].iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>();
            format!("02{separator}{}", bytes.join(separator))
        }
        ("mail", _) => {
            let [a, b, c, d, ..] = tag(&folded);
            format!("user-{a:02x}{b:02x}{c:02x}{d:02x}@mail.invalid")
        }
        ("sid", _) => {
            let digest = tag(&folded);
            let part =
                |at: usize| u32::from_le_bytes([digest[at], digest[at + 1], digest[at + 2], digest[at + 3]]);
            format!("S-1-5-21-{}-{}-{}-{}", part(0), part(4), part(8), part(12))
        }
        (kind, _) => {
            let [a, b, c, ..] = tag(&folded);
            let kind = if kind == "address" { "host" } else { kind };
            format!("{kind}-{a:02x}{b:02x}{c:02x}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::{Hint, Privacy, Redaction};

    fn clear(text: &str, privacy: Privacy) -> String {
        let redaction = Redaction::new(MaskKey::from_secret(b"key"), privacy).expect("rules load");
        let mut cleared = redaction.clear(text.as_bytes(), &Hint::default());
        std::io::read_to_string(&mut cleared).expect("memory")
    }

    #[test]
    fn identities_are_masked_at_their_level_only() {
        let text = "DOMAIN\\qvservice from 192.168.7.12:4242, jane.doe@example.com, 00:50:56:a1:b2:c3, \
                    S-1-5-21-1004336348-1177238915-682003330-512, fe80::250:56ff:fea1:b2c3\n";
        assert_eq!(clear(text, Privacy::Secrets), text);
        let masked = clear(text, Privacy::Identities);
        for gone in ["qvservice", "DOMAIN", "192.168", "jane", "00:50", "1004336348", "fe80"] {
            assert!(!masked.contains(gone), "{gone} in {masked}");
        }
        assert!(masked.contains(":4242, user-") && masked.contains("@mail.invalid"), "{masked}");
    }

    #[test]
    fn versions_and_paths_are_no_identities() {
        for text in [
            "ProductVersion 12.145.3.0 is newer than 9.0.0.1\n",
            "version 10.0.0.1 and v10.0.0.2, 1.2.3.4.5\n",
            "C:\\PROGRA\\Qlik, HKLM\\SOFTWARE, PROGRAM\\sub\\file\n",
            "127.0.0.1 and 0.0.0.0 and ::1\n",
            "at 12:34:56 std::vec\n",
        ] {
            assert_eq!(clear(text, Privacy::Identities), text);
        }
    }

    #[test]
    fn columns_are_known_by_name_and_subnets_stay_subnets() {
        let text = "Timestamp\tHostname\tUserId\tClientHostAddress\n1\tSRV1\tjane\t8.8.4.4\n2\tsrv1\tJANE\t8.8.9.9\n";
        let masked = clear(text, Privacy::Identities);
        let rows: Vec<Vec<&str>> = masked.lines().skip(1).map(|row| row.split('\t').collect()).collect();
        assert_eq!(rows[0][1..3], rows[1][1..3]);
        assert!(rows[0][1].starts_with("host-") && rows[0][2].starts_with("user-"), "{masked}");
        let net = |cell: &str| cell.split('.').take(2).collect::<Vec<_>>().join(".");
        assert_eq!(net(rows[0][3]), net(rows[1][3]), "{masked}");
        assert_ne!(rows[0][3], rows[1][3]);
    }
}
