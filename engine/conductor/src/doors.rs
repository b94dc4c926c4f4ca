//! The front doors: what the API, the agents' listener and the boot servers may ask of the conductor.

use crate::conductor::Conductor;
use crate::effects::ActError;
use crate::hardware::{BootDevices, boot_devices};
use crate::to_its_end::to_its_end;
use crate::{config_drive, digest, validate};
use agent_wire::{HeartbeatRequest, InspectionData};
use async_trait::async_trait;
use bmc_core::PowerAction;
use lifecycle::{Fact, HistoryDraft, ProvisionAsked};
use model::{
    Circumstances, InterfaceKind, Node, Object, Outcome, Port, PowerTarget, Refusal, RefusalKind,
    Severity,
};
use ports::asker;
use ports::engine::{
    AgentGrant, AgentLookup, AgentOrigin, AgentRefusal, BootDeviceSetting, CursorExpired, Engine,
    EngineError, NodeEdit, PortEdit, ProvisionRequest, ResourcesEdit, Subscription,
};
use ports::event::{Cursor, EventKind};
use ports::hardware::{HardwareDescription, Validation};
use ports::query::{Page, PortQuery};
use ports::resources::ResourceChange;
use ports::store::TurnRecord;
use std::collections::BTreeMap;
use std::net::IpAddr;
use uuid::Uuid;

const MOST_PORTS: usize = 256;

/// The node that a resource belongs to afterwards.
fn goes_to(change: &ResourceChange) -> Option<Uuid> {
    match change {
        ResourceChange::Create(resource) | ResourceChange::Update(resource) => resource.node,
        ResourceChange::Delete(..) => None,
    }
}

impl Conductor {
    pub(crate) async fn ports_of(&self, node: Uuid) -> Result<Vec<Port>, EngineError> {
        let query = PortQuery {
            node: Some(node),
            page: Page {
                limit: MOST_PORTS,
                ..Page::default()
            },
            ..PortQuery::default()
        };
        Ok(self.inner.store.ports(&query).await?)
    }

    /// What validation stands on.
    fn ground(&self) -> validate::Ground<'_> {
        validate::Ground {
            hardware: &self.inner.hardware,
            policy: &self.inner.settings.policy,
            ramdisk: self.inner.settings.ramdisk.as_ref(),
            md5_checksums: self.inner.settings.md5_checksums,
        }
    }

    fn check_driver(&self, node: &Node) -> Result<(), Refusal> {
        self.inner.hardware.find(&node.driver).map(|_| ())
    }

    /// A live question to the BMC, within the time a client waits.
    async fn live<T>(
        &self,
        question: impl Future<Output = Result<T, ActError>> + Send,
    ) -> Result<T, EngineError> {
        let patience = self.inner.settings.live;
        match tokio::time::timeout(patience, question).await {
            Ok(answer) => answer.map_err(|error| EngineError::Hardware(error.message)),
            Err(_) => Err(EngineError::Hardware(format!(
                "the BMC did not answer within {} s",
                patience.as_secs()
            ))),
        }
    }

    /// Removes a node, and what is known of it in memory.
    async fn forget(&self, node: &Node) -> Result<(), EngineError> {
        let uuid = node.uuid;
        self.inner.store.delete_node(uuid, node.revision).await?;
        self.inner.outbox.cancel(uuid);
        self.inner.timers.disarm(uuid);
        self.inner.last_seen.forget(uuid);
        self.inner.identities.forget(uuid);
        self.announce(node, EventKind::NodeDeleted);
        tracing::info!(node = %uuid, name = node.label(), "node deleted");
        Ok(())
    }

    /// Notes the time of an edit that changed nothing.
    async fn touch(&self, uuid: Uuid) -> Result<(), EngineError> {
        let _turn = self.inner.nodes.lock(uuid).await;
        let before = self.load(uuid).await?;
        let mut after = before.clone();
        after.updated_at = Some(self.now());
        self.commit_edit(&before, after).await.map(drop)
    }

    async fn check_soft_power(&self, node: &Node, target: PowerTarget) -> Result<(), EngineError> {
        let needed = match node.disable_power_off && target == PowerTarget::SoftReboot {
            true => PowerAction::GracefulRestart,
            false => PowerAction::GracefulShutdown,
        };
        let machine = self.inner.hardware.machine(node)?;
        let supported = self
            .live(async {
                let power = machine
                    .driver
                    .power()
                    .ok_or_else(|| ActError::lasting("this driver cannot change the power"))?;
                Ok(power.supported_actions(&machine.target).await?)
            })
            .await?;
        if supported.contains(&needed) {
            return Ok(());
        }
        Err(Refusal::new(
            RefusalKind::Invalid,
            format!(
                "The BMC of node {} offers no {needed}; use '{}'",
                node.uuid,
                match target.final_state() {
                    model::PowerState::Off => PowerTarget::Off,
                    _ => PowerTarget::Reboot,
                }
                .as_str()
            ),
        )
        .into())
    }
}

