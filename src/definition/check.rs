//! What the types of a definition cannot say: ids, globs, expressions, variables, rules. Opens nothing.

use std::collections::BTreeSet;

use super::lines::{Place, line_of};
use super::schema::{CollectItem, Condition, Definition, LogFormat};
use super::template::{Piece, pieces};
use super::{parse_age, parse_size};
use crate::Error;
use cost::{check_glob, check_regex};

mod cost;
mod probes;

/// The one version of the format that there is.
pub(super) const SCHEMA: u32 = 1;

/// The categories that a definition may use.
pub(super) const CATEGORIES: [&str; 6] = ["logs", "config", "license", "app", "state", "environment"];

/// A field that is not right, and what would be.
#[derive(Debug)]
pub(super) struct Problem {
    /// The field.
    pub(super) place: Place,
    /// What is wrong with it.
    pub(super) message: String,
    /// What would be right.
    pub(super) hint: String,
}

impl Problem {
    /// The error of a file with this text.
    pub(super) fn error(self, file: &str, text: &str) -> Error {
        Error::Definition {
            file: file.to_owned(),
            line: line_of(text, &self.place),
            message: format!("{}: {}", self.place, self.message),
            hint: self.hint,
        }
    }
}

pub(super) type Checked = Result<(), Problem>;

/// Names that a template may use.
type Names = BTreeSet<String>;

pub(super) fn wrong(place: Place, message: impl Into<String>, hint: impl Into<String>) -> Checked {
    Err(Problem { place, message: message.into(), hint: hint.into() })
}

/// Checks a definition; the first thing that is not right is told.
pub(super) fn check(definition: &Definition, file: &str, has_rule: &dyn Fn(&str) -> bool) -> Checked {
    head(definition, file)?;
    let mut names = probes::detect(&definition.detect)?;
    probes::variables(definition, &mut names)?;
    if let Some(instance) = &definition.instance {
        check_known(instance, &Place::key("instance"), &names)?;
    }
    probes::versions(definition, &names)?;
    roles(definition, &names)?;
    let mut ids = BTreeSet::new();
    for (number, item) in definition.collect.iter().enumerate() {
        let place = Place::key("collect").at(number);
        check_item(item, &place, &names, has_rule)?;
        if !ids.insert(item.id.as_str()) {
            return wrong(
                place.then("id"),
                format!("`{}` is used twice", item.id),
                "give each item its own id",
            );
        }
    }
    for (number, apps) in definition.apps.iter().enumerate() {
        check_paths(&apps.paths, &Place::key("apps").at(number), &names)?;
    }
    for (number, glob) in definition.never.iter().enumerate() {
        let place = Place::key("never").at(number);
        check_template(glob, &place, &names)?;
        check_glob(glob, &place)?;
    }
    Ok(())
}

/// Checks the head of a format; what its fields mean is checked by who reads logs.
pub(super) fn check_format(format: &LogFormat, file: &str) -> Checked {
    identity((format.schema, &format.id, &format.name), file)
}

/// Whether the items name formats that exist.
pub(super) fn check_formats(definition: &Definition, formats: &[LogFormat]) -> Checked {
    for (number, item) in definition.collect.iter().enumerate() {
        let Some(id) = &item.format else { continue };
        if !formats.iter().any(|format| format.id == *id) {
            let hint = "`qdiag collectors formats` lists them; one of your own goes into the folder formats";
            let place = Place::key("collect").at(number).then("format");
            return wrong(place, format!("there is no log format `{id}`"), hint);
        }
    }
    Ok(())
}

fn roles(definition: &Definition, names: &Names) -> Checked {
    for (number, role) in definition.role.iter().enumerate() {
        let place = Place::key("role").at(number);
        if role.when.is_empty() {
            return wrong(
                place.then("when"),
                "is empty",
                "name at least one condition: [{ service = \"…\" }]",
            );
        }
        for (index, condition) in role.when.iter().enumerate() {
            check_condition(condition, &place.then("when").at(index), names)?;
        }
    }
    Ok(())
}

/// What definitions and formats begin with.
fn identity((schema, id, name): (u32, &str, &str), file: &str) -> Checked {
    if schema != SCHEMA {
        let message = format!("{schema} is not known to this program");
        return wrong(
            Place::key("schema"),
            message,
            format!("write schema = {SCHEMA}, or use a newer qdiag"),
        );
    }
    check_id(id, &Place::key("id"))?;
    let stem = stem(file);
    if stem != id {
        let message = format!("`{id}` is not the name of the file");
        return wrong(Place::key("id"), message, format!("call the file {id}.toml, or the id {stem}"));
    }
    if name.trim().is_empty() {
        return wrong(Place::key("name"), "is empty", "write the name as people know it");
    }
    Ok(())
}

