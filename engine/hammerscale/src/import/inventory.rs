//! Ironic's inspection inventories: large, so they pass through one at a time and only their hashes are kept.

use super::row::{Misfit, Row};
use super::source::Source;
use anyhow::Result;
use ports::blob::{Blob, BlobKind};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// The table they stand in.
pub const TABLE: &str = "node_inventory";

/// The hash of each node's inventory, by the node's number; the newest when there are several.
///
/// # Errors
/// When the source cannot be read.
pub async fn hashes(source: &Source, unreadable: &mut Vec<i64>) -> Result<BTreeMap<i64, String>> {
    let mut hashes = BTreeMap::new();
    let mut take = |_: &'static str, row: Row| {
        let Ok(node) = row.required_integer("node_id") else {
            return Ok(());
        };
        match blob(&row) {
            Ok(blob) => {
                hashes.insert(node, blob.hash);
            }
            Err(_) => unreadable.push(node),
        }
        Ok(())
    };
    source.scan(&[TABLE], &mut take).await?;
    Ok(hashes)
}

/// The inventory of a row as a large value.
///
/// # Errors
/// When it is not JSON.
pub fn blob(row: &Row) -> Result<Blob, Misfit> {
    let document = json!({
        "inventory": row.object("inventory_data")?,
        "plugin_data": row.object("plugin_data")?,
    });
    Ok(large(
        BlobKind::Inventory,
        document.to_string().into_bytes(),
    ))
}

/// A large value under its hash.
pub fn large(kind: BlobKind, bytes: Vec<u8>) -> Blob {
    Blob {
        hash: hex::encode(Sha256::digest(&bytes)),
        kind,
        bytes,
    }
}
