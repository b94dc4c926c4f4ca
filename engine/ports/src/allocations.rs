//! Allocations as the engine's front doors see them: a wish is stored, and the engine finds a node for it in its own time.

use crate::engine::EngineError;
use async_trait::async_trait;
use model::Allocation;
use uuid::Uuid;

/// Finds nodes for allocations.
#[async_trait]
pub trait Allocator: Send + Sync {
    /// Stores an allocation and begins to look for its node.
    ///
    /// # Errors
    /// There is one of that UUID or name.
    async fn allocate(&self, allocation: Allocation) -> Result<(), EngineError>;

    /// Gives a node that is in use already an allocation afterwards; answers with it. When the node may not have it, the allocation is
    /// kept with its error.
    ///
    /// # Errors
    /// Why the node may not have it; or there is one of that UUID or name.
    async fn backfill(&self, allocation: Allocation, node: Uuid)
    -> Result<Allocation, EngineError>;

    /// Ends an allocation; its node, if it has one, is free again.
    ///
    /// # Errors
    /// There is none; or its node is in use or on its way somewhere, and not in maintenance.
    async fn deallocate(&self, allocation: Uuid) -> Result<(), EngineError>;
}
