//! The ways in which a value is written elsewhere: escaped for JSON, XML and URLs, and in base64, alone or inside something longer.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD as BASE64;

/// Shortest part of base64 that is searched for; a shorter one stands in other base64 by chance.
const SHORTEST_BASE64: usize = 9;

/// All forms of a value, itself among them.
pub(super) fn of(value: &[u8]) -> BTreeSet<Vec<u8>> {
    let json = escape(value, |byte| matches!(byte, b'"' | b'\\').then(|| format!("\\{}", byte as char)));
    let twice = escape(&json, |byte| matches!(byte, b'"' | b'\\').then(|| format!("\\{}", byte as char)));
    let doubled = escape(value, |byte| matches!(byte, b'\'' | b'"').then(|| format!("{0}{0}", byte as char)));
    let xml = escape(value, |byte| {
        let name = match byte {
            b'&' => "amp",
            b'<' => "lt",
            b'>' => "gt",
            b'"' => "quot",
            b'\'' => "apos",
            _ => return None,
        };
        Some(format!("&{name};"))
    });
    let is_reserved = |byte: u8| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'.' | b'_' | b'~');
    let url = escape(value, |byte| is_reserved(byte).then(|| format!("%{byte:02X}")));
    let url_lower = escape(value, |byte| is_reserved(byte).then(|| format!("%{byte:02x}")));
    let form = escape(value, |byte| match byte {
        b' ' => Some("+".into()),
        _ => is_reserved(byte).then(|| format!("%{byte:02X}")),
    });
    let mut forms = BTreeSet::from([value.to_vec(), json, twice, doubled, xml, url, url_lower, form]);
    forms.extend(base64(value));
    if let Ok(text) = std::str::from_utf8(value) {
        let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        forms.extend(base64(&wide));
    }
    forms
}

fn escape(value: &[u8], map: impl Fn(u8) -> Option<String>) -> Vec<u8> {
    value.iter().flat_map(|byte| map(*byte).map_or_else(|| vec![*byte], String::into_bytes)).collect()
}

/// What base64 of anything that holds the value has in common, for each of the three places where it may begin.
fn base64(value: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..3).filter_map(|before| {
        let padded = [&[0; 2][..before], value].concat();
        let text = BASE64.encode(&padded).into_bytes();
        // Characters that hold bits of a neighbor are left out.
        let from = (before * 8).div_ceil(6);
        let to = padded.len() * 8 / 6;
        (to - from >= SHORTEST_BASE64).then(|| text[from..to].to_vec())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_known_wherever_the_value_begins_in_it() {
        let value = b"Umber44!Trellis";
        let forms = of(value);
        for before in ["", "u", "us", "usr", "etl:"] {
            for after in ["", "x", "yz"] {
                let text = BASE64.encode([before.as_bytes(), value, after.as_bytes()].concat());
                let is_known = forms.iter().any(|form| memchr::memmem::find(text.as_bytes(), form).is_some());
                assert!(is_known, "{before} {after}");
            }
        }
    }
}
