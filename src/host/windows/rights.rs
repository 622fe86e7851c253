//! Rights of an account, such as logging on as a service. Only an administrator may ask for them.

use std::sync::mpsc;
use std::time::Duration;

use windows_sys::Win32::Foundation::{NTSTATUS, STATUS_SUCCESS};
use windows_sys::Win32::Security::Authentication::Identity::{
    LSA_HANDLE, LSA_OBJECT_ATTRIBUTES, LSA_UNICODE_STRING, LsaClose, LsaEnumerateAccountRights,
    LsaFreeMemory, LsaOpenPolicy, POLICY_LOOKUP_NAMES,
};
use windows_sys::Win32::Security::{LookupAccountNameW, PSID};

/// Longest security identifier: a head of 8 bytes and 15 numbers.
const SID: usize = 68;

/// How long a domain may take to know an account.
const PATIENCE: Duration = Duration::from_secs(5);

/// There is no right that was given to this account itself.
const NONE: NTSTATUS = 0xC000_0034_u32.cast_signed();

/// Names of the rights that were given to the account itself; nothing if they cannot be asked for, or not in time. Accounts of
/// the system have theirs from Windows.
pub(in crate::host) fn rights(account: &str) -> Option<Vec<String>> {
    let is_own = account.eq_ignore_ascii_case("LocalSystem") || account.to_uppercase().starts_with(r"NT ");
    if is_own {
        return None;
    }
    let account = account.to_owned();
    let (send, receive) = mpsc::channel();
    std::thread::spawn(move || send.send(ask(&account)));
    receive.recv_timeout(PATIENCE).ok().flatten()
}

fn ask(account: &str) -> Option<Vec<String>> {
    let mut sid = sid(account)?;
    // SAFETY: the structure is plain numbers and pointers that may be null.
    let attributes: LSA_OBJECT_ATTRIBUTES = unsafe { std::mem::zeroed() };
    let mut policy: LSA_HANDLE = 0;
    let access = u32::try_from(POLICY_LOOKUP_NAMES).ok()?;
    // SAFETY: null stands for this machine; the other pointers lead to local variables.
    let status = unsafe { LsaOpenPolicy(std::ptr::null(), &raw const attributes, access, &raw mut policy) };
    if status != STATUS_SUCCESS {
        return None;
    }
    let mut list: *mut LSA_UNICODE_STRING = std::ptr::null_mut();
    let mut count = 0_u32;
    let identifier: PSID = sid.as_mut_ptr().cast();
    // SAFETY: the policy is open, the identifier whole, and the system allocates the list.
    let status = unsafe { LsaEnumerateAccountRights(policy, identifier, &raw mut list, &raw mut count) };
    let mut names = Vec::new();
    if status == STATUS_SUCCESS && !list.is_null() {
        // SAFETY: the system wrote that many structures.
        let texts = unsafe { std::slice::from_raw_parts(list, count as usize) };
        // SAFETY: each says itself how many bytes its text has.
        let name = |text: &LSA_UNICODE_STRING| unsafe {
            String::from_utf16_lossy(std::slice::from_raw_parts(text.Buffer, usize::from(text.Length) / 2))
        };
        names = texts.iter().filter(|text| !text.Buffer.is_null()).map(name).collect();
        // SAFETY: the list came from the system and is used no more.
        unsafe { LsaFreeMemory(list.cast()) };
    }
    // SAFETY: the policy was opened above and is used no more.
    unsafe { LsaClose(policy) };
    names.sort();
    matches!(status, STATUS_SUCCESS | NONE).then_some(names)
}

/// The security identifier of an account.
fn sid(account: &str) -> Option<[u64; SID.div_ceil(8)]> {
    // A name alone would be asked of the domain and of all that it trusts.
    let name = match account.strip_prefix(r".\") {
        Some(own) => format!(r"{}\{own}", sysinfo::System::host_name().ok()?),
        None => account.to_owned(),
    };
    let name = super::wide(&name);
    let mut sid = [0_u64; SID.div_ceil(8)];
    let mut domain = [0_u16; 256];
    let (mut sid_size, mut domain_size, mut kind) = (u32::try_from(size_of_val(&sid)).ok()?, 256_u32, 0);
    // SAFETY: the name ends with a zero, and both buffers are as long as is said.
    let found = unsafe {
        LookupAccountNameW(
            std::ptr::null(),
            name.as_ptr(),
            sid.as_mut_ptr().cast(),
            &raw mut sid_size,
            domain.as_mut_ptr(),
            &raw mut domain_size,
            &raw mut kind,
        )
    };
    (found != 0).then_some(sid)
}
