//! Allocations: one after the other, oldest first, each is given a node in that node's turn, or told that there is none. The records in
//! state `allocating` are the queue, so a start goes on where the last run stopped. Which node is fit, the lifecycle says.

mod search;

use crate::conductor::Conductor;
use crate::locks::Locks;
use async_trait::async_trait;
use chrono::TimeDelta;
use lifecycle::allocation;
use model::{Allocation, AllocationState, Node, Refusal, RefusalKind, Resource};
use ports::allocations::Allocator;
use ports::engine::EngineError;
use ports::query::Page;
use ports::resources::{self, Known, ResourceChange, ResourceQuery};
use ports::store::{StoreError, TurnRecord};
use tokio::sync::Notify;
use uuid::Uuid;

/// A change that met another one is computed anew so often.
const ATTEMPTS: usize = 5;
/// So many waiting allocations are read at a time.
const PAGE: usize = 100;
/// After the store did not answer.
const AGAIN: TimeDelta = TimeDelta::seconds(2);

/// Who waits, and who is being seen to.
pub(crate) struct Allocations {
    wake: Notify,
    /// An allocation is changed by one at a time. Its lock is taken before its node's, never after.
    held: Locks<Uuid>,
}

impl Allocations {
    pub fn new() -> Self {
        Self {
            wake: Notify::new(),
            held: Locks::new(),
        }
    }
}

/// Finds nodes for ever.
pub(crate) async fn run(conductor: Conductor) {
    loop {
        // Whoever comes while the queue is read leaves a mark that ends the next wait at once.
        match conductor.serve_waiting().await {
            Ok(()) => conductor.inner.allocations.wake.notified().await,
            Err(error) => {
                tracing::error!(%error, "allocations wait: the store did not answer");
                let at = conductor.now() + AGAIN;
                conductor.inner.clock.sleep_until(at).await;
            }
        }
    }
}

impl Conductor {
    /// Sees to every allocation that waits.
    async fn serve_waiting(&self) -> Result<(), StoreError> {
        let waiting = ResourceQuery {
            page: Page {
                limit: PAGE,
                ..Page::default()
            },
            equal: vec![("state", AllocationState::Allocating.as_str().into())],
            ..ResourceQuery::default()
        };
        loop {
            let found = resources::list::<Allocation>(&*self.inner.store, &waiting).await?;
            if found.is_empty() {
                return Ok(());
            }
            for known in found {
                self.serve(known.resource.uuid).await?;
            }
        }
    }

    /// Gives one allocation its node, or its error. Afterwards it waits no more.
    async fn serve(&self, uuid: Uuid) -> Result<(), StoreError> {
        let _held = self.inner.allocations.held.lock(uuid).await;
        for _ in 0..ATTEMPTS {
            let Some(known) = self.waiting(uuid).await? else {
                return Ok(());
            };
            let result = match self.find_node(&known).await {
                Ok(node) => {
                    tracing::info!(allocation = %uuid, %node, "allocated");
                    return Ok(());
                }
                Err(search::Failure::Store(error)) if is_passing(&error) => Err(error),
                Err(failure) => self.fail(&known, &failure.to_string()).await,
            };
            match result {
                // A client changed it, or a node that was met was deleted, meanwhile.
                Err(StoreError::Conflict | StoreError::NotFound { .. }) => {}
                other => return other,
            }
        }
        Err(StoreError::Conflict)
    }

    async fn waiting(&self, uuid: Uuid) -> Result<Option<Known<Allocation>>, StoreError> {
        let found = resources::find::<Allocation>(&*self.inner.store, uuid).await?;
        Ok(found.filter(|known| known.resource.state == AllocationState::Allocating))
    }

    async fn fail(&self, known: &Known<Allocation>, error: &str) -> Result<(), StoreError> {
        let resource = allocation::failed(&known.resource, error, self.now());
        tracing::warn!(allocation = %resource.uuid, error, "no node for an allocation");
        let known = Known {
            resource,
            revision: known.revision,
        };
        let change = resources::update(&known)?;
        self.inner.store.change_resources(vec![change]).await
    }

