//! `--qrs` against the stand-in: the state of the site in the bundle, each failure a clear outcome, the key nowhere.

mod gateway;

use std::path::Path;
use std::time::Duration;

use base64::Engine as _;
use serde_json::Value;
use tempfile::TempDir;

use crate::standin::{Fault, SECRETS, ServerCertificate, Standin};
use crate::support::{Bundle, Ran, Run, collect, sense_2018};

/// Number of documents that a site is asked for.
const DOCUMENTS: usize = 17;

/// What was collected from a site, and what was said.
struct Asked {
    bundle: Bundle,
    ran: Ran,
    _folder: TempDir,
}

impl Asked {
    /// Outcome and reason of a document, by its path.
    #[track_caller]
    fn outcome(&self, path: &str) -> (String, String) {
        let line = self.bundle.line(&format!("GET {path}"));
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        (text("outcome"), text("reason"))
    }

    /// What was stored of a document.
    #[track_caller]
    fn document(&self, path: &str) -> Value {
        serde_json::from_slice(self.bundle.bytes(&format!("GET {path}"))).expect("it is JSON")
    }

    /// How many documents ended so.
    fn count(&self, outcome: &str) -> usize {
        let lines = self.bundle.lines();
        let of_site = |line: &&Value| line["item"].as_str().is_some_and(|item| item.ends_with("/qrs"));
        lines.iter().filter(of_site).filter(|line| line["outcome"] == outcome).count()
    }

    /// The bundle is right, and neither it nor what was said holds a key or a secret.
    #[track_caller]
    fn is_clean(&self, site: &Standin) {
        Run::new(["verify"]).arg(&self.bundle.path).run().code(0);
        let mut said = vec![("output".to_owned(), self.ran.stdout.clone())];
        said.push(("errors".to_owned(), self.ran.stderr.clone().into_bytes()));
        said.extend(self.bundle.entries.iter().map(|(name, bytes)| (name.clone(), bytes.clone())));
        let keys = ["client_key.pem", "pkcs8/client_key.pem"]
            .map(|name| parts_of_key(&site.certificates().join(name)));
        for (name, bytes) in said {
            let text = String::from_utf8_lossy(&bytes);
            for secret in SECRETS.iter().map(ToString::to_string).chain(keys.iter().flatten().cloned()) {
                assert!(!text.contains(&secret), "{secret} is in {name}");
            }
            assert!(!text.contains("PRIVATE KEY"), "a key is in {name}");
        }
    }
}

/// The lines of a key, and its bytes in other writing.
fn parts_of_key(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).expect("the stand-in wrote it");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with('-') && line.len() > 20).collect();
    let der = base64::engine::general_purpose::STANDARD.decode(lines.concat()).expect("a key");
    let hex: String = der.iter().skip(40).take(24).map(|byte| format!("{byte:02x}")).collect();
    lines.into_iter().map(str::to_owned).chain([hex]).collect()
}

/// Collects the fixture host and asks the stand-in, as the name that `host.cfg` tells.
fn ask(site: &Standin, more: &[&str]) -> Asked {
    let flags = site.flags();
    let certificates = site.certificates().to_string_lossy().into_owned();
    let mut args: Vec<&str> = flags.iter().map(String::as_str).collect();
    args.extend(["--include", "qlik-sense-enterprise-windows/qrs"]);
    if !more.contains(&"--qrs-certificates") {
        args.extend(["--qrs-certificates", &certificates]);
    }
    args.extend(more);
    let folder = TempDir::new().expect("temporary folder");
    let (bundle, ran) = collect(&sense_2018(), folder.path(), &args);
    Asked { bundle, ran, _folder: folder }
}

