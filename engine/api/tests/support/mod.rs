//! An engine and a store in memory for the API's tests and its example server: they keep what they are told, run no flows, and
//! write down what was asked.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    missing_docs,
    reason = "shared by several tests, none of which uses all of it"
)]

mod allocations;
pub mod ask;
mod engine;
mod hardware;
mod store;

use api::ApiConfig;
use async_trait::async_trait;
use axum::Router;
use model::{Effect, Guarded, HistoryEntry, Node, Object, Port, ProvisionState, Timestamp, Verb};
use ports::clock::Clock;
use ports::event::Event;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use tokio::sync::broadcast;
use uuid::Uuid;

pub const CONDUCTOR: &str = "hammerscale";
/// 2026-11-22T10:00:00Z.
pub const NOW: i64 = 1_795_341_600;

#[derive(Default)]
pub struct World {
    pub nodes: Vec<Node>,
    pub ports: Vec<Port>,
    pub resources: Vec<ports::resources::StoredResource>,
    pub history: Vec<HistoryEntry>,
    pub effects: Vec<Effect>,
    pub blobs: HashMap<String, Vec<u8>>,
    /// Verbs with their number of steps and whether a config drive came along.
    pub verbs: Vec<(Uuid, Verb, usize, bool)>,
    /// What the next engine call answers instead of doing anything.
    pub refuse: Option<model::Refusal>,
    /// The node that goes to this owner right before the next engine call.
    pub goes_to: Option<(Uuid, &'static str)>,
    pub heartbeats: Vec<(Uuid, agent_wire::HeartbeatRequest)>,
    pub lookups: usize,
    /// On whose behalf each engine call came.
    pub askers: Vec<Option<model::Asker>>,
    pub vifs: Vec<ports::hardware::VifRequest>,
    /// The store answers nothing any more.
    pub broken: bool,
}

pub struct Fake {
    pub world: Mutex<World>,
    pub events: broadcast::Sender<Event>,
}

pub struct StoppedClock;

#[async_trait]
impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_timestamp(NOW, 0).unwrap()
    }

    async fn sleep_until(&self, _instant: Timestamp) {
        std::future::pending().await
    }
}

impl Fake {
    pub fn new() -> Arc<Self> {
        let (events, _) = broadcast::channel(16);
        Arc::new(Self {
            world: Mutex::new(World::default()),
            events,
        })
    }

    pub fn operator(self: &Arc<Self>) -> Router {
        api::router(self.clone(), self.clone(), config())
    }

    /// The operators' router with users.
    pub fn guarded(self: &Arc<Self>, accounts: api::Accounts) -> Router {
        let mut config = config();
        config.accounts = Some(Arc::new(accounts));
        api::router(self.clone(), self.clone(), config)
    }

    pub fn agent(self: &Arc<Self>) -> Router {
        api::agent_router(self.clone(), self.clone(), config())
    }

    /// Adds a node that is as a new one, changed by `change`.
    pub fn add_node(&self, name: &str, change: impl FnOnce(&mut Node)) -> Uuid {
        let mut world = self.world.lock().unwrap();
        let number = world.nodes.len() as u128 + 1;
        let now = Timestamp::from_timestamp(NOW, 0).unwrap();
        let mut node = Node::new(Uuid::from_u128(number), "fake-hardware", now);
        node.name = Some(name.to_owned());
        engine::fill_interfaces(&mut node);
        change(&mut node);
        let uuid = node.uuid;
        world.nodes.push(node);
        uuid
    }

    /// Changes a node as the engine would.
    pub fn change(&self, uuid: Uuid, change: impl FnOnce(&mut Node)) {
        let mut world = self.world.lock().unwrap();
        let node = world.nodes.iter_mut().find(|n| n.uuid == uuid);
        change(node.unwrap());
    }

    pub fn node(&self, uuid: Uuid) -> Node {
        let world = self.world.lock().unwrap();
        world.nodes.iter().find(|n| n.uuid == uuid).unwrap().clone()
    }
}

pub fn config() -> ApiConfig {
    let mut config = ApiConfig::new(Arc::new(StoppedClock));
    config.metrics = Some(Arc::new(|| "up 1\n".to_owned()));
    config
}

/// A list without criteria.
pub fn everything() -> ports::resources::ResourceQuery {
    let mut query = ports::resources::ResourceQuery::default();
    query.page.limit = usize::MAX;
    query
}

pub fn object(value: Value) -> Object {
    value.as_object().unwrap().clone()
}

/// A node with secrets in every place that holds some.
pub fn rich(fake: &Fake) -> Uuid {
    fake.add_node("ns~host-0", |node| {
        node.driver_info = Guarded::new(object(json!({
            "redfish_address": "https://bmc", "redfish_password": "hidden-canary",
            "nested": {"api_token": "hidden-canary"}})));
        node.instance_info = Guarded::new(object(json!({
            "image_source": "http://images/a", "image_url": "http://hidden-canary"})));
        node.config_drive = Some("0".repeat(64));
        node.properties = object(json!({"cpus": 4, "cpu_arch": "x86_64"}));
        node.provision_state = ProvisionState::InspectWait;
        node.target_provision_state = Some(ProvisionState::Manageable);
        node.traits = vec!["CUSTOM_A".to_owned()];
        node.agent = Some(model::AgentLink {
            token: model::Secret::new("hidden-canary".to_owned()),
            url: Some("https://192.0.2.9:9999".to_owned()),
            certificate: None,
            version: Some("1.0".to_owned()),
            since: node.created_at,
        });
    })
}
