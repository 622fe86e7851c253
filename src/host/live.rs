//! This machine: its facts by native calls, its few programs, its events.

use std::net::IpAddr;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat};
use serde_json::{Value as Json, json};
use sysinfo::{Disks, Networks, System};

use super::commands::run;
use super::facts::{Events, Window};
use super::{
    Clock, CommandOutput, Commands, FactKind, Facts, Files, Host, HostCommand, HostPath, Miss, Os, Vars,
    platform, process,
};
use crate::Error;

/// The family of the system that this program was built for.
pub(super) const fn this_os() -> Os {
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
        // What the process was given comes last and wins.
        let vars = Vars::new(os, platform::more_variables().into_iter().chain(variables));
        let proxies = ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];
        let proxies = proxies
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), Json::from(vars.get(name)?))))
            .collect();
        Ok(Self {
            os,
            name: System::host_name().ok().filter(|name| !name.is_empty()).unwrap_or_else(|| "host".into()),
            root: None,
            administrator: platform::administrator(),
            files: Files::live(os),
            vars,
            clock: Clock::live(),
            registry: platform::registry(),
            commands: Box::new(Programs),
            facts: Box::new(LiveFacts { files: Files::live(os), os, clock: Clock::live(), proxies }),
        })
    }
}

struct Programs;

impl Programs {
    fn find(id: &str) -> Option<HostCommand> {
        let (id, candidates, arguments, seconds) =
            platform::PROGRAMS.iter().find(|program| program.0 == id)?;
        let mut programs = candidates.iter().map(|candidate| platform::program(candidate));
        let program = programs.find(|program| std::path::Path::new(program).is_file())?;
        let argv = std::iter::once(program).chain(arguments.iter().map(|part| (*part).to_owned())).collect();
        Some(HostCommand { id: (*id).to_owned(), argv, timeout: Duration::from_secs(*seconds) })
    }
}

impl Commands for Programs {
    fn list(&self) -> Vec<HostCommand> {
        let mut found: Vec<HostCommand> =
            platform::PROGRAMS.iter().filter_map(|program| Self::find(program.0)).collect();
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
            FactKind::Certificates => platform::certificates(&self.files),
            // What else is known of services, and all that is known of packages, is read where it is listed.
            FactKind::Services => platform::services(),
            FactKind::Installed => Err(Miss::Missing("listed from files".into())),
        }
    }

    fn channels(&self) -> Vec<String> {
        platform::channels()
    }

    fn events(&self, channel: &str, window: &Window) -> Result<Events, Miss> {
        platform::events(channel, window)
    }
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
            "numa_nodes": platform::numa_nodes(),
            "sockets": platform::sockets(),
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
            json!({ "interfaces": interfaces, "listening": platform::listening(), "proxy_variables": self.proxies }),
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

/// The addresses of this machine's own interfaces.
pub fn own_addresses() -> Vec<IpAddr> {
    let networks = Networks::new_with_refreshed_list();
    let of = |networks: &Networks| {
        networks.values().flat_map(sysinfo::NetworkData::ip_networks).map(|ip| ip.addr).collect()
    };
    networks.as_ref().map(of).unwrap_or_default()
}

/// The system gave no answer.
pub(super) fn failed(error: &sysinfo::Error) -> Miss {
    Miss::Failed(error.to_string())
}
