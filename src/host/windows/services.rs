//! State of all services, as the service manager tells it to everybody.

use serde_json::{Value as Json, json};
use windows_sys::Win32::Foundation::{ERROR_ACCESS_DENIED, ERROR_MORE_DATA, GetLastError};
use windows_sys::Win32::System::Services::{
    CloseServiceHandle, ENUM_SERVICE_STATUS_PROCESSW, EnumServicesStatusExW, OpenSCManagerW,
    SC_ENUM_PROCESS_INFO, SC_HANDLE, SC_MANAGER_ENUMERATE_SERVICE, SERVICE_CONTINUE_PENDING,
    SERVICE_PAUSE_PENDING, SERVICE_PAUSED, SERVICE_RUNNING, SERVICE_START_PENDING, SERVICE_STATE_ALL,
    SERVICE_STOP_PENDING, SERVICE_STOPPED, SERVICE_WIN32,
};

/// Bytes asked for at a time; the most that the service manager gives.
const PAGE: usize = 64 * 1024;

/// Name, state, process and exit codes of each service.
pub(super) fn states() -> Result<Json, Miss> {
    // SAFETY: null stands for this machine and its active database.
    let manager = unsafe { OpenSCManagerW(std::ptr::null(), std::ptr::null(), SC_MANAGER_ENUMERATE_SERVICE) };
    if manager.is_null() {
        return Err(failed("open the service manager"));
    }
    let all = read_all(manager);
    // SAFETY: the handle was opened above and is used no more.
    unsafe { CloseServiceHandle(manager) };
    all.map(Json::Array)
}

use crate::host::Miss;

fn failed(what: &str) -> Miss {
    // SAFETY: the function takes nothing and only answers.
    let code = unsafe { GetLastError() };
    if code == ERROR_ACCESS_DENIED {
        return Miss::Denied(format!("this account may not {what}"));
    }
    Miss::Failed(format!("could not {what}: {}", std::io::Error::from_raw_os_error(code.cast_signed())))
}

fn read_all(manager: SC_HANDLE) -> Result<Vec<Json>, Miss> {
    let mut all = Vec::new();
    let mut resume = 0_u32;
    loop {
        // Words of eight bytes, so that the structures in it are aligned.
        let mut buffer = vec![0_u64; PAGE / 8];
        let (mut needed, mut count) = (0_u32, 0_u32);
        // SAFETY: the buffer has as many bytes as is said, and all other pointers lead to local variables.
        let done = unsafe {
            EnumServicesStatusExW(
                manager,
                SC_ENUM_PROCESS_INFO,
                SERVICE_WIN32,
                SERVICE_STATE_ALL,
                buffer.as_mut_ptr().cast(),
                u32::try_from(PAGE).expect("a constant"),
                &raw mut needed,
                &raw mut count,
                &raw mut resume,
                std::ptr::null(),
            )
        };
        // SAFETY: asked right after the call that may have failed.
        if done == 0 && unsafe { GetLastError() } != ERROR_MORE_DATA {
            return Err(failed("list the services"));
        }
        // SAFETY: the system wrote that many structures, and the texts they lead to, into the buffer.
        let services = unsafe {
            std::slice::from_raw_parts(buffer.as_ptr().cast::<ENUM_SERVICE_STATUS_PROCESSW>(), count as usize)
        };
        all.extend(services.iter().map(one));
        if done != 0 || count == 0 {
            return Ok(all);
        }
    }
}

fn one(service: &ENUM_SERVICE_STATUS_PROCESSW) -> Json {
    let status = &service.ServiceStatusProcess;
    let state = match status.dwCurrentState {
        SERVICE_STOPPED => "stopped",
        SERVICE_START_PENDING => "starting",
        SERVICE_STOP_PENDING => "stopping",
        SERVICE_RUNNING => "running",
        SERVICE_CONTINUE_PENDING => "continuing",
        SERVICE_PAUSE_PENDING => "pausing",
        SERVICE_PAUSED => "paused",
        _ => "unknown",
    };
    let pid = Some(status.dwProcessId).filter(|pid| *pid != 0);
    // SAFETY: both lead to texts in the buffer that the system filled.
    let (name, display_name) =
        unsafe { (super::text_at(service.lpServiceName), super::text_at(service.lpDisplayName)) };
    json!({
        "name": name,
        "display_name": display_name,
        "state": state,
        "pid": pid,
        "exit_code": status.dwWin32ExitCode,
        "service_exit_code": status.dwServiceSpecificExitCode,
    })
}
