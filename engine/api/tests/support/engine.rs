//! The engine in memory: it accepts what is well formed, changes states at once, and can be told to refuse.

use super::{CONDUCTOR, Fake, World};
use agent_wire::{HeartbeatRequest, InspectionData};
use async_trait::async_trait;
use model::{
    InterfaceKind, Node, Object, Port, PowerTarget, ProvisionState as State, Refusal, RefusalKind,
    Secret, Verb,
};
use ports::engine::{
    AgentGrant, AgentLookup, AgentOrigin, AgentRefusal, BootDeviceSetting, CursorExpired, Engine,
    EngineError, NodeEdit, PortEdit, ProvisionRequest, ResourcesEdit, Subscription,
};
use ports::event::Cursor;
use ports::hardware::{DriverProperty, HardwareDescription, Validation};
use ports::store::{PortChange, StoreError};
use std::collections::BTreeMap;
use std::net::IpAddr;
use uuid::Uuid;

/// The interfaces of the one hardware type.
fn interfaces() -> BTreeMap<InterfaceKind, Vec<&'static str>> {
    let of = |kind: &InterfaceKind| match kind {
        InterfaceKind::Network => vec!["noop"],
        InterfaceKind::Bios | InterfaceKind::Raid | InterfaceKind::Firmware => Vec::new(),
        _ => vec!["fake"],
    };
    let all = InterfaceKind::ALL.iter();
    all.map(|kind| (*kind, of(kind))).collect()
}

pub fn fill_interfaces(node: &mut Node) {
    for (kind, names) in interfaces() {
        if let Some(name) = names.first() {
            let chosen = node.interfaces.entry(kind);
            chosen.or_insert_with(|| (*name).to_owned());
        }
    }
}

fn refused(kind: RefusalKind, text: &str) -> EngineError {
    EngineError::Refused(Refusal::new(kind, text))
}

fn duplicate(what: &'static str, value: impl ToString) -> EngineError {
    EngineError::Store(StoreError::Duplicate {
        what,
        value: value.to_string(),
    })
}

fn check(world: &World, node: &Node) -> Result<(), EngineError> {
    if node.driver != "fake-hardware" {
        return Err(refused(RefusalKind::Invalid, "No such driver."));
    }
    let others = || world.nodes.iter().filter(|n| n.uuid != node.uuid);
    if node.name.is_some() && others().any(|n| n.name == node.name) {
        return Err(duplicate("name", node.name.clone().unwrap()));
    }
    if node.instance_uuid.is_some() && others().any(|n| n.instance_uuid == node.instance_uuid) {
        return Err(duplicate(
            "instance UUID",
            node.instance_uuid.clone().unwrap(),
        ));
    }
    Ok(())
}

impl Fake {
    fn begin(&self) -> Result<std::sync::MutexGuard<'_, World>, EngineError> {
        let mut world = self.world.lock().unwrap();
        world.askers.push(ports::asker::current());
        if let Some((uuid, owner)) = world.goes_to.take() {
            let node = world.nodes.iter_mut().find(|node| node.uuid == uuid);
            node.unwrap().owner = Some(owner.to_owned());
        }
        match world.refuse.take() {
            Some(refusal) => Err(refusal.into()),
            None => Ok(world),
        }
    }
}

fn at(world: &World, node: Uuid) -> Result<usize, EngineError> {
    let found = world.nodes.iter().position(|n| n.uuid == node);
    let found = found.ok_or_else(|| EngineError::NotFound {
        what: "Node",
        name: node.to_string(),
    })?;
    ports::asker::judge(&world.nodes[found])?;
    Ok(found)
}

#[async_trait]
impl Engine for Fake {
    async fn enroll(&self, mut node: Node) -> Result<Node, EngineError> {
        let mut world = self.begin()?;
        check(&world, &node)?;
        if world.nodes.iter().any(|n| n.uuid == node.uuid) {
            return Err(duplicate("uuid", node.uuid));
        }
        fill_interfaces(&mut node);
        world.nodes.push(node.clone());
        Ok(node)
    }

    async fn edit(&self, node: Uuid, edit: NodeEdit, reset: bool) -> Result<Node, EngineError> {
        let mut world = self.begin()?;
        let at = at(&world, node)?;
        let mut fresh = edit(&world.nodes[at])?;
        check(&world, &fresh)?;
        if reset {
            fresh.interfaces.clear();
        }
        fill_interfaces(&mut fresh);
        fresh.updated_at = Some(fresh.created_at);
        world.nodes[at] = fresh.clone();
        Ok(fresh)
    }

