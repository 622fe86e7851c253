//! Several installations of one product on one host, and what uninstalled ones leave behind.

use std::cell::RefCell;
use std::path::Path;

use super::*;
use crate::host::Host;

fn values<'d>(detection: &'d Detection<'_>, variable: &str) -> Vec<(&'d str, Option<&'d str>)> {
    let value = |found: &'d Installation<'_>| found.variables.get(variable).map(String::as_str);
    detection.installations.iter().map(|found| (found.id.as_str(), value(found))).collect()
}

fn evidence(installation: &Installation<'_>) -> String {
    installation.evidence.iter().map(|sign| format!("{} {}\n", sign.probe, sign.found)).collect()
}

const REPLICATE: &str = r#"
instance = 'data_dir'
[[detect.service]]
name = 'ExampleServer.*'
variable = 'install_dir'
up = 1
[[detect.uninstall]]
name = 'Example .*'
[[version.pe]]
path = '{install_dir}\bin\run.exe'
[[variable.service]]
name = 'data_dir'
service = 'ExampleServer.*'
pattern = '\s-d\s+"?([^"]+)'
default = '{install_dir}\data'
[[variable.ini]]
name = 'log_dir'
path = '{data_dir}\server.ini'
key = 'Log'
default = '{data_dir}\logs'
[[variable.service]]
name = 'port'
service = 'ExampleServer.*'
pattern = '--port=(\d+)'
[[role]]
name = 'with test'
when = [{ service = 'ExampleServerTest' }]
"#;

#[test]
fn each_data_folder_is_an_installation() {
    let catalog = catalog(REPLICATE);
    let fake = Fake::new(Os::Windows)
        .service("ExampleServer", r#""C:\Example\bin\run.exe" --port=1"#)
        .service("ExampleServerTest", r#""C:\Example\bin\run.exe" -d "E:\Test Data" --port=2"#)
        .package("Example Server", "7.0")
        .file(r"C:\Example\bin\run.exe", pe::tests::program(Some("7.0.1")))
        .file(r"C:\Example\data\x", "")
        .file(r"E:\Test Data\server.ini", "log=F:\\Test Logs\n");
    let detection = detect_on(&fake, &catalog);
    assert_eq!(
        values(&detection, "data_dir"),
        [("x", Some(r"C:\Example\data")), ("x-2", Some(r"E:\Test Data"))]
    );
    assert_eq!(values(&detection, "log_dir").map_values(), [r"C:\Example\data\logs", r"F:\Test Logs"]);
    assert_eq!(values(&detection, "port").map_values(), ["1", "2"]);
    let [main, test] = detection.installations.as_slice() else { panic!("two") };
    assert_eq!(test.instance.as_ref().unwrap().source, "data_dir by service ExampleServerTest");
    assert_eq!(main.instance.as_ref().unwrap().source, "data_dir by service ExampleServer, by default");
    assert!(evidence(test).contains("ExampleServerTest (") && !evidence(test).contains("ExampleServer ("));
    assert!(evidence(main).contains("ExampleServer (") && !evidence(main).contains("ExampleServerTest"));
    assert_eq!(test.role.as_ref().unwrap().value, "with test");
    assert!(main.role.is_none(), "the service of the other one is not its own");
    // What names no folder belongs to all.
    for found in &detection.installations {
        assert!(evidence(found).contains("uninstall Example Server 7.0"));
        assert_eq!(found.version.as_ref().unwrap().value, "7.0.1");
    }
}

trait MapValues<'d> {
    fn map_values(self) -> Vec<&'d str>;
}

impl<'d> MapValues<'d> for Vec<(&'d str, Option<&'d str>)> {
    fn map_values(self) -> Vec<&'d str> {
        self.into_iter().filter_map(|(_, value)| value).collect()
    }
}

