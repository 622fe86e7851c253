//! Event logs of this machine: through the event log service, or from its files where that does not answer.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde_json::Value as Json;
use windows_sys::Win32::Foundation::{ERROR_NO_MORE_ITEMS, GetLastError};
use windows_sys::Win32::System::EventLog::{
    EVT_HANDLE, EvtClose, EvtFormatMessage, EvtFormatMessageEvent, EvtNext, EvtOpenPublisherMetadata,
    EvtQuery, EvtQueryChannelPath, EvtQueryReverseDirection, EvtRender, EvtRenderEventXml,
};

use crate::host::eventlog::{self, MOST};
use crate::host::{Clock, Events, Miss, Window};

/// Where the files of the event logs are, below the folder of Windows.
const FOLDER: &str = r"System32\winevt\Logs";

/// Longest event that is read.
const LARGEST: usize = 1 << 20;

/// Time that one channel may take in all.
const DEADLINE: Duration = Duration::from_secs(60);

/// Time that the service may take for a few events; after that the rest is left out.
const TIMEOUT_MS: u32 = 10_000;

fn folder() -> String {
    format!(r"{}\{FOLDER}", super::system_root())
}

/// The channels that are read: the two that every host has, and those of Qlik products.
#[expect(clippy::disallowed_methods, reason = "the seam")]
pub(in crate::host) fn channels() -> Vec<String> {
    let mut channels = vec!["Application".to_owned(), "System".to_owned()];
    for entry in std::fs::read_dir(folder()).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let own = ["qlik", "talend", "attunity"].iter().any(|word| name.to_lowercase().starts_with(word));
        if let (true, Some(channel)) = (own, name.strip_suffix(".evtx")) {
            channels.push(channel.replace("%4", "/"));
        }
    }
    channels.sort();
    channels
}

/// The wanted events of a channel in a window, oldest first.
pub(in crate::host) fn events(channel: &str, window: &Window) -> Result<Events, Miss> {
    match ask(channel, window) {
        Some(events) => Ok(events),
        None => from_file(channel, window),
    }
}

fn from_file(channel: &str, window: &Window) -> Result<Events, Miss> {
    let path = format!(r"{}\{}.evtx", folder(), channel.replace('/', "%4"));
    let file = super::open(Path::new(&path)).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Miss::Missing("there is no such event log".into()),
        std::io::ErrorKind::PermissionDenied => {
            Miss::Denied("this account may not read the event log".into())
        }
        _ => Miss::Failed(format!("{path}: {error}")),
    })?;
    eventlog::read(file, window)
}

/// Asks the event log service; nothing if it does not answer, as on a system without one.
fn ask(channel: &str, window: &Window) -> Option<Events> {
    let (path, query) = (super::wide(channel), super::wide(&query(window)));
    let flags = EvtQueryChannelPath | EvtQueryReverseDirection;
    // SAFETY: both texts end with a zero and outlive the call; 0 stands for this machine.
    let result = unsafe { EvtQuery(0, path.as_ptr(), query.as_ptr(), flags) };
    if result == 0 {
        return None;
    }
    let (clock, mut found, mut damage) = (Clock::live(), Vec::new(), None);
    let (start, mut publishers) = (clock.mark(), Publishers::default());
    let mut handles: [EVT_HANDLE; 16] = [0; 16];
    while found.len() < MOST {
        if clock.since(start) > DEADLINE {
            damage = Some(format!(
                "not all events could be read in {} s; these are the newest",
                DEADLINE.as_secs()
            ));
            break;
        }
        let mut count = 0_u32;
        // SAFETY: the array has room for as many handles as is said.
        let more = unsafe { EvtNext(result, 16, handles.as_mut_ptr(), TIMEOUT_MS, 0, &raw mut count) };
        if more == 0 || count == 0 {
            // SAFETY: asked right after the call that has failed.
            let code = unsafe { GetLastError() };
            if code != ERROR_NO_MORE_ITEMS {
                let reason = std::io::Error::from_raw_os_error(code.cast_signed());
                damage =
                    Some(format!("the event log service stopped answering: {reason}; these are the newest"));
            }
            break;
        }
        for handle in &handles[..count as usize] {
            found.extend(render(*handle, &mut publishers));
            // SAFETY: the handle came from the call above and is used no more.
            unsafe { EvtClose(*handle) };
        }
    }
    // SAFETY: as above.
    unsafe { EvtClose(result) };
    found.reverse();
    Some((found, damage))
}

/// The window as the service wants it.
fn query(window: &Window) -> String {
    let time = |sign: &str, time: chrono::DateTime<chrono::Utc>| {
        format!("@SystemTime {sign} '{}'", time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true))
    };
    let parts: Vec<String> =
        [window.0.map(|since| time(">=", since)), window.1.map(|until| time("<=", until))]
            .into_iter()
            .flatten()
            .collect();
    if parts.is_empty() { "*".to_owned() } else { format!("*[System[TimeCreated[{}]]]", parts.join(" and ")) }
}

/// One event with its message as people see it.
fn render(handle: EVT_HANDLE, publishers: &mut Publishers) -> Option<Json> {
    let mut buffer = vec![0_u16; 16 * 1024];
    loop {
        let (mut used, mut properties) = (0_u32, 0_u32);
        let size = u32::try_from(buffer.len() * 2).ok()?;
        // SAFETY: the buffer has as many bytes as is said.
        let done = unsafe {
            EvtRender(
                0,
                handle,
                EvtRenderEventXml,
                size,
                buffer.as_mut_ptr().cast(),
                &raw mut used,
                &raw mut properties,
            )
        };
        if done != 0 {
            break;
        }
        let needed = used as usize / 2 + 1;
        if needed <= buffer.len() || needed > LARGEST {
            return None;
        }
        buffer.resize(needed, 0);
    }
    let mut event = eventlog::event(&super::narrow(&buffer))?;
    let provider = event["provider"].as_str().unwrap_or_default().to_owned();
    if let Some(message) = publishers.message(&provider, handle) {
        event["message"] = message.into();
    }
    Some(event)
}

/// Texts of the providers, each opened once.
#[derive(Default)]
struct Publishers(BTreeMap<String, EVT_HANDLE>);

impl Publishers {
    /// The message of an event as people see it. A text with a gap in it is better than none.
    fn message(&mut self, provider: &str, handle: EVT_HANDLE) -> Option<String> {
        let name = super::wide(provider);
        // SAFETY: the name ends with a zero and outlives the call.
        let open = || unsafe { EvtOpenPublisherMetadata(0, name.as_ptr(), std::ptr::null(), 0, 0) };
        let metadata = *self.0.entry(provider.to_owned()).or_insert_with(open);
        if metadata == 0 {
            return None;
        }
        let mut buffer = vec![0_u16; 8 * 1024];
        let mut used = 0_u32;
        let (room, kind) = (u32::try_from(buffer.len()).ok()?, EvtFormatMessageEvent);
        let text = buffer.as_mut_ptr();
        // SAFETY: the buffer has room for as many characters as is said.
        unsafe {
            EvtFormatMessage(metadata, handle, 0, 0, std::ptr::null(), kind, room, text, &raw mut used)
        };
        Some(super::narrow(&buffer).trim().to_owned()).filter(|text| !text.is_empty())
    }
}

impl Drop for Publishers {
    fn drop(&mut self) {
        for handle in self.0.values().filter(|handle| **handle != 0) {
            // SAFETY: each was opened above and is used no more.
            unsafe { EvtClose(*handle) };
        }
    }
}
