//! Masks: `REDACTED_<rule>_<tag>`, letters, digits and underscores only, the tag keyed so that equal secrets look equal.

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
        use sha2::{Digest, Sha256};
        Self(Sha256::digest(secret).into())
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for MaskKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MaskKey(…)")
    }
}
