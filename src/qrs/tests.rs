//! The site as it is opened: its name, its certificates, its user, its time.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use super::certificates::{self, Place};
use super::*;
use crate::host::{Clock, Host, Miss};

/// Writes the three files; the key may belong to another certificate, and the time may be over.
fn lay(folder: &Path, (is_own_key, is_over): (bool, bool)) -> String {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    if is_over {
        (params.not_before, params.not_after) = (date_time_ymd(2010, 1, 1), date_time_ymd(2020, 1, 2));
    }
    let pem = params.self_signed(&key).unwrap().pem();
    let key = if is_own_key { key } else { KeyPair::generate().unwrap() };
    fs::write(folder.join("client.pem"), &pem).unwrap();
    fs::write(folder.join("root.pem"), &pem).unwrap();
    fs::write(folder.join("client_key.pem"), key.serialize_pem()).unwrap();
    key.serialize_pem()
}

fn read(folder: &Path) -> Result<certificates::Certificates, Miss> {
    certificates::read(&Place::Named(folder.to_owned()), Clock::live().utc())
}

fn failure(folder: &Path) -> String {
    match read(folder) {
        Err(Miss::Failed(why) | Miss::Missing(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_key_is_read_and_never_shown() {
    let folder = tempfile::tempdir().unwrap();
    let pem = lay(folder.path(), (true, false));
    let read = read(folder.path()).unwrap();
    let shown = format!("{read:?} {read:#?}");
    assert!(pem.lines().all(|line| !shown.contains(line)), "{shown}");
    let config = tls::config(read).unwrap();
    let shown = format!("{config:?} {:?}", tls::Encrypt(config.clone()));
    assert!(pem.lines().filter(|line| line.len() > 20).all(|line| !shown.contains(line)), "{shown}");
}

#[test]
fn what_is_wrong_with_the_files_is_told_without_their_content() {
    let folder = tempfile::tempdir().unwrap();
    assert!(failure(folder.path()).contains("no certificate client.pem"));
    lay(folder.path(), (false, false));
    assert!(failure(folder.path()).contains("do not belong together"));
    lay(folder.path(), (true, true));
    assert!(failure(folder.path()).contains("expired on 2020-01-02"));
    let pem = lay(folder.path(), (true, false));
    fs::write(folder.path().join("client.pem"), &pem).unwrap();
    assert_eq!(failure(folder.path()), "client.pem holds no certificate in PEM format");
    lay(folder.path(), (true, false));
    fs::write(folder.path().join("client_key.pem"), vec![b'-'; 300_000]).unwrap();
    assert!(failure(folder.path()).contains("too large"));
}

/// A Windows host whose `host.cfg` holds this.
fn host(folder: &Path, node: &str) -> Host {
    let data = folder.join("root/C/ProgramData/Qlik/Sense");
    fs::create_dir_all(&data).unwrap();
    let text = "os = \"windows\"\nname = \"h\"\nclock = \"2026-01-02T03:04:05Z\"\n[variables]\nProgramData = 'C:\\ProgramData'\n";
    fs::write(folder.join("host.toml"), text).unwrap();
    fs::write(data.join("host.cfg"), node).unwrap();
    Host::rooted(folder).unwrap()
}

fn refusal(host: &Host, settings: Settings) -> String {
    match Site::new(host, settings).ask(Endpoint::About, None) {
        Err(miss) => miss.to_string(),
        Ok(answer) => panic!("{answer:?}"),
    }
}

#[test]
fn the_name_of_the_node_is_read_and_looked_at_before_anything_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    // 192.0.2.7, localhost, and what is no name.
    let of_other = refusal(&host(folder.path(), "MTkyLjAuMi43\r\n"), Settings::default());
    assert!(of_other.contains("192.0.2.7") && of_other.contains("no address of this machine"), "{of_other}");
    let of_this = refusal(&host(folder.path(), "bG9jYWxob3N0"), Settings::default());
    assert!(of_this.contains(r"C:\ProgramData\Qlik\Sense\Repository\Exported Certificates"), "{of_this}");
    for wrong in ["", "%%%", "YSBiL2M="] {
        let refused = refusal(&host(folder.path(), wrong), Settings::default());
        assert!(refused.contains("--qrs-host"), "{refused}");
    }
}

#[test]
fn no_question_is_asked_when_the_time_is_over() {
    let folder = tempfile::tempdir().unwrap();
    let host = host(folder.path(), "bG9jYWxob3N0");
    let late = Site::new(&host, Settings::default()).ask(Endpoint::About, Some(Duration::ZERO));
    assert!(matches!(late, Err(Miss::TimedOut(_))), "{late:?}");
}

#[test]
fn users_are_written_as_directory_and_name() {
    assert_eq!(User::parse(r"INTERNAL\sa_api").unwrap(), User::default());
    for wrong in ["sa_api", r"\sa_api", r"INTERNAL\", r"A\b\c", "A\\b\r\nX: y", r"A\b;UserId=c", "Ä\\b"] {
        assert!(User::parse(wrong).is_err(), "{wrong}");
    }
}
