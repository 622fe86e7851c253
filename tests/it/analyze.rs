//! `qdiag analyze`: what is known to go wrong is found where it stands, and nothing is found on a healthy host.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::support::{Root, Run, hosts, sense_2018};

fn analyze(root: &Path, more: &[&str], code: i32) -> Value {
    Run::new(["analyze", "--json", "--root"]).arg(root).args(more).run().code(code).json()
}

/// How often each row was found.
fn counts(list: &Value) -> BTreeMap<&str, u64> {
    let list = list.as_array().expect("a list");
    list.iter()
        .map(|one| (one["id"].as_str().expect("an id"), one["count"].as_u64().expect("a count")))
        .collect()
}

#[test]
fn a_host_with_known_issues_shows_them_where_they_stand() {
    let root = sense_2018();
    let document = analyze(&root, &[], 1);
    let wanted = [
        ("connector-connection-failed", 1),
        ("database-password-refused", 1),
        ("program-crashed", 1),
        ("script-execution-failed", 1),
        ("sense-app-corrupted", 2),
        ("sense-app-load-exception", 1),
        ("sense-app-load-unknown", 1),
        ("sense-app-not-loaded", 1),
        ("sense-crash-dumps", 1),
        ("sense-cve-2024-36077", 1),
        ("sense-license-access-denied", 108),
        ("service-ended-unexpectedly", 1),
    ];
    assert_eq!(counts(&document["findings"]), wanted.into_iter().collect());
    // What services write while others still start, and while they stop.
    let expected = [
        ("sense-callback-not-registered", 1),
        ("sense-configure-proxy-failed", 28),
        ("sense-io-aborted", 4),
        ("sense-node-service-refused", 6),
        ("sense-repository-refuses", 10),
        ("sense-user-sync-running", 1),
    ];
    assert_eq!(counts(&document["expected"]), expected.into_iter().collect());
    for finding in document["findings"].as_array().expect("a list") {
        for field in ["means", "action"] {
            assert!(!finding[field].as_str().expect("a text").is_empty(), "{finding}");
        }
        if let Some(place) = finding.get("first") {
            let told: Vec<&str> =
                place["text"].as_str().expect("a text").split_whitespace().take(3).collect();
            assert_eq!(told, start_of(&root, place), "{finding}");
            assert!(place["time"].as_str().is_some_and(|time| time.starts_with("2019-0")), "{finding}");
        }
    }
    // The worst comes first.
    let severities: Vec<&str> = document["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| finding["severity"].as_str().expect("a word"))
        .collect();
    assert!(severities.is_sorted_by_key(|word| *word == "warning"), "{severities:?}");
}

/// The first words of the line that a finding names.
fn start_of(root: &Path, place: &Value) -> Vec<String> {
    let path = place["file"].as_str().expect("a path").replace('\\', "/");
    let path =
        path.strip_prefix("//").map_or_else(|| path.replacen(":/", "/", 1), |share| format!("UNC/{share}"));
    let bytes =
        std::fs::read(root.join("root").join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let number = usize::try_from(place["line"].as_u64().expect("a line")).expect("few lines");
    let text = String::from_utf8_lossy(&bytes);
    let line = text.lines().nth(number - 1).expect("the file has such a line");
    line.split_whitespace().take(3).map(str::to_owned).collect()
}

#[test]
fn a_healthy_host_has_no_finding() {
    let is_healthy = |host: &&std::path::PathBuf| {
        host.file_name().is_some_and(|name| name.to_string_lossy().contains("healthy"))
    };
    for host in hosts().iter().filter(is_healthy) {
        let document = analyze(host, &[], 0);
        assert_eq!(document["findings"], Value::Array(Vec::new()), "{}", host.display());
    }
}

#[test]
fn no_secret_of_a_host_is_shown() {
    for host in hosts() {
        let absent = std::fs::read_to_string(host.join("expect/absent.txt")).unwrap_or_default();
        for args in [&["--json"][..], &[]] {
            let shown = Run::new(["analyze", "--root"]).arg(&host).args(args).run().text();
            for secret in absent.lines().filter(|line| !line.trim().is_empty()) {
                assert!(!shown.contains(secret), "{}: a secret is shown", host.display());
            }
        }
    }
}

#[test]
fn only_the_time_that_is_wanted_is_looked_at() {
    let document = analyze(&sense_2018(), &["--since", "2019-02-01T13:30"], 1);
    let counts = counts(&document["findings"]);
    assert!(counts["sense-license-access-denied"] < 108, "{counts:?}");
    assert!(
        !counts.contains_key("sense-app-corrupted") && !counts.contains_key("program-crashed"),
        "{counts:?}"
    );
}

const SICK_EVENTS: &str = r#"[{"time":"2019-02-01T01:00:00Z","provider":"Service Control Manager","id":7038,"data":{"param1":"QlikSenseSchedulerService"}},
            {"time":"2019-02-01T01:00:00Z","provider":"Service Control Manager","id":7000,"data":{"param1":"Qlik Sense Scheduler Service"}},
            {"time":"2019-02-01T01:00:00Z","provider":"Service Control Manager","id":7000,"data":{"param1":"Spooler"}}]"#;

const SICK_REGISTRY: &str = "Windows Registry Editor Version 5.00\r\n\r\n\
         [HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\A]\r\n\
         \"DisplayName\"=\"Qlik Sense Proxy\"\r\n\"DisplayVersion\"=\"14.173.3\"\r\n\"Publisher\"=\"QlikTech International AB\"\r\n\r\n\
         [HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\B]\r\n\
         \"DisplayName\"=\"Qlik Sense Engine\"\r\n\"DisplayVersion\"=\"14.173.8\"\r\n\"Publisher\"=\"QlikTech International AB\"\r\n\r\n\
         [HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\WdFilter]\r\n\"Group\"=\"FSFilter Anti-Virus\"\r\n\r\n\
         [HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows Defender\\Exclusions\\Paths]\r\n\"D:\\\\Backup\"=dword:00000000\r\n";

/// A host where all goes wrong that checks look at.
fn sick_host(folder: &Path) {
    let write = |path: &str, text: &str| {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("writable");
        std::fs::write(path, text).expect("writable");
    };
    let toml = std::fs::read_to_string(sense_2018().join("host.toml")).expect("a host");
    write("host.toml", &toml);
    let service = |name: &str, state: &str, account: &str| {
        serde_json::json!({ "name": name, "display_name": name, "state": state, "start": "automatic", "account": account,
            "image_path": r"C:\Program Files\Qlik\Sense\X\X.exe" })
    };
    let services = serde_json::json!([
        service("QlikSenseRepositoryService", "running", r"D\svc"),
        service("QlikSenseEngineService", "running", r"D\svc"),
        service("QlikSenseProxyService", "running", r"D\other"),
        service("QlikSenseSchedulerService", "stopped", r"D\svc"),
        service("QlikSenseRepositoryDatabase", "running", "LocalService"),
    ]);
    write("facts/services.json", &services.to_string());
    write(
        "facts/network.json",
        r#"{"listening":[{"protocol":"tcp","port":443,"pid":99},{"protocol":"tcp","port":4432,"pid":98},{"protocol":"tcp","port":4242,"pid":4}]}"#,
    );
    write("facts/processes.json", r#"[{"pid":99,"name":"nginx.exe"},{"pid":98,"name":"postgres.exe"}]"#);
    let certificate = |subject: &str, end: &str, is_root: bool| serde_json::json!({ "subject": subject, "thumbprint": subject, "not_after": end, "made_by_qlik": true, "is_authority": is_root });
    let certificates = serde_json::json!([
        certificate("CN=a", "2019-01-01T00:00:00+00:00", false),
        certificate("CN=b", "2019-02-11T00:00:00+00:00", false),
        certificate("CN=x-CA", "2029-01-01T00:00:00+00:00", true),
        certificate("CN=y-CA", "2029-01-01T00:00:00+00:00", true),
    ]);
    write("facts/certificates.json", &certificates.to_string());
    write(
        "facts/disks.json",
        r#"[{"mount":"C:\\","free":1000000000,"total":100000000000},{"mount":"D:\\","free":1,"total":100}]"#,
    );
    write(
        "facts/system.json",
        r#"{"memory_total":64000000000,"memory_available":1000000000,"page_file_total":0}"#,
    );
    write("events/System.json", SICK_EVENTS);
    write("registry.reg", SICK_REGISTRY);
    write("root/C/ProgramData/Qlik/Sense/Engine/engine.dmp", "MDMP");
}

#[test]
fn facts_of_a_sick_host_are_found_with_their_evidence() {
    let folder = tempfile::TempDir::new().expect("temporary folder");
    sick_host(folder.path());
    let document = analyze(folder.path(), &[], 1);
    let evidence: BTreeMap<&str, String> = document["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| (finding["id"].as_str().expect("an id"), finding["evidence"].to_string()))
        .collect();
    for (id, fact) in [
        ("service-stopped", "QlikSenseSchedulerService"),
        ("sense-service-account", "QlikSenseProxyService"),
        ("disk-nearly-full", "c:/ has 1000 MB free"),
        ("certificate-ended", "CN=a"),
        ("certificate-ends-soon", "CN=b"),
        ("sense-several-root-certificates", "CN=y-CA"),
        ("sense-proxy-port-silent", "4243"),
        ("sense-engine-port-silent", "4747"),
        ("sense-proxy-port-taken", "port 443 belongs to nginx.exe"),
        ("memory-low", "1000 MB of 64000 MB"),
        ("no-page-file", "size of 0"),
        ("sense-versions-differ", "14.173.3: Qlik Sense Proxy"),
        ("defender-looks-at-sense", "ProgramData"),
        ("sense-crash-dumps", "engine.dmp"),
        ("service-failed-to-start", "Qlik Sense Scheduler Service"),
        ("service-logon-failed", "QlikSenseSchedulerService"),
    ] {
        assert!(evidence.get(id).is_some_and(|found| found.contains(fact)), "{id}: {:?}", evidence.get(id));
    }
    assert_eq!(
        evidence.len(),
        16 + usize::from(evidence.contains_key("sense-cve-2024-36077")),
        "{evidence:#?}"
    );
    assert!(
        !evidence["disk-nearly-full"].contains("d:/")
            && !evidence["service-failed-to-start"].contains("Spooler")
    );
}

const DEFINITION: &str = "schema = 1\nid = \"example-server\"\nname = \"Example Server\"\n[[detect.file]]\npath = \"/opt/example/server.conf\"\n\
    [[collect]]\nid = \"log\"\ncategory = \"logs\"\npaths = [\"/var/log/example/*\"]\n";

const ROW: &str = "schema = 1\n[[issue]]\nid = \"example-gone\"\nproducts = [\"example-server\"]\nneedle = \"went away\"\nseverity = \"warning\"\n\
    what = \"It went away\"\nmeans = \"x\"\naction = \"x\"\nmatches = [\"it went away\"]\nkeeps = [\"it stays\"]\n";

#[test]
fn a_new_row_takes_a_file_and_no_rust() {
    let root = Root::linux()
        .file("/opt/example/server.conf", "x\n")
        .file("/var/log/example/a.log", "2026-01-01T10:00:00Z fine\n2026-01-01T10:00:01Z it went away\n")
        .file("/definitions/example-server.toml", DEFINITION)
        .file("/definitions/known-issues/example.toml", ROW);
    let definitions = root.real("/definitions");
    let args = ["--collectors", definitions.to_str().expect("plain")];
    let document = analyze(root.path(), &args, 0);
    assert_eq!(counts(&document["findings"]), BTreeMap::from([("example-gone", 1)]), "{document}");
    assert_eq!(document["findings"][0]["first"]["line"], 2);
    let text = Run::new(["analyze", "--root"]).arg(root.path()).args(args).run().code(0).text();
    assert!(text.contains("warning: It went away  [example-gone]"), "{text}");

    let wrong =
        root.file("/definitions/known-issues/example.toml", ROW.replace("it went away", "it is gone"));
    let ran = Run::new(["analyze", "--root"]).arg(wrong.path()).args(args).run().code(4);
    assert!(ran.stderr.contains("does not know its own example"), "{ran}");
}

#[test]
fn a_host_without_products_is_told_so() {
    let root = Root::linux().file("/etc/hosts", "127.0.0.1 localhost\n");
    let ran = Run::new(["analyze", "--root"]).arg(root.path()).run().code(1);
    assert!(ran.text().contains("No Qlik product was found"), "{ran}");
}
