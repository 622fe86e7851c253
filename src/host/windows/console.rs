//! The console: whether it was opened for this program alone, and what happens when it is closed.

use std::sync::OnceLock;

use windows_sys::Win32::System::Console::{
    CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT, CTRL_SHUTDOWN_EVENT, GetConsoleProcessList, SetConsoleCtrlHandler,
};
use windows_sys::Win32::System::Diagnostics::Debug::{
    SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX, SEM_NOOPENFILEERRORBOX, SetErrorMode,
};

/// What is done when the window is closed; the system ends the process right after it, and after five seconds anyway.
static ON_CLOSE: OnceLock<Box<dyn Fn() + Send + Sync>> = OnceLock::new();

/// A question in a window would wait for an answer that nobody can give.
pub(in crate::host) fn never_ask_in_a_window() {
    // SAFETY: the function only sets a mode of this process.
    unsafe { SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX) };
}

/// Sets what is done when the window is closed, the user logs off or the system shuts down. The first call counts.
pub(in crate::host) fn on_close(work: Box<dyn Fn() + Send + Sync>) {
    if ON_CLOSE.set(work).is_ok() {
        // SAFETY: the handler is a function that lives as long as the program.
        unsafe { SetConsoleCtrlHandler(Some(handler), 1) };
    }
}

/// Called by the system on a thread of its own.
extern "system" fn handler(event: u32) -> i32 {
    let is_end = matches!(event, CTRL_CLOSE_EVENT | CTRL_LOGOFF_EVENT | CTRL_SHUTDOWN_EVENT);
    if let (true, Some(work)) = (is_end, ON_CLOSE.get()) {
        work();
    }
    i32::from(is_end)
}

/// Whether the console was opened for this program, as by double-click, and closes when it ends.
pub(in crate::host) fn has_own_console() -> bool {
    let mut processes = [0_u32; 2];
    // SAFETY: the buffer has room for as many numbers as is said.
    let count = unsafe { GetConsoleProcessList(processes.as_mut_ptr(), 2) };
    count == 1
}
