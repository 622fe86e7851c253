//! The program for Windows on a live Windows host, which Wine stands in for: registry, services, moved folders, files in use,
//! odd names, event logs. Without `QDIAG_RUNNER` there is no such host, and these tests are left out.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use serde_json::Value;

use crate::support::{Bundle, Run, bundle_path, sense_2018};

/// The one host of all tests here; they do not change it but for files of their own.
static HOST: LazyLock<Option<Wine>> = LazyLock::new(Wine::lay_out);

/// A Windows host: its folder, with the drives in it.
struct Wine {
    prefix: PathBuf,
}

fn wine() -> Option<&'static Wine> {
    let host = HOST.as_ref();
    if host.is_none() {
        println!("left out: there is no live Windows host; QDIAG_RUNNER names what runs the program for one");
    }
    host
}

impl Wine {
    fn lay_out() -> Option<Self> {
        std::env::var_os("QDIAG_RUNNER")?;
        let prefix = Path::new(env!("CARGO_TARGET_TMPDIR")).join("windows-host");
        let _ = std::fs::remove_dir_all(&prefix);
        let host = Self { prefix };
        host.run(&["wineboot", "-i"]);
        let original = sense_2018().join("root");
        // Data on another drive, the archive on a server.
        std::fs::create_dir_all(host.drive_d()).expect("writable");
        symlink("../drive_d", host.prefix.join("dosdevices/d:")).expect("writable");
        copy(&original.join("C/ProgramData"), &host.drive_d().join("ProgramData"));
        copy(&original.join("C/Program Files"), &host.drive_c().join("Program Files"));
        copy(&original.join("UNC"), &host.prefix.join("dosdevices/unc"));
        let logs = host.drive_c().join("windows/system32/winevt/Logs");
        std::fs::create_dir_all(&logs).expect("writable");
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples/Application.evtx");
        std::fs::copy(sample, logs.join("Application.evtx")).expect("writable");
        // The database is told its folder when it is started.
        std::fs::create_dir_all(host.drive_d().join("Database/log")).expect("writable");
        std::fs::write(host.drive_d().join("Database/postgresql.conf"), "port = 4432\n").expect("writable");
        std::fs::write(host.drive_d().join("Database/log/postgresql.log"), "database system is ready\n")
            .expect("writable");
        host.register();
        Some(host)
    }

    fn register(&self) {
        let profiles = r"HKLM\Software\Microsoft\Windows NT\CurrentVersion\ProfileList";
        self.run(&["reg", "add", profiles, "/v", "ProgramData", "/d", r"D:\ProgramData", "/f"]);
        let entry = r"HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall\{6493970a-fefc-56b3-a1f3-31afe679cc85}";
        for (name, value) in [
            ("DisplayName", "Qlik Sense April 2018"),
            ("DisplayVersion", "12.16.2.0"),
            ("Publisher", "QlikTech International AB"),
        ] {
            self.run(&["reg", "add", entry, "/v", name, "/d", value, "/f"]);
        }
        for (name, program) in [
            ("QlikSenseRepositoryService", r#""C:\Program Files\Qlik\Sense\Repository\Repository.exe""#),
            (
                "QlikSenseRepositoryDatabase",
                r#""C:\Program Files\Qlik\Sense\Repository\PostgreSQL\9.6\bin\pg_ctl.exe" runservice -N "QlikSenseRepositoryDatabase" -D "D:\Database" -w"#,
            ),
        ] {
            self.run(&["sc", "create", name, "binPath=", program, "start=", "auto"]);
        }
    }

    fn drive_c(&self) -> PathBuf {
        self.prefix.join("drive_c")
    }

    fn drive_d(&self) -> PathBuf {
        self.prefix.join("drive_d")
    }

    /// A program of Windows on this host; gives what it says.
    fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("the runner runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("QDIAG_RUNNER").expect("was asked for"));
        command.args(arguments).env("WINEPREFIX", &self.prefix).env("WINEDEBUG", "-all");
        command.stdin(Stdio::null());
        command
    }

    /// qdiag on this host.
    fn qdiag(&self, arguments: &[&str]) -> (i32, Value) {
        let output = Run::new(arguments)
            .command()
            .env("WINEPREFIX", &self.prefix)
            .env("WINEDEBUG", "-all")
            .stdin(Stdio::null())
            .output()
            .expect("the executable runs");
        let document = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        (output.status.code().unwrap_or(-1), document)
    }

    /// A bundle of this host.
    fn collect(&self, folder: &Path, more: &[&str]) -> (i32, Bundle) {
        let folder = folder.to_str().expect("plain");
        let arguments = [&["collect", "--yes", "--json", "--quiet", "--output", folder], more].concat();
        let (code, document) = self.qdiag(&arguments);
        (code, Bundle::open(&bundle_path(&document)))
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("writable");
    for entry in std::fs::read_dir(from).expect("readable") {
        let path = entry.expect("readable").path();
        let target = to.join(path.file_name().expect("a name"));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).expect("writable");
        }
    }
}