fn head(definition: &Definition, file: &str) -> Checked {
    identity((definition.schema, &definition.id, &definition.name), file)?;
    let detect = &definition.detect;
    let enough = !detect.registry.is_empty()
        || !detect.uninstall.is_empty()
        || !detect.service.is_empty()
        || !detect.package.is_empty()
        || !detect.unit.is_empty()
        || !detect.process.is_empty()
        || detect.file.iter().any(|probe| !probe.weak);
    if !enough {
        let hint =
            "add a [[detect.service]], [[detect.uninstall]] or another probe; weak ones are not enough";
        return wrong(Place::key("detect"), "has nothing that finds the product", hint);
    }
    Ok(())
}

/// The name of a file without its folder and its ending.
pub(super) fn stem(file: &str) -> &str {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    name.strip_suffix(".toml").unwrap_or(name)
}

pub(super) fn check_id(id: &str, place: &Place) -> Checked {
    let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if id.is_empty() || !id.chars().all(good) || id.starts_with('-') || id.ends_with('-') {
        return wrong(
            place.clone(),
            format!("`{id}` is no id"),
            "use lower-case letters, digits and hyphens between",
        );
    }
    Ok(())
}

fn check_condition(condition: &Condition, place: &Place, names: &Names) -> Checked {
    let given =
        [&condition.service, &condition.no_service, &condition.path, &condition.no_path, &condition.variable];
    let pair = condition.variable.is_some() == condition.equals.is_some();
    if given.iter().filter(|field| field.is_some()).count() != 1 || !pair {
        let hint = "give one of service, no_service, path, no_path, or variable with equals";
        return wrong(place.clone(), "is not one condition", hint);
    }
    for (field, name) in [("service", &condition.service), ("no_service", &condition.no_service)] {
        if let Some(name) = name {
            check_regex(name, &place.then(field))?;
        }
    }
    for (field, path) in [("path", &condition.path), ("no_path", &condition.no_path)] {
        if let Some(path) = path {
            check_path(path, &place.then(field), names)?;
        }
    }
    match &condition.variable {
        Some(variable) => check_known(variable, &place.then("variable"), names),
        None => Ok(()),
    }
}

fn check_item(item: &CollectItem, place: &Place, names: &Names, has_rule: &dyn Fn(&str) -> bool) -> Checked {
    check_id(&item.id, &place.then("id"))?;
    if !CATEGORIES.contains(&item.category.as_str()) {
        let message = format!("`{}` is no category", item.category);
        return wrong(place.then("category"), message, format!("use one of {}", CATEGORIES.join(", ")));
    }
    check_paths(&item.paths, place, names)?;
    for (index, glob) in item.exclude.iter().enumerate() {
        let place = place.then("exclude").at(index);
        check_template(glob, &place, names)?;
        check_glob(glob, &place)?;
    }
    if item.max_age.as_deref().is_some_and(|age| parse_age(age).is_none()) {
        return wrong(place.then("max_age"), "is no age", "write a number with s, m, h, d or w: \"14d\"");
    }
    if item.max_file.as_deref().is_some_and(|size| parse_size(size).is_none()) {
        return wrong(
            place.then("max_file"),
            "is no size",
            "write a number with kB, MB, GB, KiB, MiB or GiB: \"200MB\"",
        );
    }
    for (index, rule) in item.rules.iter().enumerate() {
        if !has_rule(rule) {
            let hint = "`qdiag selftest` lists the rules; the common ones apply without being named";
            return wrong(place.then("rules").at(index), format!("there is no rule `{rule}`"), hint);
        }
    }
    Ok(())
}

/// At least one path or glob.
fn check_paths(paths: &[String], place: &Place, names: &Names) -> Checked {
    if paths.is_empty() {
        let hint = r"write at least one glob: ['%ProgramData%\X\**\*.log']";
        return wrong(place.then("paths"), "is empty", hint);
    }
    for (index, path) in paths.iter().enumerate() {
        check_path(path, &place.then("paths").at(index), names)?;
    }
    Ok(())
}

/// A path or glob that begins at a drive, a share, the root or a variable.
fn check_path(path: &str, place: &Place, names: &Names) -> Checked {
    check_template(path, place, names)?;
    check_glob(path, place)?;
    let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    if !(path.starts_with(['/', '%', '{']) || path.starts_with(r"\\") || drive) {
        let hint = r"begin it with %VARIABLE%, {variable}, a drive, \\share or /";
        return wrong(place.clone(), "is not an absolute path", hint);
    }
    Ok(())
}

fn check_template(template: &str, place: &Place, names: &Names) -> Checked {
    for piece in pieces(template) {
        match piece {
            Piece::Variable(name) => check_known(name, place, names)?,
            Piece::Text(text) if text.contains(['{', '}']) => {
                let hint = "a variable is written {lower_case}; braces have no other meaning here";
                return wrong(place.clone(), "has a brace that is part of no variable", hint);
            }
            Piece::Text(_) | Piece::Environment(_) => {}
        }
    }
    Ok(())
}

fn check_known(name: &str, place: &Place, names: &Names) -> Checked {
    if names.contains(name) {
        return Ok(());
    }
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let hint = if known.is_empty() {
        "no variable is defined before this; define it with [[variable.…]]".to_owned()
    } else {
        format!("defined before this: {}", known.join(", "))
    };
    wrong(place.clone(), format!("there is no variable `{name}`"), hint)
}
