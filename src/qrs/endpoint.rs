//! What may be asked for: a fixed list of documents, each of one service. Asks nothing.

use serde::{Deserialize, Serialize};

/// A service of Qlik on this host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Service {
    /// The Repository Service, which knows the site.
    Repository,
    /// The About service of the Service Dispatcher, which knows the versions.
    About,
    /// The engine, which knows its load.
    Engine,
    /// The monitor that may stand beside a Data Gateway - Direct Access.
    GatewayMonitor,
}

impl Service {
    /// Its name, for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Repository => "Qlik Sense Repository Service",
            Self::About => "Qlik Sense About service",
            Self::Engine => "Qlik Sense Engine Service",
            Self::GatewayMonitor => "Data Gateway Monitor",
        }
    }
}

/// One document that a service is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Endpoint {
    /// Build and kind of node.
    About,
    /// All nodes of the site.
    Nodes,
    /// State of each service on each node.
    ServiceStatus,
    /// The shared folders, that of archived logs among them.
    ServiceCluster,
    /// Proxies.
    Proxies,
    /// Virtual proxies.
    VirtualProxies,
    /// Data connections, without their passwords.
    DataConnections,
    /// Definitions of custom properties.
    CustomProperties,
    /// Extensions.
    Extensions,
    /// Tasks with their last results.
    Tasks,
    /// Apps.
    Apps,
    /// Kind and dates of the license.
    License,
    /// Access types, as older releases count them.
    AccessTypes,
    /// Access types, as newer releases count them.
    AccessOverview,
    /// Version and release name of the product.
    SystemInfo,
    /// Versions of the components.
    Components,
    /// Memory, sessions and apps of the engine.
    EngineHealth,
    /// Logs that the gateway's monitor packs.
    GatewayLogs,
}

/// What is masked in a document besides what the rules find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Masked {
    /// Nothing.
    Nothing,
    /// Names, where identities are masked.
    Names,
    /// Passwords, whatever they look like.
    Passwords,
    /// Serial number, key, owner and license text.
    License,
}

/// What is known of an endpoint.
pub(super) struct Row {
    pub(super) service: Service,
    pub(super) path: &'static str,
    pub(super) file: &'static str,
    reason: &'static str,
    pub(super) masked: Masked,
}

impl Endpoint {
    /// All of a Qlik Sense site, in the order in which they are asked for: what is short and explains most comes first.
    pub const OF_SENSE: [Self; 17] = [
        Self::About,
        Self::Nodes,
        Self::ServiceStatus,
        Self::ServiceCluster,
        Self::License,
        Self::AccessOverview,
        Self::AccessTypes,
        Self::DataConnections,
        Self::Proxies,
        Self::VirtualProxies,
        Self::CustomProperties,
        Self::Extensions,
        Self::Tasks,
        Self::Apps,
        Self::SystemInfo,
        Self::Components,
        Self::EngineHealth,
    ];

    /// Those of a gateway for direct access.
    pub const OF_GATEWAY: [Self; 1] = [Self::GatewayLogs];

