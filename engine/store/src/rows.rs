//! Records made ready for the database: serialised and sealed by whoever asks, so that the writer only runs statements.

use crate::column::{self, NODE, PORT};
use crate::database::Cell;
use crate::fault::Fault;
use crate::resource_rows::ResourceChangeRow;
use crate::seal::Sealer;
use aws_lc_rs::digest;
use chrono::Utc;
use model::{Effect, EffectId, HistoryEntry, MacAddress, Node, Port};
use ports::blob::{Blob, BlobKind};
use ports::netboot::Lease;
use ports::store::{PortChange, StoreError, TurnRecord};
use std::sync::Arc;
use uuid::Uuid;

pub(crate) struct NodeRow {
    pub(crate) uuid: Uuid,
    pub(crate) name: Option<String>,
    pub(crate) instance_uuid: Option<String>,
    pub(crate) inventory: Option<String>,
    pub(crate) config_drive: Option<String>,
    pub(crate) revision: u64,
    pub(crate) columns: Vec<Cell>,
    pub(crate) doc: String,
}

pub(crate) struct PortRow {
    pub(crate) uuid: Uuid,
    pub(crate) node: Uuid,
    pub(crate) address: MacAddress,
    pub(crate) name: Option<String>,
    pub(crate) columns: Vec<Cell>,
    pub(crate) doc: String,
}

pub(crate) struct EffectRow {
    pub(crate) id: EffectId,
    pub(crate) attempt: u32,
    pub(crate) created_at: i64,
    pub(crate) doc: String,
}

pub(crate) struct HistoryRow {
    pub(crate) at: i64,
    pub(crate) doc: String,
}

pub(crate) struct BlobRow {
    pub(crate) kind: BlobKind,
    pub(crate) hash: String,
    pub(crate) key_id: Option<String>,
    pub(crate) put_at: i64,
    pub(crate) bytes: Arc<Vec<u8>>,
}

pub(crate) struct LeaseRow {
    pub(crate) mac: MacAddress,
    pub(crate) address: String,
    pub(crate) expires: i64,
    pub(crate) doc: String,
}

pub(crate) enum PortChangeRow {
    Create(PortRow),
    Update(PortRow),
    Delete(Uuid),
}

pub(crate) struct TurnRow {
    pub(crate) node: NodeRow,
    pub(crate) effects: Vec<EffectRow>,
    pub(crate) finished: Vec<EffectId>,
    pub(crate) history: Vec<HistoryRow>,
    pub(crate) ports: Vec<PortChangeRow>,
    pub(crate) blobs: Vec<BlobRow>,
    pub(crate) resources: Vec<ResourceChangeRow>,
}

impl Sealer {
    pub(crate) fn node_row(&self, node: &Node) -> Result<NodeRow, StoreError> {
        Ok(NodeRow {
            uuid: node.uuid,
            name: node.name.clone(),
            instance_uuid: node.instance_uuid.clone(),
            inventory: node.inventory.clone(),
            config_drive: node.config_drive.clone(),
            revision: node.revision,
            columns: column::cells(NODE, node),
            doc: self.write_node(node)?,
        })
    }

    pub(crate) fn port_row(&self, port: &Port) -> Result<PortRow, StoreError> {
        Ok(PortRow {
            uuid: port.uuid,
            node: port.node,
            address: port.address,
            name: port.name.clone(),
            columns: column::cells(PORT, port),
            doc: self.write_port(port)?,
        })
    }

    fn effect_row(&self, effect: &Effect) -> Result<EffectRow, StoreError> {
        Ok(EffectRow {
            id: effect.id,
            attempt: effect.attempt,
            created_at: effect.created_at.timestamp_micros(),
            doc: self.write_effect(effect)?,
        })
    }

    pub(crate) fn history_rows(
        &self,
        node: Uuid,
        entries: &[HistoryEntry],
    ) -> Result<Vec<HistoryRow>, StoreError> {
        let row = |entry: &HistoryEntry| {
            Ok(HistoryRow {
                at: entry.at.timestamp_micros(),
                doc: self.write_history(node, entry)?,
            })
        };
        entries.iter().map(row).collect()
    }

    pub(crate) fn lease_row(&self, lease: &Lease) -> Result<LeaseRow, StoreError> {
        Ok(LeaseRow {
            mac: lease.mac,
            address: lease.address.to_string(),
            expires: lease.expires.timestamp_micros(),
            doc: self.write_lease(lease)?,
        })
    }

    pub(crate) fn blob_row(&self, mut blob: Blob) -> Result<BlobRow, StoreError> {
        let hash = hex::encode(digest::digest(&digest::SHA256, &blob.bytes));
        if hash != blob.hash {
            let reason = Fault::other("its name is not the SHA-256 of its bytes");
            return Err(reason.during("storing a large value"));
        }
        let secret = is_secret(blob.kind);
        let bytes = match secret {
            true => self.seal_bytes(&hash, word(blob.kind), &mut blob.bytes)?,
            false => blob.bytes,
        };
        Ok(BlobRow {
            kind: blob.kind,
            hash,
            key_id: secret.then(|| self.key_id().to_owned()),
            put_at: Utc::now().timestamp_micros(),
            bytes: Arc::new(bytes),
        })
    }

    pub(crate) fn turn_row(&self, record: TurnRecord) -> Result<TurnRow, StoreError> {
        let node = record.node.uuid;
        let change = |change: &PortChange| {
            Ok(match change {
                PortChange::Create(port) => PortChangeRow::Create(self.port_row(port)?),
                PortChange::Update(port) => PortChangeRow::Update(self.port_row(port)?),
                PortChange::Delete(uuid) => PortChangeRow::Delete(*uuid),
            })
        };
        Ok(TurnRow {
            node: self.node_row(&record.node)?,
            effects: all(&record.effects, |effect| self.effect_row(effect))?,
            finished: record.finished,
            history: self.history_rows(node, &record.history)?,
            ports: all(&record.ports, change)?,
            resources: all(&record.resources, |change| self.resource_change_row(change))?,
            blobs: record
                .blobs
                .into_iter()
                .map(|blob| self.blob_row(blob))
                .collect::<Result<_, _>>()?,
        })
    }
}

pub(crate) fn all<T, R>(
    items: &[T],
    make: impl Fn(&T) -> Result<R, StoreError>,
) -> Result<Vec<R>, StoreError> {
    items.iter().map(make).collect()
}

/// The kind's word in the database.
pub(crate) fn word(kind: BlobKind) -> &'static str {
    match kind {
        BlobKind::Inventory => "inventory",
        BlobKind::ConfigDrive => "config_drive",
        BlobKind::Logs => "logs",
    }
}

/// Logs are sealed too: an agent quotes what it was told.
fn is_secret(kind: BlobKind) -> bool {
    match kind {
        BlobKind::Inventory => false,
        BlobKind::ConfigDrive | BlobKind::Logs => true,
    }
}
