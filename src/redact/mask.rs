//! Masks: `REDACTED_<rule>_<tag>`, letters, digits and underscores only, the tag keyed so that equal secrets look equal.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// What every mask starts with. It is never masked again.
pub(super) const PREFIX: &str = "REDACTED_";

/// Shorter secrets get no tag: with few possible values a tag could be compared with guesses of the one who has the key.
const SHORTEST_TAGGED: usize = 6;

/// Key of the tags of one case. Its value is never shown.
#[derive(Clone)]
pub struct MaskKey([u8; 32]);

impl MaskKey {
    /// A key from the system's random source.
    pub fn random() -> Result<Self, getrandom::Error> {
        let mut key = [0; 32];
        getrandom::fill(&mut key)?;
        Ok(Self(key))
    }

    /// A key derived from the content of a case key file, so that bundles of one case share their tags.
    pub fn from_secret(secret: &[u8]) -> Self {
        Self(Sha256::digest(secret).into())
    }

    /// The mask of a secret. The same secret has the same tag under every rule and in every escaping.
    pub(super) fn mask(&self, rule: &str, secret: &[u8]) -> String {
        let name = rule.replace('-', "_");
        let plain = unescape(secret);
        if plain.len() < SHORTEST_TAGGED || (plain.len() <= 16 && plain.iter().all(u8::is_ascii_digit)) {
            return format!("{PREFIX}{name}");
        }
        let tag = self.digest(&plain);
        format!("{PREFIX}{name}_{:02x}{:02x}{:02x}{:02x}", tag[0], tag[1], tag[2], tag[3])
    }

    /// A keyed digest.
    pub(super) fn digest(&self, value: &[u8]) -> [u8; 32] {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(value);
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for MaskKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MaskKey(…)")
    }
}

/// The secret without the escapes of JSON and XML, so that it has one tag wherever it stands.
pub(super) fn unescape(secret: &[u8]) -> Vec<u8> {
    const XML: [(&[u8], u8); 5] =
        [(b"&amp;", b'&'), (b"&lt;", b'<'), (b"&gt;", b'>'), (b"&quot;", b'"'), (b"&apos;", b'\'')];
    if memchr::memchr2(b'\\', b'&', secret).is_none() {
        return secret.to_vec();
    }
    let mut plain = Vec::with_capacity(secret.len());
    let mut rest = secret;
    while let Some((first, after)) = rest.split_first() {
        if let (b'\\', Some(next @ (b'\\' | b'"' | b'/' | b'\''))) = (*first, after.first()) {
            plain.push(*next);
            rest = &after[1..];
        } else if let Some((escape, byte)) = XML.iter().find(|(escape, _)| rest.starts_with(escape)) {
            plain.push(*byte);
            rest = &rest[escape.len()..];
        } else {
            plain.push(*first);
            rest = after;
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_secret_one_tag() {
        let key = MaskKey::from_secret(b"key");
        let tag = |secret: &[u8]| key.mask("a-rule", secret).rsplit('_').next().map(str::to_owned);
        assert_eq!(tag(br#"pa"ss\word&1"#), tag(br#"pa\"ss\\word&amp;1"#));
        assert_ne!(tag(b"password1"), tag(b"password2"));
        assert_ne!(key.mask("r", b"password1"), MaskKey::from_secret(b"other").mask("r", b"password1"));
        assert!(key.mask("a-rule", b"password1").starts_with("REDACTED_a_rule_"));
    }

    #[test]
    fn values_that_can_be_guessed_get_no_tag() {
        let key = MaskKey::from_secret(b"key");
        for secret in ["1234", "abcde", "9999000000001277"] {
            assert_eq!(key.mask("pin", secret.as_bytes()), "REDACTED_pin");
        }
        assert!(!format!("{key:?}").contains(char::is_numeric));
    }
}