    async fn delete(&self, node: Uuid) -> Result<(), EngineError> {
        let mut world = self.begin()?;
        let at = at(&world, node)?;
        world.nodes.remove(at);
        world.ports.retain(|port| port.node != node);
        Ok(())
    }

    async fn provision(&self, node: Uuid, request: ProvisionRequest) -> Result<(), EngineError> {
        let mut world = self.begin()?;
        let at = at(&world, node)?;
        let drive = request.config_drive.is_some();
        world
            .verbs
            .push((node, request.verb, request.steps.len(), drive));
        let next = match (request.verb, world.nodes[at].provision_state) {
            (Verb::Manage, State::Enroll | State::Available) => State::Manageable,
            (Verb::Provide, State::Manageable) => State::Available,
            (Verb::Deploy, State::Available) => State::Active,
            (Verb::Undeploy, State::Active) => State::Available,
            (Verb::Clean | Verb::Inspect, State::Manageable) => State::Manageable,
            (verb, state) => {
                let text = format!(
                    "The requested action \"{verb}\" can not be performed on node {node} while it is in state \"{state}\"."
                );
                return Err(refused(RefusalKind::NotPossible, &text));
            }
        };
        world.nodes[at].provision_state = next;
        Ok(())
    }

    async fn power(&self, node: Uuid, to: PowerTarget, _: Option<u32>) -> Result<(), EngineError> {
        let mut world = self.begin()?;
        let at = at(&world, node)?;
        world.nodes[at].power_state = Some(to.final_state());
        Ok(())
    }

    async fn set_maintenance(
        &self,
        node: Uuid,
        on: bool,
        reason: Option<String>,
    ) -> Result<(), EngineError> {
        let mut world = self.begin()?;
        let at = at(&world, node)?;
        world.nodes[at].maintenance = on;
        world.nodes[at].maintenance_reason = reason;
        Ok(())
    }

    async fn set_target_raid(&self, node: Uuid, config: Object) -> Result<(), EngineError> {
        let mut world = self.begin()?;
        let at = at(&world, node)?;
        world.nodes[at].target_raid_config = config;
        Ok(())
    }

    async fn validate(
        &self,
        node: Uuid,
    ) -> Result<BTreeMap<InterfaceKind, Validation>, EngineError> {
        let world = self.begin()?;
        at(&world, node)?;
        let mut verdicts = BTreeMap::new();
        for (kind, names) in interfaces() {
            let verdict = match names.is_empty() {
                true => Validation::Unsupported,
                false => Validation::Good,
            };
            verdicts.insert(kind, verdict);
        }
        let bad = Validation::Bad("no image_source".to_owned());
        verdicts.insert(InterfaceKind::Deploy, bad);
        Ok(verdicts)
    }

    async fn boot_device(&self, _: Uuid) -> Result<BootDeviceSetting, EngineError> {
        drop(self.begin()?);
        Ok(BootDeviceSetting {
            device: Some("pxe".to_owned()),
            persistent: Some(false),
        })
    }

    async fn supported_boot_devices(&self, _: Uuid) -> Result<Vec<String>, EngineError> {
        Ok(vec!["pxe".to_owned(), "disk".to_owned()])
    }

    async fn set_boot_device(
        &self,
        node: Uuid,
        device: String,
        _: bool,
    ) -> Result<(), EngineError> {
        at(&*self.begin()?, node)?;
        match device.as_str() {
            "pxe" | "disk" => Ok(()),
            _ => Err(EngineError::Hardware(
                "the BMC has no such device".to_owned(),
            )),
        }
    }

    async fn create_port(&self, port: Port) -> Result<Port, EngineError> {
        let mut world = self.begin()?;
        at(&world, port.node)?;
        if world.ports.iter().any(|p| p.address == port.address) {
            return Err(duplicate("MAC address", port.address));
        }
        let mut others = world.ports.iter();
        if let Some(name) = &port.name
            && others.any(|other| other.name.as_ref() == Some(name))
        {
            return Err(duplicate("name", name));
        }
        world.ports.push(port.clone());
        Ok(port)
    }

