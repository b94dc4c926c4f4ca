//! One lock per node: its turns come one after the other. Short waits only; what is locked is a turn, never a whole operation.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// Locks by key, made when first wanted and dropped when nobody holds or wants them.
pub(crate) struct Locks<K> {
    held: Mutex<HashMap<K, Arc<AsyncMutex<()>>>>,
}

impl<K: Eq + Hash + Clone> Locks<K> {
    pub fn new() -> Self {
        Self {
            held: Mutex::new(HashMap::new()),
        }
    }

    /// Waits for the key's lock.
    pub async fn lock(&self, key: K) -> OwnedMutexGuard<()> {
        let lock = {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            // Entries nobody uses are swept when the map has grown, so it stays as large as what is busy.
            if held.len() > 256 && held.len().is_power_of_two() {
                held.retain(|_, lock| Arc::strong_count(lock) > 1);
            }
            Arc::clone(held.entry(key).or_default())
        };
        lock.lock_owned().await
    }
}
