//! What a definition says twice: probes, roles, paths of items, globs.

use toml::{Table, Value};

use super::{Problem, Section, tell};
use crate::definition::lines::Place;

/// Fields that do not tell what a probe asks for.
const ABOUT: [&str; 6] = ["sure", "source", "note", "weak", "component", "default"];

/// Tells of probes that ask what an earlier one asks, and of roles with the conditions of an earlier one.
pub(super) fn probes(sections: &[Section<'_>], problems: &mut Vec<Problem>) {
    let asks = |section: &Section<'_>| -> Table {
        let mut asks = section.table.clone();
        asks.retain(|field, _| !ABOUT.contains(&field) && (section.top != "role" || field == "when"));
        asks
    };
    let mut seen: Vec<(&Section<'_>, Table)> = Vec::new();
    for section in sections.iter().filter(|section| !matches!(section.top, "collect" | "apps")) {
        let own = asks(section);
        let same = seen
            .iter()
            .find(|(other, asks)| (other.top, other.kind) == (section.top, section.kind) && *asks == own);
        match same {
            Some((other, _)) => {
                let message = format!("asks the same as {}", other.place);
                tell(problems, section.place.clone(), message, "leave one of the two out");
            }
            None => seen.push((section, own)),
        }
    }
}

/// Tells of paths that an earlier item has taken: a file is taken once, so the later item gets nothing. Likewise for places of apps.
pub(super) fn paths(sections: &[Section<'_>], problems: &mut Vec<Problem>) {
    for top in ["collect", "apps"] {
        paths_of(sections.iter().filter(|section| section.top == top), problems);
    }
}

fn paths_of<'s>(items: impl Iterator<Item = &'s Section<'s>>, problems: &mut Vec<Problem>) {
    let mut seen: Vec<(String, Place)> = Vec::new();
    for item in items {
        let leaves_some = item.texts("exclude").next().is_some();
        let mut own = Vec::new();
        for (number, path) in item.texts("paths").enumerate() {
            let place = item.place.then("paths").at(number);
            let folded = folded(path);
            if let Some((_, other)) = seen.iter().chain(&own).find(|(known, _)| *known == folded) {
                let message = format!("is the path of {other} too");
                tell(problems, place, message, "a file is taken once; leave one of the two out");
            } else {
                own.push((folded, place));
            }
        }
        if !leaves_some {
            seen.append(&mut own);
        }
    }
}

/// Tells of never globs and exclusions that stand twice in their list.
pub(super) fn globs(table: &Table, sections: &[Section<'_>], problems: &mut Vec<Problem>) {
    let never = table.get("never").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    twice(never, &Place::key("never"), problems);
    for item in sections.iter().filter(|section| section.top == "collect") {
        twice(item.texts("exclude"), &item.place.then("exclude"), problems);
    }
}

fn twice<'t>(globs: impl Iterator<Item = &'t str>, place: &Place, problems: &mut Vec<Problem>) {
    let mut seen: Vec<String> = Vec::new();
    for (number, glob) in globs.enumerate() {
        let folded = folded(glob);
        if let Some(first) = seen.iter().position(|known| *known == folded) {
            let message = format!("is the same as {}", place.at(first));
            tell(problems, place.at(number), message, "leave one of the two out");
        }
        seen.push(folded);
    }
}

/// A path as it is compared: most hosts do not look at letter case.
fn folded(path: &str) -> String {
    path.replace('\\', "/").to_lowercase()
}
