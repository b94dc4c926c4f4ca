//! Orders that set a machine in motion: provision verbs and power.

use crate::error::ClientError;
use crate::transport::Client;
use api_types::{PowerBody, ProvisionBody};
use reqwest::Method;

#[allow(
    clippy::missing_errors_doc,
    reason = "every call answers a ClientError when it fails"
)]
impl Client {
    /// A provision verb with everything that goes with it. It is accepted, not done, when this returns.
    pub async fn provision(&self, node: &str, order: &ProvisionBody) -> Result<(), ClientError> {
        let path = ["v1", "nodes", node, "states", "provision"];
        self.order(Method::PUT, &path, Some(order)).await
    }

    /// A provision verb alone.
    pub async fn provision_verb(&self, node: &str, verb: &str) -> Result<(), ClientError> {
        let order = ProvisionBody {
            target: verb.to_owned(),
            ..ProvisionBody::default()
        };
        self.provision(node, &order).await
    }

    /// A power order: `power on`, `power off`, `rebooting`, `soft power off`, `soft rebooting`. Accepted, not done, when this returns.
    pub async fn set_power(
        &self,
        node: &str,
        target: &str,
        timeout_seconds: Option<u32>,
    ) -> Result<(), ClientError> {
        let body = PowerBody {
            target: target.to_owned(),
            timeout: timeout_seconds,
        };
        let path = ["v1", "nodes", node, "states", "power"];
        self.order(Method::PUT, &path, Some(&body)).await
    }
}
