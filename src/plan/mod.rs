//! What will be taken, item by item, before anything is opened. Lists and stats only, never opens a file.

mod apps;
mod environment;
mod item;
mod name;
mod never;
mod options;
mod qrs;
mod select;
mod wanted;

use std::sync::Arc;

pub use crate::host::Window;
pub use apps::{AppFile, Apps, find_apps, list_apps};
pub use item::{Category, Limit, Plan, PlanItem, Source};
pub use name::{EntryName, Names, Unsafe};
pub use options::{Choice, Options};
pub(crate) use select::known_of;
pub use wanted::{AppContent, AppPart, WantedApp};

use crate::definition::{self, CollectItem};
use crate::detect::Installation;
use crate::host::{Host, HostPath, Kind};
use crate::manifest::Outcome;
use crate::redact::Redaction;
use never::Never;
use select::{Ask, Selection};

/// Plans everything that the definitions of the found products and the options ask for. The names of entries are cleared like their contents.
pub fn plan(host: &Host, found: &[Installation<'_>], options: &Options, redaction: &Redaction) -> Plan {
    let never = never_patterns(host, found);
    let mut selection = Selection::new(host, (options, redaction), &never);
    environment::plan(&mut selection);
    let wanted = |found: &&Installation<'_>| {
        options.products.is_empty()
            || [&found.definition.id, &found.id].iter().any(|id| options.products.contains(id))
    };
    let wanted: Vec<&Installation<'_>> = found.iter().filter(wanted).collect();
    // What the site says of its data connections gives passwords away, which are then masked in all files that follow.
    if options.qrs {
        qrs::plan(&mut selection, &wanted);
    }
    if !options.environment_only {
        for installation in wanted {
            plan_installation(&mut selection, installation);
        }
    }
    for path in &options.add {
        selection.add_by_user(path);
    }
    wanted::plan(&mut selection, &options.apps);
    selection.finish()
}

fn plan_installation(selection: &mut Selection<'_>, installation: &Installation<'_>) {
    let definition = installation.definition;
    let mut items: Vec<&CollectItem> = definition.collect.iter().collect();
    items.sort_by_key(|item| Category::of_definition(&item.category));
    for item in items {
        let ask = Ask {
            category: Category::of_definition(&item.category),
            folder: installation.id.clone(),
            origin: format!("{}/{}", definition.id, item.id).into(),
            reason: reason(item, installation).into(),
            rules: item.rules.clone().into(),
            max_age: item.max_age.as_deref().and_then(crate::definition::parse_age),
            max_file: item.max_file.as_deref().and_then(crate::definition::parse_size),
            exclude: patterns(&expand_all(selection.host, installation, &item.exclude)),
        };
        plan_item(selection, installation, item, &ask);
    }
}

/// Why an item is taken, in words for people.
fn reason(item: &CollectItem, installation: &Installation<'_>) -> String {
    let words = item.id.replace('-', " ");
    let product = &installation.definition.name;
    let place = installation.instance.as_ref().map_or(String::new(), |one| format!(" in {}", one.value));
    match &item.note {
        Some(note) if place.is_empty() => format!("{words}: {note}"),
        Some(note) => format!("{words}{place}: {note}"),
        None => format!("{words} of {product}{place}"),
    }
}

fn plan_item(selection: &mut Selection<'_>, installation: &Installation<'_>, item: &CollectItem, ask: &Ask) {
    let before = selection.len();
    let mut looked = Vec::new();
    for template in &item.paths {
        match definition::expand_pattern(template, &selection.host.vars, &installation.variables) {
            Err(variable) => looked.push(format!("{template} (no value for {variable})")),
            Ok(pattern) => {
                let base = base_of(template, selection.host, installation);
                selection.take_pattern(&pattern, base.as_deref(), ask);
                looked.push(pattern);
            }
        }
    }
    let was_taken = selection.was_taken_before();
    if selection.len() == before && !was_taken {
        let reason: Arc<str> = "nothing matches; on many hosts this is normal".into();
        selection.miss(looked.join(" | "), ask, (Outcome::Missing, reason));
    }
}

/// The value of the variable a template starts with: entry names are relative to it.
fn base_of(template: &str, host: &Host, installation: &Installation<'_>) -> Option<String> {
    let close = match template.chars().next()? {
        '%' => '%',
        '{' => '}',
        _ => return None,
    };
    let end = template[1..].find(close)? + 2;
    definition::expand(&template[..end], &host.vars, &installation.variables).ok()
}

fn expand_all(host: &Host, installation: &Installation<'_>, templates: &[String]) -> Vec<String> {
    let expand =
        |template: &String| definition::expand_pattern(template, &host.vars, &installation.variables).ok();
    templates.iter().filter_map(expand).collect()
}

/// The files that `--add` names one by one and that are never taken, each with the reason. A folder or a glob names none.
pub fn never_named(host: &Host, found: &[Installation<'_>], options: &Options) -> Vec<(String, String)> {
    let never = Never::new(&never_patterns(host, found));
    let named = |path: &String| {
        let found = HostPath::new(host.os, path);
        host.files.stat(&found).ok().filter(|stat| stat.kind == Kind::File)?;
        never.why(&found.slashed()).map(|why| (path.clone(), why.to_owned()))
    };
    options.add.iter().filter_map(named).collect()
}

/// Globs over paths in lower case; definitions are checked when they are loaded.
fn patterns(globs: &[String]) -> Vec<glob::Pattern> {
    globs.iter().filter_map(|glob| glob::Pattern::new(&glob.replace('\\', "/").to_lowercase()).ok()).collect()
}

/// Never patterns of all found products, expanded, each with its reason.
fn never_patterns(host: &Host, found: &[Installation<'_>]) -> Vec<(String, String)> {
    let mut patterns = Vec::new();
    for installation in found {
        let why = format!("never taken by the definition of {}", installation.definition.name);
        let expanded = expand_all(host, installation, &installation.definition.never);
        patterns.extend(expanded.into_iter().map(|pattern| (pattern, why.clone())));
    }
    patterns
}
