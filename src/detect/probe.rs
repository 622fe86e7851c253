//! The signs of a product: services, uninstall entries, keys, files, packages, units, processes.

use super::program::{file_name, folder_of, is_folder, program_of, runs};
use super::variable::settle;
use super::view::{Owner, View};
use crate::definition::{
    Detect, FileProbe, ProcessProbe, RegistryProbe, ServiceProbe, UninstallProbe, Variables, expand,
    expand_pattern,
};
use crate::host::{InstalledPackage, Service};
use crate::manifest::Evidence;

/// One sign that was found.
#[derive(Debug)]
pub(super) struct Sign {
    /// What was found.
    pub(super) evidence: Evidence,
    /// Whether an uninstalled product may have left it behind.
    pub(super) weak: bool,
    /// Which probe of the definition found it: its kind and number.
    pub(super) probe: (&'static str, usize),
    /// The variable that it tells, and its value.
    pub(super) told: Option<(String, String)>,
    /// What of the host it is.
    pub(super) owner: Option<Owner>,
    /// Where it is: a program, a file or a folder.
    pub(super) place: Option<String>,
}

impl Sign {
    fn new(probe: (&'static str, usize), found: String) -> Self {
        let evidence = Evidence { probe: probe.0.to_owned(), found };
        Self { evidence, weak: false, probe, told: None, owner: None, place: None }
    }

    fn telling(mut self, name: Option<&str>, value: Option<String>) -> Self {
        self.told = name.map(str::to_owned).zip(value);
        self
    }

    fn at(mut self, owner: Owner, place: Option<String>) -> Self {
        self.owner = Some(owner);
        self.place = place;
        self
    }
}

/// Looks for all signs of a definition.
pub(super) fn look(view: &View<'_>, detect: &Detect) -> Vec<Sign> {
    let mut signs = Vec::new();
    for (number, probe) in detect.registry.iter().enumerate() {
        signs.extend(registry(view, probe, ("registry", number)));
    }
    if view.is_windows() {
        for (number, probe) in detect.service.iter().enumerate() {
            service(view, probe, ("service", number), &mut signs);
        }
        for (number, probe) in detect.uninstall.iter().enumerate() {
            uninstall(view, probe, ("uninstall", number), &mut signs);
        }
    } else {
        for (number, probe) in detect.unit.iter().enumerate() {
            let probe = ServiceProbe {
                name: format!(r"(?:{})(?:\.service)?", probe.name),
                display_name: None,
                program: None,
                variable: probe.variable.clone(),
                up: probe.up,
                sure: probe.sure,
                source: None,
            };
            service(view, &probe, ("unit", number), &mut signs);
        }
        for (number, probe) in detect.package.iter().enumerate() {
            package(view, &probe.name, ("package", number), &mut signs);
        }
    }
    for (number, probe) in detect.process.iter().enumerate() {
        process(view, probe, ("process", number), &mut signs);
    }
    for (number, probe) in detect.file.iter().enumerate() {
        file(view, probe, ("file", number), &mut signs);
    }
    signs
}

/// Values that signs tell, in their order. The first one wins, unless its folder is gone and that of a later one is not, as
/// after a move to another drive.
pub(super) fn variables<'s>(view: &View<'_>, signs: impl Iterator<Item = &'s Sign>) -> Variables {
    let mut variables = Variables::new();
    for (name, value) in signs.filter_map(|sign| sign.told.as_ref()) {
        match variables.get(name) {
            Some(first) if first == value || !is_gone(view, first) || is_gone(view, value) => {}
            _ => _ = variables.insert(name.clone(), value.clone()),
        }
    }
    variables
}

/// Whether a value is a folder that is not there.
pub(super) fn is_gone(view: &View<'_>, value: &str) -> bool {
    is_folder(value, view.is_windows()) && !view.exists(value)
}

fn registry(view: &View<'_>, probe: &RegistryProbe, number: (&'static str, usize)) -> Option<Sign> {
    let Some(name) = &probe.value else {
        return view.registry(&probe.key).map(|_| Sign::new(number, probe.key.clone()));
    };
    let value = view.registry_text(&probe.key, name)?;
    let holds = probe
        .pattern
        .as_deref()
        .is_none_or(|pattern| view.expression(pattern).is_some_and(|regex| regex.is_match(&value)));
    holds.then(|| {
        let variable = probe.variable_name();
        let settled = variable.as_deref().and_then(|variable| settle(view, variable, &value));
        let found = format!("{} {name} = {value}", probe.key);
        Sign::new(number, found).telling(variable.as_deref(), settled)
    })
}