#[test]
fn one_data_folder_is_no_instance() {
    let catalog = catalog(REPLICATE);
    let one = Fake::new(Os::Windows)
        .service("ExampleServer", r#""C:\Example\bin\run.exe" -d "E:\Data\""#)
        .service("ExampleServerTest", r"C:\Example\bin\run.exe -d e:/data")
        .file(r"E:\Data\x", "");
    let (found, _) = found(&one, &catalog);
    assert_eq!((found.id.as_str(), found.instance), ("x", None));
    assert_eq!(found.variables["data_dir"], r"E:\Data");
}

const TWO_VERSIONS: &str = r"
[[detect.file]]
path = '/opt/*/bin/example.jar'
variable = 'install_dir'
up = 1
[[detect.unit]]
name = 'example.*'
variable = 'install_dir'
up = 1
[[detect.file]]
path = '/etc/example.conf'
weak = true
[[version.file]]
path = '{install_dir}/version.txt'
pattern = '[0-9.]+'
[[collect]]
id = 'logs'
category = 'logs'
paths = ['{install_dir}/logs/*.log', '/var/log/example/*.log']
";

#[test]
fn two_versions_side_by_side_are_two() {
    let catalog = catalog(TWO_VERSIONS);
    let fake = Fake::new(Os::Linux)
        .file("/opt/e7/bin/example.jar", "")
        .file("/opt/e7/version.txt", "7.3.1")
        .file("/opt/e8/bin/example.jar", "")
        .file("/opt/e8/version.txt", "8.0.1")
        .file("/etc/example.conf", "")
        .service("example-7.service", "/opt/e7/bin/run.sh")
        .service("example-8.service", "/opt/e8/bin/run.sh");
    let detection = detect_on(&fake, &catalog);
    let told = detection.installations.iter().map(|found| {
        (
            found.id.as_str(),
            found.variables["install_dir"].as_str(),
            found.version.as_ref().unwrap().value.as_str(),
        )
    });
    assert_eq!(told.collect::<Vec<_>>(), [("x", "/opt/e7", "7.3.1"), ("x-2", "/opt/e8", "8.0.1")]);
    let eight = evidence(&detection.installations[1]);
    assert!(eight.contains("example-8.service") && !eight.contains("e7") && eight.contains("example.conf"));
}

#[test]
fn versions_of_uninstall_entries_stay_with_their_folders() {
    let body = r"
[[detect.uninstall]]
name = 'Example .*'
variable = 'install_dir'
[[version.uninstall]]
name = 'Example .*'
";
    let catalog = catalog(body);
    let mut fake = Fake::new(Os::Windows).package("Example A", "7.0").package("Example B", "8.0");
    let packages = fake.installed.as_mut().unwrap();
    packages[0].location = Some(r"C:\A\".to_owned());
    packages[1].location = Some(r"D:\B".to_owned());
    let fake = fake.file(r"C:\A\x", "").file(r"D:\B\x", "");
    let detection = detect_on(&fake, &catalog);
    let versions = detection.installations.iter().map(|found| found.version.as_ref().unwrap().value.as_str());
    assert_eq!(versions.collect::<Vec<_>>(), ["7.0", "8.0"]);
}

#[test]
fn a_moved_drive_is_one_installation() {
    let catalog = catalog(SERVER);
    let key = r"HKLM\SOFTWARE\Example";
    let moved = Fake::new(Os::Windows)
        .key(key, "InstallDir", r"C:\Program Files\Example")
        .service("ExampleServer", r"D:\Apps\Example\bin\server.exe")
        .file(r"D:\Apps\Example\bin\server.exe", "");
    let (found, _) = found(&moved, &catalog);
    assert_eq!((found.id.as_str(), found.instance), ("x", None));
    assert_eq!(found.variables["install_dir"], r"D:\Apps\Example");
    // Two probes may mean two folders of one installation: the first one counts.
    let both = moved.file(r"C:\Program Files\Example\x", "");
    let detection = detect_on(&both, &catalog);
    assert_eq!(values(&detection, "install_dir"), [("x", Some(r"C:\Program Files\Example"))]);
}

#[test]
fn what_is_left_behind_is_told_and_not_found() {
    let body = format!("{SERVER}\n[[detect.file]]\npath = 'C:\\Program Files\\Example'\n");
    let order = body.find("[[version.javascript]]").unwrap();
    let (head, tail) = body.split_at(order);
    let (tail, folder) = tail.split_at(tail.rfind("[[detect.file]]").unwrap());
    let catalog = catalog(&format!("{head}{folder}{tail}"));
    let mut fake = Fake::new(Os::Windows).file(r"C:\ProgramData\Example\Log\a.log", "");
    fake.empty.push(r"C:\Program Files\Example");
    let detection = detect_on(&fake, &catalog);
    assert!(detection.installations.is_empty());
    let told: Vec<&str> =
        detection.left_overs[0].evidence.iter().map(|evidence| evidence.found.as_str()).collect();
    assert_eq!(
        told,
        [r"C:\Program Files\Example (an empty folder)", r"C:\ProgramData\Example\Log (may be left behind)"]
    );
    assert!(detect_on(&server(), &catalog).left_overs.is_empty());
}

/// A host that counts what it is asked.
struct Counting<'h> {
    host: &'h Host,
    asked: RefCell<BTreeMap<String, u32>>,
    bytes: RefCell<usize>,
}

impl Counting<'_> {
    fn count(&self, question: &str) {
        *self.asked.borrow_mut().entry(question.to_lowercase()).or_default() += 1;
    }
}

