//! Space on a volume, for this account: quotas count.

use std::os::windows::ffi::OsStrExt;
use std::path::Path;

use windows_sys::Win32::Storage::FileSystem::GetDiskFreeSpaceExW;

use crate::host::Space;

/// Space on the volume of a folder.
pub(in crate::host) fn space(folder: &Path) -> Option<Space> {
    // A share is only found with a separator at its end.
    let separator = u16::from(b'\\');
    let name: Vec<u16> = folder.as_os_str().encode_wide().chain([separator, 0]).collect();
    let (mut free, mut total) = (0_u64, 0_u64);
    // SAFETY: the name ends with a zero, and both numbers live until the call returns; null stands for what is not wanted.
    let is_told =
        unsafe { GetDiskFreeSpaceExW(name.as_ptr(), &raw mut free, &raw mut total, std::ptr::null_mut()) }
            != 0;
    is_told.then_some(Space { free, total })
}
