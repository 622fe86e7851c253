//! Installed services: from the registry, from recorded facts, or from systemd unit files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{FactKind, Host, KeyPath, Miss, Os, Value};

/// Key of all services.
const SERVICES: &str = r"HKLM\SYSTEM\CurrentControlSet\Services";

/// Folders of unit files; the first one that has a unit wins, as with systemd itself.
const UNIT_FOLDERS: [&str; 4] =
    ["/etc/systemd/system", "/run/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"];

/// Largest unit file that is read.
const UNIT_FILE: u64 = 256 * 1024;

/// A Windows service or a systemd unit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Service {
    /// Name of the service or unit.
    pub name: String,
    /// Name shown to people.
    pub display_name: String,
    /// Command line that starts it, as stored (may be quoted and have arguments).
    pub image_path: String,
    /// `running`, `stopped` …; absent when that cannot be known.
    pub state: Option<String>,
    /// `automatic`, `manual`, `disabled` …
    pub start: Option<String>,
    /// Account it runs under.
    pub account: Option<String>,
    /// Its process, while it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
    /// Code that it ended with, or 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub exit_code: Option<u32>,
    /// Code of its own that it ended with, where `exit_code` is 1066.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_exit_code: Option<u32>,
}

impl Service {
    /// Path of the program, without quotes, arguments and prefixes of the kernel.
    pub fn program(&self) -> String {
        program(&self.image_path)
    }
}

/// Path of the program of a command line as the service manager stores it.
fn program(image_path: &str) -> String {
    let text = image_path.trim().trim_start_matches(['@', '-', '+', '!', ':']);
    if let Some(rest) = text.strip_prefix('"') {
        return rest.split('"').next().unwrap_or_default().to_owned();
    }
    let text = text.strip_prefix(r"\??\").unwrap_or(text);
    // An unquoted path may have blanks: it ends at the first `.exe`, or else at the first blank.
    let lower = text.to_ascii_lowercase();
    let end = lower
        .match_indices(".exe")
        .map(|(at, _)| at + 4)
        .find(|end| matches!(lower.as_bytes().get(*end), None | Some(b' ')));
    let end = end.or_else(|| text.find(char::is_whitespace)).unwrap_or(text.len());
    match text[..end].strip_prefix(r"\SystemRoot\") {
        Some(rest) => format!(r"%SystemRoot%\{rest}"),
        None => text[..end].to_owned(),
    }
}

/// All services of a host, sorted by name.
pub(super) fn list(host: &Host) -> Result<Vec<Service>, Miss> {
    let mut services = match host.os {
        Os::Windows => from_registry(host)?,
        Os::Linux => from_units(host),
        Os::MacOs => Vec::new(),
    };
    match host.facts.read(FactKind::Services) {
        Ok(recorded) => add_recorded(&mut services, recorded)?,
        Err(Miss::Missing(_)) => {}
        // Without the state of the services there is still the list of them.
        Err(_) if !services.is_empty() => {}
        Err(miss) => return Err(miss),
    }
    services.sort_by_key(|a| a.name.to_lowercase());
    Ok(services)
}

/// The state is known to the service manager only; the rest stands in the registry too, which is believed first.
fn add_recorded(services: &mut Vec<Service>, recorded: serde_json::Value) -> Result<(), Miss> {
    let recorded: Vec<Service> = serde_json::from_value(recorded)
        .map_err(|error| Miss::Failed(format!("the list of services: {error}")))?;
    let mut known: BTreeMap<String, usize> =
        services.iter().enumerate().map(|(at, service)| (service.name.to_lowercase(), at)).collect();
    for service in recorded {
        if let Some(at) = known.get(&service.name.to_lowercase()) {
            let known = &mut services[*at];
            known.state = service.state;
            known.start = known.start.take().or(service.start);
            known.account = known.account.take().or(service.account);
            (known.pid, known.exit_code, known.service_exit_code) =
                (service.pid, service.exit_code, service.service_exit_code);
        } else {
            known.insert(service.name.to_lowercase(), services.len());
            services.push(service);
        }
    }
    Ok(())
}

fn from_registry(host: &Host) -> Result<Vec<Service>, Miss> {
    let mut services = Vec::new();
    for name in host.registry.subkeys(&KeyPath(SERVICES.into()))?.unwrap_or_default() {
        let key = KeyPath(format!(r"{SERVICES}\{name}"));
        // One service that this account may not look at does not hide the others.
        let values: BTreeMap<String, Value> = host
            .registry
            .values(&key)
            .unwrap_or_default()
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| (name.to_lowercase(), value))
            .collect();
        let text = |name: &str| values.get(name).and_then(Value::text);
        // Drivers have a type below 16 and are no services.
        let kind = values.get("type").and_then(Value::number).unwrap_or(16);
        if let (Some(image_path), true) = (text("imagepath"), kind >= 16) {
            services.push(Service {
                display_name: text("displayname").unwrap_or_else(|| name.clone()),
                image_path,
                state: None,
                start: values.get("start").and_then(Value::number).map(start_word),
                account: text("objectname"),
                name,
                ..Service::default()
            });
        }
    }
    Ok(services)
}