impl Look for Counting<'_> {
    fn os(&self) -> Os {
        self.host.os
    }
    fn vars(&self) -> &Vars {
        &self.host.vars
    }
    fn exists(&self, path: &str) -> io::Result<()> {
        self.count(&format!("exists {path}"));
        self.host.exists(path)
    }
    fn is_empty_folder(&self, path: &str) -> bool {
        Look::is_empty_folder(self.host, path)
    }
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.count(&format!("read {path}"));
        let content = self.host.read(path)?;
        *self.bytes.borrow_mut() += content.len();
        Ok(content)
    }
    fn read_at(&self, path: &str, offset: u64, bytes: usize) -> io::Result<Vec<u8>> {
        self.count(&format!("read {path} at {offset} {bytes}"));
        let content = self.host.read_at(path, offset, bytes)?;
        *self.bytes.borrow_mut() += content.len();
        Ok(content)
    }
    fn search(&self, pattern: &str) -> Vec<String> {
        self.count(&format!("search {pattern}"));
        Look::search(self.host, pattern)
    }
    fn registry(&self, key: &str) -> Result<Option<Vec<(String, Value)>>, Miss> {
        self.count(&format!("registry {key}"));
        Look::registry(self.host, key)
    }
    fn services(&self) -> Lines<Service> {
        self.count("services");
        Look::services(self.host)
    }
    fn installed(&self) -> Lines<InstalledPackage> {
        self.count("installed");
        Look::installed(self.host)
    }
    fn processes(&self) -> Lines<Process> {
        self.count("processes");
        Look::processes(self.host)
    }
}

#[test]
fn nothing_is_read_twice_and_little_at_all() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hosts/qlik-sense-april-2018");
    let host = Host::rooted(&folder).unwrap();
    let mut catalog = Catalog::load(None, &|_| true).unwrap();
    // A second definition that asks the same costs nothing.
    catalog.definitions.extend(catalog.definitions.clone());
    let counting = Counting { host: &host, asked: RefCell::default(), bytes: RefCell::default() };
    let detection = detect_on(&counting, &catalog);
    assert!(!detection.installations.is_empty());
    let asked = counting.asked.borrow();
    let twice: Vec<_> = asked.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
    assert!(*counting.bytes.borrow() < 2_000_000, "{} bytes", counting.bytes.borrow());
}