fn service(view: &View<'_>, probe: &ServiceProbe, number: (&'static str, usize), signs: &mut Vec<Sign>) {
    for service in view.services() {
        let Some(program) = fits(view, probe, service) else { continue };
        let folder = program.as_deref().and_then(|program| folder_of(program, probe.up, view.is_windows()));
        let found = match (&program, &service.state) {
            (Some(program), Some(state)) => format!("{} ({program}, {state})", service.name),
            (Some(only), None) | (None, Some(only)) => format!("{} ({only})", service.name),
            (None, None) => service.name.clone(),
        };
        let sign = Sign::new(number, found).at(Owner::Service(service.name.clone()), program);
        signs.push(sign.telling(probe.variable.as_deref(), folder));
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

fn uninstall(view: &View<'_>, probe: &UninstallProbe, number: (&'static str, usize), signs: &mut Vec<Sign>) {
    let Some(name) = view.whole(&probe.name) else { return };
    let publisher = probe.publisher.as_deref().and_then(|pattern| view.whole(pattern));
    for (place, package) in view.installed() {
        let by = package.publisher.as_deref().unwrap_or_default();
        if !name.is_match(&package.name) || publisher.as_ref().is_some_and(|regex| !regex.is_match(by)) {
            continue;
        }
        let folder = package.location.as_deref().zip(probe.variable.as_deref());
        let folder = folder.and_then(|(location, variable)| settle(view, variable, location));
        let sign = Sign::new(number, stated(package)).at(Owner::Package(place), package.location.clone());
        signs.push(sign.telling(probe.variable.as_deref(), folder));
    }
}

fn package(view: &View<'_>, pattern: &str, number: (&'static str, usize), signs: &mut Vec<Sign>) {
    let Some(name) = view.whole(pattern) else { return };
    for (place, package) in view.installed().filter(|(_, package)| name.is_match(&package.name)) {
        signs.push(Sign::new(number, stated(package)).at(Owner::Package(place), package.location.clone()));
    }
}

fn stated(package: &InstalledPackage) -> String {
    match &package.version {
        Some(version) => format!("{} {version} ({})", package.name, package.source),
        None => format!("{} ({})", package.name, package.source),
    }
}

fn process(view: &View<'_>, probe: &ProcessProbe, number: (&'static str, usize), signs: &mut Vec<Sign>) {
    let windows = view.is_windows();
    let Some(name) = view.whole(&probe.name) else { return };
    for process in view.processes().filter(|process| runs(process, &name, windows)) {
        let path = process.executable.as_deref().unwrap_or_default();
        let sign = Sign::new(number, format!("{} ({})", process.name, process.pid))
            .at(Owner::Process(process.pid), process.executable.clone());
        signs.push(sign.telling(probe.variable.as_deref(), folder_of(path, probe.up, windows)));
    }
}

fn file(view: &View<'_>, probe: &FileProbe, number: (&'static str, usize), signs: &mut Vec<Sign>) {
    let none = Variables::new();
    let is_glob = probe.path.contains(['*', '?', '[']);
    let paths = if is_glob {
        let pattern = expand_pattern(&probe.path, view.vars(), &none).ok();
        pattern.map(|pattern| view.search(&pattern).to_vec()).unwrap_or_default()
    } else {
        expand(&probe.path, view.vars(), &none).ok().filter(|path| view.exists(path)).into_iter().collect()
    };
    let mut folders = Vec::new();
    // The last one is the newest; of each folder it speaks for the others, and without a variable it speaks for all.
    for path in paths.into_iter().rev() {
        let folder = folder_of(&path, probe.up, view.is_windows()).filter(|_| probe.variable.is_some());
        if folders.contains(&folder) {
            continue;
        }
        folders.push(folder.clone());
        let empty = !is_glob && !probe.weak && view.is_empty_folder(&path);
        let found = match (probe.weak, empty) {
            (true, _) => format!("{path} (may be left behind)"),
            (false, true) => format!("{path} (an empty folder)"),
            (false, false) => path.clone(),
        };
        let mut sign = Sign::new(number, found).telling(probe.variable.as_deref(), folder);
        sign.weak = probe.weak || empty;
        sign.place = Some(path);
        signs.push(sign);
    }
}
