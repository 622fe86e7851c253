//! The machine that is looked at: this one, or another one's files under a root. Read-only, always.

mod certificates;
mod clock;
mod commands;
mod eventlog;
mod facts;
mod files;
mod installed;
mod live;
mod path;
mod place;
mod private;
mod process;
mod recorded;
mod regfile;
mod registry;
mod rooted;
mod search;
mod services;
mod space;
mod system;
mod vars;

#[cfg(windows)]
#[path = "windows/mod.rs"]
mod platform;

#[cfg(not(windows))]
#[path = "unix/mod.rs"]
mod platform;

use std::collections::BTreeSet;
use std::path::PathBuf;

pub use clock::{Clock, Mark, Zone};
pub use commands::{CommandOutput, Commands, HostCommand};
pub use facts::{Events, FactKind, Facts, Miss, Window};
pub use files::{Files, Kind, OpenFile, SeekFile, Stat};
pub use installed::InstalledPackage;
pub use live::own_addresses;
pub use path::HostPath;
pub use private::create_private;
pub use process::Process;
pub use registry::{KeyPath, Registry, Value};
pub use search::{Found, Match};
pub use services::Service;
pub use space::{Space, space_beside};
pub use vars::Vars;

/// Family of operating systems, which decides path syntax, letter case and where things are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Os {
    /// Windows: drives, backslashes, no regard to letter case.
    Windows,
    /// Linux.
    Linux,
    /// macOS.
    MacOs,
}

impl Os {
    /// The word used in JSON and in `host.toml`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Windows => "windows",
            Self::Linux => "linux",
            Self::MacOs => "macos",
        }
    }
}

/// A machine to look at.
pub struct Host {
    /// Family of its operating system.
    pub os: Os,
    /// Its name.
    pub name: String,
    /// The folder that stands for it, unless it is this machine.
    pub root: Option<PathBuf>,
    /// Whether this account is an administrator there, if known.
    pub administrator: Option<bool>,
    /// Its files.
    pub files: Files,
    /// Its environment variables.
    pub vars: Vars,
    /// Its clock and time zone.
    pub clock: Clock,
    /// Its registry; empty where there is none.
    pub registry: Box<dyn Registry>,
    /// Programs that may be run on it.
    pub commands: Box<dyn Commands>,
    /// What its system says of itself.
    pub facts: Box<dyn Facts>,
}

impl Host {
    /// One kind of facts: what the system says, or what its registry and files tell where the system is not there to ask.
    pub fn fact(&self, kind: FactKind) -> Result<serde_json::Value, Miss> {
        match kind {
            FactKind::Services => listed(self.services()?),
            FactKind::Installed => listed(self.installed()?),
            FactKind::System => {
                let mut windows = system::facts(&*self.registry);
                if self.root.is_none() && !windows.is_empty() {
                    windows.insert(
                        "rights_of_service_accounts".into(),
                        self.rights_of_service_accounts().into(),
                    );
                }
                match self.facts.read(kind) {
                    Err(Miss::Missing(_)) if !windows.is_empty() => {
                        Ok(serde_json::json!({ "windows": windows }))
                    }
                    Ok(serde_json::Value::Object(mut facts)) if !windows.is_empty() => {
                        facts.insert("windows".into(), windows.into());
                        Ok(facts.into())
                    }
                    other => other,
                }
            }
            _ => self.facts.read(kind),
        }
    }

    /// The zone of its local times. Under a root its own offset counts; on this machine the zone, which knows summer time.
    pub fn zone(&self) -> Zone {
        if self.root.is_some() { Zone::Fixed(*self.clock.now().offset()) } else { Zone::Local }
    }

    /// What the accounts may do that services of Qlik run under, as far as this account may ask.
    fn rights_of_service_accounts(&self) -> serde_json::Map<String, serde_json::Value> {
        let services = self.services().unwrap_or_default();
        let is_qlik = |service: &&Service| service.name.to_lowercase().starts_with("qlik");
        let accounts: BTreeSet<String> =
            services.iter().filter(is_qlik).filter_map(|service| service.account.clone()).collect();
        let rights = |account: String| Some((account.clone(), platform::rights(&account)?.into()));
        accounts.into_iter().filter_map(rights).collect()
    }

    /// Installed services (Windows) or units (Linux), by name.
    pub fn services(&self) -> Result<Vec<Service>, Miss> {
        services::list(self)
    }

    /// Installed software: uninstall entries of both registry views, or the package database.
    pub fn installed(&self) -> Result<Vec<InstalledPackage>, Miss> {
        installed::list(self)
    }

    /// Running processes; under a root, the recorded ones.
    pub fn processes(&self) -> Result<Vec<Process>, Miss> {
        process::list(self)
    }
}

/// Idle priority for processor and disk, as far as the system lets us; the host comes first.
pub fn lower_priority() {
    platform::lower_priority();
}

/// Forbids the system to stop this process with a question in a window, such as one for a medium that is not in its drive.
pub fn never_ask_in_a_window() {
    platform::never_ask_in_a_window();
}

/// Sees to it that no program which this one started outlives it, where the system does not do so by itself.
pub fn end_children_with_this_process() {
    platform::end_children_with_this_process();
}

/// Sets what is done when the window is closed or the system shuts down. There are a few seconds for it, and nothing comes after.
pub fn on_close(work: impl Fn() + Send + Sync + 'static) {
    platform::on_close(Box::new(work));
}

/// Whether the console was opened for this program alone, as by double-click, and closes when it ends.
pub fn has_own_console() -> bool {
    platform::has_own_console()
}

/// A list as a document; an empty one says that nothing was there to read.
fn listed<T: serde::Serialize>(list: Vec<T>) -> Result<serde_json::Value, Miss> {
    if list.is_empty() {
        return Err(Miss::Missing("nothing was recorded and nothing could be listed".into()));
    }
    serde_json::to_value(list).map_err(|error| Miss::Failed(error.to_string()))
}
