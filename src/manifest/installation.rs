//! The products of a host, as a manifest tells of them. Data only.

use serde::{Deserialize, Serialize};

/// One product found on the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct InstallationFacts {
    /// Id of the definition.
    pub product: String,
    /// The product's name.
    pub name: String,
    /// What tells it from other installations of the product on this host, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<Reading>,
    /// Product version and where it was read.
    pub version: Option<Reading>,
    /// Release name and where it was read.
    pub release: Option<Reading>,
    /// Role of the node and what tells it.
    pub role: Option<Reading>,
    /// Folder of this installation inside `data/<host>/`.
    pub folder: String,
    /// Why qdiag holds that the product is here.
    pub evidence: Vec<Evidence>,
}

/// A product that is not installed, but left something behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct LeftOverFacts {
    /// Id of the definition.
    pub product: String,
    /// The product's name.
    pub name: String,
    /// What is left of it.
    pub evidence: Vec<Evidence>,
}

/// A value and where it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Reading {
    /// The value.
    pub value: String,
    /// File, key or rule it comes from.
    pub source: String,
}

/// One sign of a product.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Evidence {
    /// Kind of probe: registry, uninstall, service, file, package, unit, process.
    pub probe: String,
    /// What was found, and where.
    pub found: String,
}
