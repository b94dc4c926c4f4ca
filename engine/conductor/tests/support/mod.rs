//! A conductor on a real store, with fake hardware, the system's clock and no agents.
#![allow(
    dead_code,
    clippy::unwrap_used,
    missing_docs,
    reason = "shared by several tests, none of which uses all of it"
)]

use agent_wire::{Command, CommandResult};
use async_trait::async_trait;
use conductor::hardware::{Catalogue, FakeHardware, HardwareType};
use conductor::{Conductor, Parts, Settings};
use model::{AgentLink, Node, PowerState, ProvisionState, Timestamp};
use ports::agent::{AgentCallError, AgentCalls};
use ports::boundary::Unobserved;
use ports::clock::{Clock, Entropy};
use ports::engine::Engine;
use ports::store::Store;
use std::sync::Arc;
use std::time::Duration;
use store::{Options, SealingKey};
use tempfile::TempDir;
use uuid::Uuid;

/// A folder with a store in it. Conductors come and go.
pub struct Place {
    folder: TempDir,
    pub store: Arc<dyn Store>,
}

impl Place {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let key = SealingKey::load_or_create(&folder.path().join("sealing.key")).unwrap();
        let url = format!("sqlite:{}", folder.path().join("data/db.sqlite").display());
        let store = store::open(&url, key, &Options::default()).await.unwrap();
        Self { folder, store }
    }

    /// A conductor that was put together and not started.
    pub fn conductor(&self) -> Conductor {
        self.conductor_with(Box::new(FakeHardware::default()), settings())
    }

    /// The same with other hardware and settings.
    pub fn conductor_with(&self, hardware: Box<dyn HardwareType>, settings: Settings) -> Conductor {
        Conductor::new(Parts {
            store: Arc::clone(&self.store),
            hardware: Catalogue::new(vec![hardware]),
            agents: Arc::new(NoAgents),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(Random),
            observer: Arc::new(Unobserved),
            settings,
        })
    }
}

/// Settings without sweeps.
pub fn settings() -> Settings {
    Settings {
        name: "judge".to_owned(),
        power_sweep: None,
        ..Settings::default()
    }
}

/// A node that an allocation may have, changed by `change`.
pub async fn free_node(
    engine: &Conductor,
    name: &str,
    change: impl FnOnce(&mut Node) + Send,
) -> Uuid {
    let mut node = Node::new(Uuid::new_v4(), "fake-hardware", chrono::Utc::now());
    node.name = Some(name.to_owned());
    node.resource_class = Some("gold".to_owned());
    node.provision_state = ProvisionState::Available;
    node.power_state = Some(PowerState::Off);
    change(&mut node);
    engine.enroll(node).await.unwrap().uuid
}

struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        chrono::Utc::now()
    }

    async fn sleep_until(&self, instant: Timestamp) {
        let left = (instant - self.now()).to_std().unwrap_or(Duration::ZERO);
        tokio::time::sleep(left).await;
    }
}

struct Random;

impl Entropy for Random {
    fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(Uuid::new_v4().as_bytes());
        bytes[16..].copy_from_slice(Uuid::new_v4().as_bytes());
        bytes
    }
}

struct NoAgents;

#[async_trait]
impl AgentCalls for NoAgents {
    async fn answers(&self, _: &AgentLink) -> bool {
        false
    }
    async fn commands(&self, _: &AgentLink) -> Result<Vec<CommandResult>, AgentCallError> {
        Err(AgentCallError::NoAddress)
    }
    async fn send(
        &self,
        _: &AgentLink,
        _: &Command,
        _: bool,
    ) -> Result<CommandResult, AgentCallError> {
        Err(AgentCallError::NoAddress)
    }
}