    async fn edit_port(&self, port: Uuid, edit: PortEdit) -> Result<Port, EngineError> {
        let mut world = self.begin()?;
        let found = world.ports.iter().position(|p| p.uuid == port).unwrap();
        let node = at(&world, world.ports[found].node)?;
        let fresh = edit(&world.nodes[node], &world.ports[found])?;
        world.ports[found] = fresh.clone();
        Ok(fresh)
    }

    async fn delete_port(&self, port: Uuid) -> Result<(), EngineError> {
        let mut world = self.begin()?;
        let found = world.ports.iter().find(|p| p.uuid == port).unwrap();
        at(&world, found.node)?;
        world.ports.retain(|p| p.uuid != port);
        Ok(())
    }

    async fn change_resources(&self, node: Uuid, edit: ResourcesEdit) -> Result<(), EngineError> {
        let mut world = self.begin()?;
        let at = at(&world, node)?;
        let ports: Vec<Port> = world
            .ports
            .iter()
            .filter(|p| p.node == node)
            .cloned()
            .collect();
        let change = edit(&world.nodes[at], &ports)?;
        world.resources = super::store::changed(&world.resources, change.resources)?;
        for change in change.ports {
            match change {
                PortChange::Create(port) => world.ports.push(port),
                PortChange::Update(port) => {
                    world.ports.retain(|p| p.uuid != port.uuid);
                    world.ports.push(port);
                }
                PortChange::Delete(uuid) => world.ports.retain(|p| p.uuid != uuid),
            }
        }
        if let Some(node) = change.node {
            world.nodes[at] = node;
        }
        Ok(())
    }

    fn hardware_types(&self) -> Vec<HardwareDescription> {
        vec![HardwareDescription {
            name: "fake-hardware",
            interfaces: interfaces(),
            properties: vec![DriverProperty {
                key: "fake_delay",
                description: "Seconds that a step takes. Default 0.",
            }],
        }]
    }

    fn conductor_name(&self) -> &str {
        CONDUCTOR
    }

    async fn agent_lookup(&self, lookup: AgentLookup) -> Result<AgentGrant, AgentRefusal> {
        let mut world = self.begin()?;
        let of_port = world
            .ports
            .iter()
            .find(|p| lookup.addresses.contains(&p.address));
        let wanted = lookup.node.or(of_port.map(|p| p.node));
        let node = world.nodes.iter().find(|n| Some(n.uuid) == wanted);
        let node = node.cloned().ok_or(AgentRefusal::NotFound)?;
        world.lookups += 1;
        let first = world.lookups == 1;
        Ok(AgentGrant {
            node,
            token: first.then(|| Secret::new("t".repeat(43))),
            heartbeat_timeout: 300,
            md5_checksums: false,
            extension: serde_json::json!({"version": 1}),
        })
    }

    async fn agent_heartbeat(
        &self,
        node: Uuid,
        beat: HeartbeatRequest,
        _: IpAddr,
    ) -> Result<(), AgentRefusal> {
        let mut world = self.begin()?;
        at(&world, node).map_err(|_| AgentRefusal::NotFound)?;
        if beat.agent_token.is_none() {
            return Err(AgentRefusal::Invalid("Agent token is required.".to_owned()));
        }
        world.heartbeats.push((node, beat));
        Ok(())
    }

    async fn agent_inspection(
        &self,
        data: InspectionData,
        node: Option<Uuid>,
        _: AgentOrigin,
    ) -> Result<Node, AgentRefusal> {
        let world = self.begin()?;
        let told = |p: &&Port| {
            let address = p.address.to_string();
            let mut cards = data.inventory.interfaces.iter();
            cards.any(|card| card.mac_address.as_deref() == Some(&address))
        };
        let wanted = node.or(world.ports.iter().find(told).map(|p| p.node));
        let node = world.nodes.iter().find(|n| Some(n.uuid) == wanted);
        node.cloned().ok_or(AgentRefusal::NotFound)
    }

    fn subscribe(&self, after: Option<Cursor>) -> Result<Subscription, CursorExpired> {
        match after {
            Some(cursor) if cursor.0 != "c0" => Err(CursorExpired),
            _ => Ok(Subscription {
                backlog: Vec::new(),
                cursor: Cursor("c0".to_owned()),
                live: self.events.subscribe(),
            }),
        }
    }
}
