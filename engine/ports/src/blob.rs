//! Large values live in a table by hash, never in the node's row.

use serde::{Deserialize, Serialize};

/// What a blob holds; secret kinds are sealed at rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlobKind {
    /// The inventory and plug-in data of an inspection.
    Inventory,
    /// A config drive as the client sent it. Secret.
    ConfigDrive,
    /// Logs that an agent sent.
    Logs,
}

/// A large value on its way into the store. Its name is the lower-case hex SHA-256 of its bytes.
#[derive(Clone)]
pub struct Blob {
    /// Lower-case hex SHA-256 of `bytes`.
    pub hash: String,
    /// What it holds.
    pub kind: BlobKind,
    /// The value.
    pub bytes: Vec<u8>,
}
