//! An app on one screen: its redacted summary in plain words, at most 80 columns wide.

use serde_json::Value;

use crate::app::AppKind;
use crate::cli::print;

/// Columns of a screen, and of the names of facts.
const WIDTH: usize = 80;
const NAMES: usize = 18;

/// Lines that a list may take, and tables that are shown.
const LINES: usize = 3;
const TABLES: usize = 8;

/// The screen of an app.
pub(super) fn screen(file: &str, kind: AppKind, summary: &Value) -> String {
    let mut screen = Screen::default();
    screen.text.push_str(&format!("{}\n", one_line(file)));
    head(&mut screen, kind, summary);
    for (name, key) in [("sheets", "sheets"), ("objects", "objects")] {
        screen.list(name, &all(summary, key, named));
    }
    tables(&mut screen, summary);
    for (name, key) in [("fields", "fields"), ("variables", "variables")] {
        screen.list(name, &all(summary, key, plain));
    }
    screen.list("connections", &all(summary, "connections", connection));
    if let Some(lines) = summary["script_lines"].as_u64() {
        screen.fact("script", &print::count(lines, "line"));
    }
    screen.list("script tabs", &all(summary, "script_tabs", plain));
    for problem in all(summary, "problems", plain) {
        screen.fact("not read", &problem);
    }
    screen.text.push('\n');
    screen.text
}

fn head(screen: &mut Screen, kind: AppKind, summary: &Value) {
    let bytes = summary["bytes"].as_u64().unwrap_or_default();
    let packed =
        summary["packed_as"].as_str().map_or(String::new(), |name| format!(", in the zip as {name}"));
    screen.fact("what", &format!("{}, {}{packed}", kind.words(), print::size(bytes)));
    screen.known("title", &summary["title"]);
    screen.known("description", &summary["description"]);
    let build = summary["build"].as_str().map_or(String::new(), |build| format!("build {build}"));
    let version = summary["saved_by_version"].as_str().unwrap_or_default();
    let saved = if version.is_empty() || build.is_empty() {
        format!("{version}{build}")
    } else {
        format!("{version}, {build}")
    };
    if !saved.is_empty() {
        screen.fact("saved by", &saved);
    }
    screen.known("last reload", &summary["last_reload"]);
    screen.known("section access", &summary["section_access"]);
    screen.known("data inside", &summary["data"]);
    screen.known("encrypted", &summary["encrypted"]);
    screen.known("thumbnail", &summary["thumbnail"]);
}

fn tables(screen: &mut Screen, summary: &Value) {
    let Some(tables) = summary["tables"].as_array().filter(|tables| !tables.is_empty()) else { return };
    let describe = |table: &Value| {
        let count = |key: &str, noun: &str| table[key].as_u64().map(|count| print::count(count, noun));
        let size = table["bytes"].as_u64().map(print::size);
        let facts: Vec<String> =
            [count("rows", "row"), count("fields", "field"), size].into_iter().flatten().collect();
        let name = table["name"].as_str().unwrap_or_default();
        if facts.is_empty() { name.to_owned() } else { format!("{name}: {}", facts.join(", ")) }
    };
    screen.fact("tables", &tables.len().to_string());
    for table in tables.iter().take(TABLES) {
        screen.fact("", &describe(table));
    }
    if tables.len() > TABLES {
        screen.fact("", &format!("… and {} more", tables.len() - TABLES));
    }
}

fn all(summary: &Value, key: &str, tell: fn(&Value) -> String) -> Vec<String> {
    summary[key].as_array().map_or_else(Vec::new, |values| values.iter().map(tell).collect())
}

