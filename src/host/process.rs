//! Running processes: what they are and how they were started. Environment blocks are never read.

use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use sysinfo::{ProcessRefreshKind, ProcessesToUpdate, System, UpdateKind};

use super::{FactKind, Host, Miss};

/// A running process.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Process {
    /// Process id.
    pub pid: u32,
    /// Name of the executable.
    pub name: String,
    /// Path of the executable, if it may be known.
    pub executable: Option<String>,
    /// Arguments.
    #[serde(skip_serializing)]
    pub arguments: Vec<String>,
    /// Program and arguments as one text, where they were recorded so.
    #[serde(skip_serializing)]
    pub command_line: String,
}

impl Process {
    /// How it was started, with quotes around what holds blanks. It may hold secrets, so it is looked into and never passed on.
    pub fn command_line(&self) -> String {
        if !self.command_line.is_empty() {
            return self.command_line.clone();
        }
        let program = self.executable.as_deref().unwrap_or(&self.name);
        let words = std::iter::once(program).chain(self.arguments.iter().map(String::as_str));
        let quoted = |word: &str| {
            if word.contains(char::is_whitespace) && !word.contains('"') {
                format!("\"{word}\"")
            } else {
                word.to_owned()
            }
        };
        words.map(quoted).collect::<Vec<_>>().join(" ")
    }
}

/// The processes with everything that the document tells.
fn snapshot() -> Result<System, Miss> {
    refreshed(ProcessRefreshKind::nothing().with_memory().with_user(UpdateKind::Always))
}

fn refreshed(what: ProcessRefreshKind) -> Result<System, Miss> {
    let mut system = System::new().map_err(|error| super::live::failed(&error))?;
    let what = what.with_cmd(UpdateKind::Always).with_exe(UpdateKind::Always).without_tasks();
    system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
    Ok(system)
}

/// The processes of this machine or, under a root, the recorded ones; by id.
pub(super) fn list(host: &Host) -> Result<Vec<Process>, Miss> {
    if host.root.is_some() {
        return match host.facts.read(FactKind::Processes) {
            Ok(recorded) => serde_json::from_value(recorded)
                .map_err(|error| Miss::Failed(format!("the list of processes: {error}"))),
            Err(Miss::Missing(_)) => Ok(Vec::new()),
            Err(miss) => Err(miss),
        };
    }
    let mut processes: Vec<Process> = refreshed(ProcessRefreshKind::nothing())?
        .processes()
        .values()
        .map(|process| Process {
            pid: process.pid().as_u32(),
            name: process.name().to_string_lossy().into_owned(),
            executable: process.exe().map(|path| path.display().to_string()),
            arguments: process
                .cmd()
                .iter()
                .skip(1)
                .map(|argument| argument.to_string_lossy().into_owned())
                .collect(),
            command_line: String::new(),
        })
        .collect();
    processes.sort_by_key(|process| process.pid);
    Ok(processes)
}

/// Names of the running processes of this machine by their ids.
#[cfg(windows)]
pub(super) fn names() -> std::collections::BTreeMap<u32, String> {
    let system = snapshot().ok();
    let processes = system.iter().flat_map(|system| system.processes().values());
    processes.map(|process| (process.pid().as_u32(), process.name().to_string_lossy().into_owned())).collect()
}

/// Seconds since 1970 as a time in UTC.
fn started(seconds: u64) -> Option<String> {
    let time = chrono::DateTime::from_timestamp(i64::try_from(seconds).ok()?, 0)?;
    Some(time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
}

/// The processes of this machine as a document.
pub(super) fn document() -> Result<Json, Miss> {
    let system = snapshot()?;
    let mut processes: Vec<_> = system.processes().values().collect();
    processes.sort_by_key(|process| process.pid());
    let one = |process: &&sysinfo::Process| {
        // One text, so that the rules for command lines see program and options together.
        let line: Vec<_> = process.cmd().iter().map(|argument| argument.to_string_lossy()).collect();
        json!({
            "pid": process.pid().as_u32(),
            "parent": process.parent().map(sysinfo::Pid::as_u32),
            "name": process.name().to_string_lossy(),
            "executable": process.exe().map(|path| path.display().to_string()),
            "command_line": line.join(" "),
            "user_id": process.user_id().map(|id| format!("{id:?}").trim_start_matches("Uid(").trim_end_matches(')').to_owned()),
            "memory": process.memory(),
            "started": started(process.start_time()),
            "state": process.status().to_string(),
        })
    };
    Ok(Json::Array(processes.iter().map(one).collect()))
}
