//! Manners towards one BMC, whoever asks: one write at a time, few requests at once. Keyed by origin, not by credentials.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};

use bmc_core::BmcAddress;
use tokio::sync::{Mutex as AsyncMutex, Semaphore};

/// Requests in flight to one BMC; their web servers are small.
const AT_ONCE: usize = 2;
/// Dead entries are swept when the map has grown by this much.
const SWEEP: usize = 256;

/// One BMC's lane.
pub(crate) struct Lane {
    /// Held over a whole read, write, read back.
    pub write: AsyncMutex<()>,
    /// Held over one request.
    pub requests: Semaphore,
}

/// All lanes in use.
#[derive(Default)]
pub(crate) struct Lanes {
    by_origin: Mutex<HashMap<String, Weak<Lane>>>,
}

impl Lanes {
    /// The lane of the BMC at this address.
    pub(crate) fn get(&self, address: &BmcAddress) -> Arc<Lane> {
        let mut lanes = self
            .by_origin
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(lane) = lanes.get(&address.origin()).and_then(Weak::upgrade) {
            return lane;
        }
        if lanes.len() % SWEEP == SWEEP - 1 {
            lanes.retain(|_, lane| lane.strong_count() > 0);
        }
        let lane = Arc::new(Lane {
            write: AsyncMutex::new(()),
            requests: Semaphore::new(AT_ONCE),
        });
        lanes.insert(address.origin(), Arc::downgrade(&lane));
        lane
    }
}
