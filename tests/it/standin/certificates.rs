//! The certificates of the stand-in: a root of its own, what that issued, and what it did not. Written as Qlik exports them.
//!
//! Sources: stefanwalther/qrs, issue 17 (2017), prints the first bytes of real files: `-----BEGIN RSA PRIVATE KEY`, lines that end
//! with CR LF; ptarmiganlabs/butler-sos, issue 178 (2021): the host's full name is the alternative name; issues 21 of the first and
//! 14 of rvspt/QlikSenseGovernance (2018, 2020): Node.js calls the purpose of a real site's certificate unsupported.

use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose, PKCS_RSA_SHA256, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// RSA as Qlik's keys are, which `ring` cannot make; it protects nothing.
const CLIENT_KEY: &str = include_str!("../../samples/qrs/rsa_for_tests.pkcs8");

/// Bytes in front of the PKCS#1 key in a PKCS#8 key of RSA with 2048 bits.
const PKCS8_HEAD: usize = 26;

/// Which certificate the server shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServerCertificate {
    /// Of the root, for the host name, `localhost` and 127.0.0.1.
    Good,
    /// As the good one, but its time is over.
    Expired,
    /// Of a root that no client trusts.
    Foreign,
    /// Of the root, but for another host.
    OtherHost,
    /// Names the host in the subject only, as certificates of old installations do.
    SubjectOnly,
    /// Of the root, but may only be shown by clients: some clients say of real sites that the purpose is a wrong one.
    OtherPurpose,
}

/// A root and what it may issue.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    pub(super) der: CertificateDer<'static>,
}

/// A certificate with its key.
pub(super) struct Identity {
    pem: String,
    key: KeyPair,
    der: CertificateDer<'static>,
}

impl Authority {
    /// Qlik names its root after the central node.
    pub(super) fn new(host: &str) -> Self {
        let mut params = CertificateParams::new(Vec::<String>::new()).expect("no names are right names");
        params.distinguished_name.push(DnType::CommonName, format!("{host}-CA"));
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.custom_extensions = vec![mark()];
        let key = KeyPair::generate().expect("the system has random numbers");
        let certificate = params.self_signed(&key).expect("the parameters are right");
        let (pem, der) = (certificate.pem(), certificate.der().clone());
        Self { issuer: Issuer::new(params, key), pem, der }
    }

    /// What the server shows, for the given names; the first is that of the subject.
    pub(super) fn server(&self, kind: ServerCertificate, host: &str) -> Identity {
        let names: &[&str] = match kind {
            ServerCertificate::SubjectOnly => &[],
            ServerCertificate::OtherHost => &["other.domain.local"],
            _ => &[host, "localhost", "127.0.0.1"],
        };
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let subject = if kind == ServerCertificate::OtherHost { "other.domain.local" } else { host };
        let key = KeyPair::generate().expect("the system has random numbers");
        let usage = match kind {
            ServerCertificate::OtherPurpose => ExtendedKeyUsagePurpose::ClientAuth,
            _ => ExtendedKeyUsagePurpose::ServerAuth,
        };
        let params = leaf(subject, names, usage, kind == ServerCertificate::Expired);
        self.issue(&params, key)
    }

    /// What a client shows.
    pub(super) fn client(&self, expired: bool) -> Identity {
        let key =
            KeyPair::from_pkcs8_pem_and_sign_algo(CLIENT_KEY, &PKCS_RSA_SHA256).expect("the key is right");
        self.issue(&leaf("QlikClient", Vec::new(), ExtendedKeyUsagePurpose::ClientAuth, expired), key)
    }

    fn issue(&self, params: &CertificateParams, key: KeyPair) -> Identity {
        let certificate = params.signed_by(&key, &self.issuer).expect("the parameters are right");
        Identity { pem: certificate.pem(), der: certificate.der().clone(), key }
    }
}

/// What stands in a certificate that issues no others.
fn leaf(
    subject: &str,
    names: Vec<String>,
    usage: ExtendedKeyUsagePurpose,
    expired: bool,
) -> CertificateParams {
    let mut params = CertificateParams::new(names).expect("the names are right");
    params.distinguished_name.push(DnType::CommonName, subject);
    params.extended_key_usages = vec![usage];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
    params.custom_extensions = vec![mark()];
    // Strict clients ask for it.
    params.use_authority_key_identifier_extension = true;
    if expired {
        (params.not_before, params.not_after) = (date_time_ymd(2010, 1, 1), date_time_ymd(2020, 1, 1));
    }
    params
}

impl Identity {
    /// For the TLS library.
    pub(super) fn for_tls(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let key = PrivatePkcs8KeyDer::from(self.key.serialize_der());
        (vec![self.der.clone()], PrivateKeyDer::Pkcs8(key))
    }
}

/// All of Qlik's certificates carry this extension; it is how Qlik finds its own.
fn mark() -> CustomExtension {
    // A program that makes a client's certificate for Qlik writes this word, without a type before it.
    CustomExtension::from_oid_content(&[1, 3, 6, 1, 5, 5, 7, 13, 3], b"Client".to_vec())
}

/// How a folder names the keys in it.
#[derive(Clone, Copy)]
enum KeyForm {
    /// `RSA PRIVATE KEY`, as Qlik writes it.
    Pkcs1,
    /// `PRIVATE KEY`, as other programs convert it.
    Pkcs8,
}

/// Writes the folders: Qlik's own export, and those in which one thing is wrong each.
pub(super) fn write(folder: &Path, site: &Authority, foreign: &Authority, server: &Identity) {
    let (client, expired, stranger) = (site.client(false), site.client(true), foreign.client(false));
    folder_of(folder, &site.pem, &client, KeyForm::Pkcs1);
    file(folder, "server.pem", &server.pem);
    file(folder, "server_key.pem", &server.key.serialize_pem());
    folder_of(&folder.join("pkcs8"), &site.pem, &client, KeyForm::Pkcs8);
    folder_of(&folder.join("expired"), &site.pem, &expired, KeyForm::Pkcs1);
    folder_of(&folder.join("foreign"), &site.pem, &stranger, KeyForm::Pkcs1);
    folder_of(&folder.join("other-root"), &foreign.pem, &client, KeyForm::Pkcs1);
}

fn folder_of(folder: &Path, root: &str, client: &Identity, form: KeyForm) {
    std::fs::create_dir_all(folder).expect("a temporary folder is writable");
    file(folder, "root.pem", root);
    file(folder, "client.pem", &client.pem);
    let der = client.key.serialize_der();
    let key = match form {
        KeyForm::Pkcs1 => pem("RSA PRIVATE KEY", &der[PKCS8_HEAD..]),
        KeyForm::Pkcs8 => pem("PRIVATE KEY", &der),
    };
    file(folder, "client_key.pem", &key);
}

/// Qlik ends lines as Windows does.
fn file(folder: &Path, name: &str, text: &str) {
    let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
    std::fs::write(folder.join(name), text).expect("a temporary folder is writable");
}

fn pem(label: &str, der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let mut lines: Vec<&str> = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let (line, more) = rest.split_at(rest.len().min(64));
        lines.push(line);
        rest = more;
    }
    format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"))
}
