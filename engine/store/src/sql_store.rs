//! The store as the engine sees it: the port's methods, each handing over to the writer or to a read.

use crate::database::Pool;
use crate::fault::Fault;
use crate::reads::reading;
use crate::rows::all;
use crate::seal::Sealer;
use crate::write::Write;
use crate::writer::Writer;
use async_trait::async_trait;
use chrono::{TimeDelta, Utc};
use model::{Effect, EffectId, HistoryEntry, MacAddress, Node, Port, ResourceKind};
use ports::blob::{Blob, BlobKind};
use ports::query::{NodeQuery, PortQuery};
use ports::resources::{ResourceChange, ResourceQuery, StoredResource};
use ports::store::{Store, StoreError, Take, TurnRecord};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// The note by which a wrong key file is noticed when the store is opened.
const KEY_CHECK: &str = "key_check";

/// Bytes from which on a value is large.
const LARGE: usize = 128 << 10;

/// A store in a SQL database: `ports::store::Store` and `ports::netboot::LeaseStore`. Made by [`crate::open`].
pub struct SqlStore {
    pool: Pool,
    writer: Writer,
    sealer: Arc<Sealer>,
    list_time: Duration,
}

impl SqlStore {
    pub(crate) fn new(pool: Pool, writer: Writer, sealer: Sealer, list_time: Duration) -> Self {
        Self {
            pool,
            writer,
            sealer: Arc::new(sealer),
            list_time,
        }
    }

    pub(crate) fn pool(&self) -> &Pool {
        &self.pool
    }

    pub(crate) fn sealer(&self) -> &Arc<Sealer> {
        &self.sealer
    }

    /// How long the page of a list may take.
    pub(crate) fn list_time(&self) -> Duration {
        self.list_time
    }

