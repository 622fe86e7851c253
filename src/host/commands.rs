//! Fixed programs with fixed arguments and a time limit. A program is killed with its children; nothing of the host's environment
//! reaches it.

#![expect(clippy::disallowed_types, reason = "the seam")]

use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::{Miss, platform};

#[cfg(test)]
mod tests;

/// Standard output that is kept.
const STDOUT: u64 = 4 * 1024 * 1024;

/// Standard error that is kept.
const STDERR: u64 = 8 * 1024;

/// A program that may be run; there are no others.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct HostCommand {
    /// Name of its entry and of its recorded output.
    pub id: String,
    /// Absolute path and arguments.
    pub argv: Vec<String>,
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

/// Runs a program and waits for it at most its time.
pub(super) fn run(command: &HostCommand) -> Result<CommandOutput, Miss> {
    let (program, arguments) = command.argv.split_first().expect("a command names its program");
    let mut child = start(program, arguments).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Miss::Missing(format!("{program} is not on this host")),
        io::ErrorKind::PermissionDenied => Miss::Denied(format!("this account may not run {program}")),
        _ => Miss::Failed(format!("{program}: {error}")),
    })?;
    let stdout = drain(child.stdout.take().expect("was piped"), STDOUT);
    let stderr = drain(child.stderr.take().expect("was piped"), STDERR);
    let mut output = CommandOutput::default();
    // The pipe closes when the program and all its children have ended.
    match stdout.recv_timeout(command.timeout) {
        Ok((bytes, truncated)) => (output.stdout, output.truncated) = (bytes, truncated),
        Err(_) => output.timed_out = true,
    }
    if !output.timed_out {
        output.timed_out = !ends_soon(&mut child);
    }
    if output.timed_out {
        platform::kill(&mut child);
    }
    let status = child.wait().map_err(|error| Miss::Failed(format!("{program}: {error}")))?;
    if output.timed_out && output.stdout.is_empty() {
        (output.stdout, output.truncated) = stdout.recv_timeout(Duration::from_secs(1)).unwrap_or_default();
    }
    output.exit_code = status.code().filter(|_| !output.timed_out);
    output.stderr = stderr.recv_timeout(Duration::from_secs(1)).unwrap_or_default().0;
    Ok(output)
}

fn start(program: &str, arguments: &[String]) -> io::Result<Child> {
    let mut command = Command::new(program);
    command.args(arguments).env_clear();
    platform::surround(&mut command);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn()
}

/// Reads to the end on a thread of its own, keeps the start, and says whether there was more.
fn drain(mut pipe: impl Read + Send + 'static, limit: u64) -> mpsc::Receiver<(Vec<u8>, bool)> {
    let (send, receive) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.by_ref().take(limit).read_to_end(&mut bytes);
        let rest = io::copy(&mut pipe, &mut io::sink()).unwrap_or(0);
        let _ = send.send((bytes, rest > 0));
    });
    receive
}

/// A program that has closed its output ends at once, or it is doing something that nobody asked for.
fn ends_soon(child: &mut Child) -> bool {
    (0..400).any(|_| {
        let ended = child.try_wait().is_ok_and(|status| status.is_some());
        if !ended {
            thread::sleep(Duration::from_millis(5));
        }
        ended
    })
}
