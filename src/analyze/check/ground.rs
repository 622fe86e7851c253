//! What checks stand on: the host, the products found, and its facts, each asked for once.

use std::cell::OnceCell;

use serde_json::Value as Json;

use crate::definition::expand_pattern;
use crate::detect::Installation;
use crate::host::{FactKind, Host, Process, Service};
use crate::plan::{Category, Plan, Window};
use crate::redact::Redaction;

/// The host and what is known of it.
pub struct Ground<'a> {
    /// The host.
    pub host: &'a Host,
    /// The products found.
    pub found: &'a [Installation<'a>],
    /// What would be collected.
    pub plan: &'a Plan,
    /// The time that is wanted.
    pub window: Window,
    redaction: &'a Redaction,
    services: OnceCell<Result<Vec<Service>, String>>,
    processes: OnceCell<Result<Vec<Process>, String>>,
    facts: [OnceCell<Result<Json, String>>; 4],
}

impl<'a> Ground<'a> {
    /// Of a host.
    pub fn new(
        host: &'a Host,
        found: &'a [Installation<'a>],
        plan: &'a Plan,
        (redaction, window): (&'a Redaction, Window),
    ) -> Self {
        Self {
            host,
            found,
            plan,
            window,
            redaction,
            services: OnceCell::new(),
            processes: OnceCell::new(),
            facts: Default::default(),
        }
    }

    /// Whether one of these products was found; with none named, whether any was.
    pub(super) fn has_any(&self, products: &[String]) -> bool {
        self.installations(products).next().is_some()
    }

    /// The installations of these products; of all if none is named.
    pub(super) fn installations<'b>(
        &'b self,
        products: &'b [String],
    ) -> impl Iterator<Item = &'b Installation<'a>> + 'b {
        self.found.iter().filter(|found| products.is_empty() || products.contains(&found.definition.id))
    }

    pub(super) fn services(&self) -> Result<&[Service], String> {
        let ask = || self.host.services().map_err(|miss| miss.to_string());
        self.services.get_or_init(ask).as_deref().map_err(Clone::clone)
    }

    pub(super) fn processes(&self) -> Result<&[Process], String> {
        let ask = || self.host.processes().map_err(|miss| miss.to_string());
        self.processes.get_or_init(ask).as_deref().map_err(Clone::clone)
    }

    pub(super) fn certificates(&self) -> Result<&Json, String> {
        self.fact(0, FactKind::Certificates)
    }

    pub(super) fn disks(&self) -> Result<&Json, String> {
        self.fact(1, FactKind::Disks)
    }

    pub(super) fn network(&self) -> Result<&Json, String> {
        self.fact(2, FactKind::Network)
    }

    pub(super) fn system(&self) -> Result<&Json, String> {
        self.fact(3, FactKind::System)
    }

    fn fact(&self, at: usize, kind: FactKind) -> Result<&Json, String> {
        let ask = || self.host.fact(kind).map_err(|miss| miss.to_string());
        self.facts[at].get_or_init(ask).as_ref().map_err(Clone::clone)
    }

    /// Patterns of paths with the values of the products that have them.
    pub(super) fn patterns(&self, products: &[String], templates: &[String]) -> Vec<String> {
        let mut patterns: Vec<String> = Vec::new();
        for found in self.installations(products) {
            let filled = templates
                .iter()
                .filter_map(|path| expand_pattern(path, &self.host.vars, &found.variables).ok());
            patterns.extend(filled);
        }
        patterns.sort();
        patterns.dedup();
        patterns
    }

    /// Paths that the products themselves name: values of their variables.
    pub(super) fn own_paths(&self, products: &[String]) -> Vec<String> {
        let mut paths: Vec<String> = self
            .installations(products)
            .flat_map(|found| found.variables.values())
            .filter(|value| value.contains(['\\', '/']))
            .cloned()
            .collect();
        paths.sort();
        paths.dedup();
        paths
    }

    /// Name and time of the logs that would be collected.
    pub(super) fn logs(&self) -> impl Iterator<Item = (String, chrono::DateTime<chrono::Utc>)> + '_ {
        self.plan
            .items
            .iter()
            .filter(|item| item.category == Category::Logs && item.known.is_none())
            .filter_map(|item| Some((item.source.describe(), item.stat?.modified?)))
    }

    /// Facts as they may be shown.
    pub(super) fn cleared(&self, evidence: &[String]) -> Vec<String> {
        evidence.iter().map(|line| self.redaction.clear_text(line)).collect()
    }
}

/// A text of a document, or nothing.
pub(super) fn text<'a>(document: &'a Json, name: &str) -> &'a str {
    document[name].as_str().unwrap_or_default()
}

/// The members of a list; none if it is no list.
pub(super) fn list(document: &Json) -> &[Json] {
    document.as_array().map_or(&[], Vec::as_slice)
}
