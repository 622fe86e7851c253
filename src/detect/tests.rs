//! Detection on hosts made of a few lines.

use std::collections::BTreeMap;
use std::io;

use super::*;
use crate::definition::{check_releases, check_text};
use crate::host::{InstalledPackage, Miss, Os, Process, Service, Value, Vars};

mod commands;
mod instances;

type Lines<T> = Result<Vec<T>, Miss>;

struct Fake {
    os: Os,
    vars: Vars,
    files: BTreeMap<String, Vec<u8>>,
    denied: Vec<&'static str>,
    empty: Vec<&'static str>,
    keys: BTreeMap<String, Vec<(String, Value)>>,
    services: Lines<Service>,
    installed: Lines<InstalledPackage>,
    processes: Lines<Process>,
}

impl Fake {
    fn new(os: Os) -> Self {
        let vars = [("ProgramData".to_owned(), r"C:\ProgramData".to_owned())];
        Self {
            os,
            vars: Vars::new(os, vars),
            files: BTreeMap::new(),
            denied: Vec::new(),
            empty: Vec::new(),
            keys: BTreeMap::new(),
            services: Ok(Vec::new()),
            installed: Ok(Vec::new()),
            processes: Err(Miss::Missing("nobody recorded them".to_owned())),
        }
    }

    fn file(mut self, path: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(path.to_lowercase(), content.into());
        self
    }

    fn key(mut self, key: &str, name: &str, value: &str) -> Self {
        let values = self.keys.entry(key.to_lowercase()).or_default();
        values.push((name.to_owned(), Value::Text(value.to_owned())));
        self
    }

    fn service(mut self, name: &str, image_path: &str) -> Self {
        let service =
            Service { name: name.to_owned(), image_path: image_path.to_owned(), ..Service::default() };
        self.services.as_mut().unwrap().push(service);
        self
    }