#[test]
fn a_live_host_is_known_with_its_moved_folders() {
    let Some(host) = wine() else { return };
    let (code, document) = host.qdiag(&["detect", "--json"]);
    assert_eq!(code, 0, "{document}");
    let found = &document["installations"][0];
    assert_eq!(found["product"], "qlik-sense-enterprise-windows", "{document}");
    assert_eq!(
        (&found["version"]["value"], &found["release"]["value"]),
        (&"12.16.2".into(), &"April 2018".into())
    );
    assert_eq!(found["role"]["value"], "central");
    let evidence = found["evidence"].to_string();
    for sign in ["service", "uninstall", "file", r"D:\\ProgramData\\Qlik\\Sense\\host.cfg"] {
        assert!(evidence.contains(sign), "{sign} is missing in {evidence}");
    }
}

#[test]
fn a_live_bundle_verifies_here_and_leaks_nothing() {
    let Some(host) = wine() else { return };
    let folder = tempfile::TempDir::new().expect("temporary folder");
    let (code, bundle) = host.collect(folder.path(), &[]);
    assert_eq!(code, 0, "{}", bundle.listing());
    let output =
        Command::new(env!("CARGO_BIN_EXE_qdiag")).arg("verify").arg(&bundle.path).output().expect("runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(bundle.manifest()["run"]["mode"], "live");
    let lines = bundle.lines();
    let from = |start: &str| {
        lines
            .iter()
            .filter(|line| line["source"].as_str().is_some_and(|source| source.starts_with(start)))
            .count()
    };
    assert!(
        from(r"D:\ProgramData\Qlik\Sense\Log") > 20 && from(r"\\dc1\share\ArchivedLogs") > 10,
        "{}",
        bundle.listing()
    );
    assert!(from(r"D:\Database") == 2, "{}", bundle.listing());
    let canaries = std::fs::read_to_string(sense_2018().join("expect/absent.txt")).expect("there is one");
    for canary in canaries.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let holds = |bytes: &&Vec<u8>| memchr::memmem::find(bytes, canary.as_bytes()).is_some();
        assert!(bundle.entries.values().find(holds).is_none(), "{canary} is in the bundle");
    }
    let services: Vec<Value> = serde_json::from_slice(bundle.bytes("facts: services")).expect("JSON");
    let repository =
        services.iter().find(|service| service["name"] == "QlikSenseRepositoryService").expect("is listed");
    assert_eq!((&repository["state"], &repository["start"]), (&"stopped".into(), &"automatic".into()));
    let events: Vec<Value> = serde_json::from_slice(bundle.bytes("events: Application")).expect("JSON");
    assert_eq!(events.iter().map(|event| event["id"].clone()).collect::<Vec<_>>(), [1532, 1531]);
}

