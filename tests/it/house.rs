//! The rules of the house that a test can hold: file length, layers, platform code, the exit table, the manual of definitions.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::support::{Run, collect, hosts};

fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("sources are readable") {
            let path = entry.expect("sources are readable").path();
            if path.is_dir() && !path.ends_with("hosts") {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let text = std::fs::read_to_string(&path).expect("sources are text");
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty());
    found.sort();
    found
}

#[test]
fn no_file_is_over_four_hundred_lines_and_each_says_its_duty() {
    for (path, text) in [sources("src"), sources("tests/it"), sources("packaging")].concat() {
        assert!(text.lines().count() <= 400, "{} has {} lines", path.display(), text.lines().count());
        assert!(text.starts_with("//!"), "{} does not say its duty", path.display());
    }
}

#[test]
fn imports_only_point_down() {
    // Each module may import what stands below it and itself.
    let layers: [&[&str]; 10] = [
        &["cli"],
        &["collect"],
        &["case"],
        &["analyze"],
        &["estimate"],
        &["bundle"],
        &["plan"],
        &["detect", "logline"],
        &["app", "qrs", "host", "definition"],
        &["error", "manifest", "redact"],
    ];
    let level = |module: &str| layers.iter().position(|layer| layer.contains(&module));
    for (path, text) in sources("src") {
        let below = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("a source");
        let module = below
            .components()
            .next()
            .expect("a part")
            .as_os_str()
            .to_string_lossy()
            .trim_end_matches(".rs")
            .to_owned();
        let Some(own) = level(&module) else { continue };
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for part in line.split("crate::").skip(1) {
                let used: String = part.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                if let Some(other) = level(&used) {
                    assert!(other >= own, "{}: {module} imports {used}: {line}", path.display());
                }
            }
        }
    }
}

#[test]
fn platform_code_stands_in_host_only() {
    for (path, text) in sources("src") {
        if path.components().any(|part| part.as_os_str() == "host") {
            continue;
        }
        for word in ["cfg(unix)", "cfg(windows)", "target_os", "std::os::"] {
            let at = text.lines().find(|line| line.contains(word));
            assert!(at.is_none(), "{}: platform code outside host/: {at:?}", path.display());
        }
    }
}

#[test]
fn the_exit_table_is_the_code() {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"))
        .expect("there is one");
    let row = |line: &str| {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let code = cells.get(1)?.parse::<u16>().ok()?;
        Some((code, (*cells.get(2)?).to_owned()))
    };
    let table: BTreeSet<(u16, String)> = readme.lines().filter_map(row).collect();
    let code = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/exit.rs"))
        .expect("there is one");
    let variant = |line: &str| {
        let (name, code) = line.trim().strip_suffix(',')?.split_once(" = ")?;
        Some((code.parse().ok()?, name.to_lowercase()))
    };
    let variants: BTreeSet<(u16, String)> = code.lines().filter_map(variant).collect();
    assert_eq!(table, variants, "README's table against src/cli/exit.rs");
    assert_eq!(variants.len(), 9);
}

#[test]
fn every_definition_is_detected_and_every_item_hit_by_a_fixture_host() {
    let listed = Run::new(["collectors", "list", "--json"]).run().code(0).json();
    let (mut detected, mut hit) = (BTreeSet::new(), BTreeSet::new());
    for host in hosts() {
        let folder = tempfile::TempDir::new().expect("temporary folder");
        let (bundle, _) = collect(&host, folder.path(), &[]);
        for found in bundle.manifest()["installations"].as_array().expect("a list") {
            detected.insert(found["product"].as_str().expect("an id").to_owned());
        }
        for line in bundle.lines().iter().filter(|line| line["outcome"] != "missing") {
            hit.insert(line["item"].as_str().expect("an item").to_owned());
        }
    }
    for definition in listed.as_array().expect("a list") {
        let id = definition["id"].as_str().expect("an id");
        assert!(detected.contains(id), "no fixture host has {id}");
        let text = Run::new(["collectors", "show", "--toml", id]).run().code(0).text();
        let table: toml::Table = text.parse().expect("a definition is TOML");
        for item in table["collect"].as_array().expect("items") {
            let item = format!("{id}/{}", item["id"].as_str().expect("an id"));
            assert!(hit.contains(&item), "no fixture host hits {item}");
        }
    }
}

#[test]
fn the_manual_names_every_field_of_a_definition() {
    let manual = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("collectors/README.md"))
        .expect("there is one");
    let mut fields = BTreeSet::new();
    for (path, text) in sources("src/definition") {
        if path.file_stem().is_some_and(|name| name == "schema" || name == "release")
            || path.components().any(|part| part.as_os_str() == "schema")
        {
            let names = text.lines().filter_map(|line| line.trim().strip_prefix("pub ")?.split_once(':'));
            fields.extend(
                names
                    .map(|(name, _)| name.trim_start_matches("r#").to_owned())
                    .filter(|name| !name.contains([' ', '('])),
            );
        }
    }
    assert!(fields.len() > 10, "the fields of the schema were not found");
    // What the loader adds is no field of the file.
    for field in fields.iter().filter(|field| !["text", "embedded", "release"].contains(&field.as_str())) {
        assert!(manual.contains(&format!("`{field}`")), "collectors/README.md does not document `{field}`");
    }
}

#[test]
fn help_has_an_example_for_every_command() {
    for command in [
        &["detect"][..],
        &["plan"],
        &["collect"],
        &["verify"],
        &["redact"],
        &["analyze"],
        &["app"],
        &["case"],
        &["case", "template"],
        &["selftest"],
        &["collectors", "list"],
        &["collectors", "show"],
        &["collectors", "check"],
        &["collectors", "formats"],
    ] {
        let ran = Run::new(command).arg("--help").run().code(0);
        assert!(ran.text().contains("Example"), "{ran}");
    }
    Run::new(["--no-such-flag"]).run().code(2);
    Run::new(Vec::<&str>::new()).run().code(2);
}
