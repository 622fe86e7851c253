//! What stands in place of an identity: of its own kind and shape, keyed, and of a form that no real one has, so that it is known again.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::parse;
use crate::redact::mask::MaskKey;

/// The domain part of every SID that is a stand-in.
const SID: &str = "S-1-5-21-1903442275-";

/// The first three bytes of every MAC address that is one; locally administered.
const MAC: [u8; 3] = [0x02, 0x71, 0x64];

/// Whether a text is a stand-in.
pub(in crate::redact) fn is_one(value: &[u8]) -> bool {
    let tagged = |prefix: &[u8]| {
        value.strip_prefix(prefix).is_some_and(|tag| tag.len() == 6 && tag.iter().all(u8::is_ascii_hexdigit))
    };
    let is_name = |value: &[u8]| {
        value
            .split(|byte| *byte == b'.')
            .all(|part| part.starts_with(b"host-") || part.starts_with(b"domain-"))
    };
    tagged(b"user-")
        || tagged(b"host-")
        || tagged(b"domain-")
        || value.starts_with(b"host-") && is_name(value)
        || value.ends_with(b".invalid")
        || value.starts_with(SID.as_bytes())
        || match parse::<IpAddr>(value) {
            Some(IpAddr::V4(address)) => address.octets()[0] >= 240,
            Some(IpAddr::V6(address)) => address.segments()[..2] == [0x2001, 0x0db8],
            None => value.len() == 17 && is_mac(value),
        }
}

fn is_mac(value: &[u8]) -> bool {
    value.to_ascii_lowercase().starts_with(b"02:71:64") || value.to_ascii_lowercase().starts_with(b"02-71-64")
}

/// What stands in place of an identity.
pub(in crate::redact) fn of(key: &MaskKey, rule: &str, value: &[u8]) -> String {
    let folded = fold(value);
    match (rule, parse::<IpAddr>(value)) {
        (_, Some(IpAddr::V4(address))) => four(key, address).to_string(),
        (_, Some(IpAddr::V6(address))) => six(key, address).to_string(),
        ("mac", _) => {
            let separator = if value.contains(&b'-') { "-" } else { ":" };
            let [a, b, c, ..] = key.digest(&folded);
            let bytes: Vec<String> =
                MAC.into_iter().chain([a, b, c]).map(|byte| format!("{byte:02x}")).collect();
            bytes.join(separator)
        }
        ("mail", _) => format!("{}@mail.invalid", named(key, "user", &folded)),
        ("sid", _) => sid(key, &String::from_utf8_lossy(value)),
        ("host" | "address", _) => match folded.iter().position(|byte| *byte == b'.') {
            Some(dot) => {
                format!("{}.{}", named(key, "host", &folded[..dot]), named(key, "domain", &folded[dot + 1..]))
            }
            None => named(key, "host", &folded),
        },
        (kind, _) => named(key, kind, &folded),
    }
}

/// Letter case does not count in names, also not beyond ASCII.
fn fold(value: &[u8]) -> Vec<u8> {
    std::str::from_utf8(value)
        .map_or_else(|_| value.to_ascii_lowercase(), |text| text.to_lowercase().into_bytes())
}

fn named(key: &MaskKey, kind: &str, folded: &[u8]) -> String {
    let [a, b, c, ..] = key.digest(folded);
    format!("{kind}-{a:02x}{b:02x}{c:02x}")
}

/// Each octet is exchanged for another by a rule that depends on the octets before it: what shared them still does, what differed still does.
/// 240.0.0.0/4 is reserved, so none of these addresses is a real one.
fn four(key: &MaskKey, address: Ipv4Addr) -> Ipv4Addr {
    let octets = address.octets();
    let mut exchanged = [0; 4];
    for at in 0..4 {
        let [a, b, ..] = key.digest(&[b"octet", &octets[..at]].concat());
        exchanged[at] = octets[at].wrapping_mul(a | 1).wrapping_add(b);
    }
    // The first has sixteen values only; those that follow depend on the real one.
    exchanged[0] |= 0xF0;
    exchanged.into()
}

/// The documentation prefix; addresses of one site or one /64 stay so.
fn six(key: &MaskKey, address: Ipv6Addr) -> Ipv6Addr {
    let octets = address.octets();
    let part = |what: &[u8]| {
        let digest = key.digest(&[b"six", what].concat());
        [0, 2, 4, 6].map(|at| u16::from_be_bytes([digest[at], digest[at + 1]]))
    };
    let (site, net, interface) = (part(&octets[..6])[0], part(&octets[..8])[0], part(&octets));
    Ipv6Addr::new(0x2001, 0x0db8, site, net, interface[0], interface[1], interface[2], interface[3])
}

/// Accounts of one domain stay so; the ends of well-known accounts and groups are kept.
fn sid(key: &MaskKey, value: &str) -> String {
    let parts: Vec<&str> = value.split('-').collect();
    let (domain, account) = parts.split_at(parts.len().min(7));
    let digest = key.digest(domain.join("-").as_bytes());
    let number = |at: usize| u32::from_le_bytes([digest[at], digest[at + 1], digest[at + 2], digest[at + 3]]);
    let mut text = format!("{SID}{}-{}", number(0), number(4));
    if let Some(account) = account.first() {
        let is_well_known = account.parse::<u32>().is_ok_and(|account| account < 1000);
        let digest = key.digest(value.as_bytes());
        let other = 1000 + u32::from(u16::from_le_bytes([digest[0], digest[1]])) * 16;
        text.push_str(&if is_well_known { format!("-{account}") } else { format!("-{other}") });
    }
    text
}
