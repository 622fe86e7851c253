//! The signs of a product: services, uninstall entries, keys, files, packages, units, processes.

use super::look::View;
use super::program::{file_name, folder_of, program_of};
use super::variable::settle;
use crate::definition::{
    Detect, FileProbe, RegistryProbe, ServiceProbe, UninstallProbe, Variables, expand, expand_pattern,
};
use crate::host::{InstalledPackage, Service};
use crate::manifest::Evidence;

/// What the signs of a definition tell.
#[derive(Debug, Default)]
pub(super) struct Signs {
    /// What was found.
    pub(super) evidence: Vec<Evidence>,
    /// Whether any of it is more than what an uninstalled product leaves behind.
    pub(super) found: bool,
    /// Folders and values that the signs tell.
    pub(super) variables: Variables,
}

impl Signs {
    fn add(&mut self, probe: &str, found: String) {
        self.found = true;
        self.evidence.push(Evidence { probe: probe.to_owned(), found });
    }

    /// The first sign that tells a variable wins.
    fn tell(&mut self, name: Option<&str>, value: Option<String>) {
        if let (Some(name), Some(value)) = (name, value) {
            self.variables.entry(name.to_owned()).or_insert(value);
        }
    }
}

/// Looks for all signs of a definition.
pub(super) fn look(view: &View<'_>, detect: &Detect) -> Signs {
    let mut signs = Signs::default();
    for probe in &detect.registry {
        registry(view, probe, &mut signs);
    }
    if view.is_windows() {
        detect.service.iter().for_each(|probe| service(view, probe, &mut signs));
        detect.uninstall.iter().for_each(|probe| uninstall(view, probe, &mut signs));
    } else {
        detect.unit.iter().for_each(|probe| {
            let probe = ServiceProbe {
                name: format!(r"(?:{})(?:\.service)?", probe.name),
                display_name: None,
                program: None,
                variable: probe.variable.clone(),
                up: probe.up,
                sure: probe.sure,
                source: None,
            };
            service(view, &probe, &mut signs);
        });
        detect.package.iter().for_each(|probe| package(view, &probe.name, &mut signs));
    }
    for probe in &detect.process {
        let Some(name) = view.whole(&probe.name) else { continue };
        for process in view.processes().iter().filter(|process| name.is_match(&process.name)) {
            let path = process.executable.as_deref().unwrap_or_default();
            signs.add("process", format!("{} ({})", process.name, process.pid));
            signs.tell(probe.variable.as_deref(), folder_of(path, probe.up, view.is_windows()));
        }
    }
    for probe in &detect.file {
        file(view, probe, &mut signs);
    }
    signs.evidence.sort();
    signs.evidence.dedup();
    signs
}

fn registry(view: &View<'_>, probe: &RegistryProbe, signs: &mut Signs) {
    let Some(name) = &probe.value else {
        if view.registry(&probe.key).is_some() {
            signs.add("registry", probe.key.clone());
        }
        return;
    };
    let Some(value) = view.registry_text(&probe.key, name) else { return };
    let holds = probe
        .pattern
        .as_deref()
        .is_none_or(|pattern| view.expression(pattern).is_some_and(|regex| regex.is_match(&value)));
    if holds {
        signs.add("registry", format!("{} {name} = {value}", probe.key));
        let variable = probe.variable_name();
        let settled = variable.as_deref().and_then(|variable| settle(view, variable, &value));
        signs.tell(variable.as_deref(), settled);
    }
}

fn service(view: &View<'_>, probe: &ServiceProbe, signs: &mut Signs) {
    let windows = view.is_windows();
    for service in view.services() {
        let Some(program) = fits(view, probe, service) else { continue };
        let folder = program.as_deref().and_then(|program| folder_of(program, probe.up, windows));
        let kind = if windows { "service" } else { "unit" };
        let found = match (&program, &service.state) {
            (Some(program), Some(state)) => format!("{} ({program}, {state})", service.name),
            (Some(only), None) | (None, Some(only)) => format!("{} ({only})", service.name),
            (None, None) => service.name.clone(),
        };
        signs.add(kind, found);
        signs.tell(probe.variable.as_deref(), folder);
    }
}

/// The program of a service that the probe asks for; the inner `None` is a service that states none.
#[expect(clippy::option_option, reason = "no match, and a match without a program, are different answers")]
fn fits(view: &View<'_>, probe: &ServiceProbe, service: &Service) -> Option<Option<String>> {
    let matches = |pattern: &str, text: &str| view.whole(pattern).is_some_and(|regex| regex.is_match(text));
    let named = matches(&probe.name, &service.name)
        && probe.display_name.as_deref().is_none_or(|pattern| matches(pattern, &service.display_name));
    let program = named.then(|| program_of(&service.image_path, view.vars()))?;
    let run = probe.program.as_deref().is_none_or(|pattern| {
        program.as_deref().is_some_and(|path| matches(pattern, file_name(path, view.is_windows())))
    });
    run.then_some(program)
}

fn uninstall(view: &View<'_>, probe: &UninstallProbe, signs: &mut Signs) {
    let Some(name) = view.whole(&probe.name) else { return };
    let publisher = probe.publisher.as_deref().and_then(|pattern| view.whole(pattern));
    for package in view.installed() {
        let by = package.publisher.as_deref().unwrap_or_default();
        if !name.is_match(&package.name) || publisher.as_ref().is_some_and(|regex| !regex.is_match(by)) {
            continue;
        }
        signs.add("uninstall", stated(package));
        let folder = package.location.as_deref().zip(probe.variable.as_deref());
        let folder = folder.and_then(|(location, variable)| settle(view, variable, location));
        signs.tell(probe.variable.as_deref(), folder);
    }
}

fn package(view: &View<'_>, pattern: &str, signs: &mut Signs) {
    let Some(name) = view.whole(pattern) else { return };
    for package in view.installed().iter().filter(|package| name.is_match(&package.name)) {
        signs.add("package", stated(package));
    }
}

fn stated(package: &InstalledPackage) -> String {
    match &package.version {
        Some(version) => format!("{} {version} ({})", package.name, package.source),
        None => format!("{} ({})", package.name, package.source),
    }
}

fn file(view: &View<'_>, probe: &FileProbe, signs: &mut Signs) {
    let none = Variables::new();
    let path = if probe.path.contains(['*', '?', '[']) {
        expand_pattern(&probe.path, view.vars(), &none).ok().and_then(|pattern| view.search(&pattern).pop())
    } else {
        expand(&probe.path, view.vars(), &none).ok().filter(|path| view.exists(path))
    };
    let Some(path) = path else { return };
    let folder = folder_of(&path, probe.up, view.is_windows());
    if probe.weak {
        signs
            .evidence
            .push(Evidence { probe: "file".to_owned(), found: format!("{path} (may be left behind)") });
    } else {
        signs.add("file", path);
    }
    signs.tell(probe.variable.as_deref(), folder);
}