#[test]
fn the_state_of_the_site_is_in_the_bundle_and_its_secrets_are_not() {
    let site = Standin::start(ServerCertificate::Good);
    let asked = ask(&site, &[]);
    assert_eq!(asked.count("collected"), DOCUMENTS, "{}", asked.bundle.listing());
    asked.is_clean(&site);
    let line = asked.bundle.line("GET /qrs/about");
    assert_eq!(line["name"], "data/QLIKSERVER1/qlik-sense-enterprise-windows/state/qrs/about.json");
    assert_eq!(asked.bundle.line("GET /qrs/license")["category"], "license");
    let connections = asked.document("/qrs/dataconnection/full");
    let masked = connections.as_array().expect("a list").iter().filter_map(|one| one["password"].as_str());
    assert!(masked.clone().any(|password| password.starts_with("REDACTED_")));
    assert!(masked.clone().all(|password| password.is_empty() || password.starts_with("REDACTED_")));
    assert!(asked.document("/v1/systeminfo")["version"].is_string());
    // Read only: no other verb than GET was ever used, with the same user each time.
    let seen = site.seen();
    assert_eq!(seen.len(), DOCUMENTS);
    assert!(seen.iter().all(|one| one.method == "GET" && one.status == 200));
    assert!(seen.iter().all(|one| one.user == "UserDirectory=INTERNAL; UserId=sa_api"), "{seen:?}");
}

#[test]
fn the_license_shows_its_number_only_when_that_is_asked_for() {
    let site = Standin::start(ServerCertificate::Good);
    let hidden = ask(&site, &[]).document("/qrs/license");
    assert!(
        hidden["serial"].as_str().is_some_and(|serial| serial.starts_with("REDACTED_license_serial")),
        "{hidden}"
    );
    let shown = ask(&site, &["--license-serial"]);
    shown.is_clean(&site);
    let license = shown.document("/qrs/license");
    assert_eq!(license["serial"], "9999-0000-0000-1277", "{license}");
    assert!(
        license["key"].as_str().is_none_or(|key| key.is_empty() || key.starts_with("REDACTED_")),
        "{license}"
    );
}

#[test]
fn names_of_apps_are_masked_where_identities_are() {
    let site = Standin::start(ServerCertificate::Good);
    let names = |asked: &Asked| -> Vec<String> {
        let apps = asked.document("/qrs/app/full");
        let name = |app: &Value| app["name"].as_str().unwrap_or_default().to_owned();
        apps.as_array().expect("a list").iter().map(name).collect()
    };
    let open = names(&ask(&site, &[]));
    assert!(!open.is_empty() && open.iter().all(|name| !name.starts_with("REDACTED_")), "{open:?}");
    let masked = ask(&site, &["--privacy", "identities"]);
    assert!(names(&masked).iter().all(|name| name.starts_with("REDACTED_app_name")));
}

#[test]
fn wrong_certificates_are_told_apart() {
    for (kind, folder, outcome, words) in [
        (ServerCertificate::Good, "none", "missing", "no certificate client.pem"),
        (ServerCertificate::Good, "expired", "failed", "expired on 2020-01-01"),
        (ServerCertificate::Good, "foreign", "denied", "refused the client certificate"),
        (ServerCertificate::Good, "other-root", "failed", "not signed by this site's root"),
        (ServerCertificate::Good, "pkcs8", "collected", ""),
        (
            ServerCertificate::Expired,
            "",
            "failed",
            "the certificate of the Qlik Sense Repository Service has expired",
        ),
        (ServerCertificate::Foreign, "", "failed", "not signed by this site's root"),
        (ServerCertificate::OtherHost, "", "failed", "was made for another name"),
        (ServerCertificate::SubjectOnly, "", "collected", ""),
        (ServerCertificate::OtherPurpose, "", "collected", ""),
    ] {
        wrong_certificate(&Standin::start(kind), folder, (outcome, words));
        // Windows before Server 2022 refuses within the handshake.
        if folder == "foreign" || kind == ServerCertificate::OtherPurpose {
            wrong_certificate(&Standin::with_tls_12_only(kind), folder, (outcome, words));
        }
    }
}

