//! The probes of a definition: paths, expressions, and variables defined before they are used.

use super::{Checked, Names, Place, Problem, check_path, check_regex, check_template, wrong};
use crate::definition::schema::{Definition, Detect, ServiceVariable, VariableProbe, VersionProbe};
use crate::definition::select::{JsonPath, XmlPath};

/// Checks the signs of a product; gives the variables they define.
pub(super) fn detect(detect: &Detect) -> Result<Names, Problem> {
    let mut names = Names::new();
    registry(detect, &mut names)?;
    let top = Place::key("detect");
    for (number, probe) in detect.uninstall.iter().enumerate() {
        let place = top.then("uninstall").at(number);
        check_regex(&probe.name, &place.then("name"))?;
        optional_regex(probe.publisher.as_deref(), &place.then("publisher"))?;
        define(probe.variable.as_deref(), &place.then("variable"), &mut names)?;
    }
    for (number, probe) in detect.service.iter().enumerate() {
        let place = top.then("service").at(number);
        check_regex(&probe.name, &place.then("name"))?;
        optional_regex(probe.display_name.as_deref(), &place.then("display_name"))?;
        optional_regex(probe.program.as_deref(), &place.then("program"))?;
        define(probe.variable.as_deref(), &place.then("variable"), &mut names)?;
    }
    for (number, probe) in detect.file.iter().enumerate() {
        let place = top.then("file").at(number);
        // Files are looked for first, so that no variable has a value yet.
        check_path(&probe.path, &place.then("path"), &Names::new())?;
        define(probe.variable.as_deref(), &place.then("variable"), &mut names)?;
    }
    for (number, probe) in detect.package.iter().enumerate() {
        check_regex(&probe.name, &top.then("package").at(number).then("name"))?;
    }
    for (number, probe) in detect.unit.iter().enumerate() {
        let place = top.then("unit").at(number);
        check_regex(&probe.name, &place.then("name"))?;
        define(probe.variable.as_deref(), &place.then("variable"), &mut names)?;
    }
    for (number, probe) in detect.process.iter().enumerate() {
        let place = top.then("process").at(number);
        check_regex(&probe.name, &place.then("name"))?;
        define(probe.variable.as_deref(), &place.then("variable"), &mut names)?;
    }
    Ok(names)
}

fn registry(detect: &Detect, names: &mut Names) -> Checked {
    for (number, probe) in detect.registry.iter().enumerate() {
        let place = Place::key("detect").then("registry").at(number);
        check_key(&probe.key, &place.then("key"))?;
        optional_regex(probe.pattern.as_deref(), &place.then("pattern"))?;
        if probe.value.is_none() && (probe.pattern.is_some() || probe.variable.is_some()) {
            return wrong(place, "has no value to compare or to keep", "add value = \"…\"");
        }
        define(probe.variable_name().as_deref(), &place.then("variable"), names)?;
    }
    Ok(())
}

/// Checks the variables in the order of the file; adds what they define.
pub(super) fn variables(definition: &Definition, names: &mut Names) -> Checked {
    let mut numbers = Numbers::default();
    for probe in definition.variable.in_order() {
        let place = numbers.place("variable", variable_kind(&probe));
        if let Some(path) = probe.path() {
            check_path(path, &place.then("path"), names)?;
        }
        if let Some(default) = probe.default() {
            check_template(default, &place.then("default"), names)?;
        }
        match probe {
            VariableProbe::Registry(probe) => {
                check_key(&probe.key, &place.then("key"))?;
                optional_regex(probe.pattern.as_deref(), &place.then("pattern"))?;
            }
            VariableProbe::Service(probe) => service(probe, &place)?,
            VariableProbe::Process(probe) => {
                check_regex(&probe.process, &place.then("process"))?;
                check_regex(&probe.pattern, &place.then("pattern"))?;
            }
            VariableProbe::Xml(probe) => check_xml(&probe.select, &place.then("select"))?,
            VariableProbe::Json(probe) => check_json(&probe.select, &place.then("select"))?,
            VariableProbe::Plain(probe) => optional_regex(probe.pattern.as_deref(), &place.then("pattern"))?,
            VariableProbe::Ini(_)
            | VariableProbe::Properties(_)
            | VariableProbe::Base64(_)
            | VariableProbe::Search(_) => {}
        }
        define(Some(probe.name()), &place.then("name"), names)?;
    }
    Ok(())
}

fn service(probe: &ServiceVariable, place: &Place) -> Checked {
    check_regex(&probe.service, &place.then("service"))?;
    optional_regex(probe.display_name.as_deref(), &place.then("display_name"))?;
    optional_regex(probe.program.as_deref(), &place.then("program"))?;
    optional_regex(probe.pattern.as_deref(), &place.then("pattern"))?;
    if probe.pattern.is_some() && probe.up > 0 {
        let hint = "leave up out; let the first group of pattern end where the value does";
        return wrong(
            place.then("up"),
            "counts folders above the program, which pattern does not give",
            hint,
        );
    }
    Ok(())
}

