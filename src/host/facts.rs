//! What a system says of itself, as JSON documents of the category `environment`.

use chrono::{DateTime, Utc};

/// Events, and what was wrong with their log, if anything.
pub type Events = (Vec<serde_json::Value>, Option<String>);

/// A window of time; either end may be open.
pub type Window = (Option<DateTime<Utc>>, Option<DateTime<Utc>>);

/// One document of facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub enum FactKind {
    /// Certificates: subject, issuer, dates, thumbprint; never key bytes.
    Certificates,
    /// Disks with kind, size and free space.
    Disks,
    /// Installed software.
    Installed,
    /// Interfaces, listening ports with owners, proxy settings.
    Network,
    /// Processes with redacted command lines, never environment blocks.
    Processes,
    /// Services with state and account.
    Services,
    /// OS and patch level, CPU, memory, page file.
    System,
    /// Clock, time zone, uptime.
    Time,
}

impl FactKind {
    /// All kinds, in the order of their files.
    pub const ALL: [Self; 8] = [
        Self::Certificates,
        Self::Disks,
        Self::Installed,
        Self::Network,
        Self::Processes,
        Self::Services,
        Self::System,
        Self::Time,
    ];

    /// Name of the file without `.json`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Certificates => "certificates",
            Self::Disks => "disks",
            Self::Installed => "installed",
            Self::Network => "network",
            Self::Processes => "processes",
            Self::Services => "services",
            Self::System => "system",
            Self::Time => "time",
        }
    }
}

/// Why facts or command output could not be had; becomes an outcome.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Miss {
    /// Nothing was recorded under this root, or this system has no such thing.
    #[error("{0}")]
    Missing(String),
    /// This account may not.
    #[error("{0}")]
    Denied(String),
    /// No answer in time.
    #[error("{0}")]
    TimedOut(String),
    /// Failed otherwise.
    #[error("{0}")]
    Failed(String),
}

/// What a system says of itself.
pub trait Facts: Send + Sync {
    /// One document.
    fn read(&self, kind: FactKind) -> Result<serde_json::Value, Miss>;
    /// Names of the event channels worth reading: Windows channels, or `journal`.
    fn channels(&self) -> Vec<String>;
    /// Events of Qlik and service-control providers in a window of time, oldest first, and what was wrong with the log, if anything.
    fn events(&self, channel: &str, window: &Window) -> Result<Events, Miss>;
}
