//! Certificates as facts: subject, issuer, dates, thumbprint, kind of key. Key bytes are never read into a document.

use base64::Engine as _;
use serde_json::{Value as Json, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::Files;

/// Largest file that is looked into.
const LARGEST: u64 = 1024 * 1024;

/// Where certificates of products and of the system stand on Linux.
const FOLDERS: [&str; 5] = [
    "/etc/ssl/certs/*.pem",
    "/etc/ssl/*.pem",
    "/etc/pki/tls/certs/*.crt",
    "/opt/*/etc/*.crt",
    "/opt/*/certs/*.pem",
];

/// All certificates in the usual places, by path.
#[cfg_attr(windows, expect(dead_code, reason = "Windows has stores of its own"))]
pub(super) fn document(files: &Files) -> Json {
    let mut list = Vec::new();
    for found in FOLDERS.iter().flat_map(|folder| files.find(folder)) {
        // Links lead to files that are found by themselves, or belong to the system's own list.
        let Ok(bytes) = files.read_small(&found.path, LARGEST) else { continue };
        for mut facts in facts(&bytes) {
            facts["path"] = found.path.as_str().into();
            list.push(facts);
        }
    }
    Json::Array(list)
}

/// Facts about each certificate in a file, PEM or DER.
pub(super) fn facts(bytes: &[u8]) -> Vec<Json> {
    const BEGIN: &str = "-----BEGIN CERTIFICATE-----";
    let text = String::from_utf8_lossy(bytes);
    if !text.contains(BEGIN) {
        return certificate(bytes).into_iter().collect();
    }
    let blocks = text.split(BEGIN).skip(1).filter_map(|rest| rest.split("-----END").next());
    let decode = |block: &str| {
        let compact: String = block.split_whitespace().collect();
        base64::engine::general_purpose::STANDARD.decode(compact).ok()
    };
    blocks.filter_map(decode).filter_map(|der| certificate(&der)).collect()
}

/// Qlik Sense marks its certificates with this extension (public PowerShell tools for Qlik Sense).
const QLIK: &str = "1.3.6.1.5.5.7.13.3";

/// Facts about one certificate.
pub(super) fn certificate(der: &[u8]) -> Option<Json> {
    let (_, certificate) = X509Certificate::from_der(der).ok()?;
    let time = |time: x509_parser::time::ASN1Time| {
        chrono::DateTime::from_timestamp(time.timestamp(), 0).map(|time| time.to_rfc3339())
    };
    let names = certificate.subject_alternative_name().ok().flatten().map(|names| {
        let name = |name: &GeneralName<'_>| match name {
            GeneralName::DNSName(name) => Some((*name).to_owned()),
            _ => None,
        };
        names.value.general_names.iter().filter_map(name).collect::<Vec<_>>()
    });
    Some(json!({
        "subject": certificate.subject().to_string(),
        "issuer": certificate.issuer().to_string(),
        "not_before": time(certificate.validity().not_before),
        "not_after": time(certificate.validity().not_after),
        "serial": certificate.raw_serial_as_string(),
        // Windows and the logs of Qlik products name a certificate by its SHA-1.
        "thumbprint": hex(&Sha1::digest(der)),
        "thumbprint_sha256": hex(&Sha256::digest(der)),
        "names": names.unwrap_or_default(),
        "key_algorithm": certificate.public_key().algorithm.algorithm.to_id_string(),
        "key_bits": certificate.public_key().parsed().ok().map(|key| key.key_size()),
        "is_authority": certificate.is_ca(),
        "made_by_qlik": certificate.extensions().iter().any(|extension| extension.oid.to_id_string() == QLIK),
    }))
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
