//! Values from a product's own configuration. Each file is small, read whole and never changed.

use super::program::{file_name, folder_of, is_root, program_of, runs};
use super::text;
use super::view::{Owner, View, captured};
use crate::definition::{
    Definition, JsonPath, SearchVariable, ServiceVariable, VariableProbe, Variables, XmlPath, expand,
    expand_pattern, expand_value,
};
use crate::host::{Process, Service};

/// Longer values are no path and no name.
const VALUE_LIMIT: usize = 1024;

/// Adds the variables of a definition to those that its signs gave. The first probe with a value wins; a default
/// holds only where none has one.
pub(super) fn fill(view: &View<'_>, definition: &Definition, variables: &mut Variables) {
    let mut read: Vec<String> = variables.keys().cloned().collect();
    for probe in definition.variable.in_order() {
        let name = probe.name();
        if read.iter().any(|known| known == name) {
            continue;
        }
        let value = value_of(view, probe, variables).and_then(|raw| settle(view, name, &raw));
        if let Some(value) = value {
            read.push(name.to_owned());
            variables.insert(name.to_owned(), value);
        } else if let Some(default) = probe.default()
            && !variables.contains_key(name)
            && let Ok(value) = expand(default, view.vars(), variables)
        {
            variables.insert(name.to_owned(), value);
        }
    }
}

/// A value as it can be used: one line, variables of the host expanded, no separator at its end. A drive or the root
/// alone is refused, since everything below it would be taken.
pub(super) fn settle(view: &View<'_>, name: &str, raw: &str) -> Option<String> {
    let windows = view.is_windows();
    let value = expand_value(raw.trim(), view.vars());
    if value.is_empty() {
        return None;
    }
    let refused = if value.len() > VALUE_LIMIT || value.contains(char::is_control) {
        Some("its value is too long, or more than one line")
    } else if is_root(&value, windows) {
        Some("its value is a drive, a server or the root alone")
    } else {
        None
    };
    if let Some(reason) = refused {
        view.fail(&format!("variable {name}"), reason);
        return None;
    }
    let trimmed = value.trim_end_matches(|c| c == '/' || windows && c == '\\');
    Some(trimmed.to_owned())
}

pub(super) fn value_of(view: &View<'_>, probe: VariableProbe<'_>, variables: &Variables) -> Option<String> {
    match probe {
        VariableProbe::Registry(probe) => {
            let value = view.registry_text(&probe.key, &probe.value)?;
            match &probe.pattern {
                Some(pattern) => captured(&view.expression(pattern)?, &value).map(str::to_owned),
                None => Some(value),
            }
        }
        VariableProbe::Service(_) | VariableProbe::Process(_) => {
            each(view, probe).into_iter().find_map(|(_, value)| value)
        }
        VariableProbe::Search(probe) => folders(view, probe, variables).into_iter().next(),
        VariableProbe::Ini(_)
        | VariableProbe::Xml(_)
        | VariableProbe::Json(_)
        | VariableProbe::Properties(_)
        | VariableProbe::Plain(_)
        | VariableProbe::Base64(_) => in_file(view, probe, variables),
    }
}

fn in_file(view: &View<'_>, probe: VariableProbe<'_>, variables: &Variables) -> Option<String> {
    let path = expand(probe.path()?, view.vars(), variables).ok()?;
    let content = text::decode(&view.read(&path)?);
    let told = |result: Result<Option<String>, String>| {
        result.unwrap_or_else(|reason| {
            view.fail(&format!("variable {} in {path}", probe.name()), &reason);
            None
        })
    };
    match probe {
        VariableProbe::Ini(ini) => text::ini(&content, ini.section.as_deref(), &ini.key),
        VariableProbe::Xml(xml) => told(text::xml(&content, &XmlPath::parse(&xml.select).ok()?)),
        VariableProbe::Json(json) => told(text::json(&content, &JsonPath::parse(&json.select).ok()?)),
        VariableProbe::Properties(properties) => text::properties(&content, &properties.key),
        VariableProbe::Plain(plain) => match &plain.pattern {
            Some(pattern) => captured(&view.expression(pattern)?, &content).map(str::to_owned),
            None => content.lines().next().map(str::to_owned),
        },
        VariableProbe::Base64(_) => {
            told(text::base64(&content).map(Some).ok_or_else(|| "is no base64".to_owned()))
        }
        VariableProbe::Registry(_)
        | VariableProbe::Service(_)
        | VariableProbe::Process(_)
        | VariableProbe::Search(_) => None,
    }
}

/// What the services or processes that a probe asks for tell, each for itself.
pub(super) fn each(view: &View<'_>, probe: VariableProbe<'_>) -> Vec<(Option<Owner>, Option<String>)> {
    match probe {
        VariableProbe::Service(probe) => {
            let asked = view.services().filter(|service| is_asked(view, probe, service));
            let tell = |service: &Service| {
                (Some(Owner::Service(service.name.clone())), in_service(view, probe, service))
            };
            asked.map(tell).collect()
        }
        VariableProbe::Process(probe) => {
            let name = view.whole(&probe.process).zip(view.expression(&probe.pattern));
            let Some((name, pattern)) = name else { return Vec::new() };
            let running = view.processes().filter(|process| runs(process, &name, view.is_windows()));
            let tell = |process: &Process| {
                let value = captured(&pattern, &process.command_line()).map(str::to_owned);
                (Some(Owner::Process(process.pid)), value)
            };
            running.map(tell).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether a probe asks for a service. The name of a unit counts with and without its ending.
fn is_asked(view: &View<'_>, probe: &ServiceVariable, service: &Service) -> bool {
    let matches = |pattern: &str, text: &str| view.whole(pattern).is_some_and(|regex| regex.is_match(text));
    let short = service.name.strip_suffix(".service").filter(|_| !view.is_windows());
    let named =
        matches(&probe.service, &service.name) || short.is_some_and(|short| matches(&probe.service, short));
    named
        && probe.display_name.as_deref().is_none_or(|pattern| matches(pattern, &service.display_name))
        && probe.program.as_deref().is_none_or(|pattern| {
            program_of(&service.image_path, view.vars())
                .is_some_and(|path| matches(pattern, file_name(&path, view.is_windows())))
        })
}

/// What a probe finds at one service. Command lines may hold secrets: only what the pattern captures leaves this place.
fn in_service(view: &View<'_>, probe: &ServiceVariable, service: &Service) -> Option<String> {
    if let Some(pattern) = &probe.pattern {
        let line = expand_value(&service.image_path, view.vars());
        captured(&view.expression(pattern)?, &line).map(str::to_owned)
    } else {
        let program = program_of(&service.image_path, view.vars())?;
        folder_of(&program, probe.up, view.is_windows())
    }
}

/// All folders that a probe finds, the newest first.
pub(super) fn folders(view: &View<'_>, probe: &SearchVariable, variables: &Variables) -> Vec<String> {
    let pattern = expand_pattern(&probe.path, view.vars(), variables).ok();
    let found = pattern.map(|pattern| view.search(&pattern));
    // Sorted order puts a newer version's folder behind an older one's.
    let files = found.iter().flat_map(|found| found.iter().rev());
    files.filter_map(|file| folder_of(file, probe.up, view.is_windows())).collect()
}
