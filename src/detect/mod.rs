//! Finds the installed products, their versions, releases and roles, each with its evidence. Reads little, writes
//! nothing.

mod instance;
mod look;
mod pe;
mod probe;
mod program;
mod release;
mod role;
mod text;
mod variable;
mod version;
mod view;

pub use release::supported;

use instance::Group;
use look::Look;
use view::View;

use crate::definition::{Catalog, Definition, Variables};
use crate::host::Host;
use crate::manifest::{Evidence, Reading};

/// What was found on a host.
#[derive(Debug, Default)]
pub struct Detection<'a> {
    /// Products found, by id.
    pub installations: Vec<Installation<'a>>,
    /// Products of which there is only what they leave behind.
    pub left_overs: Vec<LeftOver<'a>>,
    /// Probes that could not be answered, as `probe: reason`.
    pub failures: Vec<String>,
}

/// What a product left behind that is not installed any more.
#[derive(Debug)]
pub struct LeftOver<'a> {
    /// Its definition.
    pub definition: &'a Definition,
    /// What is left of it, sorted.
    pub evidence: Vec<Evidence>,
}

/// A product found on a host, or one of several installations of it.
#[derive(Debug)]
pub struct Installation<'a> {
    /// Its definition.
    pub definition: &'a Definition,
    /// Id of the definition; a further installation of one definition has a number behind it.
    pub id: String,
    /// What tells it from the others of its definition, if there are any.
    pub instance: Option<Reading>,
    /// Product version.
    pub version: Option<Reading>,
    /// Release name.
    pub release: Option<Reading>,
    /// Role of the node.
    pub role: Option<Reading>,
    /// Signs of it, sorted.
    pub evidence: Vec<Evidence>,
    /// Values for `{variable}` in its items' paths, each from its product's own configuration or a default.
    pub variables: Variables,
}

/// Looks for every product of the catalog.
pub fn detect<'a>(host: &Host, catalog: &'a Catalog) -> Detection<'a> {
    detect_on(host, catalog)
}

fn detect_on<'a>(look: &dyn Look, catalog: &'a Catalog) -> Detection<'a> {
    let view = View::new(look);
    let mut detection = Detection::default();
    for definition in &catalog.definitions {
        let signs = probe::look(&view, &definition.detect);
        if signs.iter().any(|sign| !sign.weak) {
            for group in instance::groups(&view, definition, &signs) {
                let id = free_id(definition, catalog, &detection.installations);
                detection.installations.push(installation(&view, definition, (id, group)));
            }
        } else if !signs.is_empty() {
            let evidence = sorted(signs.into_iter().map(|sign| sign.evidence).collect());
            detection.left_overs.push(LeftOver { definition, evidence });
        }
    }
    detection.failures = view.into_failures();
    detection
}

/// The id of the definition, or the first number behind it that makes it the only one.
fn free_id(definition: &Definition, catalog: &Catalog, known: &[Installation<'_>]) -> String {
    let taken = |id: &str| known.iter().any(|installation| installation.id == id);
    if !taken(&definition.id) {
        return definition.id.clone();
    }
    let mut number = 2_u32;
    loop {
        let id = format!("{}-{number}", definition.id);
        if !taken(&id) && catalog.get(&id).is_none() {
            return id;
        }
        number += 1;
    }
}

fn installation<'a>(
    view: &View<'_>,
    definition: &'a Definition,
    (id, group): (String, Group<'_>),
) -> Installation<'a> {
    let own = group.scope.map(|scope| view.scoped(scope));
    let view = own.as_ref().unwrap_or(view);
    let mut variables = group.variables;
    variable::fill(view, definition, &mut variables);
    let told = version::tell(view, definition, &variables);
    let role = role::tell(view, &definition.role, &variables);
    let mut evidence: Vec<Evidence> = group.signs.into_iter().map(|sign| sign.evidence.clone()).collect();
    evidence.extend(told.evidence);
    Installation {
        definition,
        id,
        instance: group.instance,
        version: told.version,
        release: told.release,
        role,
        evidence: sorted(evidence),
        variables,
    }
}

fn sorted(mut evidence: Vec<Evidence>) -> Vec<Evidence> {
    evidence.sort();
    evidence.dedup();
    evidence
}

#[cfg(test)]
mod tests;