    /// Writes a node and its allocation in one transaction, under the caller's lock of the node.
    async fn commit_with(
        &self,
        before: &Node,
        after: Node,
        change: ResourceChange,
    ) -> Result<(), EngineError> {
        let mut record = TurnRecord::of(after);
        record.resources.push(change);
        self.commit_record(before, record).await?;
        Ok(())
    }

    async fn backfilled(&self, wanted: &Allocation, node: Uuid) -> Result<Allocation, EngineError> {
        let _turn = self.inner.nodes.lock(node).await;
        let before = self.load(node).await?;
        allocation::judge_backfill(&before, wanted)?;
        let (after, active) = allocation::joined(&before, wanted, self.now());
        let change = resources::create(&active)?;
        self.commit_with(&before, after, change).await?;
        Ok(active)
    }

    async fn delete_allocation(&self, uuid: Uuid) -> Result<(), EngineError> {
        let change = resources::delete::<Allocation>(uuid);
        Ok(self.inner.store.change_resources(vec![change]).await?)
    }

    async fn allocation(&self, uuid: Uuid) -> Result<Allocation, EngineError> {
        let found = resources::find::<Allocation>(&*self.inner.store, uuid).await?;
        found
            .map(|known| known.resource)
            .ok_or_else(|| EngineError::NotFound {
                what: Allocation::KIND.noun(),
                name: uuid.to_string(),
            })
    }

    /// What becomes of a node's allocation when the node lost it in a turn or an edit: it ends.
    pub(crate) async fn ended_allocation(
        &self,
        before: &Node,
        after: &Node,
    ) -> Result<Option<ResourceChange>, StoreError> {
        let Some(uuid) = before.allocation.filter(|_| after.allocation.is_none()) else {
            return Ok(None);
        };
        // A node that was imported may name one that is not here.
        let found = resources::find::<Allocation>(&*self.inner.store, uuid).await?;
        Ok(found.map(|known| resources::delete::<Allocation>(known.resource.uuid)))
    }
}

#[async_trait]
impl Allocator for Conductor {
    async fn allocate(&self, wanted: Allocation) -> Result<(), EngineError> {
        let change = resources::create(&wanted)?;
        self.inner.store.change_resources(vec![change]).await?;
        self.inner.allocations.wake.notify_one();
        Ok(())
    }

    async fn backfill(&self, wanted: Allocation, node: Uuid) -> Result<Allocation, EngineError> {
        let refusal = match self.backfilled(&wanted, node).await {
            Err(EngineError::Refused(refusal)) => refusal,
            Err(EngineError::Store(StoreError::Duplicate { what, value }))
                if what == INSTANCE_UUID =>
            {
                let text = format!("Instance {value} is already associated with a node.");
                Refusal::new(RefusalKind::WrongState, text)
            }
            other => return other,
        };
        let kept = allocation::failed(&wanted, &refusal.message, self.now());
        let change = resources::create(&kept)?;
        self.inner.store.change_resources(vec![change]).await?;
        Err(refusal.into())
    }

    async fn deallocate(&self, uuid: Uuid) -> Result<(), EngineError> {
        let _held = self.inner.allocations.held.lock(uuid).await;
        let Some(node) = self.allocation(uuid).await?.node_uuid else {
            return self.delete_allocation(uuid).await;
        };
        let _turn = self.inner.nodes.lock(node).await;
        // Its node's turn may have ended it meanwhile.
        let ended = self.allocation(uuid).await?;
        let before = self.load(node).await?;
        if before.allocation != Some(uuid) {
            return self.delete_allocation(uuid).await;
        }
        let after = allocation::judge_deallocation(&before, &ended)?;
        // The node's record ends the allocation with it.
        self.commit_record(&before, TurnRecord::of(after)).await?;
        tracing::info!(allocation = %uuid, %node, "deallocated");
        Ok(())
    }
}

/// Whether it may go better the next time. What else goes wrong is the allocation's error.
fn is_passing(error: &StoreError) -> bool {
    matches!(
        error,
        StoreError::Conflict | StoreError::NotFound { .. } | StoreError::Database { .. }
    )
}

/// What the store calls the field.
const INSTANCE_UUID: &str = "instance UUID";