#[test]
fn a_live_host_and_its_copy_have_the_same_plan() {
    let Some(host) = wine() else { return };
    let (_, live) = host.qdiag(&["plan", "--json"]);
    let name =
        live["items"][0]["name"].as_str().expect("a name").split('/').nth(1).expect("a host").to_owned();
    let copied = tempfile::TempDir::new().expect("temporary folder");
    let mut text = format!("os = \"windows\"\nname = \"{name}\"\n[variables]\n");
    for (name, value) in host.run(&["cmd", "/c", "set"]).lines().filter_map(|line| line.split_once('=')) {
        text.push_str(&format!("\"{name}\" = '{}'\n", value.trim_end()));
    }
    std::fs::write(copied.path().join("host.toml"), text).expect("writable");
    copy(&host.drive_d().join("ProgramData"), &copied.path().join("root/D/ProgramData"));
    copy(&host.drive_d().join("Database"), &copied.path().join("root/D/Database"));
    copy(&host.drive_c().join("Program Files/Qlik"), &copied.path().join("root/C/Program Files/Qlik"));
    copy(
        &host.drive_c().join("Program Files/Common Files/Qlik"),
        &copied.path().join("root/C/Program Files/Common Files/Qlik"),
    );
    copy(&host.prefix.join("dosdevices/unc"), &copied.path().join("root/UNC"));
    let mut registry = String::from("Windows Registry Editor Version 5.00\r\n");
    for (number, key) in [
        r"HKLM\SYSTEM\CurrentControlSet\Services",
        r"HKLM\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall",
    ]
    .iter()
    .enumerate()
    {
        let file = host.drive_c().join(format!("export{number}.reg"));
        host.run(&["reg", "export", key, &format!(r"C:\export{number}.reg"), "/y"]);
        let bytes = std::fs::read(file).expect("was exported");
        let units: Vec<u16> =
            bytes.chunks_exact(2).map(|unit| u16::from_le_bytes([unit[0], unit[1]])).collect();
        registry.push_str(String::from_utf16_lossy(&units).split_once('\n').expect("a header").1);
    }
    std::fs::write(copied.path().join("registry.reg"), registry).expect("writable");
    let output = Command::new(env!("CARGO_BIN_EXE_qdiag"))
        .args(["plan", "--json", "--root"])
        .arg(copied.path())
        .output()
        .expect("runs");
    let rooted: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let of_products = |plan: &Value| -> Vec<Value> {
        let items = plan["items"].as_array().expect("a list").iter();
        // What was never recorded of the system is not part of the copy.
        items.filter(|item| item["category"] != "environment").cloned().collect()
    };
    let (live, rooted) = (of_products(&live), of_products(&rooted));
    assert!(live.len() > 70, "{} items", live.len());
    for (live, rooted) in live.iter().zip(&rooted) {
        assert_eq!(live, rooted);
    }
    assert_eq!(live.len(), rooted.len());
}

#[test]
fn odd_names_are_collected() {
    let Some(host) = wine() else { return };
    let names = [
        "Gr\u{f6}\u{df}e.log",
        "\u{65e5}\u{672c}\u{8a9e}.log",
        "\u{1f600}.log",
        "NUL.log",
        "con",
        "dots...",
        "a  b .log",
    ];
    let folder = host.drive_d().join("odd");
    std::fs::create_dir_all(&folder).expect("writable");
    for name in names {
        std::fs::write(folder.join(name), format!("in {name}\n")).expect("writable");
    }
    let deep = std::iter::repeat_n("d".repeat(50), 6).fold(folder.clone(), |path, part| path.join(part));
    std::fs::create_dir_all(&deep).expect("writable");
    std::fs::write(deep.join("deep.log"), "in deep.log\n").expect("writable");
    let output = tempfile::TempDir::new().expect("temporary folder");
    let (code, bundle) = host.collect(output.path(), &["--environment-only", "--add", r"D:\odd"]);
    assert_eq!(code, 0, "{}", bundle.listing());
    for name in names.iter().chain(&["deep.log"]) {
        let line = bundle.line(name);
        assert_eq!(line["outcome"], "collected", "{line}");
        assert_eq!(bundle.bytes(name), format!("in {name}\n").as_bytes());
    }
}