#[async_trait]
impl Engine for Conductor {
    async fn enroll(&self, mut node: Node) -> Result<Node, EngineError> {
        self.check_driver(&node)?;
        node.interfaces = self.inner.hardware.resolve_interfaces(&node)?;
        node.conductor_group = node.conductor_group.to_lowercase();
        let line = HistoryDraft {
            from: node.provision_state,
            to: node.provision_state,
            event: "enrolled".into(),
            stage: None,
            detail: None,
            severity: Severity::Info,
            circumstances: Circumstances {
                asker: asker::current(),
                ..Circumstances::default()
            },
        };
        let entry = self.history_entry(node.uuid, &line);
        self.inner
            .store
            .create_node(node.clone(), vec![entry])
            .await?;
        self.announce(&node, EventKind::NodeCreated);
        tracing::info!(node = %node.uuid, name = node.label(), driver = node.driver, "node enrolled");
        Ok(node)
    }

    async fn edit(
        &self,
        uuid: Uuid,
        edit: NodeEdit,
        reset_interfaces: bool,
    ) -> Result<Node, EngineError> {
        let turn = self.inner.nodes.lock(uuid).await;
        let before = self.load(uuid).await?;
        let mut after = edit(&before)?;
        self.check_driver(&after)?;
        lifecycle::judge_edit(&before, &after)?;
        if reset_interfaces && after.driver != before.driver {
            after
                .interfaces
                .retain(|kind, name| before.interfaces.get(kind) != Some(name));
        }
        after.interfaces = self.inner.hardware.resolve_interfaces(&after)?;
        after.conductor_group = after.conductor_group.to_lowercase();
        lifecycle::allocation::follow_instance(&mut after);
        // Maintenance is more than a flag: it stops what is under way. It has a turn of its own.
        let maintenance = after.maintenance;
        after.maintenance = before.maintenance;
        let stored = if after == before && maintenance != before.maintenance {
            before
        } else {
            // Also what changes nothing was an edit, and the time of the last one is shown.
            after.updated_at = Some(self.now());
            self.commit_edit(&before, after).await?
        };
        drop(turn);
        if stored.maintenance == maintenance {
            return Ok(stored);
        }
        let fact = Fact::Maintenance {
            on: maintenance,
            reason: stored.maintenance_reason.clone(),
        };
        self.turn(uuid, fact).await
    }

    async fn delete(&self, uuid: Uuid) -> Result<(), EngineError> {
        let _turn = self.inner.nodes.lock(uuid).await;
        let node = self.load(uuid).await?;
        lifecycle::judge_delete(&node)?;
        let conductor = self.clone();
        to_its_end(async move { conductor.forget(&node).await }).await?
    }

