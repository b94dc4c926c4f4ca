//! Allocations in memory: what is asked for is written down and stays `allocating`; the rules about nodes are the lifecycle's.

use super::Fake;
use async_trait::async_trait;
use lifecycle::allocation;
use model::{Allocation, AllocationState};
use ports::allocations::Allocator;
use ports::engine::EngineError;
use ports::resources::{self, Known};
use ports::store::Store;
use uuid::Uuid;

#[async_trait]
impl Allocator for Fake {
    async fn allocate(&self, wanted: Allocation) -> Result<(), EngineError> {
        let change = resources::create(&wanted)?;
        Ok(self.change_resources(vec![change]).await?)
    }

    async fn backfill(&self, wanted: Allocation, node: Uuid) -> Result<Allocation, EngineError> {
        let before = self.node(node);
        allocation::judge_backfill(&before, &wanted)?;
        let (after, active) = allocation::joined(&before, &wanted, wanted.created_at);
        let change = resources::create(&active)?;
        Store::change_resources(self, vec![change]).await?;
        self.set_node(after);
        Ok(active)
    }

    async fn deallocate(&self, uuid: Uuid) -> Result<(), EngineError> {
        let known = resources::find::<Allocation>(self, uuid).await?.unwrap();
        if let Some(node) = known.resource.node_uuid {
            let after = allocation::judge_deallocation(&self.node(node), &known.resource)?;
            self.set_node(after);
        }
        let change = resources::delete::<Allocation>(uuid);
        Ok(Store::change_resources(self, vec![change]).await?)
    }
}

impl Fake {
    fn set_node(&self, after: model::Node) {
        let mut world = self.world.lock().unwrap();
        let at = world.nodes.iter().position(|n| n.uuid == after.uuid);
        world.nodes[at.unwrap()] = after;
    }

    /// What the engine would do in its own time: the first allocation that waits has this node.
    pub async fn settle(&self, node: Uuid) -> Uuid {
        let waiting = resources::list::<Allocation>(self, &super::everything())
            .await
            .unwrap()
            .into_iter()
            .find(|known| known.resource.state == AllocationState::Allocating);
        let waiting = waiting.expect("an allocation that waits");
        let wanted = &waiting.resource;
        let (after, resource) =
            allocation::joined(&Fake::node(self, node), wanted, wanted.created_at);
        let uuid = resource.uuid;
        let change = resources::update(&Known {
            resource,
            revision: waiting.revision,
        });
        let change = change.unwrap();
        Store::change_resources(self, vec![change]).await.unwrap();
        self.set_node(after);
        uuid
    }
}
