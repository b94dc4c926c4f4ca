//! Writing nodes with what hangs on them: history and outbox. Everything here runs inside a transaction that others open and end.

use crate::blobs;
use crate::column::{INSERT_NODE, UPDATE_NODE};
use crate::database::{Cell, Session};
use crate::port_rows;
use crate::resource_rows;
use crate::rows::{EffectRow, HistoryRow, NodeRow, PortChangeRow, TurnRow};
use crate::write::{Limits, refused};
use model::EffectId;
use ports::store::StoreError;
use sqlx::AssertSqlSafe;
use uuid::Uuid;

/// The stored node as far as a write must know it.
struct Stored {
    revision: u64,
    slots: blobs::Slots,
}

pub(crate) async fn create_node(
    session: &mut Session<'_>,
    node: &NodeRow,
    history: &[HistoryRow],
    limits: Limits,
) -> Result<(), StoreError> {
    let mut cells = node.columns.clone();
    cells.extend([node.revision.into(), node.doc.as_str().into()]);
    let done = session
        .execute(AssertSqlSafe(INSERT_NODE.as_str()), cells)
        .await;
    done.map_err(|fault| node_refused(fault, node, "adding a node"))?;
    blobs::refer(session, node.uuid, &blobs::Slots::default(), &slots(node)).await?;
    add_history(session, node.uuid, history, limits.history).await
}

/// Writes a turn and returns the node's new revision.
pub(crate) async fn commit_turn(
    session: &mut Session<'_>,
    turn: &TurnRow,
    limits: Limits,
) -> Result<u64, StoreError> {
    let node = &turn.node;
    let stored = stored(session, node.uuid, node.revision).await?;
    let revision = node.revision + 1;
    for blob in &turn.blobs {
        blobs::put(session, blob).await?;
    }
    update_node(session, node, revision).await?;
    blobs::refer(session, node.uuid, &stored.slots, &slots(node)).await?;
    blobs::keep_logs(session, node.uuid, &turn.blobs, limits.logs).await?;
    for change in &turn.ports {
        change_port(session, change).await?;
    }
    for change in &turn.resources {
        resource_rows::apply(session, change).await?;
    }
    finish_effects(session, &turn.finished).await?;
    for effect in &turn.effects {
        add_effect(session, effect).await?;
    }
    add_history(session, node.uuid, &turn.history, limits.history).await?;
    Ok(revision)
}

pub(crate) async fn delete_node(
    session: &mut Session<'_>,
    node: Uuid,
    revision: u64,
) -> Result<(), StoreError> {
    stored(session, node, revision).await?;
    let referred = blobs::referred(session, node).await?;
    let sql = "DELETE FROM nodes WHERE uuid = $1 AND revision = $2";
    let done = session
        .execute(sql, vec![node.into(), revision.into()])
        .await;
    if done.map_err(|fault| fault.during("removing a node"))? == 0 {
        return Err(StoreError::Conflict);
    }
    for (kind, hash) in referred {
        blobs::drop_unreferenced(session, &kind, &hash).await?;
    }
    Ok(())
}

pub(crate) async fn begin_attempt(
    session: &mut Session<'_>,
    effect: EffectId,
    attempt: u32,
) -> Result<(), StoreError> {
    let sql = "UPDATE effects SET attempt = $3 WHERE node = $1 AND number = $2";
    let attempt = i64::from(attempt).into();
    change_effect(
        session,
        effect,
        sql,
        attempt,
        "storing that an effect begins",
    )
    .await
}

pub(crate) async fn note_retry(
    session: &mut Session<'_>,
    effect: EffectId,
    doc: &str,
) -> Result<(), StoreError> {
    let sql = "UPDATE effects SET doc = $3 WHERE node = $1 AND number = $2";
    let during = "storing why an effect is tried again";
    change_effect(session, effect, sql, doc.into(), during).await
}

async fn change_effect(
    session: &mut Session<'_>,
    effect: EffectId,
    sql: &'static str,
    value: Cell,
    during: &'static str,
) -> Result<(), StoreError> {
    let cells = vec![effect.node.into(), effect.number.into(), value];
    let done = session.execute(sql, cells).await;
    match done.map_err(|fault| fault.during(during))? {
        0 => Err(StoreError::NotFound {
            what: "effect",
            value: format!("{} of node {}", effect.number, effect.node),
        }),
        _ => Ok(()),
    }
}

