//! Checks of the event logs of Windows.

use regex::Regex;
use serde_json::Value as Json;

use super::ground::text;
use super::{Answer, Check, Ground};
use crate::host::Os;

/// Events that are named, the newest ones.
const MOST: usize = 10;

/// Events of these numbers and providers that speak of the products.
pub(super) fn events(check: &Check, ground: &Ground<'_>) -> Answer {
    if ground.host.os != Os::Windows {
        return Ok(Vec::new());
    }
    let facts = &ground.host.facts;
    let channels = facts.channels();
    if channels.is_empty() {
        return Err("there are no event logs".into());
    }
    let about = check.text.as_deref().and_then(|text| Regex::new(text).ok());
    let mut evidence = Vec::new();
    let mut misses = Vec::new();
    for channel in channels {
        let events = match facts.events(&channel, &ground.window) {
            Ok((events, _)) => events,
            Err(miss) => {
                misses.push(format!("{channel}: {miss}"));
                continue;
            }
        };
        for event in &events {
            let is_meant = event["id"].as_u64().is_some_and(|id| check.events.contains(&id))
                && check.names(text(event, "provider"));
            let words = words(event);
            if is_meant && about.as_ref().is_none_or(|about| about.is_match(&words)) {
                evidence.push(format!("{} {} {}: {words}", text(event, "time"), channel, event["id"]));
            }
        }
    }
    if evidence.is_empty() && !misses.is_empty() {
        return Err(misses.join("; "));
    }
    evidence.sort();
    let more = evidence.len().saturating_sub(MOST);
    let mut newest = evidence.split_off(more);
    if more > 0 {
        newest.push(format!("and {more} before these"));
    }
    Ok(newest)
}

/// What an event says: its text, or its data.
fn words(event: &Json) -> String {
    let message = text(event, "message");
    if !message.is_empty() {
        return message.to_owned();
    }
    let data = event["data"].as_object().into_iter().flat_map(|data| data.values());
    data.filter_map(Json::as_str).collect::<Vec<_>>().join(", ")
}
