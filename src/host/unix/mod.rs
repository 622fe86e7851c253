//! What only Linux and its kin tell: the journal, `/proc`, priorities, and how a file is opened there.

#![expect(clippy::disallowed_types, reason = "the seam")]

mod ports;

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, Utc};
use rustix::fs::OFlags;
use serde_json::{Value as Json, json};

pub(super) use ports::listening;

use super::commands::run;
use super::facts::{Events, Window};
use super::regfile::RegFile;
use super::registry::Registry;
use super::{Files, HostCommand, HostPath, Miss, Os, Space, certificates};

/// Programs that tell what no native call does: id, candidates for the program, arguments, seconds.
pub(super) const PROGRAMS: &[(&str, &[&str], &[&str], u64)] = &[
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

/// The path of one of the programs above.
pub(super) fn program(candidate: &str) -> String {
    candidate.to_owned()
}

/// A registry with nothing in it.
pub(super) fn registry() -> Box<dyn Registry> {
    Box::new(RegFile::default())
}

/// Environment variables that this process was not given.
pub(super) fn more_variables() -> Vec<(String, String)> {
    Vec::new()
}

/// Idle priority for processor and disk, as far as the system lets us; the host comes first.
pub(super) fn lower_priority() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(19);
}

/// Number of processor packages.
pub(super) fn sockets() -> Option<usize> {
    None
}

/// Rights of an account; on this system a file's mode and sudo tell them.
pub(super) fn rights(_: &str) -> Option<Vec<String>> {
    None
}

/// Number of memory nodes.
pub(super) fn numa_nodes() -> Option<u32> {
    let online = |folder: u32| Path::new(&format!("/sys/devices/system/node/node{folder}")).is_dir();
    u32::try_from((0..1024).take_while(|node| online(*node)).count()).ok().filter(|nodes| *nodes > 0)
}

#[expect(clippy::unnecessary_wraps, reason = "not every platform can tell")]
pub(super) fn administrator() -> Option<bool> {
    Some(rustix::process::geteuid().is_root())
}

/// Programs are short and killed with their group; a signal that ends this process reaches them through the terminal.
pub(super) fn end_children_with_this_process() {}

/// This system asks nothing.
pub(super) fn never_ask_in_a_window() {}

/// A terminal that is closed sends a signal, which is handled like ctrl-C.
pub(super) fn on_close(_: Box<dyn Fn() + Send + Sync>) {}

/// Whether the console was opened for this program and closes with it.
pub(super) fn has_own_console() -> bool {
    false
}

/// Opens a file for shared reading: neither waits for the other end of a pipe nor follows a link.
pub(super) fn open(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path)?;
    // Read once, front to back; the host's cache is for the host.
    #[cfg(target_os = "linux")]
    let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::Sequential);
    Ok(file)
}

/// The real path of a path on this machine.
pub(super) fn native(path: &HostPath) -> PathBuf {
    path.exact().map_or_else(|| PathBuf::from(path.as_str()), |exact| PathBuf::from(os_string(exact)))
}

/// The same path in the letter case in which it is stored, which is the one that was asked for.
pub(super) fn stored(real: PathBuf) -> PathBuf {
    real
}

/// The host path of a real path.
pub(super) fn host_path(os: Os, real: &Path) -> HostPath {
    HostPath::from_bytes(os, real.as_os_str().as_encoded_bytes())
}

pub(super) fn os_string(bytes: &[u8]) -> std::ffi::OsString {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).to_owned()
}

/// The surroundings of a program: none but these, and a group of its own.
pub(super) fn surround(command: &mut std::process::Command) {
    use std::os::unix::process::CommandExt;
    command.env("LC_ALL", "C").env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").current_dir("/").process_group(0);
}

/// Kills the program with everything it started. It is not waited for yet, so its group is still its own.
pub(super) fn kill(child: &mut std::process::Child) {
    if let Some(group) = rustix::process::Pid::from_raw(child.id().cast_signed()) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
}

/// Creates a new file that only its owner may read.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(path)
}

/// Space on the volume of a folder.
pub(super) fn space(folder: &Path) -> Option<Space> {
    let volume = rustix::fs::statvfs(folder).ok()?;
    let bytes = |blocks: u64| blocks.saturating_mul(volume.f_frsize);
    Some(Space { free: bytes(volume.f_bavail), total: bytes(volume.f_blocks) })
}

/// Whether the server of a share answers; a mount is asked like any folder.
#[expect(clippy::unnecessary_wraps, reason = "not every platform can tell")]
pub(super) fn reach(_: &str) -> io::Result<()> {
    Ok(())
}

/// Whether a file is a placeholder whose content would have to be fetched.
pub(super) fn is_placeholder(_: &std::fs::Metadata) -> bool {
    false
}

/// State of services, which unit files do not tell.
pub(super) fn services() -> Result<Json, Miss> {
    Err(Miss::Missing("listed from files".into()))
}

#[expect(clippy::unnecessary_wraps, reason = "not every platform can tell")]
pub(super) fn certificates(files: &Files) -> Result<Json, Miss> {
    Ok(certificates::document(files))
}

pub(super) fn channels() -> Vec<String> {
    if journal().is_some() { vec!["journal".into()] } else { Vec::new() }
}

pub(super) fn events(channel: &str, window: &Window) -> Result<Events, Miss> {
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
    Ok((text.lines().filter_map(event).collect(), None))
}

fn journal() -> Option<&'static str> {
    ["/usr/bin/journalctl", "/bin/journalctl"].into_iter().find(|program| Path::new(program).is_file())
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