fn plain(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn named(value: &Value) -> String {
    let name = plain(&value["name"]);
    match value["kind"].as_str() {
        Some(kind) if name.is_empty() => kind.to_owned(),
        Some(kind) => format!("{name} ({kind})"),
        None => name,
    }
}

fn connection(value: &Value) -> String {
    format!("{} {}", plain(&value["kind"]), plain(&value["name"]))
}

/// A text on one line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Facts under each other.
#[derive(Default)]
struct Screen {
    text: String,
}

impl Screen {
    /// A fact that the app tells; nothing if it does not.
    fn known(&mut self, name: &str, value: &Value) {
        match value {
            Value::String(text) if !text.trim().is_empty() => self.fact(name, text),
            Value::Bool(is) => self.fact(name, if *is { "yes" } else { "no" }),
            _ => {}
        }
    }

    /// A fact, in as many lines as it needs, but no more than a list may take.
    fn fact(&mut self, name: &str, value: &str) {
        let mut lines = wrapped(&one_line(value));
        if lines.len() > LINES {
            lines.truncate(LINES);
            if let Some(last) = lines.last_mut() {
                let kept = last.char_indices().nth(WIDTH - NAMES - 4).map_or(last.len(), |(at, _)| at);
                last.truncate(kept);
                last.push_str(" …");
            }
        }
        for (number, line) in lines.iter().enumerate() {
            let name = if number == 0 { name } else { "" };
            self.text.push_str(format!("  {name:<width$}{line}", width = NAMES - 2).trim_end());
            self.text.push('\n');
        }
    }

    /// How many there are, and as many of them as there is room for.
    fn list(&mut self, name: &str, values: &[String]) {
        if values.is_empty() {
            return;
        }
        let mut text = format!("{}: ", values.len());
        for (number, value) in values.iter().enumerate() {
            let separator = if number == 0 { "" } else { ", " };
            let value = one_line(value);
            let longer = format!("{text}{separator}{value}");
            let more = format!("{longer} … and {} more", values.len() - number);
            if wrapped(&more).len() > LINES && number > 0 {
                text.push_str(&format!(" … and {} more", values.len() - number));
                break;
            }
            text = longer;
        }
        self.fact(name, &text);
    }
}

/// A text in lines of what is left of a screen beside the names; a word that is longer is cut into lines.
fn wrapped(text: &str) -> Vec<String> {
    let room = WIDTH - NAMES;
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let mut word = word;
        loop {
            let used = line.chars().count();
            let gap = usize::from(used > 0);
            if used + gap + word.chars().count() <= room {
                line.extend((gap > 0).then_some(' '));
                line.push_str(word);
                break;
            }
            if used > 0 {
                lines.push(std::mem::take(&mut line));
                continue;
            }
            let cut = word.char_indices().nth(room).map_or(word.len(), |(at, _)| at);
            lines.push(word[..cut].to_owned());
            word = &word[cut..];
        }
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_app_fits_on_one_screen_however_much_is_in_it() {
        let many: Vec<String> = (0..900).map(|number| format!("Field number {number}")).collect();
        let tables: Vec<Value> =
            many.iter().map(|name| json!({"name": name, "rows": 1, "bytes": 20_000})).collect();
        let objects: Vec<Value> = many.iter().map(|name| json!({"name": name, "kind": "chart"})).collect();
        let summary = json!({
            "kind": "qvf", "bytes": 1_000_000, "title": "x".repeat(500), "description": "many words ".repeat(90),
            "saved_by_version": "12.1", "build": "5", "section_access": true, "fields": many, "tables": tables,
            "objects": objects, "sheets": objects, "variables": many, "script_tabs": many, "script_lines": 7,
            "connections": [{"kind": "lib", "name": "y".repeat(700)}],
        });
        let screen = screen("/a/b.qvf", AppKind::Qvf, &summary);
        assert!(screen.lines().all(|line| line.chars().count() <= WIDTH), "{screen}");
        assert!(screen.lines().count() <= 50, "{screen}");
        assert!(
            screen.contains("fields          900: Field number 0,") && screen.contains("more"),
            "{screen}"
        );
        assert!(screen.contains("12.1, build 5") && screen.contains("section access  yes"), "{screen}");
    }

    #[test]
    fn what_is_not_known_is_not_told() {
        let screen =
            screen("x", AppKind::Qvd, &json!({"kind": "qvd", "bytes": 5, "title": null, "fields": []}));
        assert_eq!(screen, "x\n  what            stored table (QVD), 5 B\n\n");
    }
}
