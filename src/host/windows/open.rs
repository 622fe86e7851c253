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

use windows_sys::Wdk::Storage::FileSystem::NtQueryInformationFile;
use windows_sys::Win32::Foundation::{
    CloseHandle, ERROR_LOCK_VIOLATION, ERROR_SHARING_VIOLATION, GENERIC_READ, GENERIC_WRITE,
    INVALID_HANDLE_VALUE, LocalFree,
};
use windows_sys::Win32::Security::Authorization::{
    ConvertStringSecurityDescriptorToSecurityDescriptorW, SDDL_REVISION_1,
};
use windows_sys::Win32::Security::SECURITY_ATTRIBUTES;
use windows_sys::Win32::Storage::FileSystem::{
    CREATE_NEW, CreateFileW, DELETE, FILE_ATTRIBUTE_NORMAL, FILE_ATTRIBUTE_OFFLINE,
    FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS, FILE_ATTRIBUTE_RECALL_ON_OPEN, FILE_FLAG_BACKUP_SEMANTICS,
    FILE_FLAG_OPEN_NO_RECALL, FILE_FLAG_SEQUENTIAL_SCAN, FILE_IO_PRIORITY_HINT_INFO, FILE_READ_ATTRIBUTES,
    FILE_SHARE_DELETE, FILE_SHARE_READ, FILE_SHARE_WRITE, FileIoPriorityHintInfo, IoPriorityHintLow,
    SetFileInformationByHandle,
};
use windows_sys::Win32::System::IO::IO_STATUS_BLOCK;
use windows_sys::Win32::System::Threading::{
    OpenProcess, PROCESS_QUERY_LIMITED_INFORMATION, QueryFullProcessImageNameW,
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
    /// The system wants it at a place that eight divides.
    #[repr(C, align(8))]
    struct Aligned(FILE_IO_PRIORITY_HINT_INFO);

    let hint = Aligned(FILE_IO_PRIORITY_HINT_INFO { PriorityHint: IoPriorityHintLow });
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

/// Programs of the processes that have a file open, as far as the file system tells. The Restart Manager would tell too, but it
/// leaves events in the log of the host.
fn holders(path: &Path) -> Vec<String> {
    let mut options = OpenOptions::new();
    options
        .access_mode(FILE_READ_ATTRIBUTES)
        .share_mode(FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE);
    let Ok(file) = options.custom_flags(FILE_FLAG_BACKUP_SEMANTICS).open(path) else { return Vec::new() };
    // A number, then as many process ids, each in a word of its own.
    let mut list = [0_usize; 33];
    // SAFETY: the structure is plain numbers and pointers that may be null.
    let mut status: IO_STATUS_BLOCK = unsafe { std::mem::zeroed() };
    // SAFETY: the handle is open, and the buffer has as many bytes as is said.
    let told = unsafe {
        NtQueryInformationFile(
            file.as_raw_handle(),
            &raw mut status,
            list.as_mut_ptr().cast(),
            u32::try_from(size_of_val(&list)).expect("a few bytes"),
            PROCESSES_USING_FILE,
        )
    };
    let count = if told == 0 { list[0] & 0xFFFF_FFFF } else { 0 };
    let ids = list.iter().skip(1).take(count).filter_map(|id| u32::try_from(*id).ok());
    ids.map(|id| format!("{} (process {id})", program(id).unwrap_or_else(|| "a process".into()))).collect()
}

/// What is asked for, in the numbering of the system.
const PROCESSES_USING_FILE: i32 = 47;

/// The file name of a process's program.
fn program(id: u32) -> Option<String> {
    // SAFETY: the function takes numbers only.
    let process = unsafe { OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, 0, id) };
    if process.is_null() {
        return None;
    }
    let mut name = [0_u16; 1024];
    let mut length = 1024_u32;
    // SAFETY: the handle is open, and the buffer has room for as many characters as is said.
    let is_told = unsafe { QueryFullProcessImageNameW(process, 0, name.as_mut_ptr(), &raw mut length) } != 0;
    // SAFETY: the handle was opened above and is used no more.
    unsafe { CloseHandle(process) };
    let path = is_told.then(|| super::narrow(&name))?;
    Some(path.rsplit('\\').next().unwrap_or(&path).to_owned())
}
