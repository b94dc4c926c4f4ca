//! One lock per node: its turns come one after the other. Short waits only; what is locked is a turn, never a whole operation.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

/// Locks by key, made when first wanted and dropped when nobody holds or wants them.
pub(crate) struct Locks<K> {
    held: Mutex<HashMap<K, Arc<AsyncMutex<()>>>>,
    sweep_at: Mutex<usize>,
}

/// A map smaller than this is not worth sweeping.
const LEAST: usize = 256;

impl<K: Eq + Hash + Clone> Locks<K> {
    pub fn new() -> Self {
        Self {
            held: Mutex::new(HashMap::new()),
            sweep_at: Mutex::new(LEAST),
        }
    }

    /// Waits for the key's lock.
    pub async fn lock(&self, key: K) -> OwnedMutexGuard<()> {
        let lock = {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            // Entries nobody uses are swept when the map has grown, so it stays as large as what is busy.
            if held.len() >= *self.sweep_at.lock().unwrap_or_else(PoisonError::into_inner) {
                held.retain(|_, lock| Arc::strong_count(lock) > 1);
                *self.sweep_at.lock().unwrap_or_else(PoisonError::into_inner) =
                    (held.len() * 2).max(LEAST);
            }
            Arc::clone(held.entry(key).or_default())
        };
        lock.lock_owned().await
    }
}
