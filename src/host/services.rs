//! Installed services, software and running processes, as detection needs them.

use serde::{Deserialize, Serialize};

/// A Windows service or a systemd unit.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
}

/// An uninstall entry or an installed package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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

/// A running process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Process id.
    pub pid: u32,
    /// Name of the executable.
    pub name: String,
    /// Path of the executable, if it may be known.
    pub executable: Option<String>,
    /// Arguments.
    pub arguments: Vec<String>,
}
