//! Installed software: uninstall entries of both registry views and of loaded user hives, or the package database.

use serde::{Deserialize, Serialize};

use super::{FactKind, Host, HostPath, KeyPath, Miss, Os};

/// Uninstall keys below a hive: the native view, then the 32-bit one.
const VIEWS: [&str; 2] = [
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall",
    r"SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall",
];

/// Debian's package database; it is text.
const DPKG: &str = "/var/lib/dpkg/status";

/// Largest package database that is read.
const DATABASE: u64 = 64 * 1024 * 1024;

/// An uninstall entry or an installed package.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(default)]
pub struct InstalledPackage {
    /// Name shown to people, or package name.
    pub name: String,
    /// Version as stated.
    pub version: Option<String>,
    /// Publisher.
    pub publisher: Option<String>,
    /// Install folder, if stated.
    pub location: Option<String>,
    /// Registry key or database it was read from.
    pub source: String,
}

/// Everything that is installed, sorted by name.
pub(super) fn list(host: &Host) -> Result<Vec<InstalledPackage>, Miss> {
    let mut found = match host.os {
        Os::Windows => from_registry(host)?,
        _ => from_dpkg(host)?,
    };
    if found.is_empty() {
        match host.facts.read(FactKind::Installed) {
            Ok(recorded) => {
                found = serde_json::from_value(recorded)
                    .map_err(|error| Miss::Failed(format!("the list of software: {error}")))?;
            }
            Err(Miss::Missing(_)) => {}
            Err(miss) => return Err(miss),
        }
    }
    found.sort();
    Ok(found)
}

fn from_registry(host: &Host) -> Result<Vec<InstalledPackage>, Miss> {
    let mut hives = vec!["HKLM".to_owned()];
    let users = host.registry.subkeys(&KeyPath("HKU".into()))?.unwrap_or_default();
    hives.extend(users.into_iter().map(|user| format!(r"HKU\{user}")));
    let mut found = Vec::new();
    for key in hives.iter().flat_map(|hive| VIEWS.map(|view| format!(r"{hive}\{view}"))) {
        let names = match host.registry.subkeys(&KeyPath(key.clone())) {
            // The hive of another user, which only he and administrators may read.
            Err(Miss::Denied(_)) if key.starts_with("HKU") => None,
            other => other?,
        };
        for name in names.unwrap_or_default() {
            let source = format!(r"{key}\{name}");
            let text = |value: &str| -> Result<Option<String>, Miss> {
                let value = host.registry.value(&KeyPath(source.clone()), value)?;
                Ok(value.and_then(|value| value.text()).filter(|text| !text.is_empty()))
            };
            // Entries without a name are parts of others.
            if let Some(name) = text("DisplayName")? {
                let (version, publisher, location) =
                    (text("DisplayVersion")?, text("Publisher")?, text("InstallLocation")?);
                found.push(InstalledPackage { name, version, publisher, location, source });
            }
        }
    }
    Ok(found)
}

fn from_dpkg(host: &Host) -> Result<Vec<InstalledPackage>, Miss> {
    let bytes = match host.files.read_small(&HostPath::new(host.os, DPKG), DATABASE) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Miss::Failed(format!("{DPKG}: {error}"))),
    };
    let text = String::from_utf8_lossy(&bytes);
    let paragraph = |paragraph: &str| {
        let field = |name: &str| {
            paragraph.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ")).map(str::to_owned)
        };
        let installed = field("Status").is_some_and(|status| status.ends_with(" installed"));
        field("Package").filter(|_| installed).map(|name| InstalledPackage {
            name,
            version: field("Version"),
            publisher: field("Maintainer"),
            location: None,
            source: DPKG.to_owned(),
        })
    };
    Ok(text.split("\n\n").filter_map(paragraph).collect())
}
