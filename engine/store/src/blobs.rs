//! Writing large values: stored once by hash, referred to by nodes, and gone with the last reference.

use crate::database::{Cell, Session};
use crate::fault::Fault;
use crate::rows::{BlobRow, word};
use ports::blob::BlobKind;
use ports::store::StoreError;
use std::sync::Arc;
use uuid::Uuid;

/// The large values that a node's record itself refers to, by hash.
#[derive(Default)]
pub(crate) struct Slots {
    pub(crate) inventory: Option<String>,
    pub(crate) config_drive: Option<String>,
}

/// Stores a large value. One that is there already is only written again to change the key that seals it.
pub(crate) async fn put(session: &mut Session<'_>, blob: &BlobRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO blobs (kind, hash, key_id, put_at, bytes) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (kind, hash) DO UPDATE SET key_id = excluded.key_id, bytes = excluded.bytes \
               WHERE blobs.key_id IS DISTINCT FROM excluded.key_id";
    let cells = vec![
        word(blob.kind).into(),
        blob.hash.as_str().into(),
        blob.key_id.clone().into(),
        blob.put_at.into(),
        Cell::Bytes(Arc::clone(&blob.bytes)),
    ];
    let done = session.execute(sql, cells).await;
    done.map_err(|fault| fault.during("storing a large value"))?;
    Ok(())
}

/// Brings a node's references from what its stored record says to what its new record says.
pub(crate) async fn refer(
    session: &mut Session<'_>,
    node: Uuid,
    old: &Slots,
    new: &Slots,
) -> Result<(), StoreError> {
    let kinds = [
        (BlobKind::Inventory, &old.inventory, &new.inventory),
        (BlobKind::ConfigDrive, &old.config_drive, &new.config_drive),
    ];
    for (kind, old, new) in kinds.into_iter().filter(|(_, old, new)| old != new) {
        if let Some(hash) = new {
            add_reference(session, node, word(kind), hash).await?;
        }
        if let Some(hash) = old {
            drop_reference(session, node, word(kind), hash).await?;
        }
    }
    Ok(())
}

/// Refers to the logs that a turn brought and lets the oldest beyond the cap go.
pub(crate) async fn keep_logs(
    session: &mut Session<'_>,
    node: Uuid,
    blobs: &[BlobRow],
    kept: usize,
) -> Result<(), StoreError> {
    let logs: Vec<_> = blobs.iter().filter(|b| b.kind == BlobKind::Logs).collect();
    if logs.is_empty() {
        return Ok(());
    }
    for log in logs {
        add_reference(session, node, word(BlobKind::Logs), &log.hash).await?;
    }
    let sql = "SELECT hash FROM blob_references WHERE node = $1 AND kind = $2 ORDER BY id DESC \
               LIMIT 1000 OFFSET $3";
    let cells = vec![node.into(), word(BlobKind::Logs).into(), kept.into()];
    for row in session.rows(sql, cells).await.map_err(capping)? {
        let hash: String = row.get(0).map_err(capping)?;
        drop_reference(session, node, word(BlobKind::Logs), &hash).await?;
    }
    Ok(())
}

fn capping(fault: Fault) -> StoreError {
    fault.during("capping the logs of a node")
}

/// All that a node refers to: kind and hash.
pub(crate) async fn referred(
    session: &mut Session<'_>,
    node: Uuid,
) -> Result<Vec<(String, String)>, StoreError> {
    let failed = |fault: Fault| fault.during("reading which large values a node refers to");
    let sql = "SELECT kind, hash FROM blob_references WHERE node = $1";
    let rows = session.rows(sql, vec![node.into()]).await.map_err(failed)?;
    rows.iter()
        .map(|row| Ok((row.get(0)?, row.get(1)?)))
        .collect::<Result<_, Fault>>()
        .map_err(failed)
}

/// Removes a large value unless somebody refers to it.
pub(crate) async fn drop_unreferenced(
    session: &mut Session<'_>,
    kind: &str,
    hash: &str,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM blobs WHERE kind = $1 AND hash = $2 AND NOT EXISTS \
               (SELECT 1 FROM blob_references r WHERE r.kind = blobs.kind AND r.hash = blobs.hash)";
    let done = session.execute(sql, vec![kind.into(), hash.into()]).await;
    done.map_err(|fault| fault.met_a_reference().during("removing a large value"))?;
    Ok(())
}

/// Removes what was put before a time and never referred to.
pub(crate) async fn sweep(session: &mut Session<'_>, before: i64) -> Result<(), StoreError> {
    let sql = "DELETE FROM blobs WHERE put_at < $1 AND NOT EXISTS \
               (SELECT 1 FROM blob_references r WHERE r.kind = blobs.kind AND r.hash = blobs.hash)";
    let done = session.execute(sql, vec![before.into()]).await;
    done.map_err(|fault| {
        fault
            .met_a_reference()
            .during("removing large values that nobody refers to")
    })?;
    Ok(())
}

async fn add_reference(
    session: &mut Session<'_>,
    node: Uuid,
    kind: &'static str,
    hash: &str,
) -> Result<(), StoreError> {
    let failed = |fault: Fault| fault.met_a_reference().during("referring to a large value");
    let cells = || vec![node.into(), kind.into(), hash.into()];
    let sql = "DELETE FROM blob_references WHERE node = $1 AND kind = $2 AND hash = $3";
    session.execute(sql, cells()).await.map_err(failed)?;
    let sql = "INSERT INTO blob_references (node, kind, hash) \
               SELECT $1, kind, hash FROM blobs WHERE kind = $2 AND hash = $3";
    match session.execute(sql, cells()).await.map_err(failed)? {
        0 => Err(StoreError::NotFound {
            what: kind,
            value: hash.to_owned(),
        }),
        _ => Ok(()),
    }
}

async fn drop_reference(
    session: &mut Session<'_>,
    node: Uuid,
    kind: &'static str,
    hash: &str,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM blob_references WHERE node = $1 AND kind = $2 AND hash = $3";
    let cells = vec![node.into(), kind.into(), hash.into()];
    let done = session.execute(sql, cells).await;
    done.map_err(|fault| fault.during("giving up a large value"))?;
    drop_unreferenced(session, kind, hash).await
}
