//! What every handler has at hand.

use crate::config::ApiConfig;
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
    /// Slots for bodies above the usual limit.
    pub large_bodies: Arc<Semaphore>,
    /// The same for those who need no name (machines, and whoever pretends to be one): they do not keep users waiting.
    pub strangers_bodies: Arc<Semaphore>,
    /// Slots for bodies that are JSON in memory and were not small.
    pub parsed_bodies: Arc<Semaphore>,
    /// Slots for followers of the event stream: each holds its connection for as long as it likes.
    pub followers: Arc<Semaphore>,
}

/// So many may follow at a time; the listener's other connections stay free for requests.
const FOLLOWERS: usize = 256;

impl App {
    pub fn new(engine: Arc<dyn Engine>, store: Arc<dyn Store>, config: ApiConfig) -> Self {
        let large_bodies = || Arc::new(Semaphore::new(config.limits.large_bodies.max(1)));
        let (large_bodies, strangers_bodies) = (large_bodies(), large_bodies());
        let parsed_bodies = Arc::new(Semaphore::new(config.limits.parsed_bodies.max(1)));
        let started_at = config.clock.now();
        Self(Arc::new(Shared {
            engine,
            store,
            started_at,
            lists: Semaphore::new(config.limits.lists.max(1)),
            large_bodies,
            strangers_bodies,
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
