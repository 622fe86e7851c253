//! This machine: its facts by native calls, its few programs, its journal.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value as Json, json};
use sysinfo::{Disks, Networks, System};

use super::certificates;
use super::commands::run;
use super::registry::NoRegistry;
use super::{
    Clock, CommandOutput, Commands, FactKind, Facts, Files, Host, HostCommand, HostPath, Miss, Os, Vars,
    ports, process,
};
use crate::Error;

/// Programs that tell what no native call does: id, candidates for the program, arguments, seconds.
const PROGRAMS: [(&str, &[&str], &[&str], u64); 3] = [
    (
        "failed-units",
        &["/usr/bin/systemctl", "/bin/systemctl"],
        &["--no-pager", "--failed", "--all", "--full"],
        10,
    ),
    ("journal-usage", &["/usr/bin/journalctl", "/bin/journalctl"], &["--disk-usage"], 10),
    ("time-synchronization", &["/usr/bin/timedatectl"], &["status", "--no-pager"], 10),
];

/// Entries of the journal that are taken at most.
const EVENTS: &str = "5000";

/// Units whose messages tell of Qlik products and of services that start and stop.
const UNITS: [&str; 8] = [
    "qlik*",
    "repagent*",
    "areplicate*",
    "talend*",
    "postgresql*",
    "init.scope",
    "systemd-timesyncd*",
    "chrony*",
];

const fn this_os() -> Os {
    if cfg!(windows) {
        Os::Windows
    } else if cfg!(target_os = "macos") {
        Os::MacOs
    } else {
        Os::Linux
    }
}

impl Host {
    /// This machine.
    pub fn live() -> Result<Self, Error> {
        let os = this_os();
        let variables = std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let vars = Vars::new(os, variables);
        let proxies = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];
        let proxies = proxies
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), Json::from(vars.get(name)?))))
            .collect();
        Ok(Self {
            os,
            name: System::host_name().ok().filter(|name| !name.is_empty()).unwrap_or_else(|| "host".into()),
            root: None,
            administrator: administrator(),
            files: Files::live(os),
            vars,
            clock: Clock::live(),
            registry: Box::new(NoRegistry),
            commands: Box::new(Programs),
            facts: Box::new(LiveFacts { files: Files::live(os), os, clock: Clock::live(), proxies }),
        })
    }
}

#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "not every platform can tell")]
fn administrator() -> Option<bool> {
    Some(rustix::process::geteuid().is_root())
}

#[cfg(not(unix))]
fn administrator() -> Option<bool> {
    None
}

struct Programs;

impl Programs {
    fn find(id: &str) -> Option<HostCommand> {
        let (id, candidates, arguments, seconds) = PROGRAMS.iter().find(|program| program.0 == id)?;
        let program = candidates.iter().find(|program| std::path::Path::new(program).is_file())?;
        let argv = std::iter::once(program).chain(arguments.iter()).map(|part| (*part).to_owned()).collect();
        Some(HostCommand { id: (*id).to_owned(), argv, timeout: Duration::from_secs(*seconds) })
    }
}

impl Commands for Programs {
    fn list(&self) -> Vec<HostCommand> {
        let mut found: Vec<HostCommand> =
            PROGRAMS.iter().filter_map(|program| Self::find(program.0)).collect();
        found.sort_by(|a, b| a.id.cmp(&b.id));
        found
    }

    fn run(&self, command: &HostCommand) -> Result<CommandOutput, Miss> {
        run(command)
    }
}

struct LiveFacts {
    files: Files,
    os: Os,
    clock: Clock,
    proxies: serde_json::Map<String, Json>,
}

impl Facts for LiveFacts {
    fn read(&self, kind: FactKind) -> Result<Json, Miss> {
        match kind {
            FactKind::System => self.system(),
            FactKind::Time => Ok(self.time()),
            FactKind::Disks => disks(),
            FactKind::Network => self.network(),
            FactKind::Processes => process::document(),
            FactKind::Certificates => certificates::document(&self.files, self.os),
            // What the service manager and the package database say is read where it is listed.
            FactKind::Services | FactKind::Installed => Err(Miss::Missing("listed from files".into())),
        }
    }

    fn channels(&self) -> Vec<String> {
        if journal().is_some() { vec!["journal".into()] } else { Vec::new() }
    }

    fn events(
        &self,
        channel: &str,
        window: &(Option<DateTime<Utc>>, Option<DateTime<Utc>>),
    ) -> Result<Json, Miss> {
        let program = journal()
            .filter(|_| channel == "journal")
            .ok_or_else(|| Miss::Missing("there is no journal here".into()))?;
        let mut argv = vec![
            program.to_owned(),
            "--output=json".into(),
            "--no-pager".into(),
            "--quiet".into(),
            "--utc".into(),
        ];
        argv.push(format!("--lines={EVENTS}"));
        argv.extend(UNITS.iter().map(|unit| format!("--unit={unit}")));
        let time = |time: DateTime<Utc>| time.format("%Y-%m-%d %H:%M:%S UTC").to_string();
        argv.extend(window.0.map(|since| format!("--since={}", time(since))));
        argv.extend(window.1.map(|until| format!("--until={}", time(until))));
        let output = run(&HostCommand { id: "journal".into(), argv, timeout: Duration::from_secs(20) })?;
        if output.timed_out {
            return Err(Miss::TimedOut("the journal did not answer in 20 s".into()));
        }
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(Json::Array(text.lines().filter_map(event).collect()))
    }
}

