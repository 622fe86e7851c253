//! Opens files that others have open: they may go on reading, writing, renaming and deleting them. What somebody keeps for
//! himself alone is tried again for a moment and then named.

#![expect(clippy::disallowed_types, reason = "the seam")]

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::windows::ffi::OsStrExt;
use std::os::windows::fs::{MetadataExt, OpenOptionsExt};
use std::os::windows::io::{AsRawHandle, FromRawHandle};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use windows_sys::Win32::Foundation::{
    ERROR_LOCK_VIOLATION, ERROR_SHARING_VIOLATION, GENERIC_READ, GENERIC_WRITE, INVALID_HANDLE_VALUE,
    LocalFree,
};
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::Win32::Storage::FileSystem::{
    CREATE_NEW, CreateFileW, DELETE, FILE_ATTRIBUTE_NORMAL, FILE_ATTRIBUTE_OFFLINE,
    FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS, FILE_ATTRIBUTE_RECALL_ON_OPEN, FILE_FLAG_BACKUP_SEMANTICS,
    FILE_FLAG_OPEN_NO_RECALL, FILE_FLAG_SEQUENTIAL_SCAN, FILE_IO_PRIORITY_HINT_INFO, FILE_SHARE_DELETE,
    FILE_SHARE_READ, FILE_SHARE_WRITE, FileIoPriorityHintInfo, IoPriorityHintLow, SetFileInformationByHandle,
};
use windows_sys::Win32::System::RestartManager::{
    CCH_RM_SESSION_KEY, RM_PROCESS_INFO, RmEndSession, RmGetList, RmRegisterResources, RmStartSession,
};

/// How often and how long a file is waited for that somebody keeps for himself.
const TRIES: u32 = 4;
const PAUSE: Duration = Duration::from_millis(50);

/// Opens a file for shared reading.
pub(in crate::host) fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options
        .access_mode(GENERIC_READ)
        .share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE)
        .custom_flags(FILE_FLAG_BACKUP_SEMANTICS | FILE_FLAG_SEQUENTIAL_SCAN | FILE_FLAG_OPEN_NO_RECALL);
    let mut tries = 0;
    loop {
        tries += 1;
        match options.open(path) {
            Ok(file) => {
                lower_priority(&file);
                return Ok(file);
            }
            Err(error) if is_kept(&error) && tries < TRIES => std::thread::sleep(PAUSE),
            Err(error) if is_kept(&error) => {
                let holders = holders(path);
                let by = if holders.is_empty() { "another process".to_owned() } else { holders.join(", ") };
                return Err(io::Error::new(
                    io::ErrorKind::ResourceBusy,
                    format!("kept open by {by} for itself alone"),
                ));
            }
            Err(error) => return Err(error),
        }
    }
}

fn is_kept(error: &io::Error) -> bool {
    let code = error.raw_os_error().map(i32::cast_unsigned);
    matches!(code, Some(ERROR_SHARING_VIOLATION | ERROR_LOCK_VIOLATION))
}

/// The disk serves everybody else first. Where the file system does not know priorities, nothing changes.
fn lower_priority(file: &File) {
    if !super::priority::IS_LOW.load(Ordering::Relaxed) {
        return;
    }
    let hint = FILE_IO_PRIORITY_HINT_INFO { PriorityHint: IoPriorityHintLow };
    let size = u32::try_from(size_of_val(&hint)).expect("a few bytes");
    // SAFETY: the handle is open, and the structure is of the kind and size that is said.
    unsafe {
        SetFileInformationByHandle(
            file.as_raw_handle(),
            FileIoPriorityHintInfo,
            (&raw const hint).cast(),
            size,
        );
    }
}

/// Whether reading the file would fetch it from a cloud service or a tape.
pub(in crate::host) fn is_placeholder(metadata: &Metadata) -> bool {
    let away = FILE_ATTRIBUTE_OFFLINE | FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS | FILE_ATTRIBUTE_RECALL_ON_OPEN;
    metadata.file_attributes() & away != 0
}

/// Its owner, the administrators and the system may do everything with the file, nobody else anything.
const OWN: &str = "D:P(A;;FA;;;OW)(A;;FA;;;BA)(A;;FA;;;SY)";

/// Creates a new file that only its owner may read.
pub(in crate::host) fn create_private(path: &Path) -> io::Result<File> {
    let rights = super::wide(OWN);
    let name: Vec<u16> = path.as_os_str().encode_wide().chain([0]).collect();
    let mut descriptor = std::ptr::null_mut();
    // SAFETY: the text ends with a zero; the system allocates the descriptor, which is freed below.
    let made = unsafe {
        ConvertStringSecurityDescriptorToSecurityDescriptorW(
            rights.as_ptr(),
            SDDL_REVISION_1,
            &raw mut descriptor,
            std::ptr::null_mut(),
        )
    };
    if made == 0 {
        return Err(io::Error::last_os_error());
    }
    let attributes = SECURITY_ATTRIBUTES {
        nLength: u32::try_from(size_of::<SECURITY_ATTRIBUTES>()).expect("a few bytes"),
        lpSecurityDescriptor: descriptor,
        bInheritHandle: 0,
    };
    // SAFETY: the name ends with a zero, and the attributes live until the call returns.
    let handle = unsafe {
        CreateFileW(
            name.as_ptr(),
            GENERIC_READ | GENERIC_WRITE | DELETE,
            FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
            &raw const attributes,
            CREATE_NEW,
            FILE_ATTRIBUTE_NORMAL,
            std::ptr::null_mut(),
        )
    };
    let error = io::Error::last_os_error();
    // SAFETY: the system allocated it above, and nothing uses it any more.
    unsafe { LocalFree(descriptor) };
    if handle == INVALID_HANDLE_VALUE {
        return Err(error);
    }
    // SAFETY: the handle is open and belongs to nobody else.
    Ok(unsafe { File::from_raw_handle(handle) })
}

/// Names of the processes that have a file open, as far as the Restart Manager tells.
fn holders(path: &Path) -> Vec<String> {
    let mut session = 0;
    let mut key = [0_u16; CCH_RM_SESSION_KEY as usize + 1];
    let text = path.to_string_lossy();
    let name = super::wide(text.strip_prefix(r"\\?\").unwrap_or(&text));
    let mut count = 8_u32;
    let mut needed = 0_u32;
    let mut reasons = 0_u32;
    // SAFETY: the structure is plain numbers and arrays of them.
    let mut found: [RM_PROCESS_INFO; 8] = unsafe { std::mem::zeroed() };
    // SAFETY: all pointers lead to local variables that live until the session ends; `count` is the room in `found`.
    let told = unsafe {
        if RmStartSession(&raw mut session, 0, key.as_mut_ptr()) != 0 {
            return Vec::new();
        }
        let names = [name.as_ptr()];
        let told = RmRegisterResources(session, 1, names.as_ptr(), 0, std::ptr::null(), 0, std::ptr::null())
            == 0
            && RmGetList(session, &raw mut needed, &raw mut count, found.as_mut_ptr(), &raw mut reasons) == 0;
        RmEndSession(session);
        told
    };
    let found = if told { &found[..count.min(8) as usize] } else { &[] };
    let name = |process: &RM_PROCESS_INFO| {
        format!("{} (process {})", super::narrow(&process.strAppName), process.Process.dwProcessId)
    };
    found.iter().map(name).collect()
}
