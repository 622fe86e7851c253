//! What only Windows tells: its registry, service manager, stores, sockets and event logs, and how a file is opened there. The
//! one folder with unsafe code, each block with the reason why it is sound.

#![expect(unsafe_code, reason = "the system's own interface")]

mod certificates;
mod console;
mod events;
mod open;
mod paths;
mod ports;
mod priority;
mod registry;
mod rights;
mod services;
mod space;

use serde_json::Value as Json;
use windows_sys::Win32::Security::{CheckTokenMembership, CreateWellKnownSid, WinBuiltinAdministratorsSid};
use windows_sys::Win32::System::SystemInformation::{
    GetLogicalProcessorInformationEx, RelationProcessorPackage,
};
use windows_sys::Win32::System::Threading::GetNumaHighestNodeNumber;

pub(super) use certificates::document as certificates_of_stores;
pub(super) use console::{has_own_console, never_ask_in_a_window, on_close};
pub(super) use events::{channels, events};
pub(super) use open::{create_private, is_placeholder, open};
pub(super) use paths::{host_path, native, os_string, reach, stored};
pub(super) use ports::listening;
pub(super) use priority::{end_children_with_this_process, lower_priority};
pub(super) use rights::rights;
pub(super) use space::space;

use super::registry::{KeyPath, Registry, Value};
use super::{Files, Miss};

/// Programs that tell what no native call does: id, candidates for the program, arguments, seconds.
pub(super) const PROGRAMS: &[(&str, &[&str], &[&str], u64)] = &[
    ("ssl-bindings", &[r"%SystemRoot%\System32\netsh.exe"], &["http", "show", "sslcert"], 10),
    ("url-reservations", &[r"%SystemRoot%\System32\netsh.exe"], &["http", "show", "urlacl"], 10),
    ("proxy", &[r"%SystemRoot%\System32\netsh.exe"], &["winhttp", "show", "proxy"], 10),
    ("firewall", &[r"%SystemRoot%\System32\netsh.exe"], &["advfirewall", "show", "allprofiles"], 10),
    ("time-synchronization", &[r"%SystemRoot%\System32\w32tm.exe"], &["/query", "/status"], 10),
    ("group-qlik-sense", NET, &["localgroup", "Qlik Sense Service Users"], 10),
    ("group-qlikview-administrators", NET, &["localgroup", "QlikView Administrators"], 10),
    ("group-qlikview-management-api", NET, &["localgroup", "QlikView Management API"], 10),
    ("power-plan", &[r"%SystemRoot%\System32\powercfg.exe"], &["/getactivescheme"], 10),
];

/// Lists the members of a local group.
const NET: &[&str] = &[r"%SystemRoot%\System32\net.exe"];

/// Where the machine's own environment variables stand.
const ENVIRONMENT: &str = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager\Environment";

/// Where the folders stand that every program is told, and the names that they are told by.
const FOLDERS: &str = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion";
const FOLDER_NAMES: [(&str, &str); 2] =
    [("ProgramFilesDir", "ProgramFiles"), ("CommonFilesDir", "CommonProgramFiles")];

pub(super) fn registry() -> Box<dyn Registry> {
    Box::new(registry::LiveRegistry)
}

/// Environment variables of the machine, which a scheduled task or a remote session may not have been given.
pub(super) fn more_variables() -> Vec<(String, String)> {
    let all =
        |key: &str| registry::LiveRegistry.values(&KeyPath(key.into())).ok().flatten().unwrap_or_default();
    let mut variables: Vec<(String, String)> =
        all(ENVIRONMENT).into_iter().filter_map(|(name, value)| Some((name, value.text()?))).collect();
    for (value, name) in FOLDER_NAMES {
        let folder = registry::LiveRegistry.value(&KeyPath(FOLDERS.into()), value).ok().flatten();
        variables.extend(folder.and_then(|folder| folder.text()).map(|folder| (name.to_owned(), folder)));
    }
    // A value that names another variable is of no use by itself.
    variables.retain(|(_, value)| !value.contains('%'));
    variables
}