    async fn provision(&self, uuid: Uuid, request: ProvisionRequest) -> Result<(), EngineError> {
        let mut blobs = Vec::new();
        let mut asked = ProvisionAsked::new(request.verb);
        let node = self.load(uuid).await?;
        lifecycle::may_verb(&node, request.verb)?;
        let ports = self.ports_of(uuid).await?;
        validate::may_begin(&self.ground(), &node, &ports, request.verb)?;
        if let Some(given) = request.config_drive {
            let size = config_drive::size(&given);
            let blob = digest::aside(size, move || config_drive::checked(&given)).await??;
            asked.config_drive = Some(blob.hash.clone());
            blobs.push(blob);
        }
        asked.steps = request.steps;
        asked.disable_ramdisk = request.disable_ramdisk;
        asked.templates = self.templates_of(&node, asked.verb).await?;
        self.turn_with(uuid, Fact::Provision(asked), blobs).await?;
        Ok(())
    }

    async fn power(
        &self,
        uuid: Uuid,
        target: PowerTarget,
        timeout_seconds: Option<u32>,
    ) -> Result<(), EngineError> {
        let node = self.load(uuid).await?;
        validate::driver_info(&self.inner.hardware, &node)
            .map_err(|why| Refusal::new(RefusalKind::Invalid, why))?;
        if target.is_soft() {
            self.check_soft_power(&node, target).await?;
        }
        let fact = Fact::Power {
            target,
            timeout_seconds,
        };
        self.turn(uuid, fact).await?;
        Ok(())
    }

    async fn set_maintenance(
        &self,
        uuid: Uuid,
        on: bool,
        reason: Option<String>,
    ) -> Result<(), EngineError> {
        let before = self.load(uuid).await?;
        let after = self.turn(uuid, Fact::Maintenance { on, reason }).await?;
        if after.revision != before.revision {
            return Ok(());
        }
        self.touch(uuid).await
    }

    async fn set_target_raid(&self, uuid: Uuid, config: Object) -> Result<(), EngineError> {
        let _turn = self.inner.nodes.lock(uuid).await;
        let node = self.load(uuid).await?;
        let none = matches!(node.interface(InterfaceKind::Raid), "" | "no-raid");
        if none && !config.is_empty() {
            let text = validate::unsupported(&node, "raid").message;
            return Err(Refusal::new(RefusalKind::NotFound, text).into());
        }
        lifecycle::judge_idle(&node)?;
        let mut after = node.clone();
        after.target_raid_config = config;
        if after != node {
            self.commit_edit(&node, after).await?;
        }
        Ok(())
    }

    async fn validate(
        &self,
        uuid: Uuid,
    ) -> Result<BTreeMap<InterfaceKind, Validation>, EngineError> {
        let node = self.load(uuid).await?;
        let ports = self.ports_of(uuid).await?;
        Ok(validate::all(&self.ground(), &node, &ports))
    }

    async fn boot_device(&self, uuid: Uuid) -> Result<BootDeviceSetting, EngineError> {
        let node = self.load(uuid).await?;
        lifecycle::judge_idle(&node)?;
        if let BootDevices::Fixed {
            supported,
            persistent,
        } = boot_devices(&node)
        {
            return Ok(BootDeviceSetting {
                device: supported.first().map(|device| (*device).to_owned()),
                persistent: Some(persistent),
            });
        }
        let machine = self.inner.hardware.machine(&node)?;
        self.live(async {
            let boot = machine
                .driver
                .boot_device()
                .ok_or_else(|| ActError::lasting("this driver cannot tell the boot device"))?;
            let found = boot.get(&machine.target).await?;
            Ok(BootDeviceSetting {
                persistent: found.device.as_ref().map(|_| found.persistent),
                device: found.device.map(|device| device.to_string()),
            })
        })
        .await
    }

    async fn supported_boot_devices(&self, uuid: Uuid) -> Result<Vec<String>, EngineError> {
        let node = self.load(uuid).await?;
        if let BootDevices::Fixed { supported, .. } = boot_devices(&node) {
            return Ok(supported.iter().map(|word| (*word).to_owned()).collect());
        }
        let machine = self.inner.hardware.machine(&node)?;
        self.live(async {
            let boot = machine
                .driver
                .boot_device()
                .ok_or_else(|| ActError::lasting("this driver cannot choose the boot device"))?;
            let supported = boot.supported(&machine.target).await?;
            Ok(supported
                .into_iter()
                .map(|device| device.to_string())
                .filter(|word| crate::effects::is_boot_device(word))
                .collect())
        })
        .await
    }