/// A program that holds a file open until it is dropped.
struct Holder(Child);

impl Holder {
    fn of(host: &Wine, path: &str, share: &str) -> Option<Self> {
        let program = host.drive_c().join("hold.exe");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/live/hold.c");
        let built = Command::new("x86_64-w64-mingw32-gcc").arg(source).arg("-o").arg(&program).status();
        if !built.is_ok_and(|status| status.success()) {
            println!("left out: there is no compiler for the program that holds a file");
            return None;
        }
        let mut child = host
            .command(&[r"C:\hold.exe", path, share])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the runner runs");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("was piped"))
            .read_line(&mut line)
            .expect("it says what it does");
        assert_eq!(line.trim(), "held");
        Some(Self(child))
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

#[test]
fn a_file_in_use_is_collected_and_one_kept_alone_is_named() {
    let Some(host) = wine() else { return };
    let folder = host.drive_d().join("used");
    std::fs::create_dir_all(&folder).expect("writable");
    for name in ["shared.log", "alone.log", "free.log"] {
        std::fs::write(folder.join(name), "a line\n").expect("writable");
    }
    let Some(_shared) = Holder::of(host, r"D:\used\shared.log", "3") else { return };
    let Some(_alone) = Holder::of(host, r"D:\used\alone.log", "0") else { return };
    let output = tempfile::TempDir::new().expect("temporary folder");
    let (code, bundle) = host.collect(output.path(), &["--environment-only", "--add", r"D:\used"]);
    assert_eq!(code, 3, "{}", bundle.listing());
    assert_eq!(bundle.bytes("shared.log"), b"a line\n");
    assert_eq!(bundle.bytes("free.log"), b"a line\n");
    let line = bundle.line("alone.log");
    assert_eq!(line["outcome"], "denied", "{line}");
    assert!(line["reason"].as_str().is_some_and(|reason| reason.contains("for itself alone")), "{line}");
}

/// Libraries that every Windows Server since 2016 has.
const LIBRARIES: [&str; 21] = [
    "advapi32.dll",
    "api-ms-win-core-synch-l1-2-0.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "crypt32.dll",
    "iphlpapi.dll",
    "kernel32.dll",
    "msvcrt.dll",
    "netapi32.dll",
    "ntdll.dll",
    "ole32.dll",
    "oleaut32.dll",
    "pdh.dll",
    "powrprof.dll",
    "psapi.dll",
    "rstrtmgr.dll",
    "secur32.dll",
    "shell32.dll",
    "user32.dll",
    "wevtapi.dll",
    "ws2_32.dll",
];

#[test]
fn the_executable_is_small_and_needs_nothing_but_windows() {
    let Some(path) = std::env::var_os("QDIAG_EXE")
        .filter(|path| Path::new(path).extension().is_some_and(|ending| ending == "exe"))
    else {
        return println!("left out: QDIAG_EXE names no program for Windows");
    };
    let bytes = std::fs::read(path).expect("readable");
    assert!(bytes.len() < 14_000_000, "{} bytes", bytes.len());
    let image = goblin::pe::PE::parse(&bytes).expect("a program");
    for library in &image.libraries {
        assert!(
            LIBRARIES.contains(&library.to_lowercase().as_str()),
            "{library} is not on every Windows Server 2016"
        );
    }
    let manifest = String::from_utf8_lossy(&bytes);
    for setting in [
        "level=\"asInvoker\"",
        ">true</longPathAware>",
        ">UTF-8</activeCodePage>",
        "8e0f7a12-bfb3-4fe8-b9a5-48fd50a15a9a",
    ] {
        assert!(manifest.contains(setting), "{setting} is not in the application manifest");
    }
    let wide: Vec<u8> = "FileVersion".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(memchr::memmem::find(&bytes, &wide).is_some(), "there is no version resource");
}
