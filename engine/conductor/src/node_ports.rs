//! Ports are added, changed and removed in the turn of their node, together with what that means for the port group they are in.
//! Which changes are allowed the lifecycle says.

use crate::conductor::Conductor;
use model::{Node, Port, PortGroup, Refusal, RefusalKind};
use ports::engine::{EngineError, PortEdit};
use ports::resources::{self, Known, ResourceChange};
use ports::store::{PortChange, TurnRecord};
use tokio::sync::OwnedMutexGuard;
use uuid::Uuid;

impl Conductor {
    pub(crate) async fn add_port(&self, port: Port) -> Result<Port, EngineError> {
        let _turn = self.inner.nodes.lock(port.node).await;
        let node = self.load(port.node).await?;
        match self.joined(None, &port).await? {
            None => self.inner.store.create_port(port.clone()).await?,
            group => {
                let change = PortChange::Create(port.clone());
                self.write_together(&node, change, group).await?;
            }
        }
        Ok(port)
    }

    pub(crate) async fn change_port(
        &self,
        uuid: Uuid,
        edit: PortEdit,
    ) -> Result<Port, EngineError> {
        let (_turn, old) = self.port_in_turn(uuid).await?;
        let node = self.load(old.node).await?;
        let mut new = edit(&node, &old)?;
        if new == old {
            return Ok(old);
        }
        lifecycle::judge_port_edit(&node, &old, &new)?;
        if new.node != old.node {
            self.load(new.node).await?;
        }
        new.updated_at = Some(self.now());
        match self.joined(Some(&old), &new).await? {
            None => self.inner.store.update_port(new.clone()).await?,
            group => {
                let change = PortChange::Update(new.clone());
                self.write_together(&node, change, group).await?;
            }
        }
        Ok(new)
    }

    pub(crate) async fn remove_port(&self, uuid: Uuid) -> Result<(), EngineError> {
        let (_turn, port) = self.port_in_turn(uuid).await?;
        let node = self.load(port.node).await?;
        if node.instance_uuid.is_some() && !node.maintenance {
            let text = format!(
                "Cannot delete port {uuid} as node {} is in use; set maintenance first.",
                node.uuid
            );
            return Err(Refusal::new(RefusalKind::WrongState, text).into());
        }
        Ok(self.inner.store.delete_port(uuid).await?)
    }

    /// A port in the turn of the node that it belongs to then.
    async fn port_in_turn(&self, uuid: Uuid) -> Result<(OwnedMutexGuard<()>, Port), EngineError> {
        let mut node = self.port(uuid).await?.node;
        loop {
            let turn = self.inner.nodes.lock(node).await;
            let port = self.port(uuid).await?;
            if port.node == node {
                return Ok((turn, port));
            }
            // It went to another node before its turn came.
            node = port.node;
        }
    }

    async fn port(&self, uuid: Uuid) -> Result<Port, EngineError> {
        let port = self.inner.store.port(uuid).await?;
        port.ok_or_else(|| EngineError::NotFound {
            what: "Port",
            name: uuid.to_string(),
        })
    }

    /// What becomes of the port group that a port is in; none: it stays as it is.
    async fn joined(
        &self,
        old: Option<&Port>,
        port: &Port,
    ) -> Result<Option<ResourceChange>, EngineError> {
        let Some(uuid) = port.portgroup else {
            return Ok(None);
        };
        // The turn is the old node's: the new one's port groups may change meanwhile.
        if old.is_some_and(|old| old.node != port.node) {
            let text = format!(
                "Port {} goes to another node: it must leave its port group for that, and may join one there afterwards.",
                port.uuid
            );
            return Err(Refusal::new(RefusalKind::Invalid, text).into());
        }
        let Some(known) = resources::find::<PortGroup>(&*self.inner.store, uuid).await? else {
            let text = format!("Portgroup {uuid} could not be found.");
            return Err(Refusal::new(RefusalKind::Invalid, text).into());
        };
        let of_node = self.ports_of(port.node).await?;
        let became = lifecycle::judge_membership(old, port, &known.resource, &of_node)?;
        let Some(mut resource) = became else {
            return Ok(None);
        };
        resource.updated_at = Some(self.now());
        let revision = known.revision;
        Ok(Some(resources::update(&Known { resource, revision })?))
    }

    async fn write_together(
        &self,
        node: &Node,
        port: PortChange,
        group: Option<ResourceChange>,
    ) -> Result<(), EngineError> {
        let mut record = TurnRecord::of(node.clone());
        record.ports.push(port);
        record.resources.extend(group);
        self.commit_record(node, record).await?;
        Ok(())
    }
}
