//! What of a document of the site is masked by the name it stands under, whatever it looks like.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Read;

use super::Endpoint;
use super::endpoint::Masked;
use super::json::Tidy;
use crate::redact::{Privacy, Redaction};

/// How lines of a license text begin that hold no more than kinds, counts and dates.
const OPEN: [&str; 15] = [
    "ALLOTMENT",
    "ANALYZER",
    "ANALYZER_TIME",
    "ATTRIBUTE",
    "CORE",
    "ISBLACKLISTED",
    "OVERAGE",
    "PRODUCTLEVEL",
    "PROFESSIONAL",
    "PURPOSE",
    "QDS_NODES",
    "QV_NODES",
    "TIMELIMIT",
    "TOKENS",
    "VALID",
];

/// Masks fields of documents, and counts the masks.
pub struct Fields<'a> {
    redaction: &'a Redaction,
    masked: Masked,
    show_serial: bool,
    counts: RefCell<BTreeMap<String, u64>>,
}

impl<'a> Fields<'a> {
    /// For one document.
    pub fn new(redaction: &'a Redaction, endpoint: Endpoint, show_serial: bool) -> Self {
        Self { redaction, masked: endpoint.masked(), show_serial, counts: RefCell::default() }
    }

    /// The document line by line, with those fields masked. What is no JSON goes through as it is.
    pub fn clear<'r, R: Read + 'r>(&'r self, source: R) -> Tidy<'r, R> {
        Tidy::new(source, Box::new(move |name, value| self.replace(name, value)))
    }

    /// Masks so far, by rule.
    pub fn into_counts(self) -> BTreeMap<String, u64> {
        self.counts.into_inner()
    }

    /// What stands in place of a value, if not itself.
    fn replace(&self, name: &str, value: &str) -> Option<String> {
        let is = |names: &[&str]| names.iter().any(|known| known.eq_ignore_ascii_case(name));
        if value.is_empty() || self.redaction.privacy == Privacy::Nothing {
            return None;
        }
        let names_are_masked = self.redaction.privacy == Privacy::Identities;
        match self.masked {
            Masked::Names if names_are_masked && is(&["name", "description"]) => {
                Some(self.mask("app-name", value, false))
            }
            Masked::Passwords if is(&["password", "oidcclientsecret", "magiclinkhosturi"]) => {
                Some(self.mask("keyed-secret", value, true))
            }
            Masked::License if is(&["lef", "keydetails"]) => Some(self.license_text(value)),
            Masked::License if is(&["key", "control"]) => Some(self.mask("license-key", value, true)),
            // In groups, so that it is not taken for a number that was overlooked.
            Masked::License if is(&["serial"]) && self.show_serial => Some(grouped(value)),
            Masked::License if is(&["serial"]) => Some(self.mask("license-serial", value, true)),
            Masked::License if is(&["name", "organization"]) && !self.show_serial => {
                Some(self.mask("license-owner", value, false))
            }
            _ => None,
        }
    }

    /// The lines of a license text that tell what it allows until when; number and checksum are masked.
    fn license_text(&self, text: &str) -> String {
        let line = |line: &str| {
            let word = line.split([';', ':', ' ']).next().unwrap_or_default();
            let is_open =
                OPEN.iter().any(|open| open.eq_ignore_ascii_case(word)) && line.contains([';', ':']);
            if is_open || line.trim().is_empty() {
                line.to_owned()
            } else {
                self.mask("license-text", line.trim(), false)
            }
        };
        text.split('\n').map(|one| line(one.trim_end_matches('\r'))).collect::<Vec<_>>().join("\n")
    }

    fn mask(&self, rule: &str, value: &str, is_secret: bool) -> String {
        *self.counts.borrow_mut().entry(rule.to_owned()).or_default() += 1;
        self.redaction.mask_field(rule, value, is_secret)
    }
}

/// Four signs each.
fn grouped(value: &str) -> String {
    let signs: Vec<char> = value.chars().collect();
    signs.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::MaskKey;

    fn cleared(endpoint: Endpoint, (privacy, show_serial): (Privacy, bool), text: &str) -> String {
        let redaction =
            Redaction::new(MaskKey::from_secret(b"a key for tests"), privacy).expect("rules load");
        let fields = Fields::new(&redaction, endpoint, show_serial);
        std::io::read_to_string(fields.clear(text.as_bytes())).expect("memory reads")
    }

    #[test]
    fn a_license_keeps_what_it_allows_and_loses_its_number_and_owner() {
        let text = r#"{"lef":"1234567890123456\r\nPRODUCTLEVEL;50;;2027-01-31\r\nABCD-1234","keyDetails":"License Number: 1234 5678 9012 3456\nValid To: 2027-01-31\n","serial":"1234567890123456","key":"eyJ","name":"Acme","organization":"Acme Org","isExpired":false,"product":2}"#;
        let hidden = cleared(Endpoint::License, (Privacy::Secrets, false), text);
        for gone in ["1234567890123456", "1234 5678", "ABCD-1234", "Acme", "eyJ"] {
            assert!(!hidden.contains(gone), "{gone} in {hidden}");
        }
        assert!(
            hidden.contains("PRODUCTLEVEL;50;;2027-01-31")
                && hidden.contains("Valid To: 2027-01-31")
                && hidden.contains("\"isExpired\": false"),
            "{hidden}"
        );
        let shown = cleared(Endpoint::License, (Privacy::Secrets, true), text);
        assert!(shown.contains("1234-5678-9012-3456") && shown.contains("Acme Org"), "{shown}");
        assert!(!shown.contains("1234567890123456") && !shown.contains("eyJ"), "{shown}");
    }

    #[test]
    fn names_of_apps_are_masked_with_identities_only() {
        let text = r#"[{"id":"a","name":"Board report","fileSize":3}]"#;
        assert!(cleared(Endpoint::Apps, (Privacy::Secrets, false), text).contains("Board report"));
        let masked = cleared(Endpoint::Apps, (Privacy::Identities, false), text);
        assert!(!masked.contains("Board") && masked.contains("\"fileSize\": 3"), "{masked}");
    }

    #[test]
    fn passwords_of_connections_are_masked_whatever_they_look_like() {
        for password in ["Password123!", "%%password%2%%password123!%1", "null", "${x}", "****"] {
            let text = format!("[{{\"username\":\"qlogs\",\"Password\":\"{password}\",\"password\":\"\"}}]");
            let masked = cleared(Endpoint::DataConnections, (Privacy::Secrets, false), &text);
            assert!(masked.contains("REDACTED_keyed_secret"), "{masked}");
            assert!(!masked.contains(&format!("\"{password}\"")) && masked.contains("qlogs"), "{masked}");
        }
    }
}
