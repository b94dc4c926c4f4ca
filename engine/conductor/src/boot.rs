//! The engine as the boot servers see it: who may boot what, and the proof that goes with a boot.

use crate::conductor::Conductor;
use crate::instance_boot;
use crate::node_ramdisk::{self, Chosen};
use async_trait::async_trait;
use model::boot::{BootOrder, BootTextError, BootWhat, KernelArgs};
use model::{MacAddress, Node, WaitFor};
use netboot_media::StockAgentTrust;
use netboot_media::identity::BootIdentity;
use ports::event::EventKind;
use ports::netboot::{BootAlarm, BootDirectory, BootLookupError};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

/// Which address fetched a boot's identity: another one gets nothing.
#[derive(Default)]
pub(crate) struct Identities {
    fetched_by: Mutex<HashMap<Uuid, IpAddr>>,
}

impl Identities {
    /// Binds the node's identity to the first who fetched it; whether `from` is that one.
    fn bind(&self, node: Uuid, from: IpAddr) -> bool {
        *self.lock().entry(node).or_insert(from) == from
    }

    /// Whether this boot's identity was fetched.
    pub fn is_bound(&self, node: Uuid) -> bool {
        self.lock().contains_key(&node)
    }

    pub fn forget(&self, node: Uuid) {
        self.lock().remove(&node);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, IpAddr>> {
        self.fetched_by
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Conductor {
    async fn node_with_mac(
        &self,
        mac: MacAddress,
    ) -> Result<Option<Node>, ports::store::StoreError> {
        match self.inner.store.port_by_address(mac).await? {
            Some(port) => self.inner.store.node(port.node).await,
            None => Ok(None),
        }
    }

    fn order(&self, node: &Node) -> BootOrder {
        let what = match self.agent_boot(node) {
            Some(agent) => agent,
            None if lifecycle::boots_from_network(node) => self.instance(node),
            None => BootWhat::Disk,
        };
        BootOrder {
            node: node.uuid,
            what,
        }
    }

    /// The agent, when one is to be booted now; the disk, when one is and cannot be.
    fn agent_boot(&self, node: &Node) -> Option<BootWhat> {
        let unspent = node.boot.as_ref().is_some_and(|ticket| !ticket.spent);
        if !unspent || node.flow.is_none() {
            return None;
        }
        let chosen = match node_ramdisk::choose(self.inner.settings.ramdisk.as_ref(), node) {
            Ok(chosen) => chosen,
            Err(error) => {
                tracing::error!(node = %node.uuid, %error, "the machine boots its disk");
                return Some(BootWhat::Disk);
            }
        };
        let args = match self.kernel_args(node) {
            Ok(args) => args,
            Err(error) => {
                tracing::error!(%error, "kernel arguments cannot be made; the machine boots its disk");
                return Some(BootWhat::Disk);
            }
        };
        Some(match chosen {
            Chosen::Own(own) => BootWhat::Ramdisk {
                kernel: own.kernel.clone(),
                initrd: own.initrd.clone(),
                args,
            },
            Chosen::Named { kernel, initrd } => BootWhat::NamedRamdisk {
                kernel,
                initrd,
                args,
            },
        })
    }

    /// The deployed system of a node that boots it over the network. An adopted node may name none yet.
    fn instance(&self, node: &Node) -> BootWhat {
        let settings = self.inner.settings.ramdisk.as_ref();
        let usual = settings.map_or_else(KernelArgs::default, |it| it.append.clone());
        instance_boot::what(node, &usual).unwrap_or_else(|error| {
            tracing::error!(node = %node.uuid, %error, "the deployed system cannot be booted; the machine boots its disk");
            BootWhat::Disk
        })
    }

    /// What every agent is told, in the words of ironic-python-agent.
    fn kernel_args(&self, node: &Node) -> Result<KernelArgs, BootTextError> {
        let Some(ramdisk) = &self.inner.settings.ramdisk else {
            return Ok(KernelArgs::default());
        };
        let mut args = ramdisk.append.clone();
        let base = ramdisk.agent_api_url.trim_end_matches('/');
        args.set("ipa-api-url", base)?;
        if is_inspected(node) {
            let url = format!("{base}/v1/continue_inspection");
            args.set("ipa-inspection-callback-url", &url)?;
        }
        Ok(args)
    }

    /// Another agent proves nothing and is bound to nothing; it is only told whom to trust.
    fn trust(&self) -> Result<Option<Vec<u8>>, netboot_media::cpio::CpioError> {
        let ramdisk = self.inner.settings.ramdisk.as_ref();
        let authority = ramdisk.and_then(|ramdisk| ramdisk.agent_api_ca_pem.as_deref());
        let image_ca_pem = self.inner.settings.agent_image_ca_pem.as_deref();
        let trust = |api_ca_pem| StockAgentTrust {
            api_ca_pem,
            image_ca_pem,
            runs_image_programs: self.inner.settings.bios_bootloader_install,
        };
        authority
            .map(|api_ca_pem| trust(api_ca_pem).initramfs())
            .transpose()
    }
}

fn is_inspected(node: &Node) -> bool {
    node.flow.as_ref().is_some_and(|flow| {
        flow.kind == model::FlowKind::Inspect
            || flow.wait.map(|wait| wait.on) == Some(WaitFor::Inspection)
    })
}

#[async_trait]
impl BootDirectory for Conductor {
    async fn order_for(&self, mac: MacAddress) -> Result<Option<BootOrder>, BootLookupError> {
        let node = self
            .node_with_mac(mac)
            .await
            .map_err(|source| BootLookupError::Order {
                mac,
                source: source.into(),
            })?;
        Ok(node.map(|node| self.order(&node)))
    }

    async fn identity_for(
        &self,
        mac: MacAddress,
        from: IpAddr,
    ) -> Result<Option<Vec<u8>>, BootLookupError> {
        let fail = |source| BootLookupError::Identity { mac, source };
        let node = self
            .node_with_mac(mac)
            .await
            .map_err(|error| fail(error.into()))?;
        let Some(node) = node else { return Ok(None) };
        let Some(ticket) = node.boot.as_ref().filter(|ticket| !ticket.spent) else {
            return Ok(None);
        };
        let chosen = node_ramdisk::choose(self.inner.settings.ramdisk.as_ref(), &node);
        if let Ok(Chosen::Named { .. }) = chosen {
            return self.trust().map_err(|error| fail(error.into()));
        }
        if !self.inner.identities.bind(node.uuid, from) {
            tracing::warn!(node = %node.uuid, %from, "a boot identity was asked for a second time from another address");
            return Ok(None);
        }
        let identity = BootIdentity {
            nonce: ticket.nonce.expose().clone(),
            api_ca_pem: self
                .inner
                .settings
                .ramdisk
                .as_ref()
                .and_then(|ramdisk| ramdisk.agent_api_ca_pem.clone()),
        };
        identity
            .initramfs()
            .map(Some)
            .map_err(|error| fail(error.into()))
    }

    async fn alarm(&self, alarm: BootAlarm) {
        let message = match alarm {
            BootAlarm::RogueServer { server, client } => format!(
                "another DHCP server, {server}, answers on the boot network{}",
                client.map_or_else(String::new, |client| format!(" (to {client})"))
            ),
            BootAlarm::IdentityFromWrongAddress { mac, from, holder } => format!(
                "{from} asked for the boot identity of {mac}, which {} holds",
                holder.map_or_else(|| "nobody".to_owned(), |holder| holder.to_string())
            ),
            BootAlarm::AddressConflict { mac, address } => {
                format!("{mac} found that its address {address} is in use by another machine")
            }
        };
        metrics::counter!("boot_alarms_total").increment(1);
        tracing::warn!(message, "alarm on the boot network");
        self.inner
            .stream
            .publish_for(self.now(), None, EventKind::Alarm { message });
    }
}