    fn package(mut self, name: &str, version: &str) -> Self {
        self.installed.as_mut().unwrap().push(InstalledPackage {
            name: name.to_owned(),
            version: Some(version.to_owned()),
            publisher: Some("Example AB".to_owned()),
            location: Some(r"D:\From Uninstall\".to_owned()),
            source: "HKLM".to_owned(),
        });
        self
    }

    fn bytes(&self, path: &str) -> io::Result<&Vec<u8>> {
        if self.denied.contains(&path) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        self.files.get(&path.to_lowercase()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Look for Fake {
    fn os(&self) -> Os {
        self.os
    }
    fn vars(&self) -> &Vars {
        &self.vars
    }
    fn exists(&self, path: &str) -> io::Result<()> {
        if self.empty.contains(&path) {
            return Ok(());
        }
        let below = format!("{}\\", path.to_lowercase());
        if self.files.keys().any(|known| known.starts_with(&below)) {
            return Ok(());
        }
        self.bytes(path).map(drop)
    }
    fn is_empty_folder(&self, path: &str) -> bool {
        self.empty.contains(&path)
    }
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        self.bytes(path).cloned()
    }
    fn read_at(&self, path: &str, offset: u64, bytes: usize) -> io::Result<Vec<u8>> {
        let all = self.bytes(path)?;
        let from = usize::try_from(offset).unwrap().min(all.len());
        Ok(all[from..all.len().min(from + bytes)].to_vec())
    }
    fn search(&self, pattern: &str) -> Vec<String> {
        let glob = glob::Pattern::new(&pattern.to_lowercase().replace('\\', "/")).unwrap();
        let options = glob::MatchOptions { require_literal_separator: true, ..glob::MatchOptions::new() };
        self.files
            .keys()
            .filter(|path| glob.matches_with(&path.replace('\\', "/"), options))
            .cloned()
            .collect()
    }
    fn registry(&self, key: &str) -> Result<Option<Vec<(String, Value)>>, Miss> {
        Ok(self.keys.get(&key.to_lowercase()).cloned())
    }
    fn services(&self) -> Lines<Service> {
        self.services.clone()
    }
    fn installed(&self) -> Lines<InstalledPackage> {
        self.installed.clone()
    }
    fn processes(&self) -> Lines<Process> {
        self.processes.clone()
    }
}

fn catalog(body: &str) -> Catalog {
    let text = format!("schema = 1\nid = 'x'\nname = 'X'\n{body}");
    let mut definition = check_text("x.toml", &text, &|_| true).unwrap();
    let releases = "schema = 1\nrelease = [{ version = '12.16', name = 'From table', source = 'a page' }]";
    definition.release = check_releases("x.toml", releases).unwrap().release;
    Catalog { definitions: vec![definition], formats: Vec::new() }
}

const SERVER: &str = r#"
[[detect.service]]
name = 'ExampleServer\d*'
display_name = '.*'
program = 'server\.exe'
variable = 'install_dir'
up = 1
[[detect.uninstall]]
name = 'Example Server .*'
publisher = 'Example AB'
variable = 'location'
[[detect.registry]]
key = 'HKLM\SOFTWARE\Example'
value = 'InstallDir'
pattern = 'Example'
[[detect.file]]
path = '%ProgramData%\Example\Log'
weak = true
[[version.javascript]]
path = '{install_dir}\product-info.js'
select = 'composition.version'
release = 'composition.releaseLabel'
[[version.uninstall]]
name = 'Example Server .*'
release = '^Example Server (\S+ \S+)'
[[version.pe]]
path = '{install_dir}\bin\server.exe'
component = true
[[variable.xml]]
name = 'log_dir'
path = '{install_dir}\server.config'
select = "configuration/add[@key='Log']/@value"
[[variable.ini]]
name = 'log_dir'
path = '{install_dir}\server.ini'
key = 'Log'
default = '%ProgramData%\Example\Log'
[[variable.search]]
name = 'database_dir'
path = '%ProgramData%\Example\Postgres\*\postgresql.conf'
[[role]]
name = 'central'
when = [{ service = 'ExampleDatabase' }, { path = '{install_dir}\bin' }]
note = 'has the database'
[[role]]
name = 'rim'
when = [{ no_service = 'ExampleDatabase' }, { variable = 'log_dir', equals = 'd:\logs' }]
sure = 'inferred'
"#;

fn server() -> Fake {
    Fake::new(Os::Windows)
        .service("EXAMPLESERVER2", r#""C:\Program Files\Example\bin\Server.exe" --run"#)
        .file(
            r"C:\Program Files\Example\product-info.js",
            "define([], {\"composition\": {\"version\": \"12.16.2\", \"releaseLabel\": \"April 2018\"}});",
        )
        .file(r"C:\Program Files\Example\bin\server.exe", pe::tests::program(Some("6.1.0")))
}

fn found<'c>(fake: &Fake, catalog: &'c Catalog) -> (Installation<'c>, Vec<String>) {
    let mut detection = detect_on(fake, catalog);
    (detection.installations.pop().expect("it is installed"), detection.failures)
}

#[test]
fn a_server_is_found_with_its_evidence() {
    let catalog = catalog(SERVER);
    let fake = server().service("ExampleDatabase", "").package("Example Server May 2018", "12.16.2.0");
    let (installation, failures) = found(&fake, &catalog);
    assert_eq!(failures, Vec::<String>::new());
    let version = installation.version.unwrap();
    assert_eq!(version.value, "12.16.2");
    assert_eq!(version.source, r"C:\Program Files\Example\product-info.js");
    assert_eq!(installation.release.unwrap().value, "April 2018");
    let role = installation.role.unwrap();
    assert_eq!(role.value, "central");
    assert!(
        role.source.contains("service ExampleDatabase is installed")
            && role.source.contains("has the database")
    );
    assert_eq!(installation.variables["install_dir"], r"C:\Program Files\Example");
    assert_eq!(installation.variables["location"], r"D:\From Uninstall");
    assert_eq!(installation.variables["log_dir"], r"C:\ProgramData\Example\Log");
    let probes: Vec<&str> = installation.evidence.iter().map(|evidence| evidence.probe.as_str()).collect();
    assert_eq!(probes, ["component version", "service", "uninstall", "version", "version"]);
    assert!(installation.evidence[0].found.starts_with("6.1.0 in"));
}

#[test]
fn each_sign_is_enough_but_what_is_left_behind() {
    let catalog = catalog(SERVER);
    let key = r"HKLM\SOFTWARE\Example";
    let left = Fake::new(Os::Windows).file(r"C:\ProgramData\Example\Log\a.log", "");
    let table = [
        (Fake::new(Os::Windows), false),
        (left, false),
        (Fake::new(Os::Windows).service("Other", r"C:\x\server.exe"), false),
        (Fake::new(Os::Windows).service("ExampleServer", r"C:\x\other.exe"), false),
        (Fake::new(Os::Windows).service("ExampleServer", r"C:\x\y\server.exe"), true),
        (Fake::new(Os::Windows).package("Example Server 1", "1"), true),
        (Fake::new(Os::Windows).package("An Example Server 1", "1"), false),
        (Fake::new(Os::Windows).key(key, "installdir", r"E:\Example"), true),
        (Fake::new(Os::Windows).key(key, "installdir", r"E:\Other"), false),
        (Fake::new(Os::Linux).service("ExampleServer", "/opt/server.exe"), false),
    ];
    for (number, (fake, wanted)) in table.into_iter().enumerate() {
        assert_eq!(!detect_on(&fake, &catalog).installations.is_empty(), wanted, "host {number}");
    }
}

#[test]
fn answers_that_differ_are_told() {
    let catalog = catalog(SERVER);
    let (installation, _) = found(&server().package("Example Server May 2018", "12.26.1"), &catalog);
    assert_eq!(installation.version.unwrap().value, "12.16.2");
    let told = installation.evidence.iter().find(|evidence| evidence.probe == "disagreement").unwrap();
    assert!(told.found.starts_with("12.26.1 in Example Server May 2018"), "{}", told.found);
}

#[test]
fn other_sources_stand_in() {
    let catalog = catalog(SERVER);
    let fake = Fake::new(Os::Windows)
        .package("Example Server 9", "9.1")
        .package("Example Server May 2024", "14.187.4");
    let (installation, _) = found(&fake, &catalog);
    assert_eq!(installation.version.unwrap().value, "14.187.4");
    assert_eq!(installation.release.unwrap().value, "May 2024");
    let (installation, _) = found(&Fake::new(Os::Windows).package("Example Server X", "12.16.9"), &catalog);
    assert_eq!(installation.release.unwrap().value, "From table");
    let (installation, _) = found(&Fake::new(Os::Windows).package("Example Server X", "99.1"), &catalog);
    assert_eq!(installation.release.unwrap().value, "From table (newer than known)");
}

#[test]
fn moved_folders_are_followed_and_whole_drives_are_not() {
    let catalog = catalog(SERVER);
    let config = r"C:\Program Files\Example\server.config";
    let xml = |value: &str| format!("<configuration><add key='Log' value='{value}'/></configuration>");
    let default = r"C:\ProgramData\Example\Log";
    let table = [
        (xml(r"D:\Logs\"), r"D:\Logs", 0),
        (xml(r"%ProgramData%\Moved"), r"C:\ProgramData\Moved", 0),
        (xml(r"\\srv\share\Logs"), r"\\srv\share\Logs", 0),
        (xml(""), default, 0),
        (xml(r"D:\"), default, 1),
        (xml("a\nb&#10;c"), default, 1),
        ("<configuration><add".to_owned(), default, 1),
        ("<configuration/>".to_owned(), default, 0),
    ];
    for (content, wanted, failed) in table {
        let (installation, failures) = found(&server().file(config, content.as_str()), &catalog);
        assert_eq!(installation.variables["log_dir"], wanted, "{content}");
        assert_eq!(failures.len(), failed, "{content}: {failures:?}");
    }
    let ini = server().file(config, xml("")).file(r"C:\Program Files\Example\server.ini", "log=E:\\Ini\r\n");
    let (installation, _) = found(&ini, &catalog);
    assert_eq!(installation.variables["log_dir"], r"E:\Ini");
    let role = installation.role;
    assert!(role.is_none());
}

#[test]
fn roles_compare_variables_and_say_how_sure_they_are() {
    let catalog = catalog(SERVER);
    let config = "<configuration><add key='Log' value='D:\\Logs'/></configuration>";
    let (installation, _) =
        found(&server().file(r"C:\Program Files\Example\server.config", config), &catalog);
    let role = installation.role.unwrap();
    assert_eq!(role.value, "rim");
    assert!(role.source.ends_with("inferred"), "{}", role.source);
}

#[test]
fn the_last_folder_that_matches_is_the_newest() {
    let catalog = catalog(SERVER);
    let fake = server()
        .file(r"C:\ProgramData\Example\Postgres\9.6\postgresql.conf", "")
        .file(r"C:\ProgramData\Example\Postgres\9.7\postgresql.conf", "");
    let (installation, _) = found(&fake, &catalog);
    assert_eq!(installation.variables["database_dir"], r"c:\programdata\example\postgres\9.7");
    let (installation, _) = found(&server(), &catalog);
    assert!(!installation.variables.contains_key("database_dir"));
}

#[test]
fn failures_are_data() {
    let catalog = catalog(SERVER);
    let mut fake = server().file(r"C:\Program Files\Example\server.config", "");
    fake.denied.push(r"C:\Program Files\Example\server.config");
    fake.installed = Err(Miss::Denied("not this account".to_owned()));
    let (_, failures) = found(&fake, &catalog);
    assert_eq!(failures.len(), 2, "{failures:?}");
    assert!(failures[0].starts_with(r"file C:\Program Files\Example\server.config: "));
    assert_eq!(failures[1], "uninstall: not this account");
    fake.services = Err(Miss::TimedOut("no answer".to_owned()));
    let detection = detect_on(&fake, &catalog);
    assert!(detection.installations.is_empty());
    assert!(detection.failures.contains(&"service: no answer".to_owned()));
}

#[test]
fn units_packages_and_processes_are_signs() {
    let body = r"
[[detect.unit]]
name = 'example'
variable = 'install_dir'
up = 1
[[detect.package]]
name = 'example-server'
[[detect.process]]
name = 'exampled'
variable = 'install_dir'
";
    let catalog = catalog(body);
    let unit = Fake::new(Os::Linux).service("example.service", "/opt/example/bin/exampled --x");
    assert_eq!(found(&unit, &catalog).0.variables["install_dir"], "/opt/example");
    let package = Fake::new(Os::Linux).package("example-server", "1.2");
    assert_eq!(found(&package, &catalog).0.evidence[0].found, "example-server 1.2 (HKLM)");
    let mut process = Fake::new(Os::Linux);
    process.processes = Ok(vec![Process {
        pid: 7,
        name: "exampled".to_owned(),
        executable: Some("/srv/example/exampled".to_owned()),
        ..Process::default()
    }]);
    assert_eq!(found(&process, &catalog).0.variables["install_dir"], "/srv/example");
    assert!(detect_on(&Fake::new(Os::Linux), &catalog).installations.is_empty());
}
