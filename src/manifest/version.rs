//! Versions of the manifest's schema: which of them a program can read.

use std::fmt;
use std::str::FromStr;

/// `major.minor`. A new minor only adds fields; a new major changes or removes some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SchemaVersion {
    /// Changes when an old reader would misunderstand.
    pub major: u16,
    /// Changes when an old reader would only miss something.
    pub minor: u16,
}

/// What a program can do with a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readability {
    /// It knows everything in it.
    Full,
    /// It knows everything but what a newer minor added.
    MinorNewer,
    /// A newer program is needed.
    TooNew,
    /// An older program is needed.
    TooOld,
}

/// A text that is no schema version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a version of the form 1.0")]
pub struct NotAVersion;

impl SchemaVersion {
    /// The version that this build writes.
    pub const CURRENT: Self = Self { major: 1, minor: 5 };

    /// What a program that writes `program` can do with a manifest of this version.
    pub fn readable_by(self, program: Self) -> Readability {
        match self.major.cmp(&program.major) {
            std::cmp::Ordering::Less => Readability::TooOld,
            std::cmp::Ordering::Greater => Readability::TooNew,
            std::cmp::Ordering::Equal if self.minor > program.minor => Readability::MinorNewer,
            std::cmp::Ordering::Equal => Readability::Full,
        }
    }
}

impl FromStr for SchemaVersion {
    type Err = NotAVersion;

    fn from_str(text: &str) -> Result<Self, NotAVersion> {
        let (major, minor) = text.split_once('.').ok_or(NotAVersion)?;
        let number = |digits: &str| {
            let is_plain = digits.bytes().all(|digit| digit.is_ascii_digit());
            if is_plain { digits.parse().map_err(|_| NotAVersion) } else { Err(NotAVersion) }
        };
        Ok(Self { major: number(major)?, minor: number(minor)? })
    }
}

impl fmt::Display for SchemaVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_parse_and_show() {
        assert_eq!(SchemaVersion::CURRENT.to_string(), super::super::SCHEMA);
        for wrong in ["", "1", "1.", ".1", "1.0.0", "a.b", "+1.0", "1.-0", "1.70000", " 1.0"] {
            assert_eq!(wrong.parse::<SchemaVersion>(), Err(NotAVersion), "{wrong:?}");
        }
    }

    #[test]
    fn a_reader_knows_what_it_can_read() {
        let program: SchemaVersion = "2.3".parse().unwrap();
        for (version, wanted) in [
            ("2.3", Readability::Full),
            ("2.0", Readability::Full),
            ("2.4", Readability::MinorNewer),
            ("3.0", Readability::TooNew),
            ("1.9", Readability::TooOld),
        ] {
            let version: SchemaVersion = version.parse().unwrap();
            assert_eq!(version.readable_by(program), wanted, "{version}");
        }
    }
}