/// Number of memory nodes, which Qlik's engine must be told of on large machines.
pub(super) fn numa_nodes() -> Option<u32> {
    let mut highest = 0;
    // SAFETY: the pointer leads to a local variable.
    let is_told = unsafe { GetNumaHighestNodeNumber(&raw mut highest) } != 0;
    is_told.then(|| highest + 1)
}

/// Number of processor packages.
pub(super) fn sockets() -> Option<usize> {
    let mut length = 0_u32;
    let kind = RelationProcessorPackage;
    // SAFETY: without a buffer the function only says how long it must be.
    unsafe { GetLogicalProcessorInformationEx(kind, std::ptr::null_mut(), &raw mut length) };
    // Words of eight bytes, so that the structures in it are aligned.
    let mut buffer = vec![0_u64; (length as usize).div_ceil(8)];
    // SAFETY: the buffer has at least as many bytes as is said.
    let is_told =
        unsafe { GetLogicalProcessorInformationEx(kind, buffer.as_mut_ptr().cast(), &raw mut length) } != 0;
    let bytes: Vec<u8> = buffer.iter().flat_map(|word| word.to_ne_bytes()).take(length as usize).collect();
    let (mut at, mut count) = (0, 0);
    // Each structure begins with its kind and its own length.
    while let Some(size) =
        bytes.get(at + 4..at + 8).and_then(|size| size.try_into().ok()).map(u32::from_ne_bytes)
    {
        if size == 0 {
            break;
        }
        count += 1;
        at += size as usize;
    }
    (is_told && count > 0).then_some(count)
}

pub(super) fn administrator() -> Option<bool> {
    let mut sid = [0_u64; 9];
    let (mut size, mut is_member) = (u32::try_from(size_of_val(&sid)).ok()?, 0);
    // SAFETY: the buffer has as many bytes as is said; null stands for the account of this process.
    let is_told = unsafe {
        let sid = sid.as_mut_ptr().cast();
        CreateWellKnownSid(WinBuiltinAdministratorsSid, std::ptr::null_mut(), sid, &raw mut size) != 0
            && CheckTokenMembership(std::ptr::null_mut(), sid, &raw mut is_member) != 0
    };
    is_told.then_some(is_member != 0)
}

/// The folder of Windows.
fn system_root() -> String {
    let root = registry_text(r"HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion", "SystemRoot");
    root.unwrap_or_else(|| r"C:\Windows".into())
}

/// The path of one of the programs above.
pub(super) fn program(candidate: &str) -> String {
    candidate.replace("%SystemRoot%", &system_root())
}

/// State of services, which the registry does not tell.
pub(super) fn services() -> Result<Json, Miss> {
    services::states()
}

pub(super) fn certificates(_: &Files) -> Result<Json, Miss> {
    certificates_of_stores()
}

/// The surroundings of a program: none but what every program of Windows needs.
pub(super) fn surround(command: &mut std::process::Command) {
    let root = system_root();
    let system = format!(r"{root}\System32");
    command.env("PATH", &system).env("SystemRoot", &root).env("windir", &root).current_dir(system);
}

/// Kills the program. What it started is in the same job and ends with this process.
pub(super) fn kill(child: &mut std::process::Child) {
    let _ = child.kill();
}

/// A text as the system takes it: UTF-16, ended by a zero.
fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

/// A text that ends with a zero somewhere in a buffer.
fn narrow(buffer: &[u16]) -> String {
    let end = buffer.iter().position(|unit| *unit == 0).unwrap_or(buffer.len());
    String::from_utf16_lossy(&buffer[..end])
}

/// Text behind a pointer that the system gave.
///
/// # Safety
/// The pointer is null or leads to a text that ends with a zero.
unsafe fn text_at(pointer: *const u16) -> String {
    if pointer.is_null() {
        return String::new();
    }
    let mut length = 0;
    // SAFETY: the caller says that the text ends with a zero, so nothing behind it is read.
    let units = unsafe {
        while *pointer.add(length) != 0 {
            length += 1;
        }
        std::slice::from_raw_parts(pointer, length)
    };
    String::from_utf16_lossy(units)
}

/// What the registry answers for a value, as text.
fn registry_text(key: &str, name: &str) -> Option<String> {
    registry::LiveRegistry
        .value(&KeyPath(key.into()), name)
        .ok()
        .flatten()
        .and_then(|value: Value| value.text())
}
