//! Checks of services: those that should run, and the accounts they run under.

use std::collections::BTreeMap;

use super::{Answer, Check, Ground};

/// Services that start by themselves and do not run.
pub(super) fn stopped(check: &Check, ground: &Ground<'_>) -> Answer {
    let services = ground.services()?;
    let meant: Vec<_> = services.iter().filter(|service| check.names(&service.name)).collect();
    if !meant.is_empty() && meant.iter().all(|service| service.state.is_none()) {
        return Err("the state of the services is not known".into());
    }
    let is_stopped = |service: &&&crate::host::Service| {
        service.start.as_deref().is_some_and(|start| start.starts_with("automatic"))
            && service.state.as_deref().is_some_and(|state| state != "running")
    };
    let tell = |service: &&crate::host::Service| {
        let state = service.state.as_deref().unwrap_or_default();
        let code = service.exit_code.filter(|code| *code != 0);
        let ended = code.map_or(String::new(), |code| format!(", it ended with code {code}"));
        format!("{} ({}) is {state} and starts by itself{ended}", service.name, service.display_name)
    };
    Ok(meant.iter().filter(is_stopped).map(tell).collect())
}

/// Services under another account than most of their siblings.
pub(super) fn account(check: &Check, ground: &Ground<'_>) -> Answer {
    let mut by_account: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for service in ground.services()?.iter().filter(|service| check.names(&service.name)) {
        if let Some(account) = service.account.as_deref().filter(|account| !account.is_empty()) {
            by_account.entry(account.to_lowercase()).or_default().push(&service.name);
        }
    }
    let most = by_account.values().map(Vec::len).max().unwrap_or(0);
    // Where none has more than the others, nobody can say which one is odd.
    if by_account.values().filter(|names| names.len() == most).count() != 1 {
        return Ok(Vec::new());
    }
    let usual = by_account.iter().find(|(_, names)| names.len() == most).map(|(account, _)| account.clone());
    let odd = by_account.iter().filter(|(_, names)| names.len() < most);
    let tell = |(account, names): (&String, &Vec<&str>)| {
        format!(
            "{} under {account}, the others under {}",
            names.join(", "),
            usual.as_deref().unwrap_or_default()
        )
    };
    Ok(odd.map(tell).collect())
}
