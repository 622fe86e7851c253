//! Finds the installed products, their versions, releases and roles, each with its evidence. Reads little, writes
//! nothing.

mod look;
mod pe;
mod probe;
mod program;
mod release;
mod role;
mod text;
mod variable;
mod version;

use look::{Look, View};

use crate::definition::{Catalog, Definition, Variables};
use crate::host::Host;
use crate::manifest::{Evidence, Reading};

/// What was found on a host.
#[derive(Debug, Default)]
pub struct Detection<'a> {
    /// Products found, by id.
    pub installations: Vec<Installation<'a>>,
    /// Probes that could not be answered, as `probe: reason`.
    pub failures: Vec<String>,
}

/// A product found on a host.
#[derive(Debug)]
pub struct Installation<'a> {
    /// Its definition.
    pub definition: &'a Definition,
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
    let installations =
        catalog.definitions.iter().filter_map(|definition| installation(&view, definition)).collect();
    Detection { installations, failures: view.into_failures() }
}

fn installation<'a>(view: &View<'_>, definition: &'a Definition) -> Option<Installation<'a>> {
    let signs = probe::look(view, &definition.detect);
    if !signs.found {
        return None;
    }
    let mut variables = signs.variables;
    variable::fill(view, definition, &mut variables);
    let told = version::tell(view, definition, &variables);
    let role = role::tell(view, &definition.role, &variables);
    let mut evidence = signs.evidence;
    evidence.extend(told.evidence);
    evidence.sort();
    evidence.dedup();
    Some(Installation { definition, version: told.version, release: told.release, role, evidence, variables })
}

#[cfg(test)]
mod tests;
