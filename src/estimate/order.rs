//! The order in which items are taken when not all will fit: what explains the host, then the logs that tell most of the incident.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use memchr::memmem;

use super::sample::part;
use crate::host::{Host, HostPath, Window};
use crate::manifest::Spool;
use crate::plan::{Category, Plan, PlanItem, Source};

/// Logs whose ends are searched for errors at most, the newest first.
const LOOKED_AT: usize = 256;

/// Bytes of the end of a log that are searched.
const END: u64 = 64 * 1024;

/// Items that are held in memory at a time while they are put in order.
const HELD: usize = 20_000;

/// How errors are marked in the logs of products.
const LEVELS: [&str; 5] = ["ERROR", "FATAL", "\tError\t", "CRITICAL", "SEVERE"];

/// What an item is, in the order in which items are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Environment,
    Config,
    /// The user asked for it.
    Added,
    License,
    State,
    App,
    /// A log that was last written in the time of the incident.
    Incident,
    /// The log that its service writes to, and so the newest of its kind in its folder: never lost for an older one.
    Newest,
    Errors,
    Rest,
    /// The program's own log tells of all others.
    Own,
}

/// The place of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    class: Class,
    newest_first: Reverse<Option<DateTime<Utc>>>,
    number: usize,
}

/// The same plan with its items in the order in which they are taken.
pub fn prioritize(host: &Host, plan: &Plan, window: &Window) -> Plan {
    let mut places = places(plan, window);
    raise_newest(plan, &mut places);
    raise_errors(host, plan, &mut places);
    places.sort_unstable();
    let mut spool = Spool::default();
    for turn in places.chunks(HELD) {
        let wanted: HashSet<usize> = turn.iter().map(|place| place.number).collect();
        let numbered = plan.items.iter().enumerate();
        let mut held: HashMap<usize, PlanItem> =
            numbered.filter(|(number, _)| wanted.contains(number)).collect();
        turn.iter().filter_map(|place| held.remove(&place.number)).for_each(|item| spool.push(&item));
    }
    plan.with_items(spool.finish())
}

/// Places as far as listing tells.
fn places(plan: &Plan, window: &Window) -> Vec<Place> {
    let place = |(number, item): (usize, PlanItem)| {
        let class = match item.category {
            Category::Environment => Class::Environment,
            Category::Config => Class::Config,
            Category::Added => Class::Added,
            Category::License => Class::License,
            Category::State => Class::State,
            Category::App => Class::App,
            Category::Logs => class_of_log(&item, window),
            Category::Qdiag => Class::Own,
        };
        let is_log = item.category == Category::Logs && item.known.is_none();
        let modified = item.stat.and_then(|stat| stat.modified).filter(|_| is_log);
        Place { class, newest_first: Reverse(modified), number }
    };
    plan.items.iter().enumerate().map(place).collect()
}

fn class_of_log(item: &PlanItem, (since, until): &Window) -> Class {
    let modified = item.stat.and_then(|stat| stat.modified);
    let is_within = modified.is_some_and(|modified| {
        since.is_none_or(|since| modified >= since) && until.is_none_or(|until| modified <= until)
    });
    let name = item.name.file_name().to_ascii_lowercase();
    if item.known.is_some() {
        Class::Rest
    } else if is_within && (since.is_some() || until.is_some()) {
        Class::Incident
    } else if ["error", "fatal", "crash"].iter().any(|word| name.contains(word)) {
        Class::Errors
    } else {
        Class::Rest
    }
}

/// Raises the newest log of each kind in each folder.
fn raise_newest(plan: &Plan, places: &mut [Place]) {
    let mut newest: HashMap<(String, Option<HostPath>, String), usize> = HashMap::new();
    for (number, item) in plan.items.iter().enumerate() {
        let place = &places[number];
        let Source::File(path) = &item.source else { continue };
        if !matches!(place.class, Class::Errors | Class::Rest) || item.known.is_some() {
            continue;
        }
        let kind = (item.origin.to_string(), path.parent(), kind(item.name.file_name()));
        let known = newest.entry(kind).or_insert(number);
        if place.newest_first < places[*known].newest_first {
            *known = number;
        }
    }
    for number in newest.into_values() {
        places[number].class = Class::Newest;
    }
}

/// The name of a log without what differs from one to the next of its kind: words with digits, such as times and ids, and its ending.
fn kind(name: &str) -> String {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let words = stem.split(|c: char| !c.is_alphanumeric());
    // The name of a host may end in its number.
    let words = words.map(|word| word.trim_end_matches(|c: char| c.is_ascii_digit()));
    let words = words.filter(|word| word.len() > 2 && !word.contains(|c: char| c.is_ascii_digit()));
    words.collect::<Vec<_>>().join("_").to_lowercase()
}

/// Raises logs that end with errors, as far as a few of the newest tell.
fn raise_errors(host: &Host, plan: &Plan, places: &mut [Place]) {
    let dated = |place: &&Place| place.class == Class::Rest && place.newest_first.0.is_some();
    let mut rest: Vec<Place> = places.iter().filter(dated).copied().collect();
    rest.sort_unstable();
    let looked_at: HashSet<usize> = rest.iter().take(LOOKED_AT).map(|place| place.number).collect();
    if looked_at.is_empty() {
        return;
    }
    for (number, item) in plan.items.iter().enumerate().filter(|(number, _)| looked_at.contains(number)) {
        let bytes = item.stat.map_or(0, |stat| stat.bytes);
        let Source::File(path) = &item.source else { continue };
        // A file that cannot be read will be a line of the manifest.
        if part(host, path, (bytes.saturating_sub(END), END)).is_ok_and(|text| holds_errors(&text)) {
            places[number].class = Class::Errors;
        }
    }
}

/// Whether a text holds a line of the level of errors, in one-byte or two-byte text.
fn holds_errors(text: &[u8]) -> bool {
    LEVELS.iter().any(|level| {
        let wide: Vec<u8> = level.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memmem::find(text, level.as_bytes()).is_some() || memmem::find(text, &wide).is_some()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_of_one_kind_have_one_name() {
        for (name, expected) in [
            ("QLIKSERVER1_AuditActivity_Engine.txt", "qlikserver_auditactivity_engine"),
            ("QLIKSERVER1_AuditActivity_Engine_2019-01-28T04.17.43Z.log", "qlikserver_auditactivity_engine"),
            ("1a13fc0d-f928-48ee-8cc2-a18f7099d9e2.2019_01_31_21_58_57.540A8CD792.log", ""),
            ("reptask_dwh__190131120000.log", "reptask_dwh"),
        ] {
            assert_eq!(kind(name), expected, "{name}");
        }
    }

    #[test]
    fn errors_are_known_by_their_level() {
        for (text, is_error) in [
            ("1\t2019-02-01\tERROR\tx", true),
            ("1\t2019-02-01\tError\tx", true),
            ("[FATAL] x", true),
            ("no errors, Error: 0", false),
            ("", false),
        ] {
            assert_eq!(holds_errors(text.as_bytes()), is_error, "{text}");
            let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
            assert_eq!(holds_errors(&wide), is_error, "{text} as two-byte text");
        }
    }
}
