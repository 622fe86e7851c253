//! Listening ports of this Linux machine and the processes that own them, from `/proc`. Elsewhere the list is empty for now.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde_json::{Value as Json, json};

/// State of a listening TCP socket in `/proc/net/tcp`, and of an unconnected UDP one.
const LISTEN: &str = "0A";
const UNCONNECTED: &str = "07";

/// Largest table that is read.
const TABLE: u64 = 8 * 1024 * 1024;

/// Listening sockets, by port.
pub(in crate::host) fn listening() -> Vec<Json> {
    let owners = owners();
    let mut sockets = Vec::new();
    for (protocol, state) in [("tcp", LISTEN), ("tcp6", LISTEN), ("udp", UNCONNECTED), ("udp6", UNCONNECTED)]
    {
        for (address, port, inode) in table(&read(&format!("/proc/net/{protocol}")), state) {
            let owner = owners.get(&inode);
            sockets.push((
                port,
                protocol,
                address.to_string(),
                owner.map(|owner| owner.0),
                owner.map(|owner| owner.1.clone()),
            ));
        }
    }
    sockets.sort();
    let one = |(port, protocol, address, pid, name)| json!({ "port": port, "protocol": protocol, "address": address, "pid": pid, "process": name });
    sockets.into_iter().map(one).collect()
}

/// Files in `/proc` have no size, so they are read up to a limit instead.
#[expect(clippy::disallowed_types, reason = "the seam")]
fn read(path: &str) -> String {
    use std::io::Read;
    let mut text = String::new();
    if let Ok(file) = std::fs::File::open(path) {
        let _ = file.take(TABLE).read_to_string(&mut text);
    }
    text
}

/// Address, port and inode of each socket in a state.
fn table(text: &str, state: &str) -> Vec<(IpAddr, u16, u64)> {
    let row = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (address, port) = fields.get(1)?.split_once(':')?;
        let is_wanted = *fields.get(3)? == state && fields.get(2)?.ends_with(":0000");
        let inode = fields.get(9)?.parse().ok()?;
        is_wanted.then_some((parse_address(address)?, u16::from_str_radix(port, 16).ok()?, inode))
    };
    text.lines().skip(1).filter_map(row).collect()
}

/// Addresses stand as 32-bit words in the byte order of the machine.
fn parse_address(text: &str) -> Option<IpAddr> {
    let words: Option<Vec<[u8; 4]>> = (0..text.len() / 8)
        .map(|at| Some(u32::from_str_radix(text.get(at * 8..at * 8 + 8)?, 16).ok()?.to_ne_bytes()))
        .collect();
    match words?.as_slice() {
        [word] => Some(Ipv4Addr::from(*word).into()),
        [a, b, c, d] => Some(Ipv6Addr::from(<[u8; 16]>::try_from([*a, *b, *c, *d].concat()).ok()?).into()),
        _ => None,
    }
}

/// Process id and name by the inode of each of its sockets, as far as this account may see.
#[expect(clippy::disallowed_methods, reason = "the seam")]
fn owners() -> BTreeMap<u64, (u32, String)> {
    let mut owners = BTreeMap::new();
    for process in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = process.file_name().to_str().and_then(|name| name.parse::<u32>().ok()) else {
            continue;
        };
        let mut name = None;
        for descriptor in std::fs::read_dir(process.path().join("fd")).into_iter().flatten().flatten() {
            let link = std::fs::read_link(descriptor.path()).unwrap_or_default();
            let inode = link
                .to_str()
                .and_then(|text| text.strip_prefix("socket:[")?.strip_suffix(']')?.parse::<u64>().ok());
            if let Some(inode) = inode {
                let read = || {
                    std::fs::read_to_string(process.path().join("comm")).unwrap_or_default().trim().to_owned()
                };
                let name = name.get_or_insert_with(read).clone();
                owners.insert(inode, (pid, name));
            }
        }
    }
    owners
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn a_table_of_the_kernel() {
        let text = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n\
            0: 0100007F:1092 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1\n\
            1: 0100007F:1092 0100007F:0050 01 00000000:00000000 00:00000000 00000000     0        0 12346 1\n";
        assert_eq!(table(text, LISTEN), [(IpAddr::from([127, 0, 0, 1]), 4242, 12345)]);
        assert_eq!(
            parse_address("00000000000000000000000001000000"),
            Some("::1".parse().expect("an address"))
        );
        assert_eq!(table("garbage\nmore : garbage 0A\n", LISTEN), []);
    }
}
