//! Checks of files: shares that answer, what a crash left behind, and times that lie ahead of the clock.

use super::{Check, Ground};
use crate::host::HostPath;

/// Files that are named; what a crash leaves behind is listed and never opened.
const MOST: usize = 20;

/// Shares that the products name and that do not answer. A copied host has no shares that could.
pub(super) fn share_unreachable(ground: &Ground<'_>) -> Vec<String> {
    if ground.host.root.is_some() {
        return Vec::new();
    }
    let shares = ground.own_paths(&[]).into_iter().filter(|path| path.starts_with(r"\\"));
    let tell = |path: String| {
        let error = ground.host.files.stat(&HostPath::new(ground.host.os, &path)).err()?;
        Some(format!("{path}: {error}"))
    };
    shares.filter_map(tell).collect()
}

/// Files that match.
pub(super) fn present(check: &Check, ground: &Ground<'_>) -> Vec<String> {
    let mut evidence = Vec::new();
    for pattern in ground.patterns(&check.products, &check.paths) {
        for found in ground.host.files.find(&pattern) {
            let time = found
                .stat
                .modified
                .map_or(String::new(), |time| format!(", {}", time.format("%Y-%m-%d %H:%M")));
            evidence.push(format!("{} ({} bytes{time})", found.path, found.stat.bytes));
        }
    }
    evidence.sort();
    evidence.dedup();
    let more = evidence.len().saturating_sub(MOST);
    evidence.truncate(MOST);
    if more > 0 {
        evidence.push(format!("and {more} more"));
    }
    evidence
}

/// Logs that were written after the time that the clock shows. Files of a copied host may have the time of the copy.
pub(super) fn clock_behind(check: &Check, ground: &Ground<'_>) -> Vec<String> {
    if ground.host.root.is_some() {
        return Vec::new();
    }
    let limit = ground.host.clock.utc() + check.duration();
    let ahead = ground.logs().filter(|(_, time)| *time > limit).max_by_key(|(_, time)| *time);
    let now = ground.host.clock.utc().format("%Y-%m-%d %H:%M:%S UTC");
    let tell = |(path, time): (String, chrono::DateTime<chrono::Utc>)| {
        format!("{path} was written at {}, and the clock shows {now}", time.format("%Y-%m-%d %H:%M:%S UTC"))
    };
    ahead.map(tell).into_iter().collect()
}
