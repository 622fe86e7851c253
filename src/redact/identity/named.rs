//! Identities by the name they stand under or the place they stand in: `UserId=…`, `DOMAIN\user`, `Data Source=…`, `\\server\share`,
//! `C:\Users\…`, `CN=…`.

use std::sync::LazyLock;

use regex::bytes::{Captures, Regex};

use super::vocabulary::is_common;
use super::{parse, pattern};

/// A value behind a name: in quotes, or up to what separates it from the next.
const VALUE: &str =
    r#"(?:\\{0,3}["'](?P<quoted>[^"'\\\r\n]{2,128})|(?P<bare>[^\s"'\\;,&<>(){}|\[\]]{2,128}))"#;

static USER: LazyLock<Regex> = LazyLock::new(|| {
    // A colon alone stands in sentences too; after these names it does not.
    let names = r"(?:user_?id|user[ _]?name|active_?user_?id|user id|uid|login_?name|account_?name|logon_?name|owner|user|os_?user|run_?as|serviceuser|account)";
    pattern(&format!(r#"(?i)\b{names}(?:\\{{0,3}}["']\s?[:=]|\s?=|:)\s{{0,2}}{VALUE}"#))
});
static DOMAIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r#"(?i)\b(?:active_?user_?directory|user_?directory|user_?domain|dns_?domain|domain_?name|userdnsdomain|domain)(?:\\{{0,3}}["']\s?[:=]|\s?=|:)\s{{0,2}}{VALUE}"#
    ))
});
static HOST: LazyLock<Regex> = LazyLock::new(|| {
    let names = r"(?:host_?name|host|server_?name|server|data source|machine_?name|computer_?name|computer|node_?name|executing_?node_?name|fqdn)";
    pattern(&format!(r#"(?i)\b{names}(?:\\{{0,3}}["']\s?[:=]|\s?=|:\s)\s{{0,2}}{VALUE}"#))
});
static ACCOUNT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?P<domain>[A-Z][A-Z0-9-]{1,14})\\{1,4}(?P<user>[A-Za-z0-9._$-]{2,40})"));
static SHARE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?:^|[\s"'=(>,;|])(?:\\\\|\\\\\\\\|file:/{2,5})(?P<host>[A-Za-z0-9][A-Za-z0-9._-]{1,62})[\\/]{1,2}[A-Za-z0-9$_]"#,
    )
});
static HOME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?:(?i)\\{1,4}(?:users|documents and settings)\\{1,4}|/home/|/Users/)(?P<user>[A-Za-z0-9._$ @-]{2,40})(?:\\|/|["'\s]|$)"#,
    )
});
static COMMON_NAME: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"\bCN ?= ?(?P<name>[A-Za-z0-9*][A-Za-z0-9._*-]{2,63})(?:[,;/"'\s]|$)"#));
static COMPONENT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:DC|dc)=(?P<domain>[A-Za-z0-9-]{2,63})"));

/// What stands before a backslash and is no domain.
const SYSTEM: [&str; 7] = ["AUTHORITY", "SERVICE", "BUILTIN", "INTERNAL", "NT", "IIS", "APPPOOL"];

/// Finds them.
pub(super) fn find(text: &[u8], found: &mut impl FnMut(usize, usize, &'static str)) {
    for (pattern, rule) in [(&USER, "user"), (&DOMAIN, "domain"), (&HOST, "host")] {
        for hit in pattern.captures_iter(text) {
            value(text, &hit, rule, found);
        }
    }
    for hit in ACCOUNT.captures_iter(text) {
        account(text, &hit, found);
    }
    for (pattern, group, rule) in [
        (&SHARE, "host", "host"),
        (&HOME, "user", "user"),
        (&COMMON_NAME, "name", "host"),
        (&COMPONENT, "domain", "domain"),
    ] {
        for hit in pattern.captures_iter(text).filter_map(|hit| hit.name(group)) {
            let name = String::from_utf8_lossy(hit.as_bytes());
            let is_system = rule == "user"
                && ["public", "default", "default user", "all users"].contains(&name.to_lowercase().as_str());
            let is_device = ["device", "registry", "globalroot", "basenamedobjects"]
                .contains(&name.to_lowercase().as_str());
            if !is_common(name.trim()) && !is_system && !is_device {
                found(hit.start(), hit.end(), rule);
            }
        }
    }
}

/// The value under a name: an account with its domain is two, a port belongs to no host.
fn value(
    text: &[u8],
    hit: &Captures<'_>,
    rule: &'static str,
    found: &mut impl FnMut(usize, usize, &'static str),
) {
    let Some(value) = hit.name("quoted").or_else(|| hit.name("bare")) else { return };
    let bytes = value.as_bytes().trim_ascii_end();
    let (start, end) = (value.start(), value.start() + bytes.len());
    let is_host = rule == "host";
    // A bare value goes on behind a backslash: that is a domain and its user, found by their own shape or here.
    if let (Some(b'\\'), "user") = (text.get(end), rule)
        && hit.name("bare").is_some()
    {
        let slashes = text[end..].iter().take(4).take_while(|byte| **byte == b'\\').count();
        let from = end + slashes;
        let length = text[from..]
            .iter()
            .take(64)
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'$'))
            .count();
        if length >= 2 && !is_common(&String::from_utf8_lossy(&text[from..from + length])) {
            found(start, end, "domain");
            found(from, from + length, "user");
        }
        return;
    }
    let end = if is_host {
        start + bytes.iter().position(|byte| matches!(byte, b':' | b'/' | b'*')).unwrap_or(bytes.len())
    } else {
        end
    };
    let name = String::from_utf8_lossy(&text[start..end]);
    let is_address = parse::<std::net::IpAddr>(name.as_bytes())
        .is_some_and(|address| !address.is_loopback() && !address.is_unspecified());
    let is_plain =
        |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | '$') || !is_host && c == ' ';
    if is_address {
        found(start, end, "address");
    } else if !is_common(&name) && name.chars().all(is_plain) && !(is_host && name.starts_with('.')) {
        found(start, end, rule);
    }
}

/// `DOMAIN\user`, unless it is part of a path or of the registry.
fn account(text: &[u8], hit: &Captures<'_>, found: &mut impl FnMut(usize, usize, &'static str)) {
    let (Some(domain), Some(user)) = (hit.name("domain"), hit.name("user")) else { return };
    let before = domain.start().checked_sub(1).map(|at| text[at]);
    let is_path = matches!(before, Some(b'\\' | b'/' | b':' | b'}' | b'%' | b'.' | b'-' | b'_'))
        || matches!(text.get(user.end()), Some(b'\\' | b'/' | b'%'));
    // Accounts of the system and of Qlik itself name nobody.
    let folded = domain.as_bytes().to_ascii_uppercase();
    let is_system = folded.starts_with(b"HK") || SYSTEM.contains(&String::from_utf8_lossy(&folded).as_ref());
    if !is_path && !is_system {
        found(domain.start(), domain.end(), "domain");
        found(user.start(), user.end(), "user");
    }
}
