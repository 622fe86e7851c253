//! Checks of the machine: space, memory, page file, and what its virus scanner looks at.

use serde_json::Value as Json;

use super::ground::{list, text};
use super::{Answer, Check, Ground};
use crate::definition::parse_size;

/// Volumes that hold a product and have little space left.
pub(super) fn disk_full(check: &Check, ground: &Ground<'_>) -> Answer {
    let paths: Vec<String> = ground.own_paths(&check.products).iter().map(|path| folded(path)).collect();
    let mut disks: Vec<(String, &Json)> =
        list(ground.disks()?).iter().map(|disk| (folded(text(disk, "mount")), disk)).collect();
    // A path lies on the volume whose mount is the longest one above it.
    disks.sort_by_key(|(mount, _)| std::cmp::Reverse(mount.len()));
    let mut evidence = Vec::new();
    for (number, (mount, disk)) in disks.iter().enumerate() {
        let is_on = |path: &String| {
            disks.iter().position(|(mount, _)| path.starts_with(mount.as_str())) == Some(number)
        };
        let (Some(free), Some(total)) = (disk["free"].as_u64(), disk["total"].as_u64()) else { continue };
        let by_size = check.free.as_deref().and_then(parse_size).is_none_or(|least| free < least);
        let by_share =
            check.percent.is_none_or(|least| u128::from(free) * 100 < u128::from(total) * u128::from(least));
        if by_size && by_share && total > 0 && disk["read_only"] != true && paths.iter().any(is_on) {
            evidence.push(format!("{mount} has {} MB free of {} MB", free / 1_000_000, total / 1_000_000));
        }
    }
    Ok(evidence)
}

/// A path for comparing: slashes, lower case.
fn folded(path: &str) -> String {
    path.replace('\\', "/").to_lowercase()
}

/// Whether there is memory and no page file.
pub(super) fn no_page_file(ground: &Ground<'_>) -> Answer {
    let system = ground.system()?;
    let total = system["page_file_total"].as_u64().ok_or("the size of the page file is not known")?;
    Ok(if total == 0 { vec!["the page file has a size of 0".into()] } else { Vec::new() })
}

/// Whether little memory is left.
pub(super) fn memory_low(check: &Check, ground: &Ground<'_>) -> Answer {
    let system = ground.system()?;
    let (Some(total), Some(free)) = (system["memory_total"].as_u64(), system["memory_available"].as_u64())
    else {
        return Err("the memory is not known".into());
    };
    let least = check.percent.unwrap_or(5);
    let is_low = u128::from(free) * 100 < u128::from(total) * u128::from(least);
    Ok(if is_low {
        vec![format!("{} MB of {} MB are left", free / 1_000_000, total / 1_000_000)]
    } else {
        Vec::new()
    })
}

/// Folders that Defender looks into, where it is the scanner and its exclusions could be read.
pub(super) fn scanner_looks(check: &Check, ground: &Ground<'_>) -> Answer {
    let windows = &ground.system()?["windows"];
    let scanners: Vec<&str> = list(&windows["virus_scanners"]).iter().filter_map(Json::as_str).collect();
    if !scanners.iter().any(|name| name.eq_ignore_ascii_case("WdFilter")) {
        return Ok(Vec::new());
    }
    if list(&windows["not_readable"]).iter().filter_map(Json::as_str).any(|key| key.contains("Defender")) {
        return Err("this account may not read what Defender leaves out".into());
    }
    if scanners.len() > 1 {
        return Err(format!("there is another scanner too: {}", scanners.join(", ")));
    }
    let Some(excluded) = windows["defender_excluded_paths"].as_object() else {
        return Err("what Defender leaves out is not known".into());
    };
    let excluded: Vec<String> =
        excluded.keys().map(|path| folded(path).trim_end_matches('/').to_owned()).collect();
    let wanted = ground.patterns(&check.products, &check.paths);
    let is_looked_at = |path: &&String| {
        let path = folded(path);
        !excluded.iter().any(|above| path == *above || path.starts_with(&format!("{above}/")))
    };
    let tell = |path: &String| format!("{path} is not among the folders that Defender leaves out");
    Ok(wanted.iter().filter(is_looked_at).map(tell).collect())
}
