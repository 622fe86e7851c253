//! Checks of certificates: when they end, and whether there is one root of Qlik Sense only.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use super::ground::{list, text};
use super::{Answer, Check, Ground};

/// Certificates that end soon, or have ended: those that are made by Qlik, or of the machine itself.
pub(super) fn ends(check: &Check, ground: &Ground<'_>) -> Answer {
    let now = ground.host.clock.utc();
    let limit = now + check.duration();
    let mut evidence = Vec::new();
    for certificate in list(ground.certificates()?).iter().filter(|certificate| is_meant(certificate)) {
        let Ok(end) = text(certificate, "not_after").parse::<DateTime<Utc>>() else { continue };
        // With a duration, those that have ended are left to the check without one.
        let is_told = if check.within.is_some() { end > now && end <= limit } else { end <= now };
        if is_told {
            let verb = if end <= now { "ended" } else { "ends" };
            evidence.push(format!("{} {verb} on {}", named(certificate), end.format("%Y-%m-%d")));
        }
    }
    evidence.sort();
    evidence.dedup();
    Ok(evidence)
}

/// Authorities that Qlik Sense made, if there is more than one.
pub(super) fn several_roots(ground: &Ground<'_>) -> Answer {
    let is_root =
        |certificate: &&Json| certificate["is_authority"] == true && certificate["made_by_qlik"] == true;
    let roots = list(ground.certificates()?).iter().filter(is_root);
    let roots: BTreeSet<String> = roots.map(named).collect();
    Ok(if roots.len() > 1 { roots.into_iter().collect() } else { Vec::new() })
}

fn is_meant(certificate: &Json) -> bool {
    let store = text(certificate, "store").to_lowercase();
    certificate["made_by_qlik"] == true
        || store.ends_with(r"\my")
        || text(certificate, "path").starts_with("/opt/")
}

fn named(certificate: &Json) -> String {
    let place = [text(certificate, "store"), text(certificate, "path")].join("");
    let thumbprint = text(certificate, "thumbprint");
    let subject = text(certificate, "subject");
    if place.is_empty() {
        format!("{subject} ({thumbprint})")
    } else {
        format!("{subject} ({thumbprint}, {place})")
    }
}