    /// The row of the table. Addresses: help.qlik.com, Repository Service API and About Service API; the ports of the About service as
    /// Qlik's own collector uses them (`SenseApiCollector.cs`); the engine's as butler-sos.ptarmiganlabs.com, health metrics, says; the
    /// monitor's as qlik-product-success.github.io, connector-agent-monitor-public, says.
    pub(super) fn row(self) -> Row {
        use Masked::{License, Names, Nothing, Passwords};
        use Service::{About, Engine, GatewayMonitor, Repository};
        let (service, path, file, masked, reason) = match self {
            Self::About => (Repository, "/qrs/about", "about.json", Nothing, "build and kind of this node"),
            Self::Nodes => {
                (Repository, "/qrs/servernodeconfiguration/full", "nodes.json", Nothing, "nodes of the site")
            }
            Self::ServiceStatus => (
                Repository,
                "/qrs/servicestatus/full",
                "service-status.json",
                Nothing,
                "state of all services",
            ),
            Self::ServiceCluster => (
                Repository,
                "/qrs/servicecluster/full",
                "service-cluster.json",
                Nothing,
                "shared folders of the site, that of archived logs among them",
            ),
            Self::Proxies => (Repository, "/qrs/proxyservice/full", "proxies.json", Passwords, "proxies"),
            Self::VirtualProxies => (
                Repository,
                "/qrs/virtualproxyconfig/full",
                "virtual-proxies.json",
                Passwords,
                "virtual proxies and how users sign in",
            ),
            Self::DataConnections => (
                Repository,
                "/qrs/dataconnection/full",
                "data-connections.json",
                Passwords,
                "data connections; passwords are always masked",
            ),
            Self::CustomProperties => (
                Repository,
                "/qrs/custompropertydefinition/full",
                "custom-properties.json",
                Nothing,
                "custom properties",
            ),
            Self::Extensions => (Repository, "/qrs/extension/full", "extensions.json", Nothing, "extensions"),
            Self::Tasks => {
                (Repository, "/qrs/task/full", "tasks.json", Names, "tasks with their last results")
            }
            Self::Apps => {
                (Repository, "/qrs/app/full", "apps.json", Names, "list of apps, without their content")
            }
            Self::License => {
                (Repository, "/qrs/license", "license.json", License, "kind and dates of the license")
            }
            Self::AccessTypes => (
                Repository,
                "/qrs/license/accesstypeinfo",
                "access-types.json",
                Nothing,
                "how many of the license's accesses are used, as older releases count them",
            ),
            Self::AccessOverview => (
                Repository,
                "/qrs/license/accesstypeoverview",
                "access-overview.json",
                Nothing,
                "how many of the license's accesses are used",
            ),
            Self::SystemInfo => {
                (About, "/v1/systeminfo", "system-info.json", Nothing, "version and release name")
            }
            Self::Components => {
                (About, "/v1/components", "components.json", Nothing, "versions of components")
            }
            Self::EngineHealth => (
                Engine,
                "/engine/healthcheck/",
                "engine-health.json",
                Names,
                "memory, sessions and loaded apps of the engine",
            ),
            Self::GatewayLogs => (
                GatewayMonitor,
                "/logs/download",
                "monitor-logs.zip",
                Nothing,
                "logs of the gateway and its connectors, as its monitor packs them",
            ),
        };
        Row { service, path, file, reason, masked }
    }

    /// The service that knows it.
    pub fn service(self) -> Service {
        self.row().service
    }

    /// Name of its entry.
    pub fn file(self) -> &'static str {
        self.row().file
    }

    /// Why it is wanted, in words for people.
    pub fn reason(self) -> &'static str {
        self.row().reason
    }

    /// Whether it tells of the license rather than of the state.
    pub fn is_of_license(self) -> bool {
        matches!(self, Self::License | Self::AccessTypes | Self::AccessOverview)
    }

    /// Whether it is logs.
    pub fn is_logs(self) -> bool {
        self == Self::GatewayLogs
    }

    /// Who is asked for what, as the manifest has it.
    pub fn describe(self) -> String {
        let row = self.row();
        format!("{}: GET {}", row.service.name(), row.path)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_document_has_a_name_and_an_address_of_its_own() {
        let all: Vec<Endpoint> = Endpoint::OF_SENSE.into_iter().chain(Endpoint::OF_GATEWAY).collect();
        let files: BTreeSet<_> = all.iter().map(|one| one.file()).collect();
        let addresses: BTreeSet<_> = all.iter().map(|one| one.describe()).collect();
        assert_eq!((files.len(), addresses.len()), (all.len(), all.len()));
        assert!(all.iter().all(|one| one.row().path.starts_with('/') && !one.reason().is_empty()));
    }
}
