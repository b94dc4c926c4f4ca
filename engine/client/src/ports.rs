//! Ports: the network cards of machines.

use crate::error::ClientError;
use crate::transport::{Client, Query};
use api_types::{PatchOperation, Port, PortCreate};
use reqwest::Method;
use serde_json::Value;

/// Which ports.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PortFilter {
    /// Of this node (name or UUID).
    pub node: Option<String>,
    /// With this MAC address.
    pub address: Option<String>,
    /// Every field of each port.
    pub detail: bool,
    /// At most so many.
    pub limit: Option<usize>,
}

impl PortFilter {
    fn query(&self) -> Query {
        let mut query = Query::new();
        query.extend(self.node.clone().map(|it| ("node", it)));
        query.extend(self.address.clone().map(|it| ("address", it)));
        if self.detail {
            query.push(("detail", "true".to_owned()));
        }
        query
    }
}

#[allow(
    clippy::missing_errors_doc,
    reason = "every call answers a ClientError when it fails"
)]
impl Client {
    /// Registers a network card.
    pub async fn create_port(&self, port: &PortCreate) -> Result<Port, ClientError> {
        self.exchange(Method::POST, &["v1", "ports"], port).await
    }

    /// Ports, over all pages.
    pub async fn ports(&self, filter: &PortFilter) -> Result<Vec<Port>, ClientError> {
        self.list(&["v1", "ports"], "ports", &filter.query(), filter.limit)
            .await
    }

    /// Ports as the API wrote them.
    pub async fn port_documents(&self, filter: &PortFilter) -> Result<Vec<Value>, ClientError> {
        self.list(&["v1", "ports"], "ports", &filter.query(), filter.limit)
            .await
    }

    /// One port.
    pub async fn port(&self, port: &str) -> Result<Port, ClientError> {
        self.get(&["v1", "ports", port], &[]).await
    }

    /// One port as the API wrote it.
    pub async fn port_document(&self, port: &str) -> Result<Value, ClientError> {
        self.get(&["v1", "ports", port], &[]).await
    }

    /// Changes a port.
    pub async fn patch_port(
        &self,
        port: &str,
        patch: &[PatchOperation],
    ) -> Result<Port, ClientError> {
        self.exchange(Method::PATCH, &["v1", "ports", port], &patch)
            .await
    }

    /// Forgets a port (by UUID; Ironic takes no name here).
    pub async fn delete_port(&self, uuid: &str) -> Result<(), ClientError> {
        self.order(Method::DELETE, &["v1", "ports", uuid], None::<&()>)
            .await
    }
}
