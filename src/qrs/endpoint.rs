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
struct Row {
    endpoint: Endpoint,
    service: Service,
    masked: Masked,
    path: &'static str,
    file: &'static str,
    reason: &'static str,
}

/// All endpoints in their order. Sources of the addresses: help.qlik.com, Repository Service API (License: access type overview among them);
/// the About service as Qlik's own collector asks it (github.com/BjarniPeturFridjonsson/Qlik-SupportTools, `SenseApiCollector.cs`); the
/// engine as butler-sos.ptarmiganlabs.com, health metrics, says; the monitor of the gateway as
/// qlik-product-success.github.io/connector-agent-monitor-public says.
static TABLE: [Row; 18] = [
    Row {
        endpoint: Endpoint::About,
        service: Service::Repository,
        masked: Masked::Nothing,
        path: "/qrs/about",
        file: "about.json",
        reason: "build and kind of this node",
    },
    Row {
        endpoint: Endpoint::Nodes,
        service: Service::Repository,
        masked: Masked::Nothing,
        path: "/qrs/servernodeconfiguration/full",
        file: "nodes.json",
        reason: "nodes of the site",
    },
    Row {
        endpoint: Endpoint::ServiceStatus,
        service: Service::Repository,
        masked: Masked::Nothing,
        path: "/qrs/servicestatus/full",
        file: "service-status.json",
        reason: "state of all services",
    },
    Row {
        endpoint: Endpoint::ServiceCluster,
        service: Service::Repository,
        masked: Masked::Nothing,
        path: "/qrs/servicecluster/full",
        file: "service-cluster.json",
        reason: "shared folders of the site, that of archived logs among them",
    },
    Row {
        endpoint: Endpoint::Proxies,
        service: Service::Repository,
        masked: Masked::Passwords,
        path: "/qrs/proxyservice/full",
        file: "proxies.json",
        reason: "proxies",
    },
    Row {
        endpoint: Endpoint::VirtualProxies,
        service: Service::Repository,
        masked: Masked::Passwords,
        path: "/qrs/virtualproxyconfig/full",
        file: "virtual-proxies.json",
        reason: "virtual proxies and how users sign in",
    },
    Row {
        endpoint: Endpoint::DataConnections,
        service: Service::Repository,
        masked: Masked::Passwords,
        path: "/qrs/dataconnection/full",
        file: "data-connections.json",
        reason: "data connections; passwords are always masked",
    },
    Row {
        endpoint: Endpoint::CustomProperties,
        service: Service::Repository,
        masked: Masked::Nothing,
        path: "/qrs/custompropertydefinition/full",
        file: "custom-properties.json",
        reason: "custom properties",
    },
    Row {
        endpoint: Endpoint::Extensions,
        service: Service::Repository,
        masked: Masked::Nothing,
        path: "/qrs/extension/full",
        file: "extensions.json",
        reason: "extensions",
    },
    Row {
        endpoint: Endpoint::Tasks,
        service: Service::Repository,
        masked: Masked::Names,
        path: "/qrs/task/full",
        file: "tasks.json",
        reason: "tasks with their last results",
    },
    Row {
        endpoint: Endpoint::Apps,
        service: Service::Repository,
        masked: Masked::Names,
        path: "/qrs/app/full",
        file: "apps.json",
        reason: "list of apps, without their content",
    },
    Row {
        endpoint: Endpoint::License,
        service: Service::Repository,
        masked: Masked::License,
        path: "/qrs/license",
        file: "license.json",
        reason: "kind and dates of the license",
    },
    Row {
        endpoint: Endpoint::AccessTypes,
        service: Service::Repository,
        masked: Masked::Nothing,
        path: "/qrs/license/accesstypeinfo",
        file: "access-types.json",
        reason: "how many of the license's accesses are used, as older releases count them",
    },
    Row {
        endpoint: Endpoint::AccessOverview,
        service: Service::Repository,
        masked: Masked::Nothing,
        path: "/qrs/license/accesstypeoverview",
        file: "access-overview.json",
        reason: "how many of the license's accesses are used",
    },
    Row {
        endpoint: Endpoint::SystemInfo,
        service: Service::About,
        masked: Masked::Nothing,
        path: "/v1/systeminfo",
        file: "system-info.json",
        reason: "version and release name",
    },
    Row {
        endpoint: Endpoint::Components,
        service: Service::About,
        masked: Masked::Nothing,
        path: "/v1/components",
        file: "components.json",
        reason: "versions of components",
    },
    Row {
        endpoint: Endpoint::EngineHealth,
        service: Service::Engine,
        masked: Masked::Names,
        path: "/engine/healthcheck/",
        file: "engine-health.json",
        reason: "memory, sessions and loaded apps of the engine",
    },
    Row {
        endpoint: Endpoint::GatewayLogs,
        service: Service::GatewayMonitor,
        masked: Masked::Nothing,
        path: "/logs/download",
        file: "monitor-logs.zip",
        reason: "logs of the gateway and its connectors, as its monitor packs them",
    },
];

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

    fn row(self) -> &'static Row {
        TABLE.iter().find(|row| row.endpoint == self).expect("each endpoint has a row")
    }

    /// The path that is asked for.
    pub(super) fn path(self) -> &'static str {
        self.row().path
    }

    /// What is masked in it besides what the rules find.
    pub(super) fn masked(self) -> Masked {
        self.row().masked
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
        assert_eq!((files.len(), addresses.len()), (TABLE.len(), TABLE.len()));
        assert!(all.iter().all(|one| one.row().endpoint == *one));
        assert!(all.iter().all(|one| one.path().starts_with('/') && !one.reason().is_empty()));
    }
}