fn journal() -> Option<&'static str> {
    ["/usr/bin/journalctl", "/bin/journalctl"]
        .into_iter()
        .find(|program| std::path::Path::new(program).is_file())
}

/// The few fields of a journal entry that tell something; command lines and environments are left out.
fn event(line: &str) -> Option<Json> {
    let entry: Json = serde_json::from_str(line).ok()?;
    let micros: i64 = entry["__REALTIME_TIMESTAMP"].as_str()?.parse().ok()?;
    let time = DateTime::from_timestamp_micros(micros)?.to_rfc3339_opts(SecondsFormat::Millis, true);
    Some(json!({
        "time": time,
        "unit": entry["_SYSTEMD_UNIT"],
        "provider": entry["SYSLOG_IDENTIFIER"],
        "priority": entry["PRIORITY"],
        "message": entry["MESSAGE"],
    }))
}

impl LiveFacts {
    fn system(&self) -> Result<Json, Miss> {
        let mut system = System::new().map_err(|error| failed(&error))?;
        system.refresh_memory();
        system.refresh_cpu_list(sysinfo::CpuRefreshKind::nothing());
        let read = |path: &str| {
            let bytes = self.files.read_small(&HostPath::new(self.os, path), 64 * 1024).ok()?;
            Some(String::from_utf8_lossy(&bytes).trim().to_owned())
        };
        Ok(json!({
            "os": System::name().ok(),
            "os_version": System::long_os_version().ok(),
            "os_build": System::os_version().ok(),
            "kernel": System::kernel_version().ok(),
            "architecture": System::cpu_arch(),
            "host_name": System::host_name().ok(),
            "processors": system.cpus().len(),
            "processor": system.cpus().first().map(|cpu| cpu.brand().to_owned()),
            "physical_cores": System::physical_core_count().ok(),
            "memory_total": system.total_memory(),
            "memory_available": system.available_memory(),
            "page_file_total": system.total_swap(),
            "page_file_used": system.used_swap(),
            "load_average": System::load_average().ok().map(|load| load.five),
            "container": read("/run/systemd/container").or_else(|| read("/.dockerenv").map(|_| "docker".to_owned())),
            "machine": read("/sys/class/dmi/id/product_name"),
            "machine_vendor": read("/sys/class/dmi/id/sys_vendor"),
        }))
    }

    fn time(&self) -> Json {
        let now = self.clock.now();
        let zone = self.files.read_small(&HostPath::new(self.os, "/etc/timezone"), 1024).ok();
        json!({
            "local": now.to_rfc3339_opts(SecondsFormat::Millis, false),
            "utc": now.to_utc().to_rfc3339_opts(SecondsFormat::Millis, true),
            "utc_offset": now.format("%:z").to_string(),
            "zone": zone.map(|name| String::from_utf8_lossy(&name).trim().to_owned()),
            "uptime_seconds": System::uptime().ok(),
            "boot_time": System::boot_time().ok().and_then(|at| DateTime::from_timestamp(at.cast_signed(), 0)).map(|time| time.to_rfc3339()),
        })
    }

    fn network(&self) -> Result<Json, Miss> {
        let networks = Networks::new_with_refreshed_list().map_err(|error| failed(&error))?;
        let mut interfaces: Vec<Json> = networks
            .iter()
            .map(|(name, network)| {
                let mut addresses: Vec<String> =
                    network.ip_networks().iter().map(|ip| format!("{}/{}", ip.addr, ip.prefix)).collect();
                addresses.sort();
                json!({
                    "name": name.to_string_lossy(),
                    "addresses": addresses,
                    "mac": network.mac_address().to_string(),
                    "mtu": network.mtu(),
                    "received_bytes": network.total_received(),
                    "sent_bytes": network.total_transmitted(),
                    "receive_errors": network.total_errors_on_received(),
                    "send_errors": network.total_errors_on_transmitted(),
                })
            })
            .collect();
        interfaces.sort_by_key(|interface| interface["name"].to_string());
        Ok(
            json!({ "interfaces": interfaces, "listening": ports::listening(), "proxy_variables": self.proxies }),
        )
    }
}

fn disks() -> Result<Json, Miss> {
    let disks = Disks::new_with_refreshed_list().map_err(|error| failed(&error))?;
    let mut list: Vec<Json> = disks
        .iter()
        .map(|disk| {
            json!({
                "mount": disk.mount_point().to_string_lossy(),
                "device": disk.name().to_string_lossy(),
                "file_system": disk.file_system().to_string_lossy(),
                "kind": disk.kind().to_string(),
                "total": disk.total_space(),
                "free": disk.available_space(),
                "removable": disk.is_removable(),
                "read_only": disk.is_read_only(),
            })
        })
        .collect();
    list.sort_by_key(|disk| disk["mount"].to_string());
    Ok(Json::Array(list))
}

/// The system gave no answer.
pub(super) fn failed(error: &sysinfo::Error) -> Miss {
    Miss::Failed(error.to_string())
}
