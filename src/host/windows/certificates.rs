//! Certificates of the machine's stores as facts. Keys are never asked for.

use serde_json::{Value as Json, json};
use windows_sys::Win32::Security::Cryptography::{
    CERT_CONTEXT, CERT_STORE_OPEN_EXISTING_FLAG, CERT_STORE_PROV_SYSTEM_W, CERT_STORE_READONLY_FLAG,
    CERT_SYSTEM_STORE_LOCAL_MACHINE, CertCloseStore, CertEnumCertificatesInStore, CertOpenStore,
};

use crate::host::Miss;
use crate::host::certificates::certificate;

/// Stores of the machine that Qlik products use.
const STORES: [&str; 3] = ["My", "Root", "CA"];

/// All certificates of the machine's stores. Of the roots only those that Qlik made, since there are hundreds of others.
pub(in crate::host) fn document() -> Result<Json, Miss> {
    let mut all = Vec::new();
    let mut opened = 0;
    for name in STORES {
        let Some(ders) = store(name) else { continue };
        opened += 1;
        for der in ders {
            let Some(mut facts) = certificate(&der) else { continue };
            if name == "My" || facts["made_by_qlik"] == json!(true) {
                facts["store"] = json!(format!(r"LocalMachine\{name}"));
                all.push(facts);
            }
        }
    }
    if opened == 0 {
        return Err(Miss::Denied("this account may not read the certificate stores of the machine".into()));
    }
    Ok(Json::Array(all))
}

/// The certificates of a store of the machine.
fn store(name: &str) -> Option<Vec<Vec<u8>>> {
    let wide = super::wide(name);
    let flags = CERT_SYSTEM_STORE_LOCAL_MACHINE | CERT_STORE_READONLY_FLAG | CERT_STORE_OPEN_EXISTING_FLAG;
    // SAFETY: the name ends with a zero and outlives the call.
    let store = unsafe { CertOpenStore(CERT_STORE_PROV_SYSTEM_W, 0, 0, flags, wide.as_ptr().cast()) };
    if store.is_null() {
        return None;
    }
    let mut ders = Vec::new();
    let mut current: *const CERT_CONTEXT = std::ptr::null();
    loop {
        // SAFETY: the store is open; the last certificate is given back, as the function wants it, which frees it.
        current = unsafe { CertEnumCertificatesInStore(store, current) };
        if current.is_null() {
            break;
        }
        // SAFETY: the certificate is valid until it is given back, and says itself how long it is.
        let der = unsafe {
            std::slice::from_raw_parts((*current).pbCertEncoded, (*current).cbCertEncoded as usize)
        };
        ders.push(der.to_vec());
    }
    // SAFETY: the store was opened above and is used no more.
    unsafe { CertCloseStore(store, 0) };
    Some(ders)
}
