//! Fixed programs with fixed arguments and a time limit, or their recorded output under a root.

use std::time::Duration;

use super::Miss;

/// A program that may be run; there are no others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HostCommand {
    /// Name of its entry and of its recorded output.
    pub id: &'static str,
    /// Absolute path and arguments.
    pub argv: &'static [&'static str],
    /// It is killed with its children after this time.
    pub timeout: Duration,
}

/// How a program ended and what it wrote.
#[derive(Debug, Clone, Default)]
pub struct CommandOutput {
    /// Standard output, up to a limit.
    pub stdout: Vec<u8>,
    /// The start of standard error.
    pub stderr: Vec<u8>,
    /// Exit code; absent when it was killed.
    pub exit_code: Option<i32>,
    /// Whether it was killed for want of time.
    pub timed_out: bool,
    /// Whether output was longer than the limit.
    pub truncated: bool,
}

/// Runs programs, or plays back what was recorded.
pub trait Commands: Send + Sync {
    /// The programs that this host has to offer, by id.
    fn list(&self) -> Vec<HostCommand>;
    /// Runs one.
    fn run(&self, command: &HostCommand) -> Result<CommandOutput, Miss>;
}
