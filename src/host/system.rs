//! What the registry of a Windows host says of the system: edition and update level, .NET, page file, proxy, firewall, time
//! service, power, protection against viruses, bindings. Pure; works on a live registry and on an export alike.

use serde_json::{Map, Value as Json, json};

use super::{KeyPath, Miss, Registry, Value};

/// Values that are taken as they are: group, key, names of the values (all of them if none is named).
const VALUES: [(&str, &str, &[&str]); 16] = [
    (
        "edition",
        r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion",
        &[
            "ProductName",
            "EditionID",
            "InstallationType",
            "DisplayVersion",
            "ReleaseId",
            "CurrentBuild",
            "UBR",
            "SystemRoot",
        ],
    ),
    ("dotnet_framework", r"HKLM\SOFTWARE\Microsoft\NET Framework Setup\NDP\v4\Full", &["Version", "Release"]),
    (
        "time_zone",
        r"HKLM\SYSTEM\CurrentControlSet\Control\TimeZoneInformation",
        &["TimeZoneKeyName", "ActiveTimeBias"],
    ),
    ("time_service", r"HKLM\SYSTEM\CurrentControlSet\Services\W32Time\Parameters", &["NtpServer", "Type"]),
    (
        "page_file",
        r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Memory Management",
        &["PagingFiles", "ExistingPageFiles"],
    ),
    (
        "machine",
        r"HKLM\HARDWARE\DESCRIPTION\System\BIOS",
        &["SystemManufacturer", "SystemProductName", "BIOSVersion"],
    ),
    ("power_plan", r"HKLM\SYSTEM\CurrentControlSet\Control\Power\User\PowerSchemes", &["ActivePowerScheme"]),
    (
        "firewall_domain",
        r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\DomainProfile",
        &["EnableFirewall"],
    ),
    (
        "firewall_private",
        r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\StandardProfile",
        &["EnableFirewall"],
    ),
    (
        "firewall_public",
        r"HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\PublicProfile",
        &["EnableFirewall"],
    ),
    (
        "proxy_of_the_machine",
        r"HKLM\SOFTWARE\Policies\Microsoft\Windows\CurrentVersion\Internet Settings",
        &["ProxySettingsPerUser", "ProxyServer", "ProxyEnable"],
    ),
    ("long_paths", r"HKLM\SYSTEM\CurrentControlSet\Control\FileSystem", &["LongPathsEnabled"]),
    (
        "tls_client",
        r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Client",
        &[],
    ),
    (
        "tls_server",
        r"HKLM\SYSTEM\CurrentControlSet\Control\SecurityProviders\SCHANNEL\Protocols\TLS 1.2\Server",
        &[],
    ),
    ("defender_excluded_paths", r"HKLM\SOFTWARE\Microsoft\Windows Defender\Exclusions\Paths", &[]),
    ("defender_excluded_processes", r"HKLM\SOFTWARE\Microsoft\Windows Defender\Exclusions\Processes", &[]),
];

/// Keys whose presence tells something.
const KEYS: [(&str, &str); 2] = [
    (
        "reboot_pending_updates",
        r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired",
    ),
    (
        "reboot_pending_servicing",
        r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending",
    ),
];

/// Packages of updates; their names hold the number of the article.
const PACKAGES: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\Packages";

/// Roles and features of a server.
const ROLES: &str = r"HKLM\SOFTWARE\Microsoft\ServerManager\ServicingStorage\ServerComponentCache";

/// Services and drivers.
const SERVICES: &str = r"HKLM\SYSTEM\CurrentControlSet\Services";

/// Logical processors.
const PROCESSORS: &str = r"HKLM\HARDWARE\DESCRIPTION\System\CentralProcessor";

/// Certificates bound to ports, and addresses that accounts may listen on.
const BINDINGS: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\HTTP\Parameters\SslBindingInfo";
const RESERVATIONS: &str = r"HKLM\SYSTEM\CurrentControlSet\Services\HTTP\Parameters\UrlAclInfo";

/// Proxy settings of a user, below his hive.
const USER_PROXY: &str = r"Software\Microsoft\Windows\CurrentVersion\Internet Settings";

