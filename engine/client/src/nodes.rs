//! Nodes: create, read, change, delete, and what can be asked of one.

use crate::error::ClientError;
use crate::transport::{Client, Query};
use api_types::{
    AgentLogs, BootDevice, BootDeviceBody, Explanation, History, InterfaceValidation, Inventory,
    MaintenanceBody, Node, NodeCreate, PatchOperation, States, SupportedBootDevices, Timeline,
};
use reqwest::Method;
use serde_json::Value;
use std::collections::BTreeMap;

/// Which nodes. Every criterion that is set must hold.
#[derive(Clone, Debug, Default, PartialEq)]
#[allow(
    missing_docs,
    reason = "each criterion is the API's parameter of that name"
)]
pub struct NodeFilter {
    pub provision_state: Option<String>,
    pub driver: Option<String>,
    pub maintenance: Option<bool>,
    pub associated: Option<bool>,
    pub instance_uuid: Option<String>,
    pub resource_class: Option<String>,
    pub fault: Option<String>,
    pub owner: Option<String>,
    pub conductor_group: Option<String>,
    /// Only these fields of each node; all that a list shows by default when empty.
    pub fields: Vec<String>,
    /// Every field of each node.
    pub detail: bool,
    pub sort_key: Option<String>,
    pub descending: bool,
    /// At most so many.
    pub limit: Option<usize>,
}

impl NodeFilter {
    fn query(&self) -> Query {
        let texts = [
            ("provision_state", &self.provision_state),
            ("driver", &self.driver),
            ("instance_uuid", &self.instance_uuid),
            ("resource_class", &self.resource_class),
            ("fault", &self.fault),
            ("owner", &self.owner),
            ("conductor_group", &self.conductor_group),
            ("sort_key", &self.sort_key),
        ];
        let mut query: Query = texts
            .into_iter()
            .filter_map(|(name, value)| Some((name, value.clone()?)))
            .collect();
        for (name, value) in [
            ("maintenance", self.maintenance),
            ("associated", self.associated),
        ] {
            query.extend(value.map(|it| (name, it.to_string())));
        }
        if self.detail {
            query.push(("detail", "true".to_owned()));
        } else if !self.fields.is_empty() {
            query.push(("fields", self.fields.join(",")));
        }
        if self.descending {
            query.push(("sort_dir", "desc".to_owned()));
        }
        query
    }
}

/// Every call answers a [`ClientError`] when it fails. `node` is a name or a UUID.
#[allow(clippy::missing_errors_doc, reason = "said once above, for all calls")]
impl Client {
    /// Registers a machine.
    pub async fn create_node(&self, node: &NodeCreate) -> Result<Node, ClientError> {
        self.exchange(Method::POST, &["v1", "nodes"], node).await
    }

    /// Nodes, over all pages.
    pub async fn nodes(&self, filter: &NodeFilter) -> Result<Vec<Node>, ClientError> {
        self.list(&["v1", "nodes"], "nodes", &filter.query(), filter.limit)
            .await
    }

    /// Nodes as the API wrote them, with fields that this client does not know.
    pub async fn node_documents(&self, filter: &NodeFilter) -> Result<Vec<Value>, ClientError> {
        self.list(&["v1", "nodes"], "nodes", &filter.query(), filter.limit)
            .await
    }

    /// One node.
    pub async fn node(&self, node: &str) -> Result<Node, ClientError> {
        self.get(&["v1", "nodes", node], &[]).await
    }

    /// One node as the API wrote it, with fields that this client does not know.
    pub async fn node_document(&self, node: &str) -> Result<Value, ClientError> {
        self.get(&["v1", "nodes", node], &[]).await
    }

    /// Changes a node.
    pub async fn patch_node(
        &self,
        node: &str,
        patch: &[PatchOperation],
    ) -> Result<Node, ClientError> {
        self.exchange(Method::PATCH, &["v1", "nodes", node], &patch)
            .await
    }