/// The stored node, when it still has the revision that was read.
async fn stored(
    session: &mut Session<'_>,
    node: Uuid,
    revision: u64,
) -> Result<Stored, StoreError> {
    let failed = |fault: crate::fault::Fault| fault.during("reading the revision of a node");
    let sql = "SELECT revision, inventory, config_drive FROM nodes WHERE uuid = $1";
    let row = session.row(sql, vec![node.into()]).await.map_err(failed)?;
    let row = row.ok_or_else(|| StoreError::NotFound {
        what: "node",
        value: node.to_string(),
    })?;
    let stored = Stored {
        revision: row.count(0).map_err(failed)?,
        slots: blobs::Slots {
            inventory: row.get(1).map_err(failed)?,
            config_drive: row.get(2).map_err(failed)?,
        },
    };
    match stored.revision == revision {
        true => Ok(stored),
        false => Err(StoreError::Conflict),
    }
}

async fn update_node(
    session: &mut Session<'_>,
    node: &NodeRow,
    revision: u64,
) -> Result<(), StoreError> {
    let mut cells = node.columns.clone();
    cells.extend([
        revision.into(),
        node.doc.as_str().into(),
        node.uuid.into(),
        node.revision.into(),
    ]);
    let done = session
        .execute(AssertSqlSafe(UPDATE_NODE.as_str()), cells)
        .await;
    match done.map_err(|fault| node_refused(fault, node, "writing a node"))? {
        // Another transaction was quicker between the read and this write; possible on PostgreSQL only.
        0 => Err(StoreError::Conflict),
        _ => Ok(()),
    }
}

fn node_refused(fault: crate::fault::Fault, node: &NodeRow, attempt: &'static str) -> StoreError {
    let uuid = node.uuid.to_string();
    refused(
        fault,
        attempt,
        &[
            ("nodes.name", "name", node.name.as_deref()),
            (
                "nodes.instance_uuid",
                "instance UUID",
                node.instance_uuid.as_deref(),
            ),
            ("nodes.uuid", "uuid", Some(&uuid)),
        ],
    )
}

fn slots(node: &NodeRow) -> blobs::Slots {
    blobs::Slots {
        inventory: node.inventory.clone(),
        config_drive: node.config_drive.clone(),
    }
}

/// A turn's changes to ports: one that is gone already is not removed again, but one that is gone cannot be changed.
async fn change_port(session: &mut Session<'_>, change: &PortChangeRow) -> Result<(), StoreError> {
    let done = match change {
        PortChangeRow::Create(port) => port_rows::create(session, port).await,
        PortChangeRow::Update(port) => port_rows::update(session, port).await,
        PortChangeRow::Delete(uuid) => port_rows::delete(session, *uuid).await,
    };
    match (done, change) {
        (Err(StoreError::NotFound { what: "port", .. }), PortChangeRow::Delete(_)) => Ok(()),
        (Err(StoreError::NotFound { what: "port", .. }), _) => Err(StoreError::Conflict),
        (done, _) => done,
    }
}

async fn finish_effects(
    session: &mut Session<'_>,
    finished: &[EffectId],
) -> Result<(), StoreError> {
    for effect in finished {
        let sql = "DELETE FROM effects WHERE node = $1 AND number = $2";
        let cells = vec![effect.node.into(), effect.number.into()];
        let done = session.execute(sql, cells).await;
        done.map_err(|fault| fault.during("removing an effect"))?;
    }
    Ok(())
}

async fn add_effect(session: &mut Session<'_>, effect: &EffectRow) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO effects (node, number, attempt, created_at, doc) VALUES ($1, $2, $3, $4, $5)";
    let cells = vec![
        effect.id.node.into(),
        effect.id.number.into(),
        i64::from(effect.attempt).into(),
        effect.created_at.into(),
        effect.doc.as_str().into(),
    ];
    let number = effect.id.number.to_string();
    let unique = [("effects.node", "effect number", Some(number.as_str()))];
    let done = session.execute(sql, cells).await;
    done.map_err(|fault| refused(fault, "adding an effect", &unique))?;
    Ok(())
}

/// Adds history lines and drops the oldest beyond the cap.
async fn add_history(
    session: &mut Session<'_>,
    node: Uuid,
    history: &[HistoryRow],
    kept: usize,
) -> Result<(), StoreError> {
    for line in history {
        let sql = "INSERT INTO history (node, at, doc) VALUES ($1, $2, $3)";
        let cells = vec![node.into(), line.at.into(), line.doc.as_str().into()];
        let done = session.execute(sql, cells).await;
        done.map_err(|fault| fault.during("adding to the history"))?;
    }
    if !history.is_empty() {
        let sql = "DELETE FROM history WHERE node = $1 AND id <= \
                   (SELECT id FROM history WHERE node = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)";
        let done = session.execute(sql, vec![node.into(), kept.into()]).await;
        done.map_err(|fault| fault.during("capping the history"))?;
    }
    Ok(())
}
