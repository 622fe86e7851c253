//! What was recorded of another machine: facts, events and the output of programs, as files beside its root.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::DateTime;
use serde::Deserialize;

use super::eventlog::{self, is_inside};
use super::live::this_os;
use super::place::Place;
use super::rooted::own;
use super::{
    CommandOutput, Commands, Events, FactKind, Facts, Files, HostCommand, HostPath, Miss, Os, Vars, Window,
};

/// Largest recorded document that is read.
const LARGEST: u64 = 16 * 1024 * 1024;

/// Facts, events and program output that were recorded.
pub(super) struct Recorded {
    folder: PathBuf,
    os: Os,
    files: Files,
    /// The folder of Windows on that machine.
    system_root: String,
}

/// How a recorded program ended, in `commands/<id>.json`.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Ending {
    exit_code: Option<i32>,
    stderr: String,
}

impl Recorded {
    pub(super) fn new(folder: &Path, os: Os, vars: &Vars) -> Self {
        let system_root = vars.get("SystemRoot").unwrap_or(r"C:\Windows").to_owned();
        Self { folder: folder.to_owned(), os, files: Files::live(this_os()), system_root }
    }

    fn read(&self, below: &str) -> Result<Vec<u8>, Miss> {
        let path = self.folder.join(below);
        self.files.read_small(&own(&path), LARGEST).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Miss::Missing("not recorded under this root".into()),
            std::io::ErrorKind::PermissionDenied => Miss::Denied(format!("{below}: {error}")),
            _ => Miss::Failed(format!("{below}: {error}")),
        })
    }

    fn json(&self, below: &str) -> Result<serde_json::Value, Miss> {
        let bytes = self.read(below)?;
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        serde_json::from_slice(text).map_err(|error| Miss::Failed(format!("{below}: {error}")))
    }

    /// Names of the files of a folder with that ending, without it.
    fn names(&self, folder: &str, ending: &str) -> Vec<String> {
        let folder = glob::Pattern::escape(&self.folder.join(folder).to_string_lossy());
        let found = self.files.find(&format!("{folder}/*{ending}"));
        found
            .iter()
            .filter_map(|found| found.path.file_name().strip_suffix(ending).map(str::to_owned))
            .collect()
    }
}

impl Facts for Recorded {
    fn read(&self, kind: FactKind) -> Result<serde_json::Value, Miss> {
        self.json(&format!("facts/{}.json", kind.word()))
    }

    fn channels(&self) -> Vec<String> {
        let mut channels = self.names("events", ".json");
        if self.os == Os::Windows {
            channels.extend(["Application".to_owned(), "System".to_owned()]);
        }
        channels.sort();
        channels.dedup();
        channels
    }

    fn events(&self, channel: &str, window: &Window) -> Result<Events, Miss> {
        let events = match self.json(&format!("events/{channel}.json")) {
            Err(Miss::Missing(why)) if self.os == Os::Windows => {
                return self.event_log(channel, window, Miss::Missing(why));
            }
            other => other?,
        };
        let inside = |event: &serde_json::Value| {
            let time = event["time"].as_str().and_then(|time| DateTime::parse_from_rfc3339(time).ok());
            time.is_none_or(|time| is_inside(time.to_utc(), window))
        };
        let list = events.as_array().cloned().unwrap_or_else(|| vec![events]);
        Ok((list.into_iter().filter(inside).collect(), None))
    }
}

impl Recorded {
    /// The event log itself, where the root has it.
    fn event_log(&self, channel: &str, window: &Window, otherwise: Miss) -> Result<Events, Miss> {
        let channel = channel.replace('/', "%4");
        let name = format!(r"{}\System32\winevt\Logs\{channel}.evtx", self.system_root);
        let host = Files::new(Place::rooted(self.os, self.folder.join("root")), None);
        match host.open_file(&HostPath::new(self.os, &name)) {
            Ok(file) => eventlog::read(file, window),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(otherwise),
            Err(error) => Err(Miss::Failed(format!("{name}: {error}"))),
        }
    }
}

impl Commands for Recorded {
    fn list(&self) -> Vec<HostCommand> {
        let recorded =
            |id: String| HostCommand { argv: vec![format!("recorded {id}")], id, timeout: Duration::ZERO };
        self.names("commands", ".txt").into_iter().map(recorded).collect()
    }

    fn run(&self, command: &HostCommand) -> Result<CommandOutput, Miss> {
        let stdout = self.read(&format!("commands/{}.txt", command.id))?;
        let ending = match self.read(&format!("commands/{}.json", command.id)) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| Miss::Failed(format!("{}.json: {error}", command.id)))?,
            Err(_) => Ending::default(),
        };
        Ok(CommandOutput {
            stdout,
            stderr: ending.stderr.into_bytes(),
            exit_code: ending.exit_code,
            timed_out: false,
            truncated: false,
        })
    }
}
