//! Checks of ports: a service that runs listens on its own, and no other program does.

use serde_json::Value as Json;

use super::ground::{list, text};
use super::{Answer, Check, Ground, is_whole};

/// Ports on which a running service should listen and nobody does.
pub(super) fn silent(check: &Check, ground: &Ground<'_>) -> Answer {
    let listening = listening(ground)?;
    let runs = ground
        .services()?
        .iter()
        .find(|service| check.names(&service.name) && service.state.as_deref() == Some("running"));
    let Some(service) = runs else { return Ok(Vec::new()) };
    let is_silent = |port: &&u16| !listening.iter().any(|socket| socket["port"] == **port);
    let tell = |port: &u16| format!("{} runs, but nothing listens on port {port}", service.name);
    Ok(check.ports.iter().filter(is_silent).map(tell).collect())
}

/// Ports that a program has which is not meant to.
pub(super) fn taken(check: &Check, ground: &Ground<'_>) -> Answer {
    let program = check.program.as_deref().unwrap_or_default();
    let mut evidence = Vec::new();
    for socket in listening(ground)?.iter().filter(|socket| text(socket, "protocol").starts_with("tcp")) {
        let Some(port) = check.ports.iter().find(|port| socket["port"] == **port) else { continue };
        // The driver for HTTP listens for the services, as process 4.
        let Some(pid) = socket["pid"].as_u64().filter(|pid| *pid > 4) else { continue };
        if let Some(owner) = owner(socket, pid, ground).filter(|owner| !is_whole(program, owner)) {
            evidence.push(format!("port {port} belongs to {owner} (process {pid})"));
        }
    }
    evidence.sort();
    evidence.dedup();
    Ok(evidence)
}

fn listening<'a>(ground: &'a Ground<'_>) -> Result<&'a [Json], String> {
    let listening = list(&ground.network()?["listening"]);
    if listening.is_empty() { Err("the listening ports are not known".into()) } else { Ok(listening) }
}

/// Name of the program behind a socket, if it is known.
fn owner(socket: &Json, pid: u64, ground: &Ground<'_>) -> Option<String> {
    let told = text(socket, "process");
    if !told.is_empty() {
        return Some(told.to_owned());
    }
    let mut processes = ground.processes().unwrap_or_default().iter();
    processes.find(|process| u64::from(process.pid) == pid).map(|process| process.name.clone())
}
