//! Paths as the system takes them without changing them, and shares that do not answer.

use std::ffi::OsString;
use std::io;
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
use windows_sys::Win32::Storage::FileSystem::{FindClose, FindFirstFileW, WIN32_FIND_DATAW};

use crate::host::{HostPath, Os};

/// How long a server may take to answer for the first time.
const PATIENCE: Duration = Duration::from_secs(10);

/// The real path of a path on this machine. With the prefix `\\?\` the system takes it as it is: longer than 260 characters,
/// with names such as `NUL.log` and with dots at their end.
pub(in crate::host) fn native(path: &HostPath) -> PathBuf {
    let prefix = PathBuf::from(prefixed(path.as_str()));
    match path.exact() {
        // The exact form has the prefix already, since it was listed below it.
        Some(exact) => PathBuf::from(os_string(exact)),
        None => prefix,
    }
}

fn prefixed(text: &str) -> String {
    let drive = text.as_bytes().get(1) == Some(&b':') && text.as_bytes().get(2) == Some(&b'\\');
    if text.starts_with(r"\\?\") || text.starts_with(r"\\.\") {
        text.to_owned()
    } else if let Some(share) = text.strip_prefix(r"\\") {
        format!(r"\\?\UNC\{share}")
    } else if drive {
        // Two backslashes in a row would be a name of no characters.
        let mut plain = String::from(r"\\?\");
        plain.push_str(&text[..3]);
        let mut parts: Vec<&str> = Vec::new();
        for part in text[3..].split('\\') {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        plain.push_str(&parts.join(r"\"));
        plain
    } else {
        text.to_owned()
    }
}

/// The same path in the letter case in which its names are stored; what is not there stays as it is.
pub(in crate::host) fn stored(real: PathBuf) -> PathBuf {
    let mut path = PathBuf::new();
    for part in real.components() {
        let asked = path.join(part);
        match part {
            Component::Normal(_) => {
                path.push(stored_name(&asked).unwrap_or_else(|| part.as_os_str().to_owned()))
            }
            _ => path = asked,
        }
    }
    path
}

/// The last name of a path as it is stored.
fn stored_name(path: &Path) -> Option<OsString> {
    let name: Vec<u16> = path.as_os_str().encode_wide().chain([0]).collect();
    // These would be taken for a pattern. The prefix of the path has a question mark of its own.
    let last = path.file_name()?.encode_wide();
    if last.into_iter().any(|unit| br#"*?<>""#.iter().any(|byte| unit == u16::from(*byte))) {
        return None;
    }
    // SAFETY: the structure is plain numbers and arrays of them.
    let mut found: WIN32_FIND_DATAW = unsafe { std::mem::zeroed() };
    // SAFETY: the name ends with a zero, and the structure lives until the call returns.
    let handle = unsafe { FindFirstFileW(name.as_ptr(), &raw mut found) };
    if handle == INVALID_HANDLE_VALUE {
        return None;
    }
    // SAFETY: the handle was opened above and is used no more.
    unsafe { FindClose(handle) };
    let end = found.cFileName.iter().position(|unit| *unit == 0)?;
    Some(OsString::from_wide(&found.cFileName[..end]))
}

/// The host path of a real path.
pub(in crate::host) fn host_path(os: Os, real: &Path) -> HostPath {
    let Some(text) = real.to_str() else {
        return HostPath::from_bytes(os, real.as_os_str().as_encoded_bytes());
    };
    let plain = match (text.strip_prefix(r"\\?\UNC\"), text.strip_prefix(r"\\?\")) {
        (Some(share), _) => format!(r"\\{share}"),
        (None, Some(plain)) => plain.to_owned(),
        (None, None) => text.to_owned(),
    };
    HostPath::new(os, &plain)
}

/// A name from its bytes: UTF-8 in which half a surrogate pair may stand alone.
pub(in crate::host) fn os_string(bytes: &[u8]) -> OsString {
    let mut units: Vec<u16> = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while !rest.is_empty() {
        let (text, after) = match std::str::from_utf8(rest) {
            Ok(text) => (text, &rest[rest.len()..]),
            Err(error) => {
                let (text, after) = rest.split_at(error.valid_up_to());
                (std::str::from_utf8(text).expect("was found to be valid"), after)
            }
        };
        units.extend(text.encode_utf16());
        rest = match after {
            [a, b, c, more @ ..] => {
                units.push((u16::from(*a) & 0xF) << 12 | (u16::from(*b) & 0x3F) << 6 | u16::from(*c) & 0x3F);
                more
            }
            _ => &[],
        };
    }
    OsString::from_wide(&units)
}

/// Asks for a share on a thread of its own, which is left behind if the server does not answer.
pub(in crate::host) fn reach(share: &str) -> io::Result<()> {
    let (send, receive) = mpsc::channel();
    let path = format!(r"\\?\UNC\{share}\");
    std::thread::spawn(move || send.send(std::fs::metadata(path).map(drop)));
    match receive.recv_timeout(PATIENCE) {
        // A folder below may be open to this account all the same.
        Ok(Err(error)) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        Ok(answer) => answer,
        Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "the server does not answer")),
    }
}
