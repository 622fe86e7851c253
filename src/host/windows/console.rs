//! The console: whether it was opened for this program alone.

use windows_sys::Win32::System::Console::GetConsoleProcessList;

/// Whether the console was opened for this program, as by double-click, and closes when it ends.
pub(in crate::host) fn has_own_console() -> bool {
    let mut processes = [0_u32; 2];
    // SAFETY: the buffer has room for as many numbers as is said.
    let count = unsafe { GetConsoleProcessList(processes.as_mut_ptr(), 2) };
    count == 1
}
