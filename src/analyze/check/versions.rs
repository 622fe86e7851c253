//! Checks of versions: parts of one product have the same one, and it is not one with a hole that was mended since.

use std::collections::BTreeMap;

use super::{Answer, Check, Ground, is_whole};
use crate::analyze::issue::numbers;
use crate::detect::{Installation, supported};

/// Parts of a product that differ in version.
pub(super) fn differ(check: &Check, ground: &Ground<'_>) -> Answer {
    let installed = ground.host.installed().map_err(|miss| miss.to_string())?;
    let mut by_version: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in installed {
        let publisher = package.publisher.as_deref().unwrap_or_default();
        let is_meant = check.names(&package.name)
            && check.publisher.as_deref().is_none_or(|wanted| is_whole(wanted, publisher));
        if let Some(version) = package.version.filter(|_| is_meant) {
            by_version.entry(version).or_default().push(package.name);
        }
    }
    if by_version.len() < 2 {
        return Ok(Vec::new());
    }
    let tell = |(version, mut names): (String, Vec<String>)| {
        names.dedup();
        format!("{version}: {}", names.join(", "))
    };
    Ok(by_version.into_iter().map(tell).collect())
}

/// Products whose release is not supported any more on the day of the host's clock.
pub(super) fn ended(check: &Check, ground: &Ground<'_>) -> Vec<String> {
    let today = ground.host.clock.utc().format("%Y-%m-%d").to_string();
    let tell = |found: &Installation<'_>| {
        let version = &found.version.as_ref()?.value;
        let row = supported(&found.definition.release, version)?;
        let until = row.supported_until.as_ref().filter(|until| **until < today)?;
        Some(format!("{} {version}: {} was supported until {until}", found.definition.name, row.name))
    };
    ground.installations(&check.products).filter_map(tell).collect()
}

/// Products whose version is lower than the one of its release that mends it, or of a release before all of those.
pub(super) fn before(check: &Check, ground: &Ground<'_>) -> Vec<String> {
    let mut evidence = Vec::new();
    for found in ground.installations(&check.products) {
        let Some(version) = &found.version else { continue };
        let own = numbers(&version.value);
        let fixed: Vec<Vec<u64>> = check.fixed.iter().map(|fixed| numbers(fixed)).collect();
        let of_release = fixed.iter().find(|fixed| own.len() > 1 && fixed.starts_with(&own[..2]));
        let least = of_release.or_else(|| fixed.iter().min().filter(|least| own < **least));
        if let Some(least) = least.filter(|least| own.len() > 1 && own < **least) {
            let least: Vec<String> = least.iter().map(ToString::to_string).collect();
            evidence.push(format!(
                "{} {} is before {}",
                found.definition.name,
                version.value,
                least.join(".")
            ));
        }
    }
    evidence
}
