//! A definition as a page for people: how the product is found, what is taken, what never, and how sure that is.

use std::fmt::Write;

use toml::{Table, Value};

use crate::cli::print;
use crate::definition::{Definition, Section, sections};

/// Categories in the order in which they are taken.
const CATEGORIES: [&str; 6] = ["environment", "config", "license", "state", "app", "logs"];

/// Fields that have their own place on the page, or none.
const APART: [&str; 8] = ["sure", "source", "note", "variable", "up", "weak", "component", "default"];

/// The page.
pub(super) fn page(definition: &Definition) -> String {
    let table: Table = definition.text.parse().unwrap_or_default();
    let all = sections(&definition.text, &table);
    let of = |top: &'static str| all.iter().filter(move |section| section.top == top);
    let origin = if definition.embedded { "built in" } else { "added" };
    let mut page = format!("{} ({}, {origin})\n", definition.name, definition.id);
    part(&mut page, "Found by any of", of("detect").map(probe));
    part(&mut page, "Version, from the first that answers", of("version").map(probe));
    part(&mut page, "Release", releases(definition).into_iter());
    part(&mut page, "Values from the host, the first that answers for each", of("variable").map(variable));
    part(&mut page, "Role, the first that holds", of("role").map(role));
    for category in CATEGORIES {
        let items = of("collect").filter(|item| item.text("category") == Some(category));
        part(&mut page, &format!("Taken: {category}"), items.map(item));
    }
    part(&mut page, "Where apps are, taken only if one is named", of("apps").map(item));
    let built_in =
        "private keys, password files, data of databases and apps, memory: of every product".to_owned();
    part(&mut page, "Never taken", definition.never.iter().cloned().chain([built_in]));
    part(&mut page, "How sure", [sure(&all)].into_iter());
    page
}

/// A heading and its lines; nothing where there are none.
fn part(page: &mut String, heading: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(page, "\n{heading}");
    for line in lines.iter().flat_map(|line| line.lines()) {
        let _ = writeln!(page, "  {line}");
    }
}

/// `service  name QlikSenseProxyService → {install_dir}`, with what is doubtful about it.
fn probe(section: &Section<'_>) -> String {
    let mut line = format!("{:<11}{}", section.kind, fields(section.table));
    if let Some(variable) = section.text("variable") {
        let _ = write!(line, " → {{{variable}}}");
    }
    line.push_str(&up(section));
    if section.table.get("weak").and_then(Value::as_bool) == Some(true) {
        line.push_str(", never enough by itself");
    }
    if section.table.get("component").and_then(Value::as_bool) == Some(true) {
        line.push_str(", of a part and not of the product");
    }
    line + doubt(section)
}

fn variable(section: &Section<'_>) -> String {
    let mut table = section.table.clone();
    let name = table.remove("name");
    let name = name.as_ref().and_then(Value::as_str).unwrap_or_default();
    let mut line = format!("{{{name}}}: {} {}{}", section.kind, fields(&table), up(section));
    if let Some(default) = section.text("default") {
        let _ = write!(line, ", else {default}");
    }
    line + doubt(section)
}

fn role(section: &Section<'_>) -> String {
    let conditions = section.table.get("when").and_then(Value::as_array).into_iter().flatten();
    let conditions: Vec<String> = conditions.filter_map(Value::as_table).map(condition).collect();
    let note = section.text("note").map_or(String::new(), |note| format!(": {note}"));
    let name = section.text("name").unwrap_or_default();
    format!("{name}{note}{}\n  if {}", doubt(section), conditions.join(" and "))
}

/// `service ExampleDatabase`, `no path C:\x`, `variable mode equals active`.
fn condition(table: &Table) -> String {
    let part = |(field, value): (&String, &Value)| {
        format!("{} {}", field.replace('_', " "), value.as_str().unwrap_or_default())
    };
    let parts: Vec<String> = table.iter().rev().map(part).collect();
    parts.join(" ")
}

fn item(section: &Section<'_>) -> String {
    let note = section.text("note").map_or(String::new(), |note| format!(": {note}"));
    // A place of apps has no id; what an app is there stands for it.
    let name = section.text("id").or(section.text("kind")).unwrap_or("file");
    let mut text = format!("{name}{note}{}", doubt(section));
    for path in section.texts("paths") {
        let _ = write!(text, "\n  {path}");
    }
    for path in section.texts("exclude") {
        let _ = write!(text, "\n  not {path}");
    }
    let mut limits = Vec::new();
    limits.extend(section.text("max_age").map(|age| format!("not older than {age}")));
    limits.extend(
        section
            .text("max_file")
            .map(|size| format!("of files larger than {size} the first line and the newest part")),
    );
    let rules: Vec<&str> = section.texts("rules").collect();
    if !rules.is_empty() {
        limits.push(format!("masked by {} too", rules.join(", ")));
    }
    if !limits.is_empty() {
        let _ = write!(text, "\n  {}", limits.join("; "));
    }
    text
}

fn releases(definition: &Definition) -> Option<String> {
    let (first, last) = (definition.release.first()?, definition.release.last()?);
    let known = print::count(definition.release.len() as u64, "number");
    Some(format!(
        "{known} known, from {} ({}) to {} ({}); any other is the nearest below, and says so",
        first.version,
        first.full_name(),
        last.version,
        last.full_name()
    ))
}

fn sure(all: &[Section<'_>]) -> String {
    let count =
        |word: &str| all.iter().filter(|section| section.text("sure").unwrap_or("sourced") == word).count();
    format!(
        "{} sourced, {} inferred, {} unsourced; what is not sourced is marked above; --toml shows the sources",
        count("sourced"),
        count("inferred"),
        count("unsourced")
    )
}

/// What a probe asks for: its fields, the name or path first and without their names.
fn fields(table: &Table) -> String {
    let mut shown: Vec<String> = Vec::new();
    for (field, value) in table.iter().filter(|(field, _)| !APART.contains(&field.as_str())) {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if matches!(field.as_str(), "name" | "path" | "key") {
            shown.insert(0, value);
        } else {
            shown.push(format!("{} {value}", field.replace('_', " ")));
        }
    }
    shown.join(", ")
}

fn up(section: &Section<'_>) -> String {
    match section.table.get("up").and_then(Value::as_integer) {
        None | Some(0) => String::new(),
        Some(up) => format!(", {up} up"),
    }
}

fn doubt(section: &Section<'_>) -> &'static str {
    match section.text("sure") {
        Some("inferred") => " [inferred]",
        Some("unsourced") => " [unsourced]",
        _ => "",
    }
}