/// Checks where the version is read.
pub(super) fn versions(definition: &Definition, names: &Names) -> Checked {
    let mut numbers = Numbers::default();
    for probe in definition.version.in_order() {
        let place = numbers.place("version", version_kind(&probe));
        match probe {
            VersionProbe::Javascript(probe) => {
                check_path(&probe.path, &place.then("path"), names)?;
                check_json(&probe.select, &place.then("select"))?;
                if let Some(release) = &probe.release {
                    check_json(release, &place.then("release"))?;
                }
            }
            VersionProbe::Pe(probe) => check_path(&probe.path, &place.then("path"), names)?,
            VersionProbe::Registry(probe) => {
                check_key(&probe.key, &place.then("key"))?;
                optional_regex(probe.pattern.as_deref(), &place.then("pattern"))?;
            }
            VersionProbe::Uninstall(probe) => {
                check_regex(&probe.name, &place.then("name"))?;
                optional_regex(probe.publisher.as_deref(), &place.then("publisher"))?;
                optional_regex(probe.release.as_deref(), &place.then("release"))?;
            }
            VersionProbe::File(probe) => {
                check_path(&probe.path, &place.then("path"), names)?;
                check_regex(&probe.pattern, &place.then("pattern"))?;
            }
        }
    }
    Ok(())
}

/// The number of each probe within its kind, as its place in the file needs it.
#[derive(Default)]
struct Numbers(std::collections::BTreeMap<&'static str, usize>);

impl Numbers {
    fn place(&mut self, top: &'static str, kind: &'static str) -> Place {
        let next = self.0.entry(kind).or_default();
        let place = Place::key(top).then(kind).at(*next);
        *next += 1;
        place
    }
}

fn variable_kind(probe: &VariableProbe<'_>) -> &'static str {
    match probe {
        VariableProbe::Registry(_) => "registry",
        VariableProbe::Service(_) => "service",
        VariableProbe::Process(_) => "process",
        VariableProbe::Ini(_) => "ini",
        VariableProbe::Xml(_) => "xml",
        VariableProbe::Json(_) => "json",
        VariableProbe::Properties(_) => "properties",
        VariableProbe::Plain(_) => "plain",
        VariableProbe::Base64(_) => "base64",
        VariableProbe::Search(_) => "search",
    }
}

fn version_kind(probe: &VersionProbe<'_>) -> &'static str {
    match probe {
        VersionProbe::Javascript(_) => "javascript",
        VersionProbe::Pe(_) => "pe",
        VersionProbe::Registry(_) => "registry",
        VersionProbe::Uninstall(_) => "uninstall",
        VersionProbe::File(_) => "file",
    }
}

fn define(name: Option<&str>, place: &Place, names: &mut Names) -> Checked {
    let Some(name) = name else { return Ok(()) };
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if name.is_empty() || !name.chars().all(good) {
        let hint = "use lower-case letters, digits and underscores: install_dir";
        return wrong(place.clone(), format!("`{name}` is no name of a variable"), hint);
    }
    names.insert(name.to_owned());
    Ok(())
}

fn optional_regex(pattern: Option<&str>, place: &Place) -> Checked {
    pattern.map_or(Ok(()), |pattern| check_regex(pattern, place))
}

fn check_key(key: &str, place: &Place) -> Checked {
    const HIVES: [&str; 8] = [
        "HKLM",
        "HKEY_LOCAL_MACHINE",
        "HKCU",
        "HKEY_CURRENT_USER",
        "HKU",
        "HKEY_USERS",
        "HKCR",
        "HKEY_CLASSES_ROOT",
    ];
    let hive = key.split('\\').next().unwrap_or_default();
    if !HIVES.iter().any(|known| known.eq_ignore_ascii_case(hive)) || !key.contains('\\') {
        return wrong(
            place.clone(),
            "is no registry key",
            r"write it from the hive on: 'HKLM\SOFTWARE\Example'",
        );
    }
    Ok(())
}

fn check_xml(select: &str, place: &Place) -> Checked {
    match XmlPath::parse(select) {
        Ok(_) => Ok(()),
        Err(reason) => {
            wrong(place.clone(), format!("is no path into XML: {reason}"), "write it as a/b[@key='x']/@value")
        }
    }
}

fn check_json(select: &str, place: &Place) -> Checked {
    match JsonPath::parse(select) {
        Ok(_) => Ok(()),
        Err(reason) => wrong(place.clone(), format!("is no path into JSON: {reason}"), "write it as a.b.0"),
    }
}
