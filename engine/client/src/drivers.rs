//! Drivers and conductors: what the engine can do.

use crate::error::ClientError;
use crate::transport::Client;
use api_types::{Conductor, Driver};
use serde_json::Value;

#[allow(
    clippy::missing_errors_doc,
    reason = "every call answers a ClientError when it fails"
)]
impl Client {
    /// The enabled drivers.
    pub async fn drivers(&self) -> Result<Vec<Driver>, ClientError> {
        self.list(&["v1", "drivers"], "drivers", &[], None).await
    }

    /// One driver with its interfaces.
    pub async fn driver(&self, name: &str) -> Result<Driver, ClientError> {
        self.get(&["v1", "drivers", name], &[]).await
    }

    /// One driver as the API wrote it.
    pub async fn driver_document(&self, name: &str) -> Result<Value, ClientError> {
        self.get(&["v1", "drivers", name], &[]).await
    }

    /// The running engines.
    pub async fn conductors(&self) -> Result<Vec<Conductor>, ClientError> {
        let path = ["v1", "conductors"];
        self.list(&path, "conductors", &[], None).await
    }
}