fn start_word(start: u64) -> String {
    ["boot", "system", "automatic", "manual", "disabled"]
        .get(usize::try_from(start).unwrap_or(9))
        .unwrap_or(&"unknown")
        .to_string()
}

fn from_units(host: &Host) -> Vec<Service> {
    let mut units: BTreeMap<String, Service> = BTreeMap::new();
    for folder in UNIT_FOLDERS {
        for found in host.files.find(&format!("{folder}/*.service")) {
            let name = found.path.file_name().to_owned();
            if units.contains_key(&name) {
                continue;
            }
            // A link is a unit that is masked or has another name; the file it leads to is found by itself.
            if let Ok(bytes) = host.files.read_small(&found.path, UNIT_FILE) {
                units.insert(name.clone(), unit(name, &String::from_utf8_lossy(&bytes)));
            }
        }
    }
    units.into_values().collect()
}

fn unit(name: String, text: &str) -> Service {
    let value = |key: &str| {
        let at =
            |line: &str| line.trim().strip_prefix(key)?.trim_start().strip_prefix('=').map(str::to_owned);
        let mut lines = text.lines();
        let mut value = lines.find_map(at)?;
        // A backslash at the end of a line goes on with the next one.
        while let Some(rest) = value.trim_end().strip_suffix('\\') {
            value = format!("{} {}", rest.trim_end(), lines.next().unwrap_or_default().trim());
        }
        Some(value.trim().to_owned())
    };
    Service {
        display_name: value("Description").unwrap_or_else(|| name.clone()),
        image_path: value("ExecStart").unwrap_or_default(),
        account: value("User"),
        name,
        ..Service::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_of_command_lines() {
        for (image_path, expected) in [
            (
                r#""C:\Program Files\Qlik\Sense\Proxy\Proxy.exe" -x"#,
                r"C:\Program Files\Qlik\Sense\Proxy\Proxy.exe",
            ),
            (r"D:\Qlik Sense\Engine.exe -p 4747", r"D:\Qlik Sense\Engine.exe"),
            (r"\??\C:\x.exe", r"C:\x.exe"),
            (r"\SystemRoot\system32\svchost.exe -k x", r"%SystemRoot%\system32\svchost.exe"),
            ("-/opt/qlik/bin/start.sh --all", "/opt/qlik/bin/start.sh"),
            (r"C:\a.executables\b.EXE", r"C:\a.executables\b.EXE"),
            ("", ""),
        ] {
            assert_eq!(program(image_path), expected, "{image_path}");
        }
    }

    #[test]
    fn a_unit_file_is_a_service() {
        let service = unit(
            "x.service".into(),
            "[Unit]\nDescription=X server\n[Service]\nUser = qlik\nExecStart=/opt/x -d\n",
        );
        assert_eq!((service.display_name.as_str(), service.image_path.as_str()), ("X server", "/opt/x -d"));
        assert_eq!(service.account.as_deref(), Some("qlik"));
    }
}