/// Asks with a folder of certificates; all documents end alike, after at most one connection to each service.
#[track_caller]
fn wrong_certificate(site: &Standin, folder: &str, (outcome, words): (&str, &str)) {
    let named = site.certificates().join(folder).to_string_lossy().into_owned();
    let asked = ask(site, &["--qrs-certificates", &named]);
    let (found, reason) = asked.outcome("/qrs/about");
    assert!(found == outcome && reason.contains(words), "{folder}: {found}: {reason}");
    assert_eq!(asked.count(outcome), DOCUMENTS, "{}", asked.bundle.listing());
    asked.is_clean(site);
    let is_gap = matches!(outcome, "failed" | "denied");
    assert_eq!(asked.ran.code, if is_gap { 3 } else { 0 });
    assert!(!is_gap || site.connections() <= 3, "{} connections", site.connections());
}

#[test]
fn a_key_that_cannot_be_used_is_not_quoted() {
    let site = Standin::start(ServerCertificate::Good);
    let key = std::fs::read_to_string(site.certificates().join("client_key.pem")).expect("it is there");
    let root = std::fs::read_to_string(site.certificates().join("root.pem")).expect("it is there");
    for (text, words) in [
        (key.replacen("MII", "MIJ", 1), "holds no key that can be used"),
        (key.replace("BEGIN RSA PRIVATE KEY", "BEGIN ENCRYPTED PRIVATE KEY"), "protected by a password"),
        (root, "holds no key that can be used"),
        ("\u{0}\u{ff}".into(), "holds no key that can be used"),
    ] {
        let folder = TempDir::new().expect("temporary folder");
        for name in ["client.pem", "root.pem"] {
            std::fs::copy(site.certificates().join(name), folder.path().join(name)).expect("writable");
        }
        std::fs::write(folder.path().join("client_key.pem"), text).expect("writable");
        let asked = ask(&site, &["--qrs-certificates", &folder.path().to_string_lossy()]);
        let (outcome, reason) = asked.outcome("/qrs/about");
        assert!(outcome == "failed" && reason.contains(words), "{outcome}: {reason}");
        asked.is_clean(&site);
    }
    assert!(site.seen().is_empty());
}

#[test]
fn what_the_service_refuses_is_said_in_words() {
    for (fault, outcome, words) in [
        (Fault::RefuseUser, "denied", "--qrs-user"),
        (Fault::RefuseKey, "failed", "X-Qlik-Xrfkey"),
        (Fault::Status(400), "failed", "a wrong one (400)"),
        (Fault::Status(500), "failed", "failed (500)"),
        (Fault::LoginPage, "denied", "a web page"),
        (Fault::Redirect("https://elsewhere.example/".into()), "failed", "not followed"),
    ] {
        let site = Standin::start(ServerCertificate::Good);
        site.fault("/qrs/app", fault.clone());
        let asked = ask(&site, &[]);
        let (found, reason) = asked.outcome("/qrs/app/full");
        assert!(found == outcome && reason.contains(words), "{fault:?}: {found}: {reason}");
        assert_eq!(asked.count("collected"), DOCUMENTS - 1, "{}", asked.bundle.listing());
        asked.is_clean(&site);
        let seen = site.seen();
        assert_eq!(seen.len(), DOCUMENTS, "{seen:?}");
    }
    let site = Standin::start(ServerCertificate::Good);
    let asked = ask(&site, &["--qrs-user", r"DOMAIN\stranger"]);
    let (found, reason) = asked.outcome("/qrs/about");
    assert!(found == "denied" && reason.contains(r"DOMAIN\stranger"), "{found}: {reason}");
    asked.is_clean(&site);
    // One refusal stands for all of that service: the others are not tried one by one.
    assert_eq!(site.seen().iter().filter(|one| one.path.starts_with("/qrs/")).count(), 1);
}

