//! The certificates with which a service of the site knows its own: client certificate, its key, and the root that both sides trust.
//! The key stands in memory that is wiped, and is never shown.

use std::fmt;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use chrono::{DateTime, Utc};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{
    CertificateDer, PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer,
};
use rustls::sign::CertifiedKey;
use x509_parser::prelude::{FromDer, X509Certificate};
use zeroize::{Zeroize, Zeroizing};

use crate::error::io_reason;
use crate::host::{Files, HostPath, Miss};

/// Largest file that is read.
const LARGEST: u64 = 256 * 1024;

/// Where the certificates stand.
pub(super) enum Place<'a> {
    /// A folder of the host.
    OfHost(&'a Files, HostPath),
    /// A folder that the user named.
    Named(PathBuf),
}

impl Place<'_> {
    fn folder(&self) -> String {
        match self {
            Self::OfHost(_, folder) => folder.to_string(),
            Self::Named(folder) => folder.display().to_string(),
        }
    }

    /// A whole file, read into memory that is wiped.
    fn read(&self, name: &str) -> io::Result<Zeroizing<Vec<u8>>> {
        match self {
            Self::OfHost(files, folder) => {
                let file = files.open(&folder.join(name))?;
                let bytes = file.stat.bytes;
                whole(file, bytes)
            }
            Self::Named(folder) => named(&folder.join(name)),
        }
    }
}

#[expect(clippy::disallowed_types, reason = "the user named the folder, on the machine that he sits at")]
fn named(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = std::fs::File::open(path)?;
    let bytes = file.metadata()?.len();
    whole(file, bytes)
}

fn whole(file: impl Read, bytes: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    if bytes > LARGEST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is too large for a certificate"));
    }
    // All the room at once: a buffer that grows leaves copies behind, which nobody wipes.
    let room = usize::try_from(LARGEST).unwrap_or(usize::MAX).saturating_add(1);
    let mut content = Zeroizing::new(Vec::with_capacity(room));
    file.take(LARGEST).read_to_end(&mut content)?;
    Ok(content)
}

/// What was read of them.
pub(super) struct Certificates {
    pub(super) client: CertifiedKey,
    pub(super) root: Vec<CertificateDer<'static>>,
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificates, with a key that is not shown")
    }
}

/// Reads `client.pem`, `client_key.pem` and `root.pem`.
pub(super) fn read(place: &Place<'_>, now: DateTime<Utc>) -> Result<Certificates, Miss> {
    let folder = place.folder();
    let file = |name: &str| place.read(name).map_err(|error| missed(&folder, name, &error));
    let client = chain(&file("client.pem")?, "client.pem")?;
    let root = chain(&file("root.pem")?, "root.pem")?;
    let key = signing_key(&file("client_key.pem")?)?;
    for (certificates, name) in [(&client, "client.pem"), (&root, "root.pem")] {
        in_time(certificates, name, now)?;
    }
    let client = CertifiedKey::new(client, key);
    match client.keys_match() {
        Err(rustls::Error::InconsistentKeys(rustls::InconsistentKeys::KeyMismatch)) => {
            Err(Miss::Failed("client.pem and client_key.pem do not belong together".into()))
        }
        _ => Ok(Certificates { client, root }),
    }
}

fn missed(folder: &str, name: &str, error: &io::Error) -> Miss {
    match error.kind() {
        io::ErrorKind::NotFound => Miss::Missing(format!(
            "no certificate {name} in {folder}; export the certificates in PEM format, or name their folder with --qrs-certificates"
        )),
        io::ErrorKind::PermissionDenied => Miss::Denied(format!(
            "this account may not read {name} in {folder}; run as the account of the Qlik services or as an administrator"
        )),
        _ => Miss::Failed(format!("{name} in {folder} cannot be read: {}", io_reason(error))),
    }
}

fn chain(pem: &[u8], name: &str) -> Result<Vec<CertificateDer<'static>>, Miss> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    // What is wrong with it is not quoted: it may be the key that stands there.
    chain
        .ok()
        .filter(|chain| !chain.is_empty())
        .ok_or_else(|| Miss::Failed(format!("{name} holds no certificate in PEM format")))
}

fn in_time(chain: &[CertificateDer<'_>], name: &str, now: DateTime<Utc>) -> Result<(), Miss> {
    let Some(first) = chain.first() else { return Ok(()) };
    let (_, parsed) = X509Certificate::from_der(first)
        .map_err(|_| Miss::Failed(format!("{name} holds a certificate that cannot be read")))?;
    let time = |seconds| DateTime::<Utc>::from_timestamp(seconds, 0).unwrap_or_default();
    let (from, to) =
        (time(parsed.validity().not_before.timestamp()), time(parsed.validity().not_after.timestamp()));
    let day = |time: DateTime<Utc>| time.format("%Y-%m-%d");
    if now > to {
        return Err(Miss::Failed(format!("the certificate {name} expired on {}", day(to))));
    }
    if now < from {
        return Err(Miss::Failed(format!("the certificate {name} is not valid before {}", day(from))));
    }
    Ok(())
}

/// Labels of keys, and what stands under them.
const KEYS: [(&str, KeyForm); 3] = [
    ("PRIVATE KEY", |der| PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(der))),
    ("RSA PRIVATE KEY", |der| PrivateKeyDer::Pkcs1(PrivatePkcs1KeyDer::from(der))),
    ("EC PRIVATE KEY", |der| PrivateKeyDer::Sec1(PrivateSec1KeyDer::from(der))),
];

type KeyForm = fn(&[u8]) -> PrivateKeyDer<'_>;

/// The key of a PEM file. Every copy that is made on the way is wiped.
fn signing_key(pem: &[u8]) -> Result<std::sync::Arc<dyn rustls::sign::SigningKey>, Miss> {
    let text = std::str::from_utf8(pem).unwrap_or_default();
    if text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || text.contains("Proc-Type: 4,ENCRYPTED") {
        return Err(Miss::Failed(
            "client_key.pem is protected by a password; export the certificates without one".into(),
        ));
    }
    let refused = || Miss::Failed("client_key.pem holds no key that can be used".into());
    let block = |label: &str| {
        let (_, rest) = text.split_once(&format!("-----BEGIN {label}-----"))?;
        rest.split_once(&format!("-----END {label}-----")).map(|(block, _)| block)
    };
    let (block, form) =
        KEYS.iter().find_map(|(label, form)| Some((block(label)?, form))).ok_or_else(refused)?;
    let mut compact = Zeroizing::new(Vec::with_capacity(block.len()));
    compact.extend(block.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    let mut der = Zeroizing::new(vec![0; compact.len()]);
    let engine = base64::engine::general_purpose::STANDARD;
    let length = engine.decode_slice(&*compact, der.as_mut_slice()).map_err(|_| refused())?;
    compact.zeroize();
    let key = der.get(..length).ok_or_else(refused)?;
    rustls::crypto::ring::sign::any_supported_type(&form(key)).map_err(|_| refused())
}
