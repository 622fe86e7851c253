//! Gives way to everything else on the host, and takes its children along when it ends.

use std::sync::atomic::{AtomicBool, Ordering};

use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation, SetInformationJobObject,
};
use windows_sys::Win32::System::Threading::{
    BELOW_NORMAL_PRIORITY_CLASS, GetCurrentProcess, SetPriorityClass,
};

/// Whether files are opened with low priority for the disk.
pub(super) static IS_LOW: AtomicBool = AtomicBool::new(false);

/// Below-normal priority for the processor, and low priority for the disk from here on.
pub(in crate::host) fn lower_priority() {
    IS_LOW.store(true, Ordering::Relaxed);
    // SAFETY: the handle of the own process is always valid.
    unsafe { SetPriorityClass(GetCurrentProcess(), BELOW_NORMAL_PRIORITY_CLASS) };
}

/// Puts this process and all that it starts into a job that ends with it.
pub(in crate::host) fn end_children_with_this_process() {
    // SAFETY: the handle of the own process is always valid. The job lives as long as the process: its handle is never
    // closed, so the system closes it, and with it ends all that is in the job. A failure leaves things as they were.
    unsafe {
        let job = CreateJobObjectW(std::ptr::null(), std::ptr::null());
        if job.is_null() {
            return;
        }
        let mut limits: JOBOBJECT_EXTENDED_LIMIT_INFORMATION = std::mem::zeroed();
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        let size = u32::try_from(size_of_val(&limits)).expect("a few bytes");
        if SetInformationJobObject(job, JobObjectExtendedLimitInformation, (&raw const limits).cast(), size)
            != 0
        {
            AssignProcessToJobObject(job, GetCurrentProcess());
        }
    }
}