    /// Makes something ready for the database. What is large is sealed on a thread of its own: it takes a while.
    async fn ready<T: Send + 'static>(
        &self,
        bytes: usize,
        make: impl FnOnce(&Sealer) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        if bytes < LARGE {
            return make(&self.sealer);
        }
        let sealer = Arc::clone(&self.sealer);
        let made = tokio::task::spawn_blocking(move || make(&sealer)).await;
        made.map_err(|_| Fault::other("the thread was stopped").during("sealing a large value"))?
    }

    pub(crate) async fn write(&self, write: Write) -> Result<u64, StoreError> {
        self.writer.write(write).await
    }

    /// Finishes what is queued, closes the database and lets others have it. Afterwards every call fails.
    pub async fn close(&self) {
        // Readers first: the last connection of SQLite to close folds the write-ahead log into the database.
        if let Pool::Sqlite(_) = self.pool {
            self.pool.close().await;
        }
        self.writer.close().await;
        self.pool.close().await;
        self.writer.give_free().await;
    }

    /// Returns when another engine has taken the database, from when on this one's writes are refused; else never. Only on PostgreSQL, when
    /// the connection that holds the database was lost for a while.
    pub async fn lost(&self) {
        self.writer.lost().await;
    }

    /// Opens the note that was sealed with the database's key, and seals it anew with the current one.
    pub(crate) async fn check_key(&self) -> Result<(), StoreError> {
        let sql = "SELECT value FROM meta WHERE name = $1";
        if let Some(row) = self.one(sql, vec![KEY_CHECK.into()]).await? {
            let text = row.text(0).map_err(reading)?;
            let note: Value = serde_json::from_str(text).unwrap_or_default();
            self.sealer.open_document(KEY_CHECK, note)?;
        }
        let note = self
            .sealer
            .seal_document(KEY_CHECK, json!({"token": KEY_CHECK}))?;
        self.write(Write::SetMeta(KEY_CHECK, note.to_string()))
            .await?;
        Ok(())
    }

    /// Removes large values that were put more than a day ago and never referred to.
    pub(crate) async fn sweep_blobs(&self) -> Result<(), StoreError> {
        let before = Utc::now() - TimeDelta::days(1);
        self.write(Write::SweepBlobs(before.timestamp_micros()))
            .await?;
        Ok(())
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn create_node(&self, node: Node, history: Vec<HistoryEntry>) -> Result<(), StoreError> {
        let row = self.sealer.node_row(&Node {
            revision: 0,
            ..node
        })?;
        let history = self.sealer.history_rows(row.uuid, &history)?;
        self.write(Write::CreateNode(Box::new(row), history))
            .await?;
        Ok(())
    }

    async fn commit(&self, record: TurnRecord) -> Result<u64, StoreError> {
        let bytes = record.blobs.iter().map(|blob| blob.bytes.len()).sum();
        let turn = self.ready(bytes, |sealer| sealer.turn_row(record)).await?;
        self.write(Write::Turn(Box::new(turn))).await
    }

    async fn delete_node(&self, node: Uuid, revision: u64) -> Result<(), StoreError> {
        self.write(Write::DeleteNode(node, revision)).await?;
        Ok(())
    }

    async fn begin_attempt(&self, effect: EffectId, attempt: u32) -> Result<(), StoreError> {
        self.write(Write::BeginAttempt(effect, attempt)).await?;
        Ok(())
    }

    async fn note_retry(&self, effect: &Effect) -> Result<(), StoreError> {
        let doc = self.sealer.write_effect(effect)?;
        self.write(Write::NoteRetry(effect.id, doc)).await?;
        Ok(())
    }

    async fn node(&self, uuid: Uuid) -> Result<Option<Node>, StoreError> {
        let sql = "SELECT uuid, revision, doc FROM nodes WHERE uuid = $1";
        self.one_node(sql, uuid.into()).await
    }

    async fn node_by_name(&self, name: &str) -> Result<Option<Node>, StoreError> {
        let sql = "SELECT uuid, revision, doc FROM nodes WHERE name = $1";
        self.one_node(sql, name.into()).await
    }

    async fn nodes(&self, query: &NodeQuery) -> Result<Vec<Node>, StoreError> {
        self.list_nodes(query).await
    }

    async fn each_node(&self, query: &NodeQuery, take: Take<Node>) -> Result<(), StoreError> {
        self.pass_nodes(query, take).await
    }
    async fn shards(&self) -> Result<Vec<(Option<String>, u64)>, StoreError> {
        self.count_by_shard().await
    }

    async fn nodes_at_work(&self) -> Result<Vec<Node>, StoreError> {
        self.list_nodes_at_work().await
    }

    async fn effects(&self, node: Uuid) -> Result<Vec<Effect>, StoreError> {
        self.list_effects(node).await
    }

    async fn effect(&self, id: EffectId) -> Result<Option<Effect>, StoreError> {
        self.one_effect(id).await
    }

    async fn history(&self, node: Uuid, limit: usize) -> Result<Vec<HistoryEntry>, StoreError> {
        self.read_history(node, limit).await
    }

    async fn create_port(&self, port: Port) -> Result<(), StoreError> {
        self.write(Write::CreatePort(self.sealer.port_row(&port)?))
            .await?;
        Ok(())
    }

    async fn update_port(&self, port: Port) -> Result<(), StoreError> {
        self.write(Write::UpdatePort(self.sealer.port_row(&port)?))
            .await?;
        Ok(())
    }

    async fn delete_port(&self, port: Uuid) -> Result<(), StoreError> {
        self.write(Write::DeletePort(port)).await?;
        Ok(())
    }

    async fn port(&self, uuid: Uuid) -> Result<Option<Port>, StoreError> {
        let sql = "SELECT uuid, doc FROM ports WHERE uuid = $1";
        self.one_port(sql, uuid.into()).await
    }

    async fn port_by_name(&self, name: &str) -> Result<Option<Port>, StoreError> {
        let sql = "SELECT uuid, doc FROM ports WHERE name = $1";
        self.one_port(sql, name.into()).await
    }

    async fn port_by_address(&self, address: MacAddress) -> Result<Option<Port>, StoreError> {
        let sql = "SELECT uuid, doc FROM ports WHERE address = $1";
        self.one_port(sql, address.to_string().into()).await
    }

    async fn ports(&self, query: &PortQuery) -> Result<Vec<Port>, StoreError> {
        self.list_ports(query).await
    }

    async fn change_resources(&self, changes: Vec<ResourceChange>) -> Result<(), StoreError> {
        let rows = all(&changes, |change| self.sealer.resource_change_row(change))?;
        self.write(Write::ChangeResources(rows)).await?;
        Ok(())
    }

    async fn resource(
        &self,
        kind: ResourceKind,
        uuid: Uuid,
    ) -> Result<Option<StoredResource>, StoreError> {
        self.one_resource(kind, uuid).await
    }

    async fn resource_by(
        &self,
        kind: ResourceKind,
        what: &'static str,
        value: &str,
    ) -> Result<Option<StoredResource>, StoreError> {
        self.one_resource_by(kind, what, value).await
    }

    async fn resources(
        &self,
        kind: ResourceKind,
        query: &ResourceQuery,
    ) -> Result<Vec<StoredResource>, StoreError> {
        self.list_resources(kind, query).await
    }

    async fn put_blob(&self, blob: Blob) -> Result<(), StoreError> {
        let bytes = blob.bytes.len();
        let row = self.ready(bytes, |sealer| sealer.blob_row(blob)).await?;
        self.write(Write::PutBlob(row)).await?;
        Ok(())
    }

    async fn blob(&self, kind: BlobKind, hash: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.read_blob(kind, hash).await
    }
}
