//! The documents that are made of definitions: the schemas for editors and the list of products. Compiled for tests only.

#![expect(clippy::disallowed_methods, reason = "the tests compare files of the repository")]

use std::fmt::Write as _;
use std::path::Path;

use super::*;

/// Set this to 1 to write the schemas anew instead of comparing them.
const UPDATE_SCHEMA: &str = "QDIAG_UPDATE_SCHEMA";

/// The same for the list of products.
const UPDATE_PRODUCTS: &str = "QDIAG_UPDATE_PRODUCTS";

fn hold(name: &str, text: &str, update: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os(update).is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "docs/{name} is not what the sources say; run the test with {update}=1 and review the difference"
    );
}

#[test]
fn the_committed_schemas_are_those_of_the_types() {
    let schemas = [
        ("definition.schema.json", schemars::schema_for!(Definition)),
        ("releases.schema.json", schemars::schema_for!(ReleaseTable)),
    ];
    for (name, schema) in schemas {
        hold(name, &(serde_json::to_string_pretty(&schema).unwrap() + "\n"), UPDATE_SCHEMA);
    }
}

#[test]
fn the_schema_knows_every_field_of_the_built_in_definitions() {
    let schema = serde_json::to_value(schemars::schema_for!(Definition)).unwrap();
    let known =
        |pointer: &str, field: &str| schema.pointer(pointer).is_some_and(|map| map.get(field).is_some());
    for definition in Catalog::load(None, &|_| true).unwrap().definitions {
        let table: toml::Table = definition.text.parse().unwrap();
        for field in table.keys() {
            assert!(known("/properties", field), "{}: {field}", definition.id);
        }
        for (top, kind) in [("collect", "CollectItem"), ("apps", "AppPlace")] {
            let properties = format!("/$defs/{kind}/properties");
            for item in sections(&definition.text, &table).iter().filter(|section| section.top == top) {
                for field in item.table.keys() {
                    assert!(known(&properties, field), "{}: {field}", definition.id);
                }
            }
        }
    }
}

#[test]
fn the_committed_list_is_that_of_the_definitions() {
    let mut text = String::from(
        "# Products\n\nMade from the definitions themselves. A number is how many probes or items there are; `qdiag collectors show ID` tells \
         each. Of the facts behind them, some are stated by a public source or were seen on a real host (sourced), some follow from sources \
         (inferred), and some are stated by nobody (unsourced): those are tried and never relied upon.\n\n\
         | product | id | detect | version | releases | role | config | license | state | app | logs | places of apps | never | sourced | inferred | unsourced |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    let catalog = Catalog::load(None, &|_| true).unwrap();
    for definition in &catalog.definitions {
        text.push_str(&line(definition));
    }
    hold("products.md", &text, UPDATE_PRODUCTS);
}

fn line(definition: &Definition) -> String {
    let table: toml::Table = definition.text.parse().unwrap();
    let all = sections(&definition.text, &table);
    let count = |fits: &dyn Fn(&Section<'_>) -> bool| all.iter().filter(|section| fits(section)).count();
    let top = |top: &str| count(&|section| section.top == top);
    let items =
        |word: &str| count(&|section| section.top == "collect" && section.text("category") == Some(word));
    let sure = |word: &str| count(&|section| section.text("sure").unwrap_or("sourced") == word);
    let mut cells = vec![top("detect"), top("version"), definition.release.len(), top("role")];
    cells.extend(["config", "license", "state", "app", "logs"].map(items));
    cells.push(top("apps"));
    cells.push(definition.never.len());
    cells.extend(["sourced", "inferred", "unsourced"].map(sure));
    let mut line = format!("| {} | `{}` |", definition.name.replace('|', "\\|"), definition.id);
    for cell in cells {
        let shown = if cell == 0 { "–".to_owned() } else { cell.to_string() };
        let _ = write!(line, " {shown} |");
    }
    line + "\n"
}

/// Ids that a table of releases may name before their definitions are written.
const AWAITED: [&str; 13] = [
    "qlik-sense-desktop",
    "qlikview-server",
    "qlikview-publisher",
    "qlikview-management-service",
    "qlikview-web-server",
    "qlikview-directory-service-connector",
    "qlikview-desktop",
    "nprinting-server",
    "nprinting-engine",
    "nprinting-designer",
    "qlik-replicate",
    "qlik-enterprise-manager",
    "qlik-compose",
];

#[test]
fn every_table_of_releases_serves_definitions() {
    let catalog = Catalog::load(None, &|_| true).unwrap();
    for (file, table) in embedded_releases().unwrap() {
        for id in &table.definitions {
            let known = catalog.get(id).is_some() || AWAITED.contains(&id.as_str());
            assert!(known, "collectors/{file} names {id}, which has no definition");
        }
    }
}