    /// Forgets a node.
    pub async fn delete_node(&self, node: &str) -> Result<(), ClientError> {
        self.order(Method::DELETE, &["v1", "nodes", node], None::<&()>)
            .await
    }

    /// A node's states.
    pub async fn states(&self, node: &str) -> Result<States, ClientError> {
        self.get(&["v1", "nodes", node, "states"], &[]).await
    }

    /// Takes a node out of service, or back into it.
    pub async fn set_maintenance(
        &self,
        node: &str,
        on: bool,
        reason: Option<&str>,
    ) -> Result<(), ClientError> {
        let path = ["v1", "nodes", node, "maintenance"];
        let body = MaintenanceBody {
            reason: reason.map(str::to_owned),
        };
        match on {
            true => self.order(Method::PUT, &path, Some(&body)).await,
            false => self.order(Method::DELETE, &path, None::<&()>).await,
        }
    }

    /// What the BMC is set to boot from.
    pub async fn boot_device(&self, node: &str) -> Result<BootDevice, ClientError> {
        self.get(&["v1", "nodes", node, "management", "boot_device"], &[])
            .await
    }

    /// Sets what to boot from.
    pub async fn set_boot_device(
        &self,
        node: &str,
        device: &str,
        persistent: bool,
    ) -> Result<(), ClientError> {
        let body = BootDeviceBody {
            boot_device: device.to_owned(),
            persistent,
        };
        let path = ["v1", "nodes", node, "management", "boot_device"];
        self.order(Method::PUT, &path, Some(&body)).await
    }

    /// Sends the machine a non-maskable interrupt. It is sent once at most: an answer that never came says nothing.
    pub async fn inject_nmi(&self, node: &str) -> Result<(), ClientError> {
        let path = ["v1", "nodes", node, "management", "inject_nmi"];
        self.order(Method::PUT, &path, Some(&serde_json::json!({})))
            .await
    }

    /// What the BMC can be set to boot from.
    pub async fn supported_boot_devices(&self, node: &str) -> Result<Vec<String>, ClientError> {
        let path = [
            "v1",
            "nodes",
            node,
            "management",
            "boot_device",
            "supported",
        ];
        let answer: SupportedBootDevices = self.get(&path, &[]).await?;
        Ok(answer.supported_boot_devices)
    }

    /// Whether each interface of the node could work, by interface kind.
    pub async fn validate(
        &self,
        node: &str,
    ) -> Result<BTreeMap<String, InterfaceValidation>, ClientError> {
        self.get(&["v1", "nodes", node, "validate"], &[]).await
    }

    /// What an inspection found; `NotFound` when there was none.
    pub async fn inventory(&self, node: &str) -> Result<Inventory, ClientError> {
        self.get(&["v1", "nodes", node, "inventory"], &[]).await
    }

    /// The node's history, in full.
    pub async fn history(&self, node: &str) -> Result<Vec<History>, ClientError> {
        let query = [("detail", "true".to_owned())];
        self.list(&["v1", "nodes", node, "history"], "history", &query, None)
            .await
    }

    /// Where the node's time went. Only this project's engine knows.
    pub async fn timeline(&self, node: &str) -> Result<Timeline, ClientError> {
        self.get(&["hammerscale", "v1", "nodes", node, "timeline"], &[])
            .await
    }

    /// What the agent had logged when one of its steps failed. Only this project's engine knows.
    pub async fn logs(&self, node: &str) -> Result<AgentLogs, ClientError> {
        self.get(&["hammerscale", "v1", "nodes", node, "logs"], &[])
            .await
    }

    /// What the node does, what it waits for and what happens then. Only this project's engine knows.
    pub async fn explain(&self, node: &str) -> Result<Explanation, ClientError> {
        self.get(&["hammerscale", "v1", "nodes", node, "explain"], &[])
            .await
    }
}
