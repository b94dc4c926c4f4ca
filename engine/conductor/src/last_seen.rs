//! When each node's agent was last heard of. In memory: heartbeats that change nothing cost no write. Only nodes whose agent has proven
//! itself are kept, so strangers cannot make it grow.

use model::Timestamp;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use uuid::Uuid;

#[derive(Default)]
pub(crate) struct LastSeen {
    at: Mutex<HashMap<Uuid, Timestamp>>,
}

impl LastSeen {
    pub fn note(&self, node: Uuid, now: Timestamp) {
        self.lock().insert(node, now);
    }

    pub fn of(&self, node: Uuid) -> Option<Timestamp> {
        self.lock().get(&node).copied()
    }

    pub fn forget(&self, node: Uuid) {
        self.lock().remove(&node);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<Uuid, Timestamp>> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