#[test]
fn a_server_that_is_slow_dies_or_never_ends_leaves_a_valid_bundle() {
    for (fault, outcome, words) in [
        (Fault::DiesMidway, &["truncated"][..], "closed the connection"),
        (Fault::TooShort(100), &["truncated"], "closed the connection"),
        (Fault::Slow(Duration::from_secs(30)), &["timed_out"], "in time"),
        (Fault::Drip(Duration::from_millis(300)), &["timed_out"], ""),
        // Whether the limit of bytes or of time is met first depends on the machine.
        (Fault::Endless, &["timed_out", "failed"], ""),
    ] {
        let site = Standin::start(ServerCertificate::Good);
        site.fault("/qrs/app", fault.clone());
        let asked = ask(&site, &["--item-deadline", "3s"]);
        let (found, reason) = asked.outcome("/qrs/app/full");
        assert!(outcome.contains(&found.as_str()) && reason.contains(words), "{fault:?}: {found}: {reason}");
        assert_eq!(asked.count("collected"), DOCUMENTS - 1, "{}", asked.bundle.listing());
        assert_eq!(asked.ran.code, 3);
        asked.is_clean(&site);
    }
}

#[test]
fn when_nobody_answers_there_is_one_reason_for_all() {
    let site = Standin::start(ServerCertificate::Good);
    site.fault("", Fault::CloseAtAccept);
    let asked = ask(&site, &[]);
    assert_eq!(asked.count("failed"), DOCUMENTS, "{}", asked.bundle.listing());
    let (_, reason) = asked.outcome("/qrs/app/full");
    assert!(reason.contains("closed the connection"), "{reason}");
    let port = site.port().to_string();
    drop(site);
    let folder = TempDir::new().expect("temporary folder");
    let args = [
        "--qrs",
        "--qrs-host",
        "localhost",
        "--qrs-port",
        &port,
        "--qrs-about-port",
        &port,
        "--qrs-engine-port",
        &port,
    ];
    let (bundle, _) = collect(&sense_2018(), folder.path(), &args);
    let line = bundle.line("GET /qrs/about");
    // The fixture host has exported no certificates.
    assert!(line["reason"].as_str().is_some_and(|reason| reason.contains("--qrs-certificates")), "{line}");
}

#[test]
fn only_this_host_is_asked() {
    for name in ["192.0.2.7", "2001:db8::7"] {
        let folder = TempDir::new().expect("temporary folder");
        let (bundle, _) = collect(&sense_2018(), folder.path(), &["--qrs", "--qrs-host", name]);
        let line = bundle.line("GET /qrs/about");
        assert_eq!(line["outcome"], "denied", "{line}");
        assert!(
            line["reason"].as_str().is_some_and(|reason| reason.contains("no address of this machine")),
            "{line}"
        );
    }
    let wrong = |args: &[&str]| Run::new(["plan", "--qrs"]).args(args).run().code(2);
    wrong(&["--qrs-host", "a/b@c"]);
    wrong(&["--qrs-user", "nobody"]);
    wrong(&["--qrs-user", "A\\b;UserId=c"]);
    Run::new(["plan", "--license-serial"]).run().code(2);
}

#[test]
fn the_plan_lists_what_would_be_asked_and_asks_nothing() {
    let site = Standin::start(ServerCertificate::Good);
    let port = site.port().to_string();
    let ran = Run::new(["plan", "--json", "--qrs", "--qrs-address", "127.0.0.1", "--qrs-port", &port])
        .arg("--root")
        .arg(sense_2018())
        .run()
        .code(0);
    let plan = ran.json();
    let items = plan["items"].as_array().expect("items");
    let of_site = |item: &&Value| item["item"] == "qlik-sense-enterprise-windows/qrs";
    assert_eq!(items.iter().filter(of_site).count(), DOCUMENTS);
    assert!(site.seen().is_empty());
    let without = Run::new(["plan", "--json"]).arg("--root").arg(sense_2018()).run().code(0).json();
    assert_eq!(without["items"].as_array().expect("items").iter().filter(of_site).count(), 0);
    let left_out = Run::new(["plan", "--json", "--qrs", "--exclude", "qlik-sense-enterprise-windows/qrs"])
        .arg("--root")
        .arg(sense_2018())
        .run()
        .json();
    let items = left_out["items"].as_array().expect("items").clone();
    assert!(items.iter().filter(of_site).all(|item| item["outcome"] == "skipped"));
}

