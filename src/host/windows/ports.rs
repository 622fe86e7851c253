//! Listening TCP ports and bound UDP ports with the processes that own them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::{Value as Json, json};
use windows_sys::Win32::NetworkManagement::IpHelper::{
    GetExtendedTcpTable, GetExtendedUdpTable, MIB_TCP6ROW_OWNER_PID, MIB_TCPROW_OWNER_PID,
    MIB_UDP6ROW_OWNER_PID, MIB_UDPROW_OWNER_PID, TCP_TABLE_OWNER_PID_LISTENER, UDP_TABLE_OWNER_PID,
};
use windows_sys::Win32::Networking::WinSock::{AF_INET, AF_INET6};

/// Most bytes of a table; more sockets than fit are not listed.
const LARGEST: usize = 4 * 1024 * 1024;

/// Listening sockets, by port.
pub(in crate::host) fn listening() -> Vec<Json> {
    let names: BTreeMap<u32, String> = crate::host::process::names();
    let mut sockets: Vec<(u16, &str, String, u32)> = Vec::new();
    let port = |number: u32| u16::from_be_bytes([number.to_ne_bytes()[0], number.to_ne_bytes()[1]]);
    for row in rows::<MIB_TCPROW_OWNER_PID>(true, AF_INET) {
        let address = Ipv4Addr::from(row.dwLocalAddr.to_ne_bytes());
        sockets.push((port(row.dwLocalPort), "tcp", IpAddr::from(address).to_string(), row.dwOwningPid));
    }
    for row in rows::<MIB_TCP6ROW_OWNER_PID>(true, AF_INET6) {
        sockets.push((
            port(row.dwLocalPort),
            "tcp6",
            Ipv6Addr::from(row.ucLocalAddr).to_string(),
            row.dwOwningPid,
        ));
    }
    for row in rows::<MIB_UDPROW_OWNER_PID>(false, AF_INET) {
        let address = Ipv4Addr::from(row.dwLocalAddr.to_ne_bytes());
        sockets.push((port(row.dwLocalPort), "udp", address.to_string(), row.dwOwningPid));
    }
    for row in rows::<MIB_UDP6ROW_OWNER_PID>(false, AF_INET6) {
        sockets.push((
            port(row.dwLocalPort),
            "udp6",
            Ipv6Addr::from(row.ucLocalAddr).to_string(),
            row.dwOwningPid,
        ));
    }
    sockets.sort();
    let one = |(port, protocol, address, pid): (u16, &str, String, u32)| json!({ "port": port, "protocol": protocol, "address": address, "pid": pid, "process": names.get(&pid) });
    sockets.into_iter().map(one).collect()
}

/// The rows of a table of sockets. `T` is the kind of row that the table and the family call for.
fn rows<T: Copy>(is_tcp: bool, family: u16) -> Vec<T> {
    let mut size = 0_u32;
    for _ in 0..4 {
        // Words of eight bytes, so that the rows in it are aligned.
        let mut buffer = vec![0_u64; (size as usize).div_ceil(8) + 512];
        size = u32::try_from(buffer.len() * 8).unwrap_or(0);
        let table = buffer.as_mut_ptr().cast();
        let family = u32::from(family);
        // SAFETY: the buffer has as many bytes as is said; the system writes no more.
        let code = unsafe {
            if is_tcp {
                GetExtendedTcpTable(table, &raw mut size, 0, family, TCP_TABLE_OWNER_PID_LISTENER, 0)
            } else {
                GetExtendedUdpTable(table, &raw mut size, 0, family, UDP_TABLE_OWNER_PID, 0)
            }
        };
        match code {
            0 => {
                // The number of rows comes first; rows begin where their alignment lets them.
                let bytes = buffer.len() * 8;
                // SAFETY: the buffer is longer than one number, and aligned for it.
                let count = unsafe { *buffer.as_ptr().cast::<u32>() } as usize;
                let start = align_of::<T>().max(4);
                let count = count.min((bytes - start) / size_of::<T>());
                // SAFETY: that many rows fit behind the number, the system wrote them, and each is plain numbers.
                let rows = unsafe {
                    std::slice::from_raw_parts(buffer.as_ptr().cast::<u8>().add(start).cast::<T>(), count)
                };
                return rows.to_vec();
            }
            // The table has grown, or its size was asked for.
            122 if (size as usize) < LARGEST => {}
            _ => return Vec::new(),
        }
    }
    Vec::new()
}