/// All that is there; nothing if the registry has none of it. What may not be read is named, and the rest goes on.
pub(super) fn facts(registry: &dyn Registry) -> Map<String, Json> {
    let mut facts = Map::new();
    let mut denied = Vec::new();
    for (group, key, names) in VALUES {
        let values = told(registry.values(&KeyPath(key.into())), &mut denied).unwrap_or_default();
        let wanted =
            |name: &str| names.is_empty() || names.iter().any(|known| known.eq_ignore_ascii_case(name));
        let group_facts: Map<String, Json> = values
            .into_iter()
            .filter(|(name, _)| wanted(name))
            .filter_map(|(name, value)| Some((name, json_of(&value)?)))
            .collect();
        if !group_facts.is_empty() {
            facts.insert(group.into(), group_facts.into());
        }
    }
    if facts.is_empty() {
        return facts;
    }
    for (name, key) in KEYS {
        let is_there = told(registry.values(&KeyPath(key.into())), &mut denied).is_some();
        facts.insert(name.into(), is_there.into());
    }
    let mut list = |name: &str, items: Vec<String>| {
        if !items.is_empty() {
            facts.insert(name.into(), items.into());
        }
    };
    let mut names = |key: &str| told(registry.subkeys(&KeyPath(key.into())), &mut denied).unwrap_or_default();
    list("updates", updates(&names(PACKAGES)));
    list("roles", names(ROLES).into_iter().filter(|role| is_installed(registry, role)).collect());
    list("certificate_bindings", names(BINDINGS));
    let processors = names(PROCESSORS).len();
    let scanners = names(SERVICES).into_iter().filter(|name| is_scanner(registry, name)).collect();
    list("proxy_of_users", names("HKU").iter().filter_map(|user| proxy(registry, user)).collect());
    let reservations = told(registry.values(&KeyPath(RESERVATIONS.into())), &mut denied).unwrap_or_default();
    list("address_reservations", reservations.into_iter().map(|(name, _)| name).collect());
    list("virus_scanners", scanners);
    list("not_readable", denied);
    if processors > 0 {
        facts.insert("logical_processors".into(), json!(processors));
    }
    facts
}

fn told<T>(answer: Result<Option<T>, Miss>, denied: &mut Vec<String>) -> Option<T> {
    answer.unwrap_or_else(|miss| {
        denied.push(miss.to_string());
        None
    })
}

fn json_of(value: &Value) -> Option<Json> {
    match value {
        Value::Text(text) => Some(text.as_str().into()),
        Value::Number(number) => Some((*number).into()),
        Value::List(items) => Some(items.clone().into()),
        Value::Bytes(_) => None,
    }
}

/// Numbers of the articles of all installed updates.
fn updates(packages: &[String]) -> Vec<String> {
    let number = |package: &String| {
        let from = package.find("_KB")? + 1;
        let end =
            package[from + 2..].find(|c: char| !c.is_ascii_digit()).map_or(package.len(), |at| from + 2 + at);
        Some(package[from..end].to_owned())
    };
    let mut numbers: Vec<String> = packages.iter().filter_map(number).collect();
    numbers.sort();
    numbers.dedup();
    numbers
}

/// Drivers that look into every file are put into this group of filters, whoever made them.
fn is_scanner(registry: &dyn Registry, service: &str) -> bool {
    let group = registry.value(&KeyPath(format!(r"{SERVICES}\{service}")), "Group");
    group
        .ok()
        .flatten()
        .and_then(|group| group.text())
        .is_some_and(|group| group.starts_with("FSFilter Anti-Virus"))
}

fn is_installed(registry: &dyn Registry, role: &str) -> bool {
    let state = registry.value(&KeyPath(format!(r"{ROLES}\{role}")), "InstallState");
    state.ok().flatten().and_then(|state| state.number()) == Some(1)
}

/// The proxy of a user who is logged on, if he has one.
fn proxy(registry: &dyn Registry, user: &str) -> Option<String> {
    let key = KeyPath(format!(r"HKU\{user}\{USER_PROXY}"));
    let value = |name: &str| registry.value(&key, name).ok().flatten();
    let is_on = value("ProxyEnable").and_then(|value| value.number()) == Some(1);
    let server = value("ProxyServer").and_then(|value| value.text()).filter(|_| is_on);
    let script = value("AutoConfigURL").and_then(|value| value.text());
    let told: Vec<String> =
        [server.map(|server| format!("server {server}")), script.map(|script| format!("script {script}"))]
            .into_iter()
            .flatten()
            .collect();
    (!told.is_empty()).then(|| format!("{user}: {}", told.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host::regfile::RegFile;

    #[test]
    fn a_registry_tells_of_its_system() {
        let text = "Windows Registry Editor Version 5.00\r\n\r\n\
            [HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion]\r\n\
            \"ProductName\"=\"Windows Server 2019 Standard\"\r\n\"UBR\"=dword:00000f1e\r\n\"RegisteredOwner\"=\"somebody\"\r\n\
            [HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\Packages\\\
            Package_for_KB5031364~31bf3856ad364e35~amd64~~10.0.1.0]\r\n\
            [HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Component Based Servicing\\RebootPending]\r\n\
            [HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\WdFilter]\r\n\"Group\"=\"FSFilter Anti-Virus\"\r\n\
            [HKEY_USERS\\S-1-5-21-1\\Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings]\r\n\
            \"ProxyEnable\"=dword:00000001\r\n\"ProxyServer\"=\"proxy:8080\"\r\n";
        let registry = RegFile::parse(text.as_bytes()).expect("an export");
        let facts = facts(&registry);
        assert_eq!(facts["edition"], json!({ "ProductName": "Windows Server 2019 Standard", "UBR": 0xf1e }));
        assert_eq!(facts["updates"], json!(["KB5031364"]));
        assert_eq!(facts["virus_scanners"], json!(["WdFilter"]));
        assert_eq!(facts["proxy_of_users"], json!(["S-1-5-21-1: server proxy:8080"]));
        assert_eq!(facts["reboot_pending_servicing"], true);
        assert_eq!(facts["reboot_pending_updates"], false);
        assert!(super::facts(&RegFile::default()).is_empty());
    }
}