/// Nothing connects anywhere unless it is asked for: not even to this host.
#[cfg(target_os = "linux")]
#[test]
fn without_the_flag_nothing_connects() {
    use std::process::Command;

    if std::env::var_os("QDIAG_RUNNER").is_some() || Command::new("strace").arg("-V").output().is_err() {
        println!("skipped: strace is not here to watch");
        return;
    }
    let calls = |more: &[&str]| {
        let folder = TempDir::new().expect("temporary folder");
        let log = folder.path().join("calls");
        let command = Run::new(["collect", "--yes", "--quiet"]).command();
        let mut traced = Command::new("strace");
        traced.args(["-f", "-qq", "-e", "trace=connect,sendto,sendmsg", "-o"]).arg(&log);
        traced.arg(command.get_program()).args(command.get_args());
        traced.arg("--root").arg(sense_2018()).arg("--output").arg(folder.path()).args(more);
        let output = traced.output().expect("strace runs");
        assert!(output.status.code().is_some_and(|code| code == 0 || code == 3), "{output:?}");
        let text = std::fs::read_to_string(&log).expect("strace wrote it");
        text.lines().filter(|line| line.contains("AF_INET")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(calls(&[]), Vec::<String>::new());
    let site = Standin::start(ServerCertificate::Good);
    let (port, folder) = (site.port().to_string(), site.certificates().to_string_lossy().into_owned());
    let asked =
        calls(&["--qrs", "--qrs-host", "localhost", "--qrs-port", &port, "--qrs-certificates", &folder]);
    assert!(asked.iter().any(|line| line.contains("connect")), "the watch sees nothing");
    assert!(asked.iter().all(|line| line.contains("127.0.0.1") || line.contains("::1")), "{asked:?}");
}

#[test]
fn an_app_is_exported_without_data_and_fetched_once() {
    let site = Standin::start(ServerCertificate::Good);
    let host = qdiag::host::Host::rooted(&sense_2018()).expect("a host");
    let settings = |folder: &str| qdiag::qrs::Settings {
        certificates: Some(site.certificates().join(folder)),
        address: Some(std::net::IpAddr::from([127, 0, 0, 1])),
        ports: qdiag::qrs::Ports { repository: site.port(), ..Default::default() },
        ..Default::default()
    };
    let client = qdiag::qrs::Site::new(&host, settings(""));
    let apps = client.apps_called("operations MONITOR", None).expect("there is one");
    let mut bytes = Vec::new();
    let exported = client.export_without_data(&apps[0].id, &mut bytes, None).expect("it may be exported");
    assert_eq!((exported.bytes, &exported.app), (bytes.len() as u64, &apps[0]));
    assert!(!bytes.is_empty());
    let seen = site.seen();
    let posts: Vec<_> = seen.iter().filter(|one| one.method == "POST").collect();
    assert!(posts.len() == 1 && posts[0].query.contains(&("skipData".into(), "true".into())), "{seen:?}");
    assert_eq!(seen.iter().filter(|one| one.path.starts_with("/tempcontent/")).count(), 1);
    let missing = client.export_without_data("no such app", &mut Vec::new(), None);
    assert!(matches!(missing, Err(qdiag::host::Miss::Missing(_))), "{missing:?}");
    let stranger = qdiag::qrs::Site::new(&host, settings("expired"));
    assert!(stranger.export_without_data(&apps[0].id, &mut Vec::new(), None).is_err());
}
