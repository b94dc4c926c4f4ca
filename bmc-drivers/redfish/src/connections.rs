//! The BMCs that the driver is logged in to: found again by key, bounded in number, logged out when left.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use bmc_core::{SessionKey, Target};
use tokio::task::JoinSet;

use crate::{connection::Bmc, http::Wire, lane::Lanes, options::Options};

/// How long one BMC may take to log out.
const LOG_OUT: Duration = Duration::from_secs(5);
/// BMCs logged out at once.
const AT_ONCE: usize = 64;

struct Entry {
    bmc: Arc<Bmc>,
    used: u64,
}

#[derive(Default)]
struct Known {
    by_key: HashMap<SessionKey, Entry>,
    uses: u64,
    leaving: JoinSet<()>,
}

pub(crate) struct Connections {
    wire: Arc<Wire>,
    lanes: Lanes,
    known: Mutex<Known>,
}

impl Connections {
    pub(crate) fn new(options: Options) -> Self {
        Self {
            wire: Arc::new(Wire::new(options)),
            lanes: Lanes::default(),
            known: Mutex::default(),
        }
    }

    /// The connection that serves this target.
    pub(crate) fn get(&self, target: &Target) -> Arc<Bmc> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.uses += 1;
        let used = known.uses;
        let key = target.session_key();
        if let Some(entry) = known.by_key.get_mut(&key) {
            entry.used = used;
            return entry.bmc.clone();
        }
        if known.by_key.len() >= self.wire.options.max_connections {
            known.drop_oldest();
        }
        let bmc = Bmc::new(
            key.clone(),
            self.wire.clone(),
            self.lanes.get(&target.address),
        );
        known.by_key.insert(
            key,
            Entry {
                bmc: bmc.clone(),
                used,
            },
        );
        bmc
    }

    /// Logs out everywhere, a number of BMCs at once; a BMC that does not answer soon is left to its own timeout.
    pub(crate) async fn close(&self) {
        let Known {
            by_key,
            mut leaving,
            ..
        } = std::mem::take(&mut *self.known.lock().unwrap_or_else(PoisonError::into_inner));
        for entry in by_key.into_values() {
            while leaving.len() >= AT_ONCE {
                leaving.join_next().await;
            }
            leaving.spawn(log_out(entry.bmc));
        }
        leaving.join_all().await;
    }
}

impl Known {
    fn drop_oldest(&mut self) {
        while self.leaving.try_join_next().is_some() {}
        let oldest = self
            .by_key
            .iter()
            .min_by_key(|(_, entry)| entry.used)
            .map(|(key, _)| key.clone());
        if let Some(entry) = oldest.and_then(|key| self.by_key.remove(&key)) {
            self.leaving.spawn(log_out(entry.bmc));
        }
    }
}

async fn log_out(bmc: Arc<Bmc>) {
    if tokio::time::timeout(LOG_OUT, bmc.close()).await.is_err() {
        tracing::debug!(bmc = %bmc.target().address, "the BMC did not answer the logout");
    }
}
