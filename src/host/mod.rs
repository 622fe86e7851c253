//! The machine that is looked at: this one, or another one's files under a root. Read-only, always.

mod clock;
mod commands;
mod facts;
mod files;
mod path;
mod private;
mod registry;
mod services;
mod vars;

use std::path::{Path, PathBuf};

pub use clock::Clock;
pub use commands::{CommandOutput, Commands, HostCommand};
pub use facts::{FactKind, Facts, Miss};
pub use files::{Files, Found, Kind, OpenFile, Search, Stat};
pub use path::HostPath;
pub use private::create_private;
pub use registry::{KeyPath, Registry, Value};
pub use services::{InstalledPackage, Process, Service};
pub use vars::Vars;

use crate::Error;

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
    /// This machine.
    pub fn live() -> Result<Self, Error> {
        todo!("host helper")
    }

    /// Another machine, laid out under `folder` with a `host.toml`.
    pub fn rooted(folder: &Path) -> Result<Self, Error> {
        todo!("host helper {folder:?}")
    }

    /// One kind of facts: what the system says, or what its registry and files tell where the system is not there to ask.
    pub fn fact(&self, kind: FactKind) -> Result<serde_json::Value, Miss> {
        self.facts.read(kind)
    }

    /// Installed services (Windows) or units (Linux), by name.
    pub fn services(&self) -> Result<Vec<Service>, Miss> {
        todo!("host helper")
    }

    /// Installed software: uninstall entries of both registry views, or the package database.
    pub fn installed(&self) -> Result<Vec<InstalledPackage>, Miss> {
        todo!("host helper")
    }

    /// Running processes; under a root, the recorded ones.
    pub fn processes(&self) -> Result<Vec<Process>, Miss> {
        todo!("host helper")
    }
}
