//! Whether a name is this machine. No other machine is ever asked.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, ToSocketAddrs};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::host::{Miss, own_addresses};

/// The addresses that a name of this machine stands for. A name that stands for another machine is refused.
pub(super) fn addresses(name: &str, limit: Duration) -> Result<Vec<IpAddr>, Miss> {
    let found = resolve(name, limit)?;
    let own = own_addresses();
    let is_own = |address: &IpAddr| address.is_loopback() || own.contains(&mapped(*address));
    let (own, others): (Vec<IpAddr>, Vec<IpAddr>) = found.into_iter().partition(is_own);
    match (own.is_empty(), others.first()) {
        (false, _) => Ok(own),
        (true, Some(other)) => Err(Miss::Denied(format!(
            "{name} is {other}, which is no address of this machine; only services of this host are asked"
        ))),
        (true, None) => Err(Miss::Failed(format!("{name} has no address"))),
    }
}

/// The addresses of `localhost`, whatever a file of hosts says.
pub(super) fn loopback() -> Vec<IpAddr> {
    vec![IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)]
}

/// An address of version 4 that is written as one of version 6, as what it is.
fn mapped(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(six) => six.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// Asks the system for the addresses of a name, for a limited time: a name server that is gone takes minutes.
fn resolve(name: &str, limit: Duration) -> Result<Vec<IpAddr>, Miss> {
    if let Ok(address) = name.parse::<IpAddr>() {
        return Ok(vec![address]);
    }
    if name.eq_ignore_ascii_case("localhost") {
        return Ok(loopback());
    }
    let (send, receive) = mpsc::channel();
    let asked = name.to_owned();
    thread::spawn(move || {
        let found = (asked.as_str(), 0).to_socket_addrs();
        let _ = send.send(found.map(|found| found.map(|address| address.ip()).collect::<Vec<_>>()));
    });
    match receive.recv_timeout(limit) {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(_)) => Err(Miss::Failed(format!(
            "the name {name} has no address on this machine; name it with --qrs-host if it is called otherwise"
        ))),
        Err(_) => Err(Miss::TimedOut(format!("no address was found for {name} in {} s", limit.as_secs()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(3);

    #[test]
    fn this_machine_is_known_by_its_addresses_and_no_other_is_taken() {
        for name in ["localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1"] {
            assert!(addresses(name, LIMIT).is_ok_and(|found| !found.is_empty()), "{name}");
        }
        for name in own_addresses() {
            assert_eq!(addresses(&name.to_string(), LIMIT), Ok(vec![name]));
        }
        // Addresses that documents use, and nobody has.
        for name in ["192.0.2.7", "2001:db8::7", "0.0.0.0"] {
            let refused = addresses(name, LIMIT);
            assert!(
                matches!(&refused, Err(Miss::Denied(why)) if why.contains("no address of this machine")),
                "{refused:?}"
            );
        }
        assert!(matches!(addresses("no-such-host.invalid", LIMIT), Err(Miss::Failed(_) | Miss::TimedOut(_))));
    }
}
