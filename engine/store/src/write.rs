//! Every kind of write, as data: what is queued, grouped into transactions and, where two transactions met, done again.

use crate::blobs;
use crate::database::Session;
use crate::fault::{Fault, FaultKind};
use crate::leases;
use crate::node_rows;
use crate::port_rows;
use crate::resource_rows::{self, ResourceChangeRow};
use crate::rows::{BlobRow, HistoryRow, LeaseRow, NodeRow, PortRow, TurnRow};
use model::{EffectId, MacAddress};
use ports::store::StoreError;
use uuid::Uuid;

/// What a transaction shall do.
pub(crate) enum Write {
    CreateNode(Box<NodeRow>, Vec<HistoryRow>),
    Turn(Box<TurnRow>),
    DeleteNode(Uuid, u64),
    BeginAttempt(EffectId, u32),
    /// The effect's document with its last failure.
    NoteRetry(EffectId, String),
    CreatePort(PortRow),
    UpdatePort(PortRow),
    DeletePort(Uuid),
    /// All of them or none.
    ChangeResources(Vec<ResourceChangeRow>),
    PutBlob(BlobRow),
    /// Removes blobs that nobody refers to and that were put before this time (microseconds).
    SweepBlobs(i64),
    PutLease(LeaseRow),
    RemoveLease(MacAddress),
    SetMeta(&'static str, String),
}

/// Bounds that hold for every write.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// History lines kept per node.
    pub(crate) history: usize,
    /// Log blobs kept per node.
    pub(crate) logs: usize,
}

/// Does a write within the transaction of the session. The number is the new revision of a turn, else 0.
pub(crate) async fn apply(
    session: &mut Session<'_>,
    write: &Write,
    limits: Limits,
) -> Result<u64, StoreError> {
    match write {
        Write::Turn(turn) => return node_rows::commit_turn(session, turn, limits).await,
        Write::CreateNode(node, history) => {
            node_rows::create_node(session, node, history, limits).await
        }
        Write::DeleteNode(node, revision) => {
            node_rows::delete_node(session, *node, *revision).await
        }
        Write::BeginAttempt(effect, attempt) => {
            node_rows::begin_attempt(session, *effect, *attempt).await
        }
        Write::NoteRetry(effect, doc) => node_rows::note_retry(session, *effect, doc).await,
        Write::CreatePort(port) => port_rows::create(session, port).await,
        Write::UpdatePort(port) => port_rows::update(session, port).await,
        Write::DeletePort(port) => port_rows::delete(session, *port).await,
        Write::ChangeResources(changes) => resource_rows::apply_all(session, changes).await,
        Write::PutBlob(blob) => blobs::put(session, blob).await,
        Write::SweepBlobs(before) => blobs::sweep(session, *before).await,
        Write::PutLease(lease) => leases::put(session, lease).await,
        Write::RemoveLease(mac) => leases::remove(session, *mac).await,
        Write::SetMeta(name, value) => set_meta(session, name, value).await,
    }?;
    Ok(0)
}

async fn set_meta(session: &mut Session<'_>, name: &str, value: &str) -> Result<(), StoreError> {
    let sql = "INSERT INTO meta (name, value) VALUES ($1, $2) \
               ON CONFLICT (name) DO UPDATE SET value = excluded.value";
    let done = session.execute(sql, vec![name.into(), value.into()]).await;
    done.map_err(|fault| fault.during("storing a note about the database"))?;
    Ok(())
}

/// A value that must be unique: its column, what people call it, and the value.
pub(crate) type Unique<'a> = (&'static str, &'static str, Option<&'a str>);

/// The port's error for a refused statement: a duplicate by its name, everything else as it is.
pub(crate) fn refused(fault: Fault, attempt: &'static str, unique: &[Unique<'_>]) -> StoreError {
    if let FaultKind::Unique(column) = &fault.kind
        && let Some((_, what, value)) = unique.iter().find(|(name, ..)| name == column)
    {
        return StoreError::Duplicate {
            what,
            value: value.unwrap_or_default().to_owned(),
        };
    }
    fault.during(attempt)
}
