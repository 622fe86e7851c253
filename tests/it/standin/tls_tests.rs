//! Who may speak with the stand-in, and what it does when told to fail.

use std::io::ErrorKind;
use std::path::Path;
use std::time::{Duration, Instant};

use super::client::{Client, rightful};
use super::{Fault, ServerCertificate, Standin};

/// The handshake and one request: with TLS 1.3 a client learns only then that it is refused.
fn speak(site: &Standin, folder: &Path, host: &str) -> Result<u16, String> {
    let mut client = Client::open(site, folder, host).map_err(|error| error.to_string())?;
    client.send("GET", "/qrs/about", &rightful()).map(|reply| reply.status).map_err(|error| error.to_string())
}

#[test]
fn only_a_client_certificate_of_the_site_comes_in() {
    only_the_sites_own_come_in(&Standin::start(ServerCertificate::Good));
    only_the_sites_own_come_in(&Standin::with_tls_12_only(ServerCertificate::Good));
}

fn only_the_sites_own_come_in(site: &Standin) {
    let folder = site.certificates();
    for name in [site.host(), "localhost"] {
        assert_eq!(speak(site, folder, name), Ok(200), "{name}");
        assert_eq!(speak(site, &folder.join("pkcs8"), name), Ok(200), "{name}");
    }
    let refusal = |folder: &Path| speak(site, folder, site.host()).expect_err("it is refused").to_lowercase();
    assert!(
        refusal(&folder.join("expired")).contains("certificateexpired"),
        "{}",
        refusal(&folder.join("expired"))
    );
    assert!(refusal(&folder.join("foreign")).contains("unknownca"), "{}", refusal(&folder.join("foreign")));
    let without = tempfile::TempDir::new().expect("temporary folder");
    std::fs::copy(folder.join("root.pem"), without.path().join("root.pem")).expect("writable");
    assert!(refusal(without.path()).contains("certificaterequired"), "{}", refusal(without.path()));
    assert_eq!((site.seen().len(), site.connections()), (4, 7), "the refused ones asked nothing");
}

#[test]
fn a_client_can_tell_a_wrong_server() {
    for (kind, word) in [
        (ServerCertificate::Expired, "expired"),
        (ServerCertificate::Foreign, "unknownissuer"),
        (ServerCertificate::OtherHost, "not valid for name"),
        (ServerCertificate::SubjectOnly, "not valid for"),
        (ServerCertificate::OtherPurpose, "extended key usage"),
    ] {
        let site = Standin::start(kind);
        let refusal = speak(&site, site.certificates(), site.host()).expect_err("no right client goes on");
        assert!(refusal.to_lowercase().contains(word), "{kind:?}: {refusal}");
        assert!(site.seen().is_empty());
    }
    let site = Standin::start(ServerCertificate::Good);
    assert!(speak(&site, site.certificates(), "qlikserver9.domain.local").is_err(), "another name");
    assert!(speak(&site, &site.certificates().join("other-root"), site.host()).is_err(), "another root");
}

#[test]
fn the_certificates_lie_as_qlik_exports_them() {
    let site = Standin::start(ServerCertificate::Good);
    let read = |name: &str| std::fs::read_to_string(site.certificates().join(name)).expect("it is there");
    assert!(read("client_key.pem").starts_with("-----BEGIN RSA PRIVATE KEY-----\r\n"));
    assert!(read("pkcs8/client_key.pem").starts_with("-----BEGIN PRIVATE KEY-----\r\n"));
    for name in ["client.pem", "root.pem", "server.pem"] {
        assert!(read(name).starts_with("-----BEGIN CERTIFICATE-----\r\n"), "{name}");
    }
    let (_, pem) = x509_parser::pem::parse_x509_pem(read("client.pem").as_bytes()).expect("it is PEM");
    let certificate = pem.parse_x509().expect("it is a certificate");
    assert_eq!(certificate.subject().to_string(), "CN=QlikClient");
    assert_eq!(certificate.issuer().to_string(), "CN=qlikserver1.domain.local-CA");
    assert!(certificate.extensions().iter().any(|one| one.oid.to_id_string() == "1.3.6.1.5.5.7.13.3"));
}

#[test]
fn answers_go_wrong_on_demand() {
    let site = Standin::start(ServerCertificate::Good);
    let right = Client::of(&site).get("/qrs/app/full");
    let ask = |fault: Fault| {
        site.fault("/QRS/app", fault);
        Client::of(&site).get("/qrs/app/full")
    };
    assert_eq!(ask(Fault::RefuseUser).text(), "Forbidden");
    assert!(ask(Fault::RefuseKey).text().starts_with("XSRF"));
    assert_eq!(ask(Fault::Status(500)).status, 500);
    let away = ask(Fault::Redirect("https://elsewhere.example.com/".to_owned()));
    assert_eq!((away.status, away.header("Location")), (302, Some("https://elsewhere.example.com/")));
    assert!(ask(Fault::LoginPage).header("Content-Type").is_some_and(|kind| kind.starts_with("text/html")));
    let cut = ask(Fault::DiesMidway);
    assert!(!cut.complete && cut.body.len() < right.body.len() && !cut.body.is_empty(), "{}", cut.body.len());
    let short = ask(Fault::TooShort(10));
    assert_eq!((short.complete, short.body.len()), (false, right.body.len()));
    let long = ask(Fault::TooLong(10));
    assert_eq!((long.complete, long.body.len()), (true, right.body.len() - 10));
    let endless = ask(Fault::Endless);
    assert!(!endless.complete && endless.body.len() >= 4 * 1024 * 1024, "{}", endless.body.len());
    let large = ask(Fault::Large(3_000_000));
    assert!(large.complete && large.body.len() == 3_000_000 && large.body.starts_with(&right.body));
    assert_eq!(ask(Fault::None).body, right.body);
    site.fault("", Fault::CloseAtAccept);
    let error = Client::open(&site, site.certificates(), site.host()).err().expect("nobody comes in");
    assert!(matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset), "{error:?}");
}

#[test]
fn a_slow_server_ends_at_once_all_the_same() {
    let site = Standin::start(ServerCertificate::Good);
    let start = Instant::now();
    site.fault("", Fault::Slow(Duration::from_millis(300)));
    assert_eq!(Client::of(&site).get("/qrs/about").status, 200);
    assert!(start.elapsed() >= Duration::from_millis(300));
    let start = Instant::now();
    site.fault("/qrs/about", Fault::Drip(Duration::from_millis(1)));
    assert_eq!(Client::of(&site).get("/qrs/about").json()["nodeType"], 1);
    assert!(start.elapsed() >= Duration::from_millis(300), "it has more bytes than that");
    site.fault("/qrs/about", Fault::Slow(Duration::from_hours(1)));
    let mut client = Client::of(&site);
    let asked = std::thread::spawn(move || client.send("GET", "/qrs/about", &rightful()).is_err());
    std::thread::sleep(Duration::from_millis(100));
    let start = Instant::now();
    drop(site);
    assert!(start.elapsed() < Duration::from_secs(20), "it does not wait for its own answer");
    assert!(asked.join().expect("no panic"), "the connection is cut");
}
