//! What command lines of services and processes tell.

use super::*;

/// A process with its command line.
fn process(pid: u32, name: &str, line: &str) -> Process {
    Process { pid, name: name.to_owned(), command_line: line.to_owned(), ..Process::default() }
}

#[test]
fn command_lines_tell_variables() {
    let body = r#"
[[detect.unit]]
name = 'example.*'
[[detect.service]]
name = 'Example.*'
[[variable.service]]
name = 'data_dir'
service = '.+'
display_name = '.*'
program = 'repctl\.exe|run'
pattern = '\s-d\s+(?:"([^"]+)"|(\S+))'
[[variable.process]]
name = 'data_dir'
process = 'java|repctl'
pattern = '\s-d\s+"?([^"]+)'
default = '/var/example'
"#;
    let catalog = catalog(body);
    let windows = |line: &str| Fake::new(Os::Windows).service("ExampleServer", line);
    let by_service = windows(r#""C:\E\repctl.exe" -d "%ProgramData%\My Data" --password=hunter2"#);
    assert_eq!(found(&by_service, &catalog).0.variables["data_dir"], r"C:\ProgramData\My Data");
    let told = format!("{:?}", found(&by_service, &catalog));
    assert!(!told.contains("hunter2"), "{told}");
    let other = windows(r"C:\E\other.exe -d E:\Data");
    assert_eq!(found(&other, &catalog).0.variables["data_dir"], "/var/example");
    let mut by_process = windows(r"C:\E\repctl.exe");
    by_process.processes = Ok(vec![
        process(3, "other.exe", r"other.exe -d C:\No"),
        process(5, "repctl.exe", r"repctl.exe"),
        process(6, "repctl.exe", r#"repctl.exe -d "D:\Data" --password=hunter2"#),
    ]);
    assert_eq!(found(&by_process, &catalog).0.variables["data_dir"], r"D:\Data");
    let bare = windows(r"C:\E\repctl.exe -d E:\Data --password=hunter2");
    assert_eq!(found(&bare, &catalog).0.variables["data_dir"], r"E:\Data");
    let unit = Fake::new(Os::Linux).service("example.service", "/opt/e/run -d /srv/data");
    assert_eq!(found(&unit, &catalog).0.variables["data_dir"], "/srv/data");
    let mut plain = Fake::new(Os::Linux).service("example.service", "/opt/e/run");
    assert_eq!(found(&plain, &catalog).0.variables["data_dir"], "/var/example");
    plain.processes = Ok(vec![Process {
        pid: 9,
        name: "java".to_owned(),
        executable: Some("/usr/bin/java".to_owned()),
        arguments: vec!["-d".to_owned(), "/srv/my data".to_owned(), "x".to_owned()],
        ..Process::default()
    }]);
    assert_eq!(found(&plain, &catalog).0.variables["data_dir"], "/srv/my data");
}
