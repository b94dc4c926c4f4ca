//! What every handler has at hand.

use crate::config::{ApiConfig, Limits};
use model::Timestamp;
use ports::engine::Engine;
use ports::store::Store;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// The engine, the store and the configuration, shared by all requests.
#[derive(Clone)]
pub(crate) struct App(Arc<Shared>);

pub(crate) struct Shared {
    pub engine: Arc<dyn Engine>,
    pub store: Arc<dyn Store>,
    pub config: ApiConfig,
    /// When this router was made: since then the conductor is known.
    pub started_at: Timestamp,
    /// Slots for lists: a page of a thousand nodes is large, and more at a time would not be faster.
    pub lists: Semaphore,
    /// Where users' bodies are kept while they arrive.
    pub users_bodies: Room,
    /// The same for those who need no name (machines, and whoever pretends to be one): they do not keep users waiting.
    pub strangers_bodies: Room,
    /// Slots for bodies that are JSON in memory and were not small.
    pub parsed_bodies: Arc<Semaphore>,
    /// Slots for followers of the event stream: each holds its connection for as long as it likes.
    pub followers: Arc<Semaphore>,
}

/// Slots for bodies that are not small, so that their bytes together are bounded.
pub(crate) struct Room {
    /// For those within the usual limit.
    pub middle: Arc<Semaphore>,
    /// For those above it.
    pub large: Arc<Semaphore>,
}

impl Room {
    fn of(limits: &Limits) -> Self {
        let slots = |count: usize| Arc::new(Semaphore::new(count.max(1)));
        Self {
            middle: slots(limits.middle_bodies),
            large: slots(limits.large_bodies),
        }
    }
}

/// So many may follow at a time; the listener's other connections stay free for requests.
const FOLLOWERS: usize = 256;

impl App {
    pub fn new(engine: Arc<dyn Engine>, store: Arc<dyn Store>, config: ApiConfig) -> Self {
        let parsed_bodies = Arc::new(Semaphore::new(config.limits.parsed_bodies.max(1)));
        let started_at = config.clock.now();
        Self(Arc::new(Shared {
            engine,
            store,
            started_at,
            lists: Semaphore::new(config.limits.lists.max(1)),
            users_bodies: Room::of(&config.limits),
            strangers_bodies: Room::of(&config.limits),
            parsed_bodies,
            followers: Arc::new(Semaphore::new(FOLLOWERS)),
            config,
        }))
    }
}

impl std::ops::Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}
