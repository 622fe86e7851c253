//! Makes this process give way to everything else on the host.

/// Idle priority for processor and disk, as far as the system lets us; the host comes first.
#[cfg(target_os = "linux")]
pub fn lower_priority() {
    let _ = rustix::process::nice(19);
}

/// Idle priority for processor and disk, as far as the system lets us; the host comes first.
#[cfg(not(target_os = "linux"))]
pub fn lower_priority() {}