    async fn set_boot_device(
        &self,
        uuid: Uuid,
        device: String,
        persistent: bool,
    ) -> Result<(), EngineError> {
        let takes = match boot_devices(&self.load(uuid).await?) {
            BootDevices::Bmc => crate::effects::is_boot_device(&device),
            BootDevices::Fixed { supported, .. } => supported.contains(&device.as_str()),
        };
        if !takes {
            let text = format!("Invalid boot device '{device}' specified.");
            return Err(Refusal::new(RefusalKind::Invalid, text).into());
        }
        let fact = Fact::BootDevice { device, persistent };
        match self.change_live(uuid, fact).await? {
            Outcome::Failed(failure) => Err(EngineError::Hardware(failure.message)),
            _ => Ok(()),
        }
    }

    async fn create_port(&self, port: Port) -> Result<Port, EngineError> {
        self.add_port(port).await
    }

    async fn edit_port(&self, uuid: Uuid, edit: PortEdit) -> Result<Port, EngineError> {
        self.change_port(uuid, edit).await
    }

    async fn delete_port(&self, uuid: Uuid) -> Result<(), EngineError> {
        self.remove_port(uuid).await
    }

    async fn change_resources(&self, uuid: Uuid, edit: ResourcesEdit) -> Result<(), EngineError> {
        let _turn = self.inner.nodes.lock(uuid).await;
        let node = self.load(uuid).await?;
        let ports = self.ports_of(uuid).await?;
        let change = edit(&node, &ports)?;
        for new in change.resources.iter().filter_map(goes_to) {
            if new != uuid {
                // Whoever asks must have the right there, too.
                self.load(new).await?;
            }
        }
        if change.resources.is_empty() && change.ports.is_empty() && change.node.is_none() {
            return Ok(());
        }
        let after = change.node.unwrap_or_else(|| node.clone());
        let mut record = TurnRecord::of(after);
        (record.resources, record.ports) = (change.resources, change.ports);
        self.commit_record(&node, record).await?;
        Ok(())
    }

    fn hardware_types(&self) -> Vec<HardwareDescription> {
        self.inner.hardware.describe()
    }

    fn conductor_name(&self) -> &str {
        &self.inner.settings.name
    }

    async fn agent_lookup(&self, lookup: AgentLookup) -> Result<AgentGrant, AgentRefusal> {
        self.look_up(lookup).await
    }

    async fn agent_heartbeat(
        &self,
        node: Uuid,
        beat: HeartbeatRequest,
        from: IpAddr,
    ) -> Result<(), AgentRefusal> {
        self.heard(node, beat, from).await
    }

    async fn agent_inspection(
        &self,
        data: InspectionData,
        node: Option<Uuid>,
        origin: AgentOrigin,
    ) -> Result<Node, AgentRefusal> {
        self.inspection_came(data, node, &origin).await
    }

    fn subscribe(&self, after: Option<Cursor>) -> Result<Subscription, CursorExpired> {
        self.inner.stream.subscribe(after)
    }
}

impl Conductor {
    /// A single change at the BMC: an effect whose outcome the request awaits.
    pub(crate) async fn change_live(&self, uuid: Uuid, fact: Fact) -> Result<Outcome, EngineError> {
        let waiting = self.turn_awaiting(uuid, fact).await?;
        let patience = self.inner.settings.live;
        match tokio::time::timeout(patience, waiting).await {
            Ok(Ok(outcome)) => Ok(outcome),
            Ok(Err(_)) if self.stopping() => Err(EngineError::ShuttingDown),
            Ok(Err(_)) => Err(Refusal::new(
                RefusalKind::Busy,
                format!("The change of node {uuid} was cancelled: the node was taken into maintenance, or another verb began"),
            )
            .into()),
            Err(_) => Err(EngineError::Hardware(format!(
                "the BMC has not shown the change within {} s; the engine goes on trying",
                patience.as_secs()
            ))),
        }
    }
}
