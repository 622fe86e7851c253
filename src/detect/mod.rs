//! Finds the installed products, their versions, releases and roles, each with its evidence. Reads little, writes nothing.

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
    todo!("definition helper {} {}", host.name, catalog.definitions.len())
}
